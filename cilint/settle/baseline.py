"""The baseline: findings that were there when cilint came, so that only new ones count.

One finding a line, sorted, so that two branches merge without conflict where they can. A baselined finding is not
waived: nobody has accepted it, and reports still tell it.
"""

from __future__ import annotations

import json
import os

from cilint.errors import UnreadableError, UsageError
from cilint.finding import Finding
from cilint.opening import from_here, opened
from cilint.source import Source
from cilint.span import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Container, Iterable
    from typing import TypeAlias

    from cilint.report.report import Report

    Entry: TypeAlias = dict[str, str | list[str]]

DEFAULT = ".cilint-baseline.json"
_VERSION = 1


class Baseline:
    """The fingerprints of known findings, each with its entry as it is in the file."""

    __slots__ = ("entries", "source")

    def __init__(self, source: Source, entries: dict[str, Entry]) -> None:
        self.source = source
        self.entries = entries

    def settle(self, findings: Iterable[Finding], required: Container[str]) -> None:
        """Mark the open findings that are known as baselined; never those of required rules."""
        for finding in findings:
            if finding.status == "open" and finding.fingerprint in self.entries and finding.rule not in required:
                finding.status = "baselined"
                finding.reason = f"in {self.source.path}"

    def gone(self, report: Report, root: str) -> list[str]:
        """Fingerprints of entries that nothing is found for any more, as far as this run can know it.

        It cannot where the rule did not run, or not everywhere, and where a pipeline that had the finding was not
        checked, or not as a whole. root: of the repository; a pipeline that is no longer there has no findings.
        """
        unsure = {rule for item in report.not_assessed for rule in item.rules}
        return [
            mark
            for mark, entry in self.entries.items()
            if mark not in report.reach
            and (rule := _rule(entry, report)) in report.rules
            and rule not in unsure
            and all(one in report.whole or not os.path.exists(os.path.join(root, one)) for one in _pipelines(entry))
        ]

    def kept(self, report: Report, root: str) -> dict[str, Entry]:
        """The entries that are not gone, each with the pipelines that have the finding now, as far as is known."""
        gone = {*self.gone(report, root)}
        kept = {
            mark: {**entry, "rule": _rule(entry, report)} for mark, entry in self.entries.items() if mark not in gone
        }
        for mark, entry in kept.items():
            if mark in report.reach:
                others = [one for one in _pipelines(entry) if one not in report.whole]
                _note(entry, {*report.reach[mark], *others})
        return kept

    def stale_finding(self, stale: list[str]) -> Finding:
        """A finding that tells of the stale entries, at the first of them."""
        number = next((n for n, line in enumerate(self.source.lines, 1) if f'"{stale[0]}"' in line), 1)
        count = f"{len(stale)} entries" if len(stale) > 1 else "an entry"
        message = f"{count} of the baseline no longer found: `cilint baseline --prune` takes them out"
        end = len(self.source.line(number)) + 1
        return Finding("baseline-stale", message, Span(self.source, number, 1, number, max(end, 2)))


def read(path: str, shown: str = "") -> Baseline:
    """The baseline in a file. shown: its path in findings, from where those of the checked files begin.

    Raises UnreadableError when it cannot be read, UsageError when it is none.
    """
    try:
        with opened(path) as file:
            text = file.read().decode()
    except (OSError, UnicodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "not UTF-8"
        raise UnreadableError(
            f"cannot read the baseline {from_here(path)}: {why}", help="`cilint baseline` writes it"
        ) from None
    source = Source(shown or path, text, "baseline")
    try:
        data = json.loads(text)
        entries = {
            str(entry["fingerprint"]): {key: _kept(value) for key, value in entry.items()} for entry in data["findings"]
        }
        known = data["version"] == _VERSION and all({"rule", "file"} <= entry.keys() for entry in entries.values())
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        known, entries = False, {}
    if not known:
        raise UsageError(
            f"{from_here(path)} is no baseline of this version of cilint", help="`cilint baseline` writes one"
        )
    return Baseline(source, entries)


def _kept(value: object) -> str | list[str]:
    return [str(item) for item in value] if isinstance(value, list) else str(value)


def entry_of(finding: Finding, pipelines: Iterable[str] = ()) -> Entry:
    """What a baseline keeps of a finding: enough to find it again, and for a person to know which it is.

    pipelines: the files that were checked and have it; they are kept unless it is the finding's own file alone.
    """
    entry: Entry = {"rule": finding.rule, "file": finding.span.source.path, "fingerprint": finding.fingerprint}
    if finding.job:
        entry["job"] = finding.job
    _note(entry, pipelines)
    return entry


def _rule(entry: Entry, report: Report) -> str:
    """What the rule of an entry is called now."""
    rule = str(entry["rule"])
    return report.former.get(rule, rule)


def _note(entry: Entry, pipelines: Iterable[str]) -> None:
    of = sorted({*pipelines})
    entry.pop("pipelines", None)
    if of and of != [entry["file"]]:
        entry["pipelines"] = of


def _pipelines(entry: Entry) -> list[str]:
    of = entry.get("pipelines", entry["file"])
    return [of] if isinstance(of, str) else of


def text_of(entries: Iterable[Entry]) -> str:
    """The text of a baseline file."""
    ordered = sorted(
        entries, key=lambda entry: (entry["file"], entry["rule"], entry.get("job", ""), entry["fingerprint"])
    )
    lines = ",\n".join(f"  {_line(entry)}" for entry in ordered)
    body = f"[\n{lines}\n ]" if lines else "[]"
    return f'{{"version": {_VERSION},\n "findings": {body}}}\n'


def _line(entry: Entry) -> str:
    """An entry as JSON, readable as far as it is harmless to read."""
    return json.dumps(entry, ensure_ascii=not all("".join(value).isprintable() for value in entry.values()))
