"""Format `junit`: the unit test report, the only full listing that Community Edition shows; passes are in it.

GitLab knows a case by suite, class and name (lib/gitlab/ci/reports/test_case.rb), so names are unique and hold no
line number: one case for each rule and each file in which it failed, or each entry file in which it passed. What is settled is
skipped with its reason, as what could not be assessed is; neither is a pass.
"""

from __future__ import annotations

from cilint.report import words
from cilint.report.escape import shown
from cilint.report.full import Page
from cilint.report.terminal import Terminal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

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


def _cases(rule: RuleFacts, report: Report, page: Page) -> Iterator[tuple[str, str]]:
    """(outcome, XML) of every case of one rule."""
    suite = f"{rule.id}: {rule.title}" if rule.title else rule.id
    found: dict[str, list[Finding]] = {}
    for finding in report.findings:
        if finding.rule == rule.id:
            found.setdefault(finding.span.source.path, []).append(finding)
    for path, findings in sorted(found.items()):
        yield from _found(suite, path, findings, page)
    for path in dict.fromkeys(report.entries):
        gaps = [item for item in report.not_assessed if rule.id in item.rules and item.entry in ("", path)]
        if gaps and path not in found:
            why = "; ".join(f"{item.what}: {item.why}" for item in gaps)
            yield _case("skipped", suite, path, message=f"not assessed: {why}")
        elif not found:
            yield _case("", suite, path)


def _found(suite: str, path: str, findings: list[Finding], page: Page) -> Iterator[tuple[str, str]]:
    """The case of what is open in a file, and one beside it for each way in which the rest is settled."""
    by_status: dict[str, list[Finding]] = {}
    for finding in findings:
        by_status.setdefault(finding.status, []).append(finding)
    open_ones = by_status.pop("open", [])
    if open_ones:
        text = "\n\n".join(page.finding(finding) for finding in open_ones)
        message = open_ones[0].message if len(open_ones) == 1 else words.plural(len(open_ones), "finding")
        yield _case("failure", suite, path, message=message, text=text, type=open_ones[0].severity)
    for status, settled in sorted(by_status.items()):
        reasons = dict.fromkeys(finding.reason for finding in settled if finding.reason)
        why = f"{status}: {'; '.join(reasons)}" if reasons else status
        yield _case("skipped", suite, f"{path} ({status})", message=why, file=path)


def _case(
    outcome: str, suite: str, name: str, *, message: str = "", text: str = "", type: str = "", file: str = ""
) -> tuple[str, str]:
    path = attribute(file or name)
    head = f'    <testcase classname="{attribute(suite)}" name="{attribute(name)}" file="{path}" time="0"'
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
