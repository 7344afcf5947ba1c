"""Report: the findings of one run, what could not be assessed, and the facts of the run that formats print."""

from __future__ import annotations

from cilint import __version__

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from cilint.finding import Finding, NotAssessed

_RANK = {"error": 0, "warning": 1, "info": 2}


class RuleFacts:
    """What a report tells about a rule that ran.

    severity: after settings. checked: names of the jobs that the rule looked at; () when it looks at the whole file.
    """

    __slots__ = ("controls", "fix", "id", "pack", "severity", "title", "why")

    def __init__(
        self, id: str, severity: str, title: str = "", *, why: str = "", fix: str = "", controls: Iterable[str] = (),
        pack: str = "",
    ) -> None:  # fmt: skip
        self.id = id
        self.severity = severity
        self.title = title
        self.why = why
        self.fix = fix
        self.controls = tuple(controls)
        self.pack = pack


class Report:
    """Everything that a format prints.

    findings: in order of file and line, the settled ones (waived, suppressed, baselined) among them.
    entries: the files that were asked for. files: every file that was read for them. jobs: how many they define.
    rules: every rule that ran, by id. secrets: texts that no output may show.
    """

    __slots__ = ("entries", "files", "findings", "jobs", "not_assessed", "rules", "secrets", "version")

    def __init__(self) -> None:
        self.findings: list[Finding] = []
        self.not_assessed: list[NotAssessed] = []
        self.entries: list[str] = []
        self.files: list[str] = []
        self.jobs = 0
        self.rules: dict[str, RuleFacts] = {}
        self.secrets: set[str] = set()
        self.version = __version__

    @property
    def open(self) -> list[Finding]:
        """The findings that count."""
        return [finding for finding in self.findings if finding.status == "open"]

    def count(self, severity: str) -> int:
        """How many open findings have this severity."""
        return sum(finding.severity == severity for finding in self.open)

    def settled(self, status: str) -> int:
        """How many findings are "waived", "suppressed" or "baselined"."""
        return sum(finding.status == status for finding in self.findings)

    def fails(self, threshold: str, *, strict: bool = False) -> bool:
        """Whether an open finding is at or above the threshold ("error", "warning", "info"; "never" fails nothing).

        strict: what could not be assessed fails too.
        """
        if threshold == "never":
            return False
        if strict and self.not_assessed:
            return True
        return any(_RANK[finding.severity] <= _RANK[threshold] for finding in self.open)

    def sort(self) -> None:
        """Order findings by place, so that every run and every format tells them alike."""
        self.findings.sort(key=lambda finding: (*finding.span.key, finding.rule, finding.message))
