"""`cilint prove` for people: a table of gates and verdicts, and under it the story of each that does not hold."""

from __future__ import annotations

from cilint.gates.claim import PROVEN, REFUTED, UNKNOWN
from cilint.report.escape import printable, width
from cilint.report.place import reached
from cilint.report.wrap import wrap

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from cilint.gates.answer import Answer
    from cilint.report.terminal import Terminal
    from cilint.span import Span

_SIGNS = {PROVEN: ("✔", "+", "ok"), REFUTED: ("✘", "x", "error"), UNKNOWN: ("?", "?", "warning")}
_TYPE_SIGNS = {**_SIGNS, "absent": ("·", ".", "quiet")}
_NAME_AT_MOST = 40
_VERDICT = 11  # columns of sign and verdict before a row


def render(answers: Sequence[Answer], terminal: Terminal, prefix: str = "", *, unread: str = "") -> str:
    """All answers. prefix: what stands before the paths of the checked files; unread: why there may be more jobs."""
    page = _Page(terminal, prefix)
    if not answers:
        page.say(
            "No gates: the policy guards no job of this file."
            if not unread
            else f"Unknown: the policy guards no job that is known here, but {unread}."
        )
        return page.text
    for answer in answers:
        page.row(answer, max(width(_name(one)) for one in answers))
    for answer in answers:
        if answer.status != PROVEN:
            page.tell(answer)
    if any(answer.by_type for answer in answers):
        page.types(answers)
    page.say()
    page.say("Taken for granted", "strong")
    for assumption in answers[0].assumptions:
        page.say(assumption, "quiet", indent=2)
    page.say()
    counts = {status: sum(answer.status == status for answer in answers) for status in _SIGNS}
    page.say(", ".join(f"{count} {status}" for status, count in counts.items() if count))
    return page.text


class _Page:
    def __init__(self, terminal: Terminal, prefix: str) -> None:
        self._terminal = terminal
        self._prefix = prefix
        self._lines: list[str] = []

    @property
    def text(self) -> str:
        return "\n".join(self._lines) + "\n"

    def say(self, text: str = "", style: str = "", *, indent: int = 0) -> None:
        """A text in as few lines as it takes. indent: columns before the first; the others stand further in."""
        first, *more = self._wrapped(text, indent, indent + 2)
        lines = [(indent, first), *((indent + 2, line) for line in more)]
        for before, line in lines:
            painted = self._terminal.paint(line, style) if style and line else line
            self._lines.append(" " * before * bool(line) + painted)

    def copied(self, text: str, style: str) -> None:
        """A line that is there to be copied, or to be a link: it stays whole."""
        self._lines.append(f"  {self._terminal.paint(printable(text, ascii=self._terminal.ascii), style)}")

    def _wrapped(self, text: str, first: int, rest: int) -> list[str]:
        """The text in lines that fit. first, rest: columns taken before the first line and before the others."""
        columns = self._terminal.wrapped
        return wrap(printable(text, ascii=self._terminal.ascii), columns - first, columns and columns - rest)

    def sign(self, status: str) -> str:
        unicode, plain, style = _TYPE_SIGNS[status]
        return self._terminal.paint(plain if self._terminal.ascii else unicode, style)

    def row(self, answer: Answer, columns: int) -> None:
        columns = min(columns, _NAME_AT_MOST)
        name = _name(answer)
        name += " " * max(0, columns - width(name))
        note = ""
        if answer.vacuous:
            note = "  (vacuous: no pipeline has the guarded job)"
        elif answer.holds_up_to == "outside-variables":
            note = "  (not if predefined variables are overridden)"
        elif answer.status == REFUTED:
            note = f"  {answer.why.replace('_', ' ')}: {', '.join(answer.broken)}" if answer.broken else ""
        first, *more = self._wrapped(f"{name}  {_claim(answer)}{note}", _VERDICT, _VERDICT)
        self._lines.append(f"{self.sign(answer.status)} {answer.status:8} {first}")
        self._lines += [f"{'':>{_VERDICT}}{line}" for line in more]

    def tell(self, answer: Answer) -> None:
        self.say()
        self.say(f"{_name(answer)} {_claim(answer)}", "strong")
        shown = answer.counterexample
        if shown is None:
            self.say(answer.reason, indent=2)
            return
        for line in shown.story:
            self.say(line, indent=2)
        if shown.span is not None:
            self.copied(f"--> {self._place(shown.span)}", "gutter")
        for related in shown.related:
            self.say(f"{related.message}: {self._place(related.span)}", "quiet", indent=2)
        if answer.command:
            self.copied(f"$ {answer.command}", "help")

    def _place(self, span: Span) -> str:
        return f"{reached(span.source.path, self._prefix)}:{span.line}:{span.column}"

    def types(self, answers: Sequence[Answer]) -> None:
        self.say()
        self.say("By pipeline type", "strong")
        for answer in answers:
            if not answer.by_type:
                continue
            self.say(f"{_name(answer)} {_claim(answer)}", indent=2)
            for name, status in answer.by_type.items():
                self._lines.append(
                    f"    {self.sign(status)} {name}: {'not in such a pipeline' if status == 'absent' else status}"
                )


def _name(answer: Answer) -> str:
    """The guarded job, with those that start its pipeline before it."""
    return " > ".join((*answer.triggers, answer.guarded))


def _claim(answer: Answer) -> str:
    gates = " and ".join(answer.by)
    if answer.kind == "manual":
        return "waits for a person"
    return {
        "approval": f"waits for approval by {gates}",
        "scan": f"waits for {gates} to pass",
        "check": f"does not start when {gates} fails",
        "order": f"comes after {gates}",
    }[answer.kind]
