"""`read` never raises, and stays within 200 MB and 5 s, on any text of up to 2 MB."""

from __future__ import annotations

import random
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cilint.source import Source
from cilint.tree import plain, read

ROOT = Path(__file__).resolve().parents[2]
SIZE = 2_000_000  # characters
SECONDS = 5  # of processor time
BYTES = 200_000_000  # resident, interpreter included

# Reads the text on stdin, and does what every command does next: ask for places and values.
READER = """
import resource, sys
resource.setrlimit(resource.RLIMIT_CPU, ({seconds}, {seconds} + 1))
from cilint.source import Source
from cilint.tree import plain, read
text = sys.stdin.buffer.read().decode("utf-8", "surrogatepass")
reading = read(Source("f.yml", text))
for finding in reading.findings:
    assert finding.message and len(finding.message) < 1000, finding.message[:2000]
    assert 1 <= finding.span.line <= len(reading.source.lines), finding.span
if reading.body is not None:
    plain(reading.body)
    reading.body.span, reading.hashes
peak = next(line for line in open("/proc/self/status") if line.startswith("VmHWM"))
print("read", 1024 * int(peak.split()[1]))
"""


def noise(seed: int, alphabet: str) -> str:
    return "".join(random.Random(seed).choices(alphabet, k=1_000_000))


