"""Every stretch of a scalar's text is found again where it is written, whatever YAML did to it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cilint.compose import Project, compose
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
        ("a: |\n  one \u2028  two\n  three\n", "three", 4, 3),
        ('a: "one \u2028  two\n  three"\n', "three", 3, 3),
        ("a: &x one two\n", "two", 1, 11),
        ("a: !!str &x one\n  two\n", "two", 2, 3),
        ("a: &x\n  |\n  one\n  two\n", "two", 4, 3),
        ("a: !!str # why\n  'one two'\n", "two", 2, 8),
    ],
)  # fmt: skip
def test_a_part_is_found(text, part, line, column):
    node = scalar(text)
    start = node.text.index(part)
    span = span_of(node, start, start + len(part))
    assert (span.line, span.column, span.text) == (line, column, part)


@pytest.mark.parametrize(
    ("body", "value", "part", "line", "written"),
    [
        ("a: x $[[ inputs.u ]] y\n", "a long value", "y", 3, "y"),
        ("a: x $[[ inputs.u ]] y\n", "a long value", "long", 3, "$[[ inputs.u ]]"),
        ("a: x $[[ inputs.u ]] y\n", "a long value", "value y", 3, "$[[ inputs.u ]] y"),
        ("a: |\n  $[[ inputs.u ]]\n  y\n", "one\\ntwo\\nthree", "y", 5, "y"),
        ("a: |\n  $[[ inputs.u ]]\n  y\n", "one\\ntwo\\nthree", "two", 4, "$[[ inputs.u ]]"),
        ("a: >\n  $[[ inputs.u ]]$[[ inputs.u ]]\n  b $[[ inputs.u ]] y\n", "", "y", 5, "y"),
        ("a: $[[ inputs.u | truncate(0,9) ]]\n", "one two three four", "two", 3, "$[[ inputs.u | truncate(0,9) ]]"),
    ],
)
def test_what_interpolation_fills_stands_where_its_block_is_written(body, value, part, line, written):
    text = f'spec: {{inputs: {{u: {{default: "{value}"}}}}}}\n---\n{body}'
    root = compose(Source("x.yml", text), Project("")).root
    assert root is not None
    node = root.get("a")
    assert isinstance(node, Scalar)
    start = node.text.index(part)
    span = span_of(node, start, start + len(part))
    assert (span.line, span.text) == (line, written)


def test_a_value_that_brings_blocks_in_is_found_as_a_whole():
    text = """spec: {inputs: {u: {default: "$[[ inputs.w ]] q"}, w: {default: z}}}
---
a: x $[[ inputs.u ]] $[[ inputs.w ]] y
"""
    root = compose(Source("x.yml", text), Project("")).root
    assert root is not None
    node = root.get("a")
    assert isinstance(node, Scalar)
    assert node.text == "x z q z y"
    assert span_of(node, 8, 9).text == "x $[[ inputs.u ]] $[[ inputs.w ]] y"


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
