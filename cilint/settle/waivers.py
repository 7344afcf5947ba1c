"""Waivers: findings that somebody with the right to do so has accepted until a day, kept in a register.

A waiver that has expired, that nobody else approved, that the same change grants itself, or that names a rule which
cannot be waived settles nothing. A waived finding is not a pass: every format tells it apart.
"""

from __future__ import annotations

from cilint import cache
from cilint.errors import UnreadableError
from cilint.finding import Finding, NotAssessed
from cilint.opening import from_here, opened
from cilint.source import Source
from cilint.span import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

NAME = ".cilint-waivers.yaml"
_MAX_BYTES = 1024 * 1024
_STAMP = b"2"  # of the schema; a new one makes cached registers be validated again


class Waiver:
    """One entry of the register.

    state: "applied", "unused", "expired", "unapproved", "self-granted", "unknown" (git cannot tell whether the change
    grants it to itself), "refused", "closed" or "elsewhere" (of another project); "" until judged. why: more about the state. covers: how many findings it settles.
    """

    __slots__ = (
        "approved_by", "compensating", "covers", "created", "expires", "id", "reason", "requested_by", "rules", "scope", "span",
        "state", "status", "ticket", "why",
    )  # fmt: skip

    def __init__(self, data: dict[str, Any], span: Span) -> None:
        self.id: str = data["id"]
        self.rules: list[str] = data["rule"]
        self.scope: dict[str, Any] = {key: value for key, value in data["scope"].items() if value}
        self.reason: str = data["reason"]
        self.compensating: str = data["compensating"]
        self.requested_by: str = data["requested_by"]
        self.approved_by: list[str] = data["approved_by"]
        self.ticket: str = data["ticket"]
        self.created: str = data["created"]
        self.expires: str = data["expires"]
        self.status: str = data["status"]
        self.span = span
        self.state = ""
        self.why = ""
        self.covers = 0

    @property
    def broad(self) -> bool:
        """Whether it names jobs or files by a pattern, or any value at all."""
        scope = self.scope
        patterns = any("*" in name for name in (*scope.get("jobs", ()), scope.get("file", "")))
        return patterns or ("value" in scope and not scope["value"].strip("*"))

    @property
    def words(self) -> str:
        """What a finding that it settles says: the id first, then why, until when and by whom."""
        return (
            f"{self.id}: {self.reason} (until {self.expires}, approved by {', '.join(self.approved_by)}, {self.ticket})"
        )

    def covers_value(self, finding: Finding) -> bool:
        """Whether the scope means the finding, whatever its jobs are."""
        scope = self.scope
        if finding.rule not in self.rules:
            return False
        if "fingerprint" in scope and scope["fingerprint"] != finding.fingerprint:
            return False
        if "file" in scope and not _like(finding.span.source.path, scope["file"]):
            return False
        if "path" in scope:
            inner = ".".join(str(part) for part in finding.path[1:])
            if inner != scope["path"] and not inner.startswith(scope["path"] + "."):
                return False
        return "value" not in scope or _like(finding.span.text.strip("\"'"), scope["value"])

    def jobs_of(self, finding: Finding) -> tuple[str, ...]:
        """The jobs of a finding that the scope means; all of them where it names none."""
        patterns = self.scope.get("jobs")
        if not patterns:
            return finding.jobs
        return tuple(job for job in finding.jobs if any(_like(job, pattern) for pattern in patterns))


def _like(text: str, pattern: str) -> bool:
    from fnmatch import translate

    from cilint.notation.patterns import compiled

    # Python's own engine backtracks on many stars; this one does not (the register may come from a merge request).
    return compiled(translate(pattern.replace("[", "[[]")).removesuffix(r"\Z").removesuffix(r"\z")).fits(text)


class Register:
    """The entries of a file that can be read, and findings about those that cannot. path: absolute.

    unknown: what could not be told of them, for want of history.
    """

    __slots__ = ("faults", "path", "source", "unknown", "waivers")

    def __init__(self, path: str, source: Source) -> None:
        self.path = path
        self.source = source
        self.waivers: list[Waiver] = []
        self.faults: list[Finding] = []
        self.unknown: list[NotAssessed] = []

    def settle(self, findings: list[Finding]) -> None:
        """Mark the open findings that waivers in force mean. A finding of which only some jobs are meant is split."""
        for waiver in self.waivers:
            if waiver.state:
                continue
            for finding in list(findings):
                if finding.status != "open" or not waiver.covers_value(finding):
                    continue
                jobs = waiver.jobs_of(finding)
                if finding.jobs and not jobs:
                    continue
                if "jobs" in waiver.scope and not finding.jobs:
                    continue
                waiver.covers += 1
                if len(jobs) < len(finding.jobs):
                    findings.append(_part(finding, jobs, waiver))
                    finding.jobs = tuple(job for job in finding.jobs if job not in jobs)
                else:
                    finding.status, finding.reason = "waived", waiver.words


