"""Format `grouped`: a heading a file, a line a finding."""

from __future__ import annotations

from cilint.report import words
from cilint.report.escape import printable, width
from cilint.report.wrap import wrap

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cilint.finding import Finding
    from cilint.report.report import Report
    from cilint.report.terminal import Terminal


def render(report: Report, terminal: Terminal, *, quiet: bool = False) -> str:
    """The open findings under the file in which they are written; the waived ones and the summary unless `quiet`."""
    by_file: dict[str, list[Finding]] = {}
    for finding in report.open:
        by_file.setdefault(report.path(finding.span), []).append(finding)
    blocks = []
    for path, findings in by_file.items():
        lines = [terminal.paint(printable(path, ascii=terminal.ascii), "strong")]
        places = max(len(f"{finding.span.line}:{finding.span.column}") for finding in findings)
        for finding in findings:
            place = f"{finding.span.line}:{finding.span.column}".ljust(places)
            reach = f" ({words.jobs(finding)})" if finding.jobs else ""
            kind = finding.severity.ljust(7)
            head = f"  {place}  {terminal.paint(kind, finding.severity)}  "
            lines += _lines(head, places + 13, finding.message + reach, finding.rule, terminal)
        blocks.append("\n".join(lines))
    if report.waived and not quiet:
        lines = [terminal.paint("waived", "strong")]
        for finding in report.waived:
            lines += _lines("  ", 2, f"{report.place(finding.span)}  {words.waived(finding)}", finding.rule, terminal)
        blocks.append("\n".join(lines))
    if report.not_assessed:
        lines = [terminal.paint("not assessed", "warning")]
        for gap in words.gaps(report):
            place = f"{report.place(gap.span)}  " if gap.span else ""
            lines += _lines("  ", 2, f"{place}{gap.what}: {gap.why}", "", terminal)
        blocks.append("\n".join(lines))
    if not quiet:
        blocks.append("\n".join(_lines("", 0, words.summary(report), "", terminal)))
    return "\n\n".join(blocks) + "\n" if blocks else ""


def _lines(head: str, used: int, text: str, rule: str, terminal: Terminal) -> list[str]:
    """A head and its text, which goes on below itself where it does not fit; the rule stands behind it.

    used: columns that the head takes.
    """
    room = terminal.wrapped and terminal.wrapped - used
    first, *more = wrap(printable(text, ascii=terminal.ascii), room, room)
    lines = [f"{head}{first}", *(f"{'':>{used}}{line}" for line in more)]
    if rule and room and width(f"{more[-1] if more else first}  {rule}") > room:
        lines.append(f"{'':>{used}}{terminal.paint(rule, 'quiet')}")
    elif rule:
        lines[-1] += f"  {terminal.paint(rule, 'quiet')}"
    return lines
