"""Format `json`: the public contract of `check --format json`. It changes by addition only."""

from __future__ import annotations

from cilint.report.escape import json_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cilint.finding import Finding, NotAssessed
    from cilint.report.report import Report
    from cilint.span import Span

SCHEMA_VERSION = 1


def render(report: Report) -> str:
    """The report as one JSON object. Lines and columns count from 1, ends are exclusive."""
    return json_text(as_data(report)) + "\n"


def as_data(report: Report) -> dict[str, object]:
    """The report as plain data, as it goes into JSON."""
    return {
        "schema_version": SCHEMA_VERSION,
        "tool": {"name": "cilint", "version": report.version},
        "run": _run(report),
        "findings": [_finding(finding, report) for finding in report.findings],
        "not_assessed": [_not_assessed(item) for item in report.not_assessed],
        "summary": {
            "files": len(report.files),
            "jobs": report.jobs,
            "rules": len(report.rules),
            "error": report.count("error"),
            "warning": report.count("warning"),
            "info": report.count("info"),
            "waived": report.settled("waived"),
            "suppressed": report.settled("suppressed"),
            "baselined": report.settled("baselined"),
            "not_assessed": len(report.not_assessed),
        },
    }


def _run(report: Report) -> dict[str, object]:
    """What was checked by what: with it a report can be made of the JSON alone (`Report.from_json`)."""
    return {
        "entries": report.entries,
        "unread": report.unread,
        "files": report.files,
        "prefix": report.prefix,
        "docs": report.docs,
        "rules": [
            {
                "id": rule.id,
                "severity": rule.severity,
                "title": rule.title,
                "why": rule.why,
                "fix": rule.fix,
                "controls": list(rule.controls),
                "pack": rule.pack,
            }
            for rule in report.rules.values()
        ],
    }


def _finding(finding: Finding, report: Report) -> dict[str, object]:
    return {
        "rule": finding.rule,
        "severity": finding.severity,
        "message": finding.message,
        "job": finding.job,
        "jobs": list(finding.jobs),
        "path": list(finding.path),
        "location": location(finding.span),
        "related": [{"message": item.message, "location": location(item.span)} for item in finding.related],
        "trail": [
            {"kind": step.kind, "name": step.name, "location": location(step.span)} for step in finding.trail
        ],
        "help": finding.help,
        "page": report.page(finding.rule),
        "fingerprint": finding.fingerprint,
        "controls": list(finding.controls),
        "fixable": bool(finding.edits),
        "fix": finding.fix,
        "edits": [
            {"location": location(edit.span), "replacement": edit.replacement, "safe": edit.safe}
            for edit in finding.edits
        ],
        "waived": finding.status == "waived",
        "status": finding.status,
        "reason": finding.reason,
    }  # fmt: skip


def _not_assessed(item: NotAssessed) -> dict[str, object]:
    return {
        "what": item.what,
        "why": item.why,
        "location": location(item.span) if item.span else {},
        "rules": list(item.rules),
        "entry": item.entry,
    }


def location(span: Span) -> dict[str, object]:
    """A span as the contract has it."""
    return {
        "file": span.source.path,
        "line": span.line,
        "column": span.column,
        "end_line": span.end_line,
        "end_column": span.end_column,
    }
