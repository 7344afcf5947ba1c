"""Report: the findings of one run, what could not be assessed, and the facts of the run that formats print."""

from __future__ import annotations

from cilint import __version__
from cilint.finding import SEVERITIES
from cilint.report.place import reached

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from cilint.finding import Finding, NotAssessed
    from cilint.span import Span

_RANK = {severity: rank for rank, severity in enumerate(SEVERITIES)}


class RuleFacts:
    """What a report tells about a rule that ran.

    severity: after settings. pack: the pack that it came from. controls: as framework:control.
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
    entries: the files that were asked for. unread: those of them that could not be read at all. files: every file that was read for them. jobs: how many they define.
    whole: the entries of which nothing is missing. reach: by fingerprint, the entries that have the finding.
    rules: every rule that ran, by id. secrets: texts that no output may show. prefix: what stands before a path of
    the repository when it is seen from the working directory ("../", "sub/"). docs: where the pages of rules are.
    packs: by name, the packs that the call brings, as it names them. former: for ids that rules had before, those that they have now. thresholds: by entry, the severity from which its findings fail the run, as `--fail-on` has it; "error" without one.
    """

    __slots__ = (
        "docs",
        "entries",
        "files",
        "findings",
        "former",
        "jobs",
        "not_assessed",
        "packs",
        "prefix",
        "reach",
        "rules",
        "secrets",
        "thresholds",
        "unread",
        "version",
        "whole",
    )

    def __init__(self) -> None:
        self.findings: list[Finding] = []
        self.not_assessed: list[NotAssessed] = []
        self.entries: list[str] = []
        self.unread: list[str] = []
        self.files: list[str] = []
        self.jobs = 0
        self.whole: list[str] = []
        self.reach: dict[str, list[str]] = {}
        self.rules: dict[str, RuleFacts] = {}
        self.former: dict[str, str] = {}
        self.packs: dict[str, str] = {}
        self.secrets: set[str] = set()
        self.prefix = ""
        self.docs = ""
        self.thresholds: dict[str, str] = {}
        self.version = __version__

    @staticmethod
    def from_json(text: str) -> Report:
        """The report that `check --format json` printed. Raises UsageError for other texts."""
        from cilint.report.reload import reload

        return reload(text)

    @property
    def open(self) -> list[Finding]:
        """The findings that count."""
        return [finding for finding in self.findings if finding.status == "open"]

    @property
    def waived(self) -> list[Finding]:
        """The findings that a waiver settles: somebody answers for each, so every format tells them."""
        return [finding for finding in self.findings if finding.status == "waived"]

    def count(self, severity: str) -> int:
        """How many open findings have this severity."""
        return sum(finding.severity == severity for finding in self.open)

    def settled(self, status: str) -> int:
        """How many findings are "waived", "suppressed" or "baselined"."""
        return sum(finding.status == status for finding in self.findings)

    def fails(self, threshold: str, *, strict: bool = False, entry: str = "") -> bool:
        """Whether an open finding is at or above the threshold ("error", "warning", "info"; "never": none is).

        strict: what could not be assessed fails too. entry: look only at what this file that was asked for has.
        """
        severities = (
            finding.severity
            for finding in self.open
            if not entry or entry in self.reach.get(finding.fingerprint, (entry,))
        )
        lost = strict and any(item.entry == entry or not entry for item in self.not_assessed)
        return fails(severities, threshold, lost=lost)

    def breaks(self, finding: Finding) -> bool:
        """Whether an open finding is one of those that fail the run."""
        entries = self.reach.get(finding.fingerprint) or self.entries
        return any(fails((finding.severity,), self.thresholds.get(entry, "error")) for entry in entries)

    def path(self, span: Span) -> str:
        """The path of a span's file as it is reached from the working directory."""
        return reached(span.source.path, self.prefix)

    def place(self, span: Span) -> str:
        """`file:line:column`, as terminals and editors make it a link."""
        return f"{self.path(span)}:{span.line}:{span.column}"

    def page(self, rule: str) -> str:
        """Where to read more about a rule: its page, or the command that shows it."""
        if self.docs:
            return self.docs.replace("{rule}", rule)
        facts = self.rules.get(rule)
        named = self.packs.get(facts.pack) if facts else None
        return f"cilint explain {rule} --policy {named}" if named else f"cilint explain {rule}"

    def sort(self) -> None:
        """Order findings by place, so that every run and every format tells them alike."""
        self.findings.sort(key=lambda finding: (*finding.span.key, finding.rule, finding.message))


def fails(severities: Iterable[str], threshold: str, *, lost: bool = False) -> bool:
    """Whether a run fails over open findings of these severities.

    threshold: the severity from which they do, or "never". lost: something could not be assessed where that fails, too,
    whatever the threshold.
    """
    return lost or any(threshold != "never" and _RANK[severity] <= _RANK[threshold] for severity in severities)
