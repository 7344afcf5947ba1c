"""A report that goes into JSON comes out of it again, whole."""

from __future__ import annotations

import pytest

from cilint.errors import UsageError
from cilint.finding import Edit, Finding, NotAssessed, Related
from cilint.report import gitlab, markdown, statistics
from cilint.report.json import render
from cilint.report.report import Report, RuleFacts
from cilint.report.terminal import Terminal
from cilint.source import Source
from cilint.span import Span
from cilint.trail import Step


@pytest.fixture
def report():
    source = Source("ci/base.yml", ".base:\n  artifacts: {expire_in: never}\n", "include local")
    span = Span(source, 2, 26, 2, 31)
    finding = Finding(
        "artifact-expiry",
        "artifacts expire in never <script>\n\x1b[31m",
        span,
        path=("test", "artifacts", 0, "expire_in"),
        jobs=("test", "Ä"),
        related=[Related("used here", Span(source, 1, 1, 1, 6))],
        trail=(Step("include", "ci/base.yml", Span(Source(".gitlab-ci.yml", ""), 1, 1, 1, 5)),),
        severity="error",
        help="Set it.",
        edits=[Edit(span, "1 week"), Edit(Span(source, 1, 1, 1, 1), "# x\n", safe=False)],
    )
    finding.controls, finding.fingerprint = ("pci-dss:3.2.1",), "ab12"
    settled = Finding("r", "m", Span(source, 1, 1, 1, 6), severity="warning")
    settled.status, settled.reason = "suppressed", "because"
    made = Report()
    made.findings = [finding, settled]
    made.not_assessed = [NotAssessed("include x", "not here", span, ["r"]), NotAssessed("y", "z")]
    made.entries, made.files, made.jobs = [".gitlab-ci.yml"], [".gitlab-ci.yml", "ci/base.yml"], 7
    made.rules = {"artifact-expiry": RuleFacts("artifact-expiry", "error", "T", fix="F", controls=["a:b"], pack="p")}
    made.prefix, made.docs = "sub/", "https://ci.example/{rule}"
    return made


@pytest.mark.parametrize(
    "form", [render, gitlab.render, markdown.render, lambda report: statistics.render(report, Terminal())]
)
def test_a_reloaded_report_prints_the_same(report, form):
    assert form(Report.from_json(render(report))) == form(report)


def test_what_is_decided_by_a_report_stays(report):
    again = Report.from_json(render(report))
    assert [one.fix for one in again.findings] == ["unsafe", ""]
    assert again.fails("error")
    assert (again.count("error"), again.settled("suppressed")) == (1, 1)


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", "null", '{"schema_version": 1}', '{"schema_version": 2}', "[" * 100_000, '{"findings": 1}']
)
def test_what_is_no_report_is_refused(text):
    with pytest.raises(UsageError, match="report"):
        Report.from_json(text)