def repeated(text: str) -> str:
    return text * (SIZE // len(text))


def numbered(form: str, count: int) -> str:
    return "".join(form.format(number, number - 1) for number in range(1, count))


HOSTILE = {
    "noise of all characters": lambda: noise(1, "".join(map(chr, range(0x20, 0x3000)))),
    "noise of YAML's own characters": lambda: noise(2, "ab -:?[]{},&*!|>'\"%@`#\n "),
    "noise without quotes": lambda: noise(3, "ab-:  \n"),
    "noise of lines": lambda: "".join(
        random.Random(4).choices(["a: ", "- ", "\n", "\n ", "\n  ", "x", "[", "]", "&a ", "*a"], k=700_000)
    ),
    "dashes": lambda: repeated("- "),
    "brackets": lambda: repeated("["),
    "braces": lambda: repeated("{"),
    "flow maps": lambda: repeated("{a: "),
    "question marks": lambda: repeated("? "),
    "colons": lambda: repeated(": "),
    "exclamation marks": lambda: repeated("!"),
    "tags": lambda: "a: " + repeated("!t "),
    "anchors on one node": lambda: "a: " + repeated("&a "),
    "commas": lambda: "a: [" + repeated(","),
    "pairs in a list": lambda: "a: [" + repeated("a: b, "),
    "empty lists": lambda: "a: [" + repeated("[],"),
    "empty maps": lambda: "a: [" + repeated("{},"),
    "single keys without values": lambda: "{" + repeated("a,"),
    "ones": lambda: "a: [" + repeated("1,") + "1]",
    "ones, one a line": lambda: "a:\n" + repeated("- 1\n"),
    "empty items": lambda: "a:\n" + repeated("-\n"),
    "empty items in a list of lists": lambda: "a:\n" + repeated("- -\n"),
    "keys": lambda: numbered("k{0}: {1}\n", 120_000),
    "same key": lambda: repeated("k: v\n"),
    "same key, each a map": lambda: repeated("k: {a: 1}\n"),
    "numeric keys": lambda: numbered("{0}: {1}\n", 120_000),
    "deep block": lambda: "".join(" " * depth + "a:\n" for depth in range(1900)),
    "deep block lists": lambda: "".join(" " * depth + "-\n" for depth in range(1900)),
    "deep, mixed": lambda: "".join(" " * depth + "- a: [{b:\n" for depth in range(1500)),
    "deep, just allowed": lambda: "a:\n" + repeated(f"  - {'[' * 90}{']' * 90}\n"),
    "laughs": lambda: (
        "a0: &a0 [lol]\n" + "".join(f"a{n}: &a{n} [{','.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 60))
    ),
    "laughs in maps": lambda: (
        "a0: &a0 {x: lol}\n" + "".join(f"a{n}: &a{n} {{b: *a{n - 1}, c: *a{n - 1}}}\n" for n in range(1, 60))
    ),
    "laughs in keys": lambda: (
        "a0: &a0 [lol]\n" + "".join(f"? &a{n} [*a{n - 1}, *a{n - 1}]\n: 1\n" for n in range(1, 60))
    ),
    "laughs in references": lambda: (
        "a0: &a0 !reference {x: lol}\n"
        + "".join(f"a{n}: &a{n} !reference {{b: *a{n - 1}, c: *a{n - 1}}}\n" for n in range(1, 60))
    ),
    "laughs in merges": lambda: (
        "a0: &a0 {x: lol}\n"
        + "".join(f"a{n}: &a{n} {{<<: [*a{n - 1}, *a{n - 1}], k{n}: 1}}\n" for n in range(1, 30000))
    ),
    "laughs, overwritten": lambda: "k: &a0 [lol]\n" + numbered("k: &a{0} [*a{1}, *a{1}]\n", 60_000),
    "one big map merged often": lambda: (
        "b: &b {"
        + "".join(f"k{n}: {n}, " for n in range(5000))
        + "}\n"
        + "".join(f"m{n}: {{<<: *b}}\n" for n in range(60_000))
    ),
    "merges of merges": lambda: "m0: &m0 {a: 1}\n" + numbered("m{0}: &m{0} {{<<: *m{1}}}\n", 60_000),
    "one map merged in a list": lambda: "b: &b {a: 1}\nm: {<<: [" + "*b, " * 450_000 + "]}\n",
    "one big list used often": lambda: (
        "b: &b [" + "x, " * 20_000 + "]\n" + "".join(f"m{n}: *b\n" for n in range(100_000))
    ),
    "chain of aliases": lambda: "a0: &a0 [x]\n" + numbered("a{0}: &a{0} [*a{1}]\n", 60_000),
    "cycle": lambda: "a: &a [" + "*a, " * 450_000 + "]\n",
    "cycles in cycles": lambda: "a: &a\n" + numbered("  b{0}: &b{0} [*a, *a]\n", 50_000),
    "cycle in keys": lambda: "a: &a\n" + "  ? [*a]\n  : 1\n" * 100_000,
    "cycle, then keys": lambda: "a: &a [*a]\n" + "? *a\n: 1\n" * 200_000,
    "big keys": lambda: "a: &a [" + "x, " * 10_000 + "]\n" + "? *a\n: 1\n" * 150_000,
    "anchors": lambda: numbered("- &a{0} x\n", 130_000),
    "aliases": lambda: "a: &a x\nb: [" + "*a, " * 480_000 + "]\n",
    "aliases to one map": lambda: "a: &a {b: c}\nb: [" + "*a, " * 480_000 + "]\n",
    "long plain": lambda: "a: " + "x" * SIZE,
    "long plain of many lines": lambda: "a: " + repeated("x\n "),
    "long word without a colon": lambda: "x" * SIZE,
    "words without a colon": lambda: repeated("x\n"),
    "long quoted": lambda: 'a: "' + "x" * SIZE + '"',
    "long quoted, unclosed": lambda: 'a: "' + repeated("x \n"),
    "long quoted of escapes": lambda: 'a: "' + repeated("\\n") + '"',
    "long single quoted": lambda: "a: '" + repeated("''") + "'",
    "long literal": lambda: "a: |\n" + repeated("  x\n"),
    "long literal of blank lines": lambda: "a: |\n  x\n" + repeated("\n") + "b: 1\n",
    "literals over blank lines": lambda: repeated("- |\n\n\n"),
    "long folded": lambda: "a: >\n" + repeated("  x\n\n"),
    "long number": lambda: "a: " + "1" * SIZE,
    "long hexadecimal number": lambda: "a: 0x" + "f" * SIZE,
    "long fraction": lambda: "a: 1." + "1" * SIZE,
    "long number with underscores": lambda: "a: " + "1_" * (SIZE // 2),
    "long clock": lambda: "a: " + "1" * SIZE + ":30",
    "long time": lambda: "a: 2024-01-15 10:00:00." + "1" * SIZE,
    "long symbol": lambda: "a: :" + "x" * SIZE,
    "long symbol of quotes": lambda: "a: :" + "'x" * (SIZE // 2),
    "long anchor": lambda: "a: &" + "x" * SIZE + " b",
    "long alias": lambda: "a: *" + "x" * SIZE,
    "long tag": lambda: "a: !" + "x" * SIZE + " b",
    "long class": lambda: "a: !ruby/object:" + "x" * SIZE + " {a: b}",
    "long escaped tag": lambda: "a: !" + "%41" * (SIZE // 3) + " b",
    "long key": lambda: "x" * SIZE + ": 1",
    "long indentation": lambda: " " * SIZE + "a: 1",
    "long binary": lambda: "a: !!binary " + "QUJD" * (SIZE // 4),
    "comments": lambda: repeated("# comment\n"),
    "comment without end": lambda: "#" + "x" * SIZE,
    "blank lines": lambda: repeated("\n") + "a: 1",
    "carriage returns": lambda: repeated("a: b\r"),
    "carriage returns and newlines": lambda: repeated("a: b\r\n"),
    "next lines": lambda: repeated("a: b\x85"),
    "line separators": lambda: repeated("a: b\u2028"),
    "line separators alone": lambda: "a: b\n" + "\u2028" * 600_000,
    "byte order marks": lambda: "\ufeff" * 600_000,
    "byte order mark": lambda: "\ufeff" + repeated("a: 1\n"),
    "nul": lambda: "\x00" * SIZE,
    "nul at the end": lambda: repeated("a: 1\n") + "\x00",
    "lone surrogates": lambda: "a: \ud800" + "\udfff" * 500_000,
    "emoji": lambda: "a: " + "\U0001f600" * 500_000,
    "tabs": lambda: "\t" * SIZE,
    "tabs as indentation": lambda: repeated("a:\n\tb: 1\n"),
    "dividers": lambda: repeated("---\n"),
    "dividers with maps": lambda: repeated("---\na: 1\n"),
    "dividers without newlines": lambda: repeated("---"),
    "blank behind a divider": lambda: "---" + " " * SIZE,
    "lines behind a divider": lambda: "---" + "\n" * (SIZE - 20) + "a: 1\n---\nb: 1\n",
    "document ends": lambda: repeated("...\n"),
    "directives": lambda: repeated("%YAML 1.1\n"),
    "tag directives": lambda: numbered("%TAG !a{0}! tag:x,{1}:\n", 70_000) + "--- a\n",
    "unknown directives": lambda: repeated("%X y\n"),
    "hashes in values": lambda: repeated("- a#b\n"),
    "spec": lambda: "spec:\n" + repeated("  a: 1\n") + "---\na: 1\n",
    "too long by a byte": lambda: "a" * (2 * 1024 * 1024 + 1),
    "too long in UTF-8": lambda: "\u00e9" * (1024 * 1024 + 1),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_time_and_memory_are_bounded(name):
    code = READER.format(seconds=SECONDS)
    data = HOSTILE[name]().encode("utf-8", "surrogatepass")
    done = subprocess.run(
        [sys.executable, "-c", code], input=data, capture_output=True, cwd=ROOT, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr.decode()[-2000:] or f"killed by signal {-done.returncode}"
    assert int(done.stdout.split()[1]) < BYTES


def read_all(text: str) -> None:
    reading = read(Source("f.yml", text))
    for finding in reading.findings:
        assert finding.rule.startswith("yaml-")
        assert 1 <= finding.span.line <= len(reading.source.lines)
        assert (finding.span.line, finding.span.column) <= (finding.span.end_line, finding.span.end_column)
        assert str(finding.message)
    if reading.body is not None:
        plain(reading.body)


@settings(max_examples=600, deadline=None)
@given(st.text())
def test_any_text_is_read(text):
    read_all(text)


@settings(max_examples=400, deadline=None)
@given(st.binary())
def test_any_bytes_are_read(data):
    read_all(data.decode("utf-8", "replace"))
    read_all(data.decode("utf-8", "surrogateescape"))
    read_all(data.decode("latin-1"))


@settings(max_examples=1500, deadline=None)
@given(st.text("ab01 -:?[]{},&*!|>'\"%@`#\n\t\r\x85\u2028\ufeff<~.", max_size=60))
def test_any_yaml_like_text_is_read(text):
    read_all(text)


@pytest.mark.parametrize(
    "text", ["", " ", "\n\n", "\t", "\r\n", "---", "---\n", "--- ", "\ufeff", "...", "#", "# x\n---\n# y\n"]
)
def test_nothing_to_read(text):
    reading = read(Source("f.yml", text))
    assert reading.body is None
    assert reading.blank == (not text.strip())
