"""`check --timings`: where the time went, for people; on standard error, so that reports stay what they are."""

from __future__ import annotations

from cilint.report.escape import printable, width
from cilint.report.words import plural

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cilint.clock import Clock

_SLOWEST = 10


def render(clock: Clock, *, ascii: bool = False) -> str:
    """The steps in their order, then the slowest rules and files. ascii: whether other characters are escaped."""
    lines = [f"timings: {_milliseconds(clock.total)} after start-up"]
    lines += _rows(list(clock.steps.items()), clock.total)
    for kind, spent in (("rule", clock.rules), ("file", clock.files)):
        slowest = sorted(spent.items(), key=lambda one: -one[1])[:_SLOWEST]
        if slowest:
            of = f", the slowest {_SLOWEST}" if len(spent) > _SLOWEST else ""
            lines += ["", f"{plural(len(spent), kind)}{of}"]
            lines += _rows([(printable(name, ascii=ascii), seconds) for name, seconds in slowest], clock.total)
    return "\n".join(lines) + "\n"


def _rows(spent: list[tuple[str, float]], total: float) -> list[str]:
    room = max(width(name) for name, _ in spent)
    return [
        f"  {name}{' ' * (room - width(name))}  {_milliseconds(seconds):>11}  {seconds / total if total else 0:>4.0%}"
        for name, seconds in spent
    ]


def _milliseconds(seconds: float) -> str:
    return f"{seconds * 1000:,.1f} ms"
