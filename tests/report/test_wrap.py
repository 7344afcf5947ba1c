"""Long text is broken between words on a terminal, and nowhere else; findings with one place share one frame."""

from __future__ import annotations

import pytest

from cilint.finding import Finding
from cilint.gates.answer import Answer
from cilint.report import full, gates_text
from cilint.report.escape import width
from cilint.report.report import Report
from cilint.report.terminal import Terminal
from cilint.report.wrap import wrap
from cilint.source import Source
from cilint.span import Span

LONG = "chosen stage does not exist; available stages are .pre, build, test, deploy, .post and some of 日本 besides"


@pytest.mark.parametrize(("first", "rest"), [(40, 60), (20, 30), (79, 79), (30, 20)])
def test_no_line_is_too_long_and_no_word_is_lost(first, rest):
    lines = wrap(LONG, first, rest)
    assert " ".join(lines) == LONG
    assert width(lines[0]) <= first
    assert all(width(line) <= rest for line in lines[1:])
    assert len(lines) > 1


def test_an_address_stays_whole():
    assert wrap("see https://ci.example/" + "x" * 90, 30, 30) == ["see", "https://ci.example/" + "x" * 90]


def page(messages, terminal):
    source = Source("a.yml", "build:\n  image: node\n")
    report = Report()
    span = Span(source, 2, 10, 2, 14)
    report.findings = [
        Finding("some-rule", text, span, severity="error", jobs=["build"], help=LONG) for text in messages
    ]
    return full.render(report, terminal, quiet=True).split("\n")


def test_in_a_pipe_lines_stay_whole():
    lines = page([LONG * 3], Terminal())
    assert lines[0] == f"a.yml:2:10: error[some-rule]: {LONG * 3}"
    assert f"    = help: {LONG}" in lines


def test_on_a_terminal_they_fit_and_stand_below_each_other():
    lines = page([LONG * 3], Terminal(columns=80, wrapped=80))
    assert max(map(width, lines)) <= 80
    start = next(number for number, line in enumerate(lines) if "= help:" in line)
    assert lines[start + 1].startswith(" " * len("    = help: "))


def test_colour_does_not_count():
    plain, coloured = (page([LONG], Terminal(color=color, columns=80, wrapped=80)) for color in (False, True))
    assert len(plain) == len(coloured)


def test_findings_that_differ_only_in_words_share_a_frame():
    lines = page(["one is missing", "another is missing"], Terminal())
    assert lines[:3] == ["a.yml:2:10: error[some-rule]: 2 findings", "    - one is missing", "    - another is missing"]
    assert sum("^^^^" in line for line in lines) == 1


def test_what_prove_tells_is_broken_on_a_terminal_and_whole_in_a_pipe():
    answer = Answer("deploy-production", ("approve-by-the-security-team", "approve-by-the-product-team"), "approval")
    answer.status, answer.reason, answer.assumptions = "unknown", LONG, (LONG,)
    told = gates_text.render([answer], Terminal(columns=60, wrapped=60))
    assert max(map(width, told.split("\n"))) <= 60
    whole = gates_text.render([answer], Terminal(columns=60))
    assert whole.count(f"\n  {LONG}\n") == 2
    assert told.split() == whole.split()
