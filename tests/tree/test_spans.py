"""A span slices back to its own text, and spans nest."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from cilint.source import Source
from cilint.tree import Mapping, Reference, Scalar, Sequence, plain, read
from cilint.tree.bounds import weighs_at_most
from cilint.tree.piece import Piece
from cilint.tree.read import Builder, Fault

SHARED = Path(__file__).resolve().parents[3] / "shared"


def root(text: str):
    source = Source("f.yml", text)
    next_event = Piece(source, 0, len(text)).events()
    next_event(), next_event()
    return Builder(source, next_event).build(next_event(), weighs_at_most(text))


def children(node):
    """(child, whether it is written inside the node) of every child, keys included."""
    if isinstance(node, Reference):
        yield node.argument, True
    elif isinstance(node, Sequence):
        for index, item in enumerate(node.items):
            yield item, not node.trail(index)
    elif isinstance(node, Mapping):
        for key, written in node.keys.items():
            merged = any(step.kind == "merge" for step in node.trail(key))
            yield written, not merged and "*" not in written.span.text
            yield node.values[key], not node.trail(key)


def nodes(node):
    """Every node written below one, itself included."""
    yield node
    for child, inside in children(node):
        if inside:
            yield from nodes(child)


def start(node):
    return node.line, node.column


def end(node):
    return node.end_line, node.end_column


def again(node):
    """The value that the text of a node's span has by itself."""
    text = node.span.text
    if isinstance(node, Scalar) and node.style not in ("|", ">"):
        first, *more = text.split("\n")
        return root("\n ".join(["k: " + first, *more]) + "\n").values["k"]
    if isinstance(node, Scalar):
        return root(f"k: {text}\n").values["k"]
    return root(" " * (node.column - 1) + text + "\n")


def kept(node) -> str:
    """The value without line breaks: the blank lines that `|+` keeps are no part of its span."""
    return repr(plain(node)).replace("\\n", "")


def check(node):
    """All that holds of the span of one node."""
    source, text = node.source, node.span.text
    assert start(node) <= end(node)
    assert text == text.rstrip(" \t\n") or (isinstance(node, Scalar) and node.style in ("|", ">"))
    assert node.end_column - 1 <= len(source.line(node.end_line))
    for child, inside in children(node):
        if inside:
            assert start(node) <= start(child)
            assert end(child) <= end(node)
    if isinstance(node, (Sequence, Mapping)) and node.flow and text[:1] in "[{":
        assert text[-1:] in "]}"
    if "*" in text:  # the alias's anchor stands elsewhere
        return
    value = again(node)
    if isinstance(value, Reference) and not isinstance(node, Reference):
        value = value.argument  # it stands where its reference stands, tag included
    if isinstance(node, Scalar) and node.style in ("|", ">"):
        assert value.value.rstrip("\n") == node.value.rstrip("\n")
    else:
        assert kept(value) == kept(node), text


def check_all(text: str) -> int:
    reading = read(Source("f.yml", text))
    found = [node for top in (reading.header, reading.body) if top is not None for node in nodes(top)]
    for node in found:
        check(node)
    return len(found)


def test_spans_of_the_corpus():
    folder = SHARED / "corpus" / "projects"
    if not folder.is_dir():
        pytest.skip("no ../shared/corpus beside this checkout")
    files = [Path(at, name) for at, _, names in os.walk(folder) for name in names if name.endswith((".yml", ".yaml"))]
    assert (
        sum(
            check_all(file.read_text(encoding="utf-8", errors="replace"))
            for file in files
            if file.stat().st_size < 20_000
        )
        > 40_000
    )


WORDS = st.text("ab\u00e9\u6f22\U0001f600 #:-'\"\\0.,", min_size=0, max_size=8)