def _part(finding: Finding, jobs: tuple[str, ...], waiver: Waiver) -> Finding:
    """The waived part of a finding that stays open for other jobs."""
    part = Finding.__new__(Finding)
    for slot in Finding.__slots__:
        setattr(part, slot, getattr(finding, slot))
    part.jobs, part.status, part.reason = jobs, "waived", waiver.words
    return part


def load(path: str, shown: str) -> Register:
    """The register in a file; what is wrong with it is among its faults. Raises UnreadableError."""
    try:
        with opened(path) as file:
            data = file.read(_MAX_BYTES + 1)
    except OSError as error:
        raise UnreadableError(f"cannot read the register of waivers {from_here(path)}: {error.strerror}") from None
    if len(data) > _MAX_BYTES:
        raise UnreadableError(f"the register of waivers {from_here(path)} is bigger than {_MAX_BYTES} bytes")
    return parse(Source(shown, data.decode("utf-8", "replace"), "waivers"), path)


def parse(source: Source, path: str = "") -> Register:
    """The register in a text."""
    register = Register(path, source)
    seen: set[str] = set()
    for entry in _understood(source.text):
        span = Span(source, *entry["at"])
        if "fault" in entry:
            register.faults.append(_fault(entry["fault"], span))
            continue
        waiver = Waiver(entry["waiver"], span)
        if waiver.id in seen:
            register.faults.append(_fault(f"there is another waiver {waiver.id}", span))
            continue
        seen.add(waiver.id)
        register.waivers.append(waiver)
    return register


def _understood(text: str) -> list[dict[str, Any]]:
    name = cache.key(b"waivers", _STAMP, text.encode("utf-8", "surrogatepass"))
    known: list[dict[str, Any]] | None = cache.recall("waivers", name)
    if known is None:
        from cilint.settle.waivers_schema import understood  # imports pydantic: only when the register is new

        known = understood(text)
        cache.remember("waivers", name, known)
    return known


def _fault(message: str, span: Span) -> Finding:
    return Finding("waiver-invalid", message, span)


def tell(register: Register, judged: Callable[[str], bool], today: str, remind: int) -> list[Finding]:
    """What there is to say about the waivers themselves, once findings are settled.

    judged: whether a rule was judged on everything, so that a waiver for it that settles nothing has no use.
    remind: how many days before its last day a waiver is told of.
    """
    out = list(register.faults)
    for waiver in register.waivers:
        if not waiver.state:
            used = bool(waiver.covers)
            waiver.state = "applied" if used else "unused"
        say = _SAID.get(waiver.state)
        if waiver.state == "unused" and not all(judged(rule) for rule in waiver.rules):
            say = None
        if say:
            rule, message = say
            text = message.format(id=waiver.id, rules=", ".join(waiver.rules), why=waiver.why, expires=waiver.expires)
            out.append(Finding(rule, text, waiver.span))
        if waiver.state == "applied" and days_between(today, waiver.expires) <= remind:
            text = f"waiver {waiver.id} ends on {waiver.expires}: {', '.join(waiver.rules)} will count again"
            out.append(Finding("waiver-expiring", text, waiver.span))
        if waiver.state == "applied" and waiver.broad:
            text = f"waiver {waiver.id} says by a pattern what it is for, so it takes in what nobody has looked at"
            out.append(Finding("waiver-broad", text, waiver.span))
    return out


_SAID = {
    "unused": ("waiver-unused", "waiver {id} settles nothing: {rules} finds nothing in its scope"),
    "expired": ("waiver-expired", "waiver {id} ended on {expires}: {rules} counts again"),
    "unapproved": ("waiver-unapproved", "waiver {id} is not approved and settles nothing: {why}"),
    "self-granted": ("waiver-self-granted", "waiver {id} settles nothing: {why}"),
    "refused": ("waiver-refused", "waiver {id} settles nothing: {why}"),
}


def days_between(start: str, end: str) -> int:
    """Days from one YYYY-MM-DD to another; negative backwards."""
    from datetime import date

    return (date.fromisoformat(end) - date.fromisoformat(start)).days
