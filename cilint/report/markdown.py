"""Format `markdown`: a note for a merge request. The hidden marker lets a script find its note again and replace it.

Names and messages come from the checked files, so they stand in code spans: there GitLab neither renders, mentions,
links nor obeys anything (lib/banzai/filter skips `code`), and a line never starts with a quick action.
"""

from __future__ import annotations

import re

from cilint.report import words
from cilint.report.escape import printable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cilint.finding import Finding
    from cilint.report.report import Report

MARKER = "<!-- cilint:report -->"
_ROWS = 100  # a note holds a million characters; a reader far fewer


def render(report: Report) -> str:
    """Verdict, table of open findings, what could not be assessed, the settled ones folded away, and the footer."""
    if report.open:
        verdict = "failed" if report.count("error") else "passed with remarks"
    else:
        verdict = "passed, as far as it could be assessed" if report.not_assessed else "passed"
    parts = [MARKER, f"### cilint: {verdict}", words.summary(report) + "."]
    if report.open:
        parts.append(_table(report.open[:_ROWS], report))
    if len(report.open) > _ROWS:
        parts.append(f"... and {len(report.open) - _ROWS} more.")
    if report.not_assessed:
        rows = [f"- {code(gap.what)}: {code(gap.why)}{_place(gap.span)}" for gap in words.gaps(report)]
        parts.append("\n".join(["**Not assessed**, so nothing that depends on it is called clean:", "", *rows]))
    settled = [finding for finding in report.findings if finding.status != "open"]
    if settled:
        parts += [
            f"<details><summary>{words.plural(len(settled), 'finding')} waived, suppressed or baselined</summary>",
            _settled(settled[:_ROWS]),
            "</details>",
        ]
    parts.append(f"<sub>cilint {report.version}; {words.plural(len(report.rules), 'rule')}</sub>")
    return "\n\n".join(parts) + "\n"


def _place(span: object) -> str:
    return f" ({code(str(span))})" if span else ""


def _table(findings: list[Finding], report: Report) -> str:
    rows = ["| | Where | Rule | What | Jobs |", "|---|---|---|---|---|"]
    rows += [
        f"| {finding.severity} | {code(_short(finding))} | {_rule(finding, report)} | {code(finding.message)} | {_jobs(finding)} |"
        for finding in findings
    ]
    return "\n".join(rows)


def _rule(finding: Finding, report: Report) -> str:
    """The rule's id, a link to its page where the settings say where pages are."""
    return f"[{code(finding.rule)}](<{report.page(finding.rule)}>)" if report.docs else code(finding.rule)


def _settled(findings: list[Finding]) -> str:
    rows = ["| | Where | Rule | What | Reason |", "|---|---|---|---|---|"]
    rows += [
        f"| {finding.status} | {code(_short(finding))} | {code(finding.rule)} | {code(finding.message)} | {code(finding.reason)} |"
        for finding in findings
    ]
    return "\n".join(rows)


def _short(finding: Finding) -> str:
    return f"{finding.span.source.path}:{finding.span.line}"


def _jobs(finding: Finding) -> str:
    names = finding.jobs
    shown = ", ".join(code(name) for name in names[:3])
    return shown if len(names) <= 3 else f"{shown} and {len(names) - 3} more"


def code(text: str) -> str:
    """The text in a code span that nothing in it can close, also inside a table."""
    text = printable(text).strip()
    if not text:
        return ""
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    fence = "`" * (longest + 1)
    pad = " " if text[0] == "`" or text[-1] == "`" else ""
    return f"{fence}{pad}{text}{pad}{fence}".replace("|", "\\|")
