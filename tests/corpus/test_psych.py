"""Our reading equals that of Psych, GitLab's YAML library, in verdict, values, types, keys and their order."""

from __future__ import annotations

import json
import math
import os
import struct
import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cilint.source import Source
from cilint.tree import Mapping, Reference, Scalar, Sequence, Symbol, read
from cilint.tree.node import Compound

HERE = Path(__file__).parent
SHARED = Path(__file__).resolve().parents[3] / "shared"


class Psych:
    """A running Ruby that reads texts as GitLab does."""

    def __init__(self, ruby: str) -> None:
        self._process = subprocess.Popen(
            [ruby, str(HERE / "psych_server.rb")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )

    def read(self, text: str) -> dict:
        """{"header": ..., "body": ...}, or {"error": message}."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps({"text": text}) + "\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())

    def close(self) -> None:
        assert self._process.stdin
        self._process.stdin.close()
        self._process.wait(timeout=10)


def ours(text: str) -> dict:
    """What `read` makes of a text, in the form in which the Ruby process answers."""
    reading = read(Source(".gitlab-ci.yml", text))
    if reading.blank:
        return {"error": "blank"}
    if reading.findings:
        return {"error": reading.findings[0].message}
    return {
        "header": reading.header and typed(reading.header),
        "body": reading.body and typed(reading.body),
    }


def typed(node) -> list:
    if isinstance(node, Scalar):
        return typed_value(node.value)
    if isinstance(node, Sequence):
        return ["a", [typed(item) for item in node.items]]
    if isinstance(node, Mapping):
        return ["h", [[typed_key(key, written), typed(node.values[key])] for key, written in node.keys.items()]]
    assert isinstance(node, Reference)
    return ["r", typed(node.argument)]


def typed_key(key, written) -> list:
    if isinstance(key, str):
        return ["s", key]
    if isinstance(written.value, Compound):
        return ["k", written.value.kind]
    return ["k", typed_value(written.value)]


def typed_value(value) -> list:
    if value is None:
        return ["n"]
    if isinstance(value, bool):
        return ["b", value]
    if isinstance(value, int):
        return ["i", str(value)]
    if isinstance(value, float):
        return ["f", "nan" if math.isnan(value) else struct.pack(">d", value).hex()]
    if isinstance(value, Symbol):
        return ["y", value.name]
    return ["s", value]


@pytest.fixture(scope="module")
def psych(tool):
    judge = Psych(tool("ruby"))
    yield judge
    judge.close()


def difference(psych: Psych, text: str) -> str:
    """Where the two readings part; empty when they are one."""
    theirs, mine = psych.read(text), ours(text)
    if "error" in theirs or "error" in mine:
        return "" if "error" in theirs and "error" in mine else f"{text!r}\nPsych: {theirs}\nours:  {mine}"
    return "" if theirs == mine else f"{text!r}\nPsych: {theirs}\nours:  {mine}"


def test_the_corpus_reads_as_psych_reads_it(psych):
    folder = SHARED / "corpus"
    if not folder.is_dir():
        pytest.skip("no ../shared/corpus beside this checkout")
    files = [Path(at, name) for at, _, names in os.walk(folder) for name in names if name.endswith((".yml", ".yaml"))]
    assert len(files) > 700
    differing = [str(file) for file in files if difference(psych, file.read_bytes().decode("utf-8", "replace"))]
    assert not differing


SCALARS = (HERE / "scalars.txt").read_text(encoding="utf-8").split()
TAGGED = [
    f"!{tag} {value}"
    for tag in (
        "", "!str", "!int", "!float", "!null", "!bool", "!binary", "!set", "!timestamp", "str", "str:Foo", "ruby/string",
        "ruby/string:X", "float", "binary", "custom", "reference", "ruby/sym", "ruby/symbol", "ruby/symbol:x", "ruby/class",
        "ruby/module", "ruby/regexp", "ruby/range", "ruby/object", "ruby/object:Foo", "ruby/object:BigDecimal",
        "ruby/object:DateTime", "ruby/object:Complex", "ruby/object:Rational", "ruby/struct", "ruby/exception", "omap", "<!x>",
        "<tag:yaml.org,2002:str>",
    )
    for value in (
        "12", "'12'", '"yes"', "yes", "text", "", "2024-01-15", "'2024-01-15'", "1.5", "'abc'", "inf", "0x10", '"no\\n"',
        '"n\\nno"', '"\\nno"', "aGVsbG8=", "String",
    )
]  # fmt: skip
TAGGED_COLLECTIONS = [
    f"!{tag} {value}"
    for tag in (
        "", "!seq", "!map", "!set", "seq:X", "ruby/array:X", "custom", "reference", "ruby/object", "ruby/object:Foo",
        "ruby/object:Hash", "ruby/struct", "ruby/struct:Foo", "ruby/exception", "ruby/exception:X", "ruby/range",
        "ruby/hash:X", "map:X", "ruby/hash", "ruby/marshalable:X", "!int", "!float", "!binary", "ruby/object:Complex",
    )
    for value in ("[a, 1]", "{a: 1}", "{}", "[]", "\n  - a\n", "\n  a: 1\n")
]  # fmt: skip


@pytest.mark.parametrize(
    "form", ["k: %s\n", "k: [%s]\n", "%s: v\n", "- %s\n", "k: '%s'\n", "k: !custom '%s'\n", "k:\n  - %s\n"]
)
def test_scalars_of_every_kind(psych, form):
    assert [found for scalar in SCALARS if (found := difference(psych, form % scalar))] == []


def test_tags(psych):
    documents = [f"k: {value}\nl: 1\n" for value in TAGGED + TAGGED_COLLECTIONS] + [
        f"? {value}\n: 1\n" for value in TAGGED
    ]
    assert [found for document in documents if (found := difference(psych, document))] == []


DOCUMENTS = {
    "words of several lines": "a: no\n\n  no\nb: y\n\n  no\nc: on\n\n  x\nd: ~\n\n  ~\n",
    "date with a blank": "a: 2024-01-15 10:00:00\n",
    "keys of every type": "1: a\n1.0: b\ntrue: c\nyes: d\n~: e\nnull: f\n.nan: g\n.NaN: h\n:x: i\nx: j\n'1': k\n0x1: l\n",
    "collections as keys": "? [a, b]\n: 1\n? {a: b}\n: 2\n'[a, b]': 3\n",
    "duplicates keep the first place": "a: 1\nb: 2\na: 3\n",
    "merge above and below": "x: &x {a: 1, b: 2}\ny:\n  a: 0\n  <<: *x\n  b: 3\n",
    "merge of a list": "x: &x {a: 1, b: 1}\ny: &y {a: 2, c: 2}\nz: {<<: [*x, *y]}\n",
    "merge of a list with a scalar": "x: &x {a: 1}\nz: {<<: [*x, 1]}\n",
    "merge of an alias to a list": "x: &x [{a: 1}]\nz: {<<: *x}\n",
    "several merges": "x: &x {a: 1}\ny: &y {a: 2}\nz:\n  <<: *x\n  <<: *y\n",
    "merge of nothing": "z: {<<: }\ny: {<<: ~, a: 1}\n",
    "merge, quoted": "x: &x {a: 1}\nz: {'<<': *x}\n",
    "merge, as a string": "x: &x {a: 1}\nz: {!!str <<: *x}\n",
    "merge, with a local string tag": "x: &x {a: 1}\nz: {!str <<: *x}\n",
    "merge behind an alias": "k: &k '<<'\nx: &x {a: 1}\nz: {*k : *x}\n",
    "merge in place": "z: {<<: {a: 1}, a: 2}\n",
    "merge of itself": "z: &z\n  a: 1\n  <<: *z\n  b: 2\n",
    "merge of itself in a list": "z: &z\n  a: 1\n  <<: [*z, {a: 5}]\n",
    "merge of an enclosing map": "z: &z\n  a: 1\n  b:\n    <<: *z\n    c: 2\n",
    "merge of a reference": "z: {<<: !reference {a: 1}}\n",
    "anchors redefined": "a: &x 1\nb: *x\nc: &x 2\nd: *x\n",
    "anchor on a reference": "a: &x !reference [b, c]\nd: *x\n",
    "anchor on a reference, older one": "o: &x 1\na: &x !reference [b, c]\nd: *x\n",
    "anchor on a reference to a map": "a: &x !reference {b: c}\nd: *x\n",
    "anchor on a reference to a scalar": "a: &x !reference b\nd: *x\n",
    "anchor on a key": "&k a: 1\nb: *k\n*k : 2\n",
    "alias before its anchor": "a: *x\nb: &x 1\n",
    "alias in its own anchor": "a: &x [*x]\n",
    "alias in its own anchor, overwritten": "a: &x\n  b: *x\n  b: 1\n",
    "references": "a: !reference [b, script]\nc: [!reference [d], e]\nf: !reference x\n",
    "reference as a key": "!reference x: 1\n",
    "omap": "a: !!omap {a: 1}\n",
    "header": "spec:\n  inputs:\n---\na: 1\n",
    "header between dividers": "---\nspec:\n  inputs:\n---\na: 1\n---\nb: 1\n",
    "no header": "a: 1\n---\nb: 1\n",
    "three documents": "a: 1\n---\nb: 1\n---\nc: 1\n---\n[broken\n",
    "text on the divider": "--- a: 1\n",
    "text behind the divider": "---\ta: 1\n",
    "indented": "---\n  a: 1\n  b: 2\n",
    "indented, one key": "---\n  a: 1\n",
    "divider at the end": "a: 1\n---",
    "divider, newline": "a: 1\n---\n",
    "no divider": "a: 1\n---b: 1\n",
    "dividers only": "---\n---\n---\n",
    "ignored document is a list": "a: 1\n---\n- b\n",
    "ignored document is broken": "a: 1\n---\n[b\n",
    "document end": "a: 1\n...\nb: 1\n",
    "directive": "%YAML 1.2\n---\na: 1\n",
    "directive alone": "%YAML 1.1\n",
    "tag directive": "%TAG ! tag:x,2000:\n---\na: !b 1\n",
    "byte order mark": "\ufeffa: 1\nb: 2\n",
    "byte order mark, one key": "\ufeffa: 1\n",
    "byte order mark, comment": "\ufeff# c\na: 1\nb: 2\n",
    "byte order mark, further down": "a: 1\n---\n\ufeffb: 1\n",
    "byte order mark and divider": "\ufeff---\na: 1\n",
    "byte order mark on a line of its own": "\ufeff\n---\na: 1\n---\nb: 1\n",
    "byte order mark in every document": "\ufeffspec:\n  inputs:\n---\n\ufeffa: 1\nb: 2\n",
    "byte order mark behind the divider": "--- \ufeffa: 1\n",
    "byte order mark, indented": "\ufeff  a: 1\n  b: 2\n",
    "byte order mark, a map in a map": "\ufeffa:\n  b: 1\nc: 2\n",
    "byte order mark in the middle": "a: 1\n\ufeffb: 2\n",
    "two byte order marks": "\ufeff\ufeffa: 1\nb: 2\n",
    "byte order mark alone": "\ufeff",
    "comments only": "# a\n# b\n",
    "line ends": "a: 1\r\nb: 2\rc: 3\x85d: 4\u2028e: 5\u2029f: 6\n",
    "block scalars": "a: |\n  x\n   y\n\nb: >-\n  x\n  y\n\n  z\nc: |+\n  x\n\n",
    "nul": "a: b\x00c\n",
    "bell": "a: \x07\n",
    "hundred deep": "a: " + "[" * 99 + "]" * 99 + "\n",
    "too deep": "a: " + "[" * 100 + "]" * 100 + "\n",
    "deep by aliases": "a0: &a0 [x]\n" + "".join(f"a{n}: &a{n} [*a{n - 1}]\n" for n in range(1, 120)),
    "laughs": "a0: &a0 [x]\n" + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 9)),
    "laughs by merging": "a: &a {b: 1, c: 2}\n" + "".join(f"d{n}: {{<<: [*a, *a, *a]}}\n" for n in range(100)),
    "laughs, overwritten": "a: &a ['" + "x" * 1000 + "']\n" + "b: [" + "*a, " * 3000 + "]\nb: 1\n",
    "many scalars": "a: [" + "x, " * 50_000 + "]\n",
    "few scalars": "a: [" + "x, " * 30_000 + "]\n",
}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_documents(psych, name):
    assert difference(psych, DOCUMENTS[name]) == ""


PLAIN = st.text("0123456789abefnostuxyzANO_:.,+-~ \n'\"!#[]{}*&<=%@", max_size=14)
TOKENS = st.lists(
    st.sampled_from(
        ["a", "b", "a: ", "b: ", "<<: ", "- ", "? ", ": ", "\n", "\n  ", "\n    ", "[", "]", "{", "}", ", ", "&x ", "&y ", "*x",
         "*y", "*x ", "!reference ", "!!str ", "!a ", "'q'", '"d"', "|\n", ">\n", "# c\n", "---\n", "--- ", "...\n", "12:30", "1", "\t",
         "yes", ":s", "2024-01-15", "spec: ", "\r\n", "\x85", "%T\n"]
    ),
    max_size=30,
).map("".join)  # fmt: skip


@st.composite
def merging(draw) -> str:
    """Maps with anchors, merges, duplicate keys and aliases, most of them valid."""
    lines = []
    for number in range(draw(st.integers(1, 5))):
        anchor = draw(st.sampled_from(["", " &x", " &y", " &z"]))
        lines.append(f"k{draw(st.integers(0, 2)) if draw(st.booleans()) else number}:{anchor}")
        for _ in range(draw(st.integers(1, 5))):
            key = draw(st.sampled_from(["a", "b", "c", "<<", "'<<'", "1", "yes", ":s", "!!str <<", "~"]))
            value = draw(
                st.sampled_from(
                    [
                        "1",
                        "*x",
                        "*y",
                        "[*x, *y]",
                        "[*y, {a: 5}]",
                        "{a: 6, d: 7}",
                        "{<<: *x, b: 8}",
                        "&x {c: 9}",
                        "&y [*x]",
                        "",
                    ]
                )
            )
            lines.append(f"  {key}: {value}")
    return "\n".join(lines) + "\n"


@settings(max_examples=1500, deadline=None)
@given(PLAIN)
def test_generated_scalars(psych, text):
    assert difference(psych, f"k: {text}\n") == ""


@settings(max_examples=1500, deadline=None)
@given(st.from_regex(r"[-+]?[0-9a-fx_,]{0,4}[:.]?[0-9_,e+]{0,4}[:.]?[0-9_]{0,3}", fullmatch=True))
def test_generated_numbers(psych, text):
    assert difference(psych, f"k: {text}\n") == ""


@settings(max_examples=1000, deadline=None)
@given(merging())
def test_generated_merges(psych, text):
    assert difference(psych, text) == ""


@settings(max_examples=1500, deadline=None)
@given(TOKENS)
def test_generated_documents(psych, text):
    assert difference(psych, text) == ""
