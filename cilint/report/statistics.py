"""How often each rule found something: `check --statistics`."""

from __future__ import annotations

from cilint.report import words
from cilint.report.escape import printable
from cilint.report.wrap import wrap

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cilint.report.report import Report
    from cilint.report.terminal import Terminal


def render(report: Report, terminal: Terminal, *, quiet: bool = False) -> str:
    """A line a rule, the most frequent first: count, severity, rule, title; `*` marks what --fix can mend.

    quiet: without the summary.
    """
    counts: dict[str, int] = {}
    fixable: set[str] = set()
    severity: dict[str, str] = {}
    for finding in report.open:
        counts[finding.rule] = counts.get(finding.rule, 0) + 1
        severity[finding.rule] = finding.severity
        if finding.edits:
            fixable.add(finding.rule)
    wide = max((len(name) for name in counts), default=0)
    lines = []
    for name, count in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
        title = report.rules[name].title if name in report.rules else ""
        mark = "*" if name in fixable else " "
        lead = f"{count:>5} {mark} {severity[name]:<7} {name:<{wide}}  "
        room = terminal.wrapped and terminal.wrapped - len(lead)
        first, *more = wrap(printable(title, ascii=terminal.ascii), room, room)
        painted = lead.replace(severity[name], terminal.paint(severity[name], severity[name]), 1)
        lines += [f"{painted}{first}".rstrip(), *(f"{'':>{len(lead)}}{part}" for part in more)]
    if not quiet:
        first, *more = wrap(words.summary(report), terminal.wrapped, terminal.wrapped and terminal.wrapped - 2)
        lines += [first, *(f"  {part}" for part in more)]
    return "\n".join(lines) + "\n" if lines else ""
