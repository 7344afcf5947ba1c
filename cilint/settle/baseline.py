"""The baseline: findings that were there when cilint came, so that only new ones count.

One finding a line, sorted, so that two branches merge without conflict where they can. A baselined finding is not
waived: nobody has accepted it, and reports still tell it.
"""

from __future__ import annotations

import json

from cilint.errors import UnreadableError, UsageError
from cilint.finding import Finding
from cilint.opening import opened
from cilint.source import Source
from cilint.span import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Container, Iterable

DEFAULT = ".cilint-baseline.json"
_VERSION = 1


class Baseline:
    """The fingerprints of known findings, each with its entry as it is in the file."""

    __slots__ = ("entries", "source")

    def __init__(self, source: Source, entries: dict[str, dict[str, str]]) -> None:
        self.source = source
        self.entries = entries

    def settle(self, findings: Iterable[Finding], required: Container[str]) -> None:
        """Mark the open findings that are known as baselined; never those of required rules."""
        for finding in findings:
            if finding.status == "open" and finding.fingerprint in self.entries and finding.rule not in required:
                finding.status = "baselined"
                finding.reason = f"in {self.source.path}"

    def stale(self, findings: Iterable[Finding], ran: Container[str]) -> list[str]:
        """Fingerprints of entries that no finding has any more, of rules that were judged in this run."""
        present = {finding.fingerprint for finding in findings}
        return [mark for mark, entry in self.entries.items() if mark not in present and entry["rule"] in ran]

    def stale_finding(self, stale: list[str]) -> Finding:
        """A finding that tells of the stale entries, at the first of them."""
        number = next((n for n, line in enumerate(self.source.lines, 1) if f'"{stale[0]}"' in line), 1)
        count = f"{len(stale)} entries" if len(stale) > 1 else "an entry"
        message = f"{count} of the baseline no longer found: `cilint baseline --prune` takes them out"
        end = len(self.source.line(number)) + 1
        return Finding("baseline-stale", message, Span(self.source, number, 1, number, max(end, 2)))


def read(path: str) -> Baseline:
    """The baseline in a file. Raises UnreadableError when it cannot be read, UsageError when it is none."""
    try:
        with opened(path) as file:
            text = file.read().decode()
    except (OSError, UnicodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "not UTF-8"
        raise UnreadableError(f"cannot read the baseline {path}: {why}", help="`cilint baseline` writes it") from None
    source = Source(path, text, "baseline")
    try:
        data = json.loads(text)
        entries = {
            str(entry["fingerprint"]): {key: str(value) for key, value in entry.items()} for entry in data["findings"]
        }
        known = data["version"] == _VERSION and all("rule" in entry for entry in entries.values())
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        known, entries = False, {}
    if not known:
        raise UsageError(f"{path} is no baseline of this version of cilint", help="`cilint baseline` writes one")
    return Baseline(source, entries)


def entry_of(finding: Finding) -> dict[str, str]:
    """What a baseline keeps of a finding: enough to find it again, and for a person to know which it is."""
    entry = {"rule": finding.rule, "file": finding.span.source.path, "fingerprint": finding.fingerprint}
    return {**entry, "job": finding.job} if finding.job else entry


def text_of(entries: Iterable[dict[str, str]]) -> str:
    """The text of a baseline file."""
    ordered = sorted(
        entries, key=lambda entry: (entry["file"], entry["rule"], entry.get("job", ""), entry["fingerprint"])
    )
    lines = ",\n".join(f"  {_line(entry)}" for entry in ordered)
    body = f"[\n{lines}\n ]" if lines else "[]"
    return f'{{"version": {_VERSION},\n "findings": {body}}}\n'


def _line(entry: dict[str, str]) -> str:
    """An entry as JSON, readable as far as it is harmless to read."""
    return json.dumps(entry, ensure_ascii=not all(value.isprintable() for value in entry.values()))
