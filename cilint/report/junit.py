"""Format `junit`: the unit test report, the only full listing that Community Edition shows; passes are in it.

GitLab knows a case by suite, class and name (lib/gitlab/ci/reports/test_case.rb), so names are unique and hold no
line number: one case for each rule and each file in which it failed, or each entry file in which it passed.
"""

from __future__ import annotations

from cilint.report import words
from cilint.report.escape import shown
from cilint.report.full import Page
from cilint.report.terminal import Terminal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cilint.finding import Finding
    from cilint.report.report import Report, RuleFacts


def render(report: Report) -> str:
    """The report as XML: passed, failed, and skipped where nothing open is left or the rule could not judge."""
    page = Page(report, Terminal())
    cases = [case for rule in _rules(report) for case in _cases(rule, report, page)]
    gaps = {item.what: item.why for item in report.not_assessed}
    cases += [_case("skipped", "not assessed", what, message=why) for what, why in gaps.items()]
    failures, skipped = sum(case[0] == "failure" for case in cases), sum(case[0] == "skipped" for case in cases)
    counts = f'tests="{len(cases)}" failures="{failures}" errors="0" skipped="{skipped}"'
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', f'<testsuites name="cilint" {counts}>']
    lines += [f'  <testsuite name="cilint" {counts}>', *(case[1] for case in cases), "  </testsuite>", "</testsuites>"]
    return "\n".join(lines) + "\n"


def _rules(report: Report) -> list[RuleFacts]:
    from cilint.report.report import RuleFacts

    rules = dict(report.rules)
    for finding in report.findings:
        rules.setdefault(finding.rule, RuleFacts(finding.rule, finding.severity))
    return [rules[name] for name in sorted(rules)]


def _cases(rule: RuleFacts, report: Report, page: Page) -> list[tuple[str, str]]:
    """(outcome, XML) of every case of one rule."""
    found: dict[str, list[Finding]] = {}
    for finding in report.findings:
        if finding.rule == rule.id:
            found.setdefault(finding.span.source.path, []).append(finding)
    suite = f"{rule.id}: {rule.title}" if rule.title else rule.id
    gaps = [item for item in report.not_assessed if rule.id in item.rules]
    cases = [_found(suite, path, findings, page) for path, findings in sorted(found.items())]
    if cases:
        return cases
    if gaps:
        why = "; ".join(f"{item.what}: {item.why}" for item in gaps)
        return [_case("skipped", suite, path, message=f"not assessed: {why}") for path in report.entries]
    return [_case("", suite, path) for path in report.entries]


def _found(suite: str, path: str, findings: list[Finding], page: Page) -> tuple[str, str]:
    open_ones = [finding for finding in findings if finding.status == "open"]
    if not open_ones:
        why = "; ".join(
            f"{finding.status}: {finding.reason}" if finding.reason else finding.status for finding in findings
        )
        return _case("skipped", suite, path, message=why)
    text = "\n\n".join(page.finding(finding) for finding in open_ones)
    message = open_ones[0].message if len(open_ones) == 1 else f"{words.plural(len(open_ones), 'finding')}"
    return _case("failure", suite, path, message=message, text=text, type=open_ones[0].severity)


def _case(outcome: str, suite: str, name: str, *, message: str = "", text: str = "", type: str = "") -> tuple[str, str]:
    head = f'    <testcase classname="{attribute(suite)}" name="{attribute(name)}" file="{attribute(name)}" time="0"'
    if not outcome:
        return outcome, f"{head}/>"
    kind = f' type="{type}"' if type else ""
    body = f'      <{outcome} message="{attribute(message)}"{kind}>{content(text)}</{outcome}>'
    return outcome, f"{head}>\n{body}\n    </testcase>"


def attribute(text: str) -> str:
    """The text inside an XML attribute."""
    return content(text).replace('"', "&quot;").replace("\n", " ")


def content(text: str) -> str:
    """The text inside an XML element; characters that XML cannot hold are spelt out."""
    lines = ("".join(shown(character) for character in line) for line in text.split("\n"))
    return "\n".join(lines).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