@st.composite
def values(draw, depth: int, indent: int) -> str:
    """The text of a value behind `key:` or `-`, ending in a newline."""
    pad, word = " " * indent, draw(WORDS).strip()
    kind = draw(st.integers(0, 9 if depth else 5))
    gap = draw(st.sampled_from([" ", "  ", " \t"]))
    tail = draw(st.sampled_from(["", " ", "  # c", "\n", "\n# c\n"]))
    if kind == 0:
        return tail + "\n"
    if kind == 1:
        return f"{gap}x{word.replace(':', '').replace('#', '')}{tail}\n"
    if kind == 2:
        return gap + "'" + word.replace("'", "''") + "'" + tail + "\n"
    if kind == 3:
        return gap + '"' + word.replace("\\", "\\\\").replace('"', '\\"') + '"' + tail + "\n"
    if kind == 4:
        lines = "".join(
            f"{pad}  {line}\n"
            for line in draw(st.lists(st.sampled_from(["x", "  y", "", "# z", "\u6f22"]), max_size=4))
        )
        return gap + draw(st.sampled_from(["|", ">", "|-", ">+", "| # c"])) + f"\n{pad}  w\n" + lines
    if kind == 5:
        return (
            gap
            + draw(
                st.sampled_from(
                    ["[]", "{}", "[a, 'b', {c: d}]", "[a: b , c]", f"[a,\n{pad}  b ]", "&n [a]", "!reference [a, b]"]
                )
            )
            + tail
            + "\n"
        )
    if kind in (6, 7):
        return tail + "\n" + draw(mappings(depth - 1, indent + 2))
    dash = pad + " " * draw(st.sampled_from([0, 2]))
    return "\n" + "".join(f"{dash}-{item}" for item in draw(st.lists(values(0, len(dash)), min_size=1, max_size=3)))


@st.composite
def mappings(draw, depth: int, indent: int) -> str:
    keys = draw(
        st.lists(
            st.sampled_from(["a", "'b c'", "\u6f22\u5b57", '"\\u00e9"', "k1", ".l"]),
            min_size=1,
            max_size=4,
            unique=True,
        )
    )
    return "".join(" " * indent + key + ":" + draw(values(depth, indent)) for key in keys)


@settings(max_examples=800, deadline=None)
@given(
    mappings(2, 0),
    st.sampled_from(["", "---\n", "# c\n\n", "x: &x {a: b}\n---\n"]),
    st.sampled_from(["\n", "\r\n", "\r"]),
)
def test_spans_of_generated_files(text, before, newline):
    reading = read(Source("f.yml", before + text))
    assume(not reading.findings)
    check_all((before + text).replace("\n", newline))


@settings(max_examples=800, deadline=None)
@given(st.text("ab :-#'\"[]{},|>&*\n\t\u00e9\u6f22", max_size=40))
def test_spans_of_any_map(text):
    try:
        node = root("k: " + text)
    except (Fault, Exception):  # noqa: BLE001  # no YAML, no spans
        node = None
    assume(node is not None)
    for one in nodes(node):
        assert start(one) <= end(one)
        assert one.end_line <= len(one.source.lines)


def span_of(text: str, *path):
    node: Any = read(Source("f.yml", text)).body
    for step in path:
        node = node.items[step] if isinstance(step, int) else node.values[step]
    return node.line, node.column, node.end_line, node.end_column


