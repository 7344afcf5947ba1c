"""Format `concise`: one line a finding, for pipes, editors and grep."""

from __future__ import annotations

from cilint.report import words
from cilint.report.escape import printable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cilint.report.report import Report
    from cilint.report.terminal import Terminal


def render(report: Report, terminal: Terminal, *, quiet: bool = False) -> str:
    """`file:line:column: severity[rule]: message (jobs)` for every open finding; the waived ones and the summary unless
    `quiet`.
    """
    paint, plain = terminal.paint, terminal.ascii
    lines = []
    for finding in report.open:
        place = paint(printable(report.place(finding.span), ascii=plain), "strong")
        kind = paint(f"{finding.severity}[{finding.rule}]", finding.severity)
        reach = f" ({words.jobs(finding)})" if finding.jobs else ""
        lines.append(f"{place}: {kind}: {printable(finding.message + reach, ascii=plain)}")
    for finding in () if quiet else report.waived:
        place = paint(printable(report.place(finding.span), ascii=plain), "strong")
        kind = paint(f"waived[{finding.rule}]", "quiet")
        lines.append(f"{place}: {kind}: {printable(words.waived(finding), ascii=plain)}")
    for gap in words.gaps(report):
        place = f"{printable(report.place(gap.span), ascii=plain)}: " if gap.span else ""
        lines.append(f"{place}{paint('not assessed', 'warning')}: {printable(f'{gap.what}: {gap.why}', ascii=plain)}")
    if not quiet:
        lines.append(words.summary(report))
    return "\n".join(lines) + "\n" if lines else ""
