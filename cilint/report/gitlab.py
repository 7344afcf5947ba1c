"""Format `gitlab`: the Code Quality report that GitLab shows in merge requests, on Community Edition too.

The reader (lib/gitlab/ci/parsers/codequality/code_climate.rb) stops at the first invalid entry without a word and
keeps one entry a fingerprint, so entries are complete and fingerprints unique. The severities are GitLab's own, in
lower case (lib/gitlab/ci/reports/codequality_reports.rb).
"""

from __future__ import annotations

from cilint.report import words
from cilint.report.escape import json_text, printable
from cilint.report.place import local_span, origin

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cilint.finding import Finding, NotAssessed
    from cilint.report.report import Report

_SEVERITY = {"error": "critical", "warning": "minor", "info": "info"}


def render(report: Report) -> str:
    """The open findings, and as entries of severity `info` the waived ones and what could not be assessed.

    `[]` when there is nothing. What comments and baselines settle is left out: it is old or of no weight, and a waived
    finding is neither.
    """
    entries = [_entry(finding) for finding in report.findings if finding.status in ("open", "waived")]
    entries += [_gap(item, report) for item in report.not_assessed]
    unique = {str(entry["fingerprint"]): entry for entry in reversed(entries)}
    return json_text(list(reversed(unique.values())), indent=1) + "\n"


def _entry(finding: Finding) -> dict[str, object]:
    # GitLab does not show check_name, so the rule stands in the description.
    parts = [finding.message, words.jobs(finding), origin(finding)]
    waived = finding.status == "waived"
    if waived:
        parts.insert(0, f"waived ({finding.reason})" if finding.reason else "waived")
    return {
        "description": printable(f"{finding.rule}: {'; '.join(part for part in parts if part)}"),
        "check_name": finding.rule,
        "fingerprint": finding.fingerprint,
        "severity": "info" if waived else _SEVERITY[finding.severity],
        "location": {
            "path": local_span(finding).source.path,
            "lines": {"begin": local_span(finding).line, "end": local_span(finding).end_line},
        },
    }


def _gap(item: NotAssessed, report: Report) -> dict[str, object]:
    from cilint.fingerprint import digest

    path = item.span.source.path if item.span else (report.entries or [".gitlab-ci.yml"])[0]
    return {
        "description": printable(f"not assessed: {item.what}: {item.why}"),
        "check_name": "not-assessed",
        "fingerprint": digest("not-assessed", path, item.what),
        "severity": "info",
        "location": {"path": path, "lines": {"begin": item.span.line if item.span else 1}},
    }
