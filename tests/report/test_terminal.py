"""When to colour, and for which characters."""

from __future__ import annotations

import io

import pytest

from cilint.finding import Finding
from cilint.report import statistics
from cilint.report.report import Report, RuleFacts
from cilint.report.terminal import _CODES, Terminal, terminal_of, wants_color
from cilint.source import Source
from cilint.span import Span


@pytest.mark.parametrize(
    ("option", "environment", "is_terminal", "wanted"),
    [
        ("auto", {}, False, False),
        ("auto", {}, True, True),
        ("auto", {"TERM": "dumb"}, True, False),
        ("auto", {"NO_COLOR": "1"}, True, False),
        ("auto", {"NO_COLOR": ""}, True, True),
        ("auto", {"NO_COLOR": "1", "FORCE_COLOR": "1"}, True, False),
        ("auto", {"FORCE_COLOR": "1"}, False, True),
        ("auto", {"FORCE_COLOR": "0"}, False, False),
        ("auto", {"CLICOLOR_FORCE": "1"}, False, True),
        ("auto", {"CI": "true"}, False, True),
        ("auto", {"CI": "true", "NO_COLOR": "1"}, False, False),
        ("always", {"NO_COLOR": "1"}, False, True),
        ("never", {"FORCE_COLOR": "1", "CI": "true"}, True, False),
    ],
)
def test_colour(option, environment, is_terminal, wanted):
    assert wants_color(option, environment, is_terminal=is_terminal) is wanted


@pytest.mark.parametrize(
    ("encoding", "plain"), [("utf-8", False), ("latin-1", True), ("ascii", True), ("cp1252", True)]
)
def test_characters(encoding, plain):
    assert terminal_of(io.TextIOWrapper(io.BytesIO(), encoding=encoding), "auto", {}).ascii is plain


def test_sections_are_for_gitlab_alone():
    stream = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    assert terminal_of(stream, "auto", {"GITLAB_CI": "true"}).sections
    assert not terminal_of(stream, "auto", {"CI": "true"}).sections


def test_no_colour_is_lost_on_light_ground_nor_on_dark():
    lost = {"30", "33", "36", "37", "90", "92", "93", "96", "97"}
    bold = {"32"}  # bright green, where bold is drawn as bright
    for style, code in _CODES.items():
        parts = set(code.split(";"))
        assert not parts & lost, style
        assert "1" not in parts or not parts & bold, style
        assert code != "34", "plain blue is lost on black"


def test_statistics_fit_the_terminal():
    report = Report()
    report.rules = {
        "a-rule": RuleFacts("a-rule", "error", "What it asks for takes more words than a narrow terminal has")
    }
    source = Source("x.yml", "a\n")
    report.findings = [Finding("a-rule", "m", Span(source, 1, 1, 1, 2), severity="error")]
    lines = statistics.render(report, Terminal(wrapped=60)).splitlines()
    assert lines[0] == "    1   error   a-rule  What it asks for takes more words"
    assert lines[1].strip() == "than a narrow terminal has"
    assert max(map(len, lines)) <= 60
    assert "\x1b[1;31merror\x1b[0m" in statistics.render(report, Terminal(color=True))
