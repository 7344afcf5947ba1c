"""Format `sarif`: SARIF 2.1.0 (OASIS), for editors, dashboards and code hosts.

Only findings go in: readers take every result for a fault, passes among them. What could not be assessed is a
notification of the run.
"""

from __future__ import annotations

from urllib.parse import quote

from cilint.report.escape import json_text
from cilint.report.place import local_span
from cilint.report.words import step

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from cilint.finding import Edit, Finding
    from cilint.report.report import Report, RuleFacts
    from cilint.span import Span

_LEVEL = {"error": "error", "warning": "warning", "info": "note"}
# GitHub orders its alerts by this score.
_SCORE = {"error": "8.0", "warning": "5.0", "info": "2.0"}
_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"


def render(report: Report) -> str:
    """The report as one SARIF log with one run."""
    from cilint.report.report import RuleFacts

    rules = {finding.rule: RuleFacts(finding.rule, finding.severity) for finding in report.findings}
    rules = dict(sorted({**rules, **report.rules}.items()))
    index = {name: number for number, name in enumerate(rules)}
    settled = any(finding.status != "open" for finding in report.findings)
    results = [_result(finding, index[finding.rule], report, settled=settled) for finding in report.findings]
    driver = {
        "name": "cilint",
        "semanticVersion": report.version,
        "rules": [_rule(rule, report) for rule in rules.values()],
    }
    run: dict[str, Any] = {
        "tool": {"driver": driver},
        "invocations": [{"executionSuccessful": True, "toolExecutionNotifications": _notifications(report)}],
        "originalUriBaseIds": {"SRCROOT": {"description": {"text": "The root of the checked repository."}}},
        "columnKind": "unicodeCodePoints",
        "results": results,
    }
    return json_text({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=1) + "\n"


def _rule(rule: RuleFacts, report: Report) -> dict[str, Any]:
    title = rule.title or rule.id
    text = " ".join([*(part for part in (rule.why, rule.fix or title) if part), f"More: {report.page(rule.id)}"])
    page = {"helpUri": report.page(rule.id)} if report.docs else {}
    return {
        "id": rule.id,
        "name": "".join(word.capitalize() for word in rule.id.split("-")),
        "shortDescription": {"text": title},
        "fullDescription": {"text": rule.why or title},
        "help": {"text": text},
        **page,
        "defaultConfiguration": {"level": _LEVEL[rule.severity]},
        "properties": {"tags": [*(["pack:" + rule.pack] if rule.pack else []), *rule.controls],
                       "security-severity": _SCORE[rule.severity]},
    }  # fmt: skip


def _result(finding: Finding, rule_index: int, report: Report, *, settled: bool) -> dict[str, Any]:
    span = local_span(finding)
    place = _location(span)
    if finding.path:
        name = "/".join(str(part) for part in finding.path)
        place["logicalLocations"] = [{"fullyQualifiedName": name, "kind": "member"}]
    reach = f" (jobs: {', '.join(finding.jobs)})" if finding.jobs else ""
    result: dict[str, Any] = {
        "ruleId": finding.rule,
        "ruleIndex": rule_index,
        "level": _LEVEL[finding.severity],
        "message": {"text": f"{finding.message}{reach}"},
        "locations": [place],
        "partialFingerprints": {"cilint/v1": finding.fingerprint, "primaryLocationLineHash": finding.fingerprint},
    }
    if related := _related(finding, span, report):
        result["relatedLocations"] = related
    if finding.status == "baselined":
        result["baselineState"] = "unchanged"
    if settled:
        result["suppressions"] = _suppressions(finding)
    if finding.edits:
        result["fixes"] = [_fix(finding)]
    return result


def _suppressions(finding: Finding) -> list[dict[str, Any]]:
    if finding.status == "open":
        return []
    kind = "inSource" if finding.status == "suppressed" else "external"
    reason = {"justification": finding.reason} if finding.reason else {}
    return [{"kind": kind, "status": "accepted", **reason}]


def _related(finding: Finding, shown: Span, report: Report) -> list[dict[str, Any]]:
    places = [(item.message, item.span) for item in finding.related]
    places += [(step(item, report), item.span) for item in finding.trail]
    if shown is not finding.span:
        places.insert(0, ("written here", finding.span))
    return [
        {"id": number, **_location(span), "message": {"text": message}} for number, (message, span) in enumerate(places)
    ]


def _location(span: Span) -> dict[str, Any]:
    return {"physicalLocation": {"artifactLocation": _artifact(span), "region": _region(span)}}


def _artifact(span: Span) -> dict[str, Any]:
    base = {"uriBaseId": "SRCROOT"} if span.source.ours else {}
    return {"uri": quote(span.source.path, safe="/@+,~-._", errors="replace"), **base}


def _region(span: Span) -> dict[str, Any]:
    return {
        "startLine": span.line,
        "startColumn": span.column,
        "endLine": span.end_line,
        "endColumn": span.end_column,
    }


def _fix(finding: Finding) -> dict[str, Any]:
    changes: dict[str, dict[str, Any]] = {}
    for edit in finding.edits:
        change = changes.setdefault(
            edit.span.source.path, {"artifactLocation": _artifact(edit.span), "replacements": []}
        )
        change["replacements"].append(_replacement(edit))
    return {"description": {"text": finding.help or "apply cilint's fix"}, "artifactChanges": list(changes.values())}


def _replacement(edit: Edit) -> dict[str, Any]:
    return {"deletedRegion": _region(edit.span), "insertedContent": {"text": edit.replacement}}


def _notifications(report: Report) -> list[dict[str, Any]]:
    return [
        {
            "level": "warning",
            "message": {"text": f"not assessed: {item.what}: {item.why}"},
            **({"locations": [_location(item.span)]} if item.span else {}),
        }
        for item in report.not_assessed
    ]
