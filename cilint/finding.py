"""What cilint has to say about the checked files: findings, and what could not be assessed."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from cilint.span import Span
    from cilint.trail import Trail

SEVERITIES = ("error", "warning", "info")


class Related:
    """A second place that helps to understand a finding, with a word on why."""

    __slots__ = ("message", "span")

    def __init__(self, message: str, span: Span) -> None:
        self.message = message
        self.span = span

    def __repr__(self) -> str:
        return f"Related({self.message!r} at {self.span})"


class Edit:
    """A replacement of the text of one span.

    safe: whether the meaning for GitLab is known to be what the rule asks for, so that `--fix` may apply it unasked.
    jobs: every job whose meaning it changes; one that the rule does not speak of makes it unsafe.
    """

    __slots__ = ("jobs", "replacement", "safe", "span")

    def __init__(self, span: Span, replacement: str, *, safe: bool = True, jobs: Iterable[str] = ()) -> None:
        self.span = span
        self.replacement = replacement
        self.safe = safe
        self.jobs = frozenset(jobs)

    def __repr__(self) -> str:
        return f"Edit({self.span} to {self.replacement!r}{'' if self.safe else ', unsafe'})"


class Finding:
    """One fault of the checked files.

    rule: the id of the rule. message: what is wrong here. span: where the offending value is *written*.
    path: keys from the root of the composed tree to the value. jobs: every job that the value reaches.
    trail: how the value reached the first of them. severity: "error", "warning" or "info"; "" until judged.
    status: "open", "waived", "suppressed" or "baselined"; reason: why it is not open.
    about: what tells it from others of its rule at the same value: the job or role that it names, the pipeline that it
    speaks of; of a fault of the whole pipeline, which stands at no value of its own, all that it is. "" where the value
    alone says it.
    """

    __slots__ = (
        "about",
        "controls",
        "edits",
        "fingerprint",
        "help",
        "jobs",
        "message",
        "path",
        "reason",
        "related",
        "rule",
        "severity",
        "span",
        "status",
        "trail",
    )

    def __init__(
        self,
        rule: str,
        message: str,
        span: Span,
        *,
        path: Iterable[str | int] = (),
        jobs: Iterable[str] = (),
        related: Iterable[Related] = (),
        trail: Trail = (),
        severity: str = "",
        help: str = "",
        edits: Iterable[Edit] = (),
    ) -> None:
        self.rule = rule
        self.message = message
        self.span = span
        self.path = tuple(path)
        self.jobs = tuple(jobs)
        self.related = tuple(related)
        self.trail = trail
        self.severity = severity
        self.help = help
        self.edits = tuple(edits)
        self.controls: tuple[str, ...] = ()
        self.fingerprint = ""
        self.about = ""
        self.status = "open"
        self.reason = ""

    @property
    def job(self) -> str | None:
        """The first of the jobs that the value reaches; None when no job owns it."""
        return self.jobs[0] if self.jobs else None

    @property
    def file(self) -> str:
        """The path of the file in which the offending value is written."""
        return self.span.source.path

    @property
    def line(self) -> int:
        """The line on which it begins, from 1."""
        return self.span.line

    @property
    def fix(self) -> str:
        """How it can be mended: "safe", "unsafe", or "" where somebody must do it by hand."""
        if not self.edits:
            return ""
        return "safe" if all(edit.safe for edit in self.edits) else "unsafe"

    def __repr__(self) -> str:
        return f"Finding({self.rule} at {self.span}: {self.message})"


class NotAssessed:
    """Something that cilint could not look at, so that nothing which depends on it may be called clean.

    what: the thing. why: the reason. rules: ids of the rules whose verdict is open because of it: they have not passed.
    entry: the path of the file that was asked for, once it is part of a report.
    """

    __slots__ = ("entry", "rules", "span", "what", "why")

    def __init__(self, what: str, why: str, span: Span | None = None, rules: Iterable[str] = ()) -> None:
        self.what = what
        self.why = why
        self.span = span
        self.rules = tuple(rules)
        self.entry = ""

    def __repr__(self) -> str:
        return f"NotAssessed({self.what}: {self.why})"
