"""Format `grouped`: a heading a file, a line a finding."""

from __future__ import annotations

from cilint.report import words
from cilint.report.escape import printable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cilint.finding import Finding
    from cilint.report.report import Report
    from cilint.report.terminal import Terminal


def render(report: Report, terminal: Terminal, *, quiet: bool = False) -> str:
    """The open findings under the file in which they are written; the waived ones and the summary unless `quiet`."""
    paint, plain = terminal.paint, terminal.ascii
    by_file: dict[str, list[Finding]] = {}
    for finding in report.open:
        by_file.setdefault(report.path(finding.span), []).append(finding)
    blocks = []
    for path, findings in by_file.items():
        lines = [paint(printable(path, ascii=plain), "strong")]
        place_width = max(len(f"{finding.span.line}:{finding.span.column}") for finding in findings)
        for finding in findings:
            place = f"{finding.span.line}:{finding.span.column}".ljust(place_width)
            kind = paint(finding.severity.ljust(7), finding.severity)
            reach = f" ({words.jobs(finding)})" if finding.jobs else ""
            message = printable(finding.message + reach, ascii=plain)
            lines.append(f"  {place}  {kind}  {message}  {paint(finding.rule, 'quiet')}")
        blocks.append("\n".join(lines))
    if report.waived and not quiet:
        lines = [paint("waived", "strong")]
        for finding in report.waived:
            text = f"{report.place(finding.span)}  {words.waived(finding)}"
            lines.append(f"  {printable(text, ascii=plain)}  {paint(finding.rule, 'quiet')}")
        blocks.append("\n".join(lines))
    if report.not_assessed:
        lines = [paint("not assessed", "warning")]
        for item in report.not_assessed:
            place = f" ({report.place(item.span)})" if item.span else ""
            lines.append(f"  {printable(f'{item.what}: {item.why}{place}', ascii=plain)}")
        blocks.append("\n".join(lines))
    if not quiet:
        blocks.append(words.summary(report))
    return "\n\n".join(blocks) + "\n" if blocks else ""
