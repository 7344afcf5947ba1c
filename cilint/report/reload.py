"""A Report out of the JSON that `check --format json` gave: for reports that are made later, or elsewhere.

The texts of the checked files are not in the JSON, so frames of a reloaded report have no lines.
"""

from __future__ import annotations

import json

from cilint.errors import UsageError
from cilint.finding import Edit, Finding, NotAssessed, Related
from cilint.report.json import SCHEMA_VERSION
from cilint.report.report import Report, RuleFacts
from cilint.source import Source
from cilint.span import Span
from cilint.trail import Step

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def reload(text: str) -> Report:
    """The report of a JSON text. Raises UsageError for what `check --format json` cannot have written."""
    try:
        data = json.loads(text)
        version = data["schema_version"]
        if version != SCHEMA_VERSION:
            raise UsageError(f"the report has schema_version {version}, and this cilint reads {SCHEMA_VERSION}")
        return _Reloaded(data).report
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise UsageError(
            f"this is no report of cilint: {type(error).__name__}: {error}",
            help="write it with cilint check --format json",
        ) from None


class _Reloaded:
    """One report under construction; every file is one Source."""

    __slots__ = ("_sources", "report")

    def __init__(self, data: dict[str, Any]) -> None:
        self._sources: dict[str, Source] = {}
        self.report = report = Report()
        run = data["run"]
        report.version = data["tool"]["version"]
        report.entries, report.files = list(run["entries"]), list(run["files"])
        report.prefix, report.docs = run["prefix"], run["docs"]
        report.jobs = data["summary"]["jobs"]
        report.rules = {one["id"]: RuleFacts(**one) for one in run["rules"]}
        report.findings = [self._finding(one) for one in data["findings"]]
        report.unread = list(run.get("unread", ()))  # not in reports of the first versions
        report.not_assessed = [self._not_assessed(one) for one in data["not_assessed"]]

    def _finding(self, data: dict[str, Any]) -> Finding:
        finding = Finding(
            data["rule"],
            data["message"],
            self._span(data["location"]),
            path=data["path"],
            jobs=data["jobs"],
            related=[Related(one["message"], self._span(one["location"])) for one in data["related"]],
            trail=tuple(Step(one["kind"], one["name"], self._span(one["location"])) for one in data["trail"]),
            severity=data["severity"],
            help=data["help"],
            edits=[Edit(self._span(one["location"]), one["replacement"], safe=one["safe"]) for one in data["edits"]],
        )
        finding.controls = tuple(data["controls"])
        finding.fingerprint = data["fingerprint"]
        finding.status, finding.reason = data["status"], data["reason"]
        return finding

    def _not_assessed(self, data: dict[str, Any]) -> NotAssessed:
        span = self._span(data["location"]) if data["location"] else None
        item = NotAssessed(data["what"], data["why"], span, data["rules"])
        item.entry = data.get("entry", "")
        return item

    def _span(self, data: dict[str, Any]) -> Span:
        path = data["file"]
        source = self._sources.setdefault(path, Source(path, ""))
        return Span(source, data["line"], data["column"], data["end_line"], data["end_column"])
