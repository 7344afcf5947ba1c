"""Every stretch of a scalar's text is found again where it is written, whatever YAML did to it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cilint.source import Source
from cilint.tree import Scalar, read
from cilint.tree.lines import span_of


def scalar(text: str) -> Scalar:
    body = read(Source("x.yml", text)).body
    assert body is not None
    node = body.get("a")
    assert isinstance(node, Scalar)
    return node


@pytest.mark.parametrize(
    ("text", "part", "line", "column"),
    [
        ("a: one two three\n", "two", 1, 8),
        ("a: |\n  one\n   two\n", "two", 3, 4),
        ("a: |2-\n    one\n  two\n", "two", 3, 3),
        ("a: |\n\n\n  one\n", "one", 4, 3),
        ("a: >\n  one\n  two\n\n  three\n", "three", 5, 3),
        ("a: >-\n  one\n    two\n  three\n", "two", 3, 5),
        ("a: one\n  two\n  three\n", "three", 3, 3),
        ('a: "one \\"two\\" three"\n', "three", 1, 17),
        ('a: "x\\u0041\\n two"\n', "two", 1, 15),
        ('a: "one\n  two \\\n  three"\n', "three", 3, 3),
        ("a: 'it''s two'\n", "two", 1, 11),
        ("a: 'one\n\n  two'\n", "two", 3, 3),
        ("---\na: |\n  one\n", "one", 3, 3),
    ],
)  # fmt: skip
def test_a_part_is_found(text, part, line, column):
    node = scalar(text)
    start = node.text.index(part)
    span = span_of(node, start, start + len(part))
    assert (span.line, span.column, span.text) == (line, column, part)


def test_a_span_over_lines_ends_where_its_last_character_does():
    node = scalar("a: |\n  one\n  two three\n")
    span = span_of(node, 0, node.text.index(" three"))
    assert (span.line, span.column, span.end_line, span.end_column) == (2, 3, 3, 6)


_WORDS = st.lists(st.text(alphabet="abcdef-./$'\"\\é😀", min_size=1, max_size=6), min_size=1, max_size=8)


@given(_WORDS, st.sampled_from(["|", "|-", "|+"]), st.integers(1, 6))
def test_lines_of_a_literal_block_slice_back(words, style, indent):
    text = f"a: {style}\n" + "".join(" " * indent + word + "\n" for word in words)
    node = scalar(text)
    offset = 0
    for number, word in enumerate(words, 2):
        span = span_of(node, offset, offset + len(word))
        assert (span.line, span.text) == (number, word)
        offset += len(word) + 1


@given(_WORDS)
def test_words_of_a_quoted_scalar_slice_back(words):
    plain = [word.replace('"', "").replace("\\", "") or "x" for word in words]
    text = 'a: "' + "\n    ".join(plain) + '"\n'
    node = scalar(text)
    offset = 0
    for number, word in enumerate(plain, 1):
        span = span_of(node, offset, offset + len(word))
        assert (span.line, span.text) == (number, word)
        offset += len(word) + 1