@pytest.mark.parametrize(
    ("text", "path", "span"),
    [
        ("a: b\n", ("a",), (1, 4, 1, 5)),
        ("a: 'b c'  # d\n", ("a",), (1, 4, 1, 9)),
        ("a:\n  b: 1\n\n# c\n", ("a",), (2, 3, 2, 7)),
        ("a:\n  b: 1\n\n# c\n", (), (1, 1, 2, 7)),
        ("a:\n- x\n- y # c\n\nb: 1\n", ("a",), (2, 1, 3, 4)),
        ("a:\n  b:\n    c:\n\nd: 1\n", ("a",), (2, 3, 3, 7)),
        ("a: |\n  x\n  y\n\n\nb: 1\n", ("a",), (1, 4, 3, 4)),
        ("a: |\n  x\n  y\n\n\nb: 1\n", (), (1, 1, 6, 5)),
        ("a:\n  b: >-\n    x\n\n# c\nd: 1\n", ("a",), (2, 3, 3, 6)),
        ("a: |  # c\n\nb: 1\n", ("a",), (1, 4, 1, 5)),
        ("a: |\n  x", ("a",), (1, 4, 2, 4)),
        ("a: [b,\n  c ] # d\n", ("a",), (1, 4, 2, 6)),
        ("a: [b: c , d]\n", ("a", 0), (1, 5, 1, 9)),
        ("a: {b: c }\n", ("a",), (1, 4, 1, 11)),
        ("x: &x {y: 1}\na:\n  b: *x\n# c\n", ("a",), (3, 3, 3, 8)),
        ("a:\n  b: 1\n  b: [2,\n    3]\n", ("a",), (2, 3, 4, 7)),
        ("x: &x {y: 1}\na:\n  b: 1\n  <<: *x\n", ("a",), (3, 3, 4, 9)),
        ("a: &n\n  b: 1\n", ("a",), (1, 4, 2, 7)),
        ("\u6f22\u5b57: \U0001f600 b\n", ("\u6f22\u5b57",), (1, 5, 1, 8)),
        ("a:\tb\n", ("a",), (1, 4, 1, 5)),
        ("--- a: b\n", ("a",), (1, 8, 1, 9)),
        ("--- \n\n  a: b\n", ("a",), (3, 6, 3, 7)),
        ("--- {a: b,\n c: d}\n", ("c",), (2, 5, 2, 6)),
        ("--- {a: b,\n c: d}\n", (), (1, 5, 2, 7)),
        ("spec:\n  inputs:\n---\na: b\n", ("a",), (4, 4, 4, 5)),
        ("spec:\r\n  inputs:\r\n---\r\na: b\r\n", ("a",), (4, 4, 4, 5)),
        ("\ufeffa: b\n", ("a",), (1, 5, 1, 6)),
        ("\ufeffx: y\na: b\n", ("a",), (2, 4, 2, 5)),
        ("x: y\n---\n\ufeffa: b\n", ("x",), (1, 4, 1, 5)),
        ("spec:\n---\n\ufeffa: b\n", ("a",), (3, 5, 3, 6)),
        ("a: \n", ("a",), (1, 3, 1, 3)),
    ],
)
def test_a_span_is_where_a_person_would_say(text, path, span):
    assert span_of(text, *path) == span


def test_an_alias_keeps_both_places():
    body = read(Source("f.yml", "x: &x\n  y: 1\na: *x\nb:\n  <<: *x\nc: [*x]\n")).body
    assert body.values["a"] is body.values["x"]
    assert [(step.kind, step.name, str(step.span)) for step in body.trail("a")] == [("alias", "x", "f.yml:3:4")]
    merged = body.values["b"]
    assert [(step.kind, step.name, str(step.span)) for step in merged.trail("y")] == [("merge", "x", "f.yml:5:7")]
    assert merged.keys["y"].line == 2
    assert [step.kind for step in body.values["c"].trail(0)] == ["alias"]


def test_duplicates_keep_what_was_lost():
    body = read(Source("f.yml", "a: 1\nb: 2\na: 3\na: 4\n")).body
    assert [(written.line, value.value) for written, value in body.duplicates] == [(1, 1), (3, 3)]
    assert (list(body.values), body.values["a"].value, body.keys["a"].line) == (["a", "b"], 4, 4)


def test_a_merged_key_written_again_is_no_duplicate():
    body = read(Source("f.yml", "x: &x {a: 1}\nb:\n  <<: *x\n  a: 2\n")).body
    assert body.values["b"].duplicates == ()
    assert body.values["b"].trails == {}


def test_scalars_with_a_hash_are_known():
    reading = read(Source("f.yml", "spec:\n---\na: 'x # y'\nb: |\n  # z\n  w\nc: d # e\n"))
    assert [str(span) for span in reading.hashes] == ["f.yml:3:4", "f.yml:4:4"]
