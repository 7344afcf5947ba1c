"""Source frames: the caret stands under the fault, whatever stands before it, and nothing in the line gets out."""

from __future__ import annotations

import pytest

from cilint.report.escape import printable, width
from cilint.report.frame import frame
from cilint.report.terminal import Terminal
from cilint.source import Source
from cilint.span import Span

PLAIN = Terminal()


def lines(text, word, *, terminal=PLAIN, secrets=()):
    """The frame around the first place of a word in a text."""
    before = text[: text.index(word)]
    line, column = before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1
    end = word.split("\n")
    last = column + len(word) if len(end) == 1 else len(end[-1]) + 1
    span = Span(Source("a.yml", text), line, column, line + len(end) - 1, last)
    return frame(span, terminal, "error", secrets, 3)


def marked(frame_lines):
    """What the caret underlines, by display columns."""
    shown, caret = frame_lines[1], frame_lines[2]
    start, end = caret.index("^"), caret.rindex("^") + 1
    out, column = "", 0
    for character in shown:
        if start <= column < end:
            out += character
        column += width(character)
    return out


def test_the_caret_stands_under_the_word():
    assert lines("build:\n  image: node:22\n", "node:22") == [
        "    |",
        "  2 |   image: node:22",
        "    |          ^^^^^^^",
    ]


@pytest.mark.parametrize(
    "before", ["\t", "a\tb ", "日本語 ", "🚀", "e\u0301", "👩\u200d💻 ", "\x1b[31m", "\u202e", "\x00"]
)
def test_the_caret_stands_under_the_word_behind_odd_characters(before):
    assert marked(lines(f"{before}: node:22\n", "node:22")) == "node:22"


@pytest.mark.parametrize("evil", ["\x1b[2J", "\u202e", "\x9b31m", "\x07", "\r", "\u2066", "\ufeff", "\U000e0041"])
def test_no_control_character_gets_out(evil):
    shown = "\n".join(lines(f"a: '{evil} node'\n", "node"))
    assert evil[0] not in shown
    assert printable(shown.replace("\n", "")) == shown.replace("\n", "")


def test_without_unicode_everything_is_ascii_and_the_caret_still_fits():
    shown = lines("käse: 日本 node\n", "node", terminal=Terminal(ascii=True))
    assert "".join(shown).isascii()
    assert marked(shown) == "node"


def test_a_long_line_is_cut_around_the_word():
    text = "a: " + "x" * 5000 + " node:22 " + "y" * 5000 + "\n"
    shown = lines(text, "node:22", terminal=Terminal(columns=80))
    assert marked(shown) == "node:22"
    assert max(map(len, shown)) <= 80
    assert shown[1].count("...") == 2


def test_a_long_line_is_cut_around_the_start_of_a_long_word():
    shown = lines("a: " + "x" * 500 + "\n", "x" * 500, terminal=Terminal(columns=80))
    assert marked(shown).startswith("x")
    assert max(map(len, shown)) <= 80


def test_several_lines_are_marked_at_their_side():
    text = "build:\n  script:\n    - a\n    - b\n    - c\n    - d\n    - e\n"
    assert lines(text, text[text.index("script") : -1]) == [
        "    |",
        "  2 | >   script:",
        "  3 | >     - a",
        "  4 | >     - b",
        "...",
        "  7 | >     - e",
    ]


def test_a_secret_is_starred_and_the_caret_stays():
    shown = lines("token: glpat-abcdef123456\n", "glpat-abcdef123456", secrets={"glpat-abcdef123456"})
    assert "glpat" not in "".join(shown)
    assert shown[1].endswith("*" * 18)
    assert shown[2].endswith("^" * 18)


def test_a_span_past_the_end_shows_no_frame():
    assert frame(Span(Source("a.yml", "x: 1\n"), 9, 1, 9, 1), PLAIN, "error", (), 3) == []


def test_an_empty_span_has_one_caret():
    assert frame(Span(Source("a.yml", "x:\n"), 1, 3, 1, 3), PLAIN, "error", (), 3)[2] == "    |   ^"
