"""Format `full`: for a person. A clickable place, the source with a caret, how the value came there, what to do."""

from __future__ import annotations

from cilint.report import words
from cilint.report.escape import printable, width
from cilint.report.frame import frame
from cilint.report.wrap import wrap

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cilint.finding import Finding, Related
    from cilint.report.report import Report
    from cilint.report.terminal import Terminal

_RELATED = 5  # more places than this say no more
_INDENT = 4  # of the later lines of a message


def render(report: Report, terminal: Terminal, *, quiet: bool = False) -> str:
    """The open findings in order of place, the waived ones in a line each, what could not be assessed, the summary.

    quiet: without the waived ones and the summary.
    """
    page = Page(report, terminal)
    blocks: list[str] = []
    by_file: dict[str, list[Finding]] = {}
    for finding in report.open:
        by_file.setdefault(finding.span.source.path, []).append(finding)
    for number, (path, findings) in enumerate(by_file.items()):
        rendered = [page.findings(group) for group in _groups(findings)]
        if terminal.sections:
            wanted = any(finding.severity == "error" or report.breaks(finding) for finding in findings)
            rendered = [_section(number, path, rendered, count=len(findings), closed=not wanted)]
        blocks += rendered
    if report.waived and not quiet:
        blocks.append("\n".join(page.waived(finding) for finding in report.waived))
    if report.not_assessed:
        blocks.append("\n".join(page.not_assessed(gap) for gap in words.gaps(report)))
    if not quiet:
        style = "error" if report.count("error") else "warning" if report.open or report.not_assessed else "ok"
        blocks.append("\n".join(terminal.paint(line, style) for line in page.summary()))
    return "\n\n".join(blocks) + "\n" if blocks else ""


class Page:
    """Renders the parts of one report for one terminal."""

    __slots__ = ("report", "terminal")

    def __init__(self, report: Report, terminal: Terminal) -> None:
        self.report = report
        self.terminal = terminal

    def finding(self, finding: Finding) -> str:
        """One finding: its line, its frame, its notes."""
        return self.findings([finding])

    def findings(self, findings: list[Finding]) -> str:
        """Findings that differ only in their message: a line for each, and one frame and the notes for all."""
        paint = self.terminal.paint
        finding = findings[0]
        lines = self.head(finding, finding.message if len(findings) == 1 else words.plural(len(findings), "finding"))
        if len(findings) > 1:
            lines += [line for one in findings for line in self.item(one.message)]
        related = finding.related[:_RELATED]
        last = max([finding.span.end_line, *(item.span.line for item in related)])
        gutter = max(len(str(last)), 3)
        lines += frame(finding.span, self.terminal, finding.severity, self.report.secrets, gutter)
        for item in related:
            lines += self.related(item, gutter)
        for label, text in self.notes(finding):
            used = gutter + len(label) + 5
            first, *more = self.wrap(text, used)
            lines.append(f"{'':>{gutter}} {paint('=', 'gutter')} {paint(label + ':', 'strong')} {first}")
            lines += [f"{'':>{used}}{line}" for line in more]
        return "\n".join(lines)

    def head(self, finding: Finding, message: str) -> list[str]:
        """The first line, which terminals and editors make a link, and what of the message does not fit into it."""
        place, kind = self.clean(self.report.place(finding.span)), f"{finding.severity}[{finding.rule}]"
        first, *more = self.wrap(message, width(place) + len(kind) + 4, _INDENT)
        head = f"{self.terminal.paint(place, 'strong')}: {self.terminal.paint(kind, finding.severity)}: {first}"
        return [head, *(f"{'':>{_INDENT}}{line}" for line in more)]

    def item(self, message: str) -> list[str]:
        """One of several messages below a common first line."""
        first, *more = self.wrap(message, _INDENT + 2)
        return [f"{'':>{_INDENT}}- {first}", *(f"{'':>{_INDENT}}  {line}" for line in more)]

    def wrap(self, text: str, used: int, indent: int | None = None) -> list[str]:
        """The text in lines that fit. used: columns taken before the first; indent: before the others, if not as many."""
        columns = self.terminal.wrapped
        return wrap(self.clean(text), columns - used, columns and columns - (used if indent is None else indent))

    def related(self, item: Related, gutter: int) -> list[str]:
        """A second place that helps to understand, with its frame."""
        span = item.span.first_line
        head = f"{'':>{gutter}} {self.terminal.paint('::', 'gutter')} {self.clean(f'{self.report.place(span)}: {item.message}')}"
        return [head, *frame(span, self.terminal, "info", self.report.secrets, gutter)[1:]]

    def notes(self, finding: Finding) -> list[tuple[str, str]]:
        """Labelled lines below the frame."""
        rule = self.report.rules.get(finding.rule)
        fix = finding.help or (rule.fix if rule else "")
        notes = [
            ("in", words.jobs(finding)),
            ("via", words.via(finding, self.report)),
            ("help", fix),
            ("more", self.report.page(finding.rule)),
        ]
        return [(label, text) for label, text in notes if text]

    def waived(self, finding: Finding) -> str:
        """One finding that a waiver settles."""
        place = self.clean(self.report.place(finding.span))
        return self.remark(place, f"waived[{finding.rule}]", "quiet", words.waived(finding))

    def not_assessed(self, gap: words.Gap) -> str:
        """What could not be looked at for one cause."""
        place = self.clean(self.report.place(gap.span)) if gap.span else ""
        return self.remark(place, "not assessed", "warning", f"{gap.what}: {gap.why}")

    def remark(self, place: str, label: str, style: str, text: str) -> str:
        """Place, label and text, in as few lines as it takes."""
        paint = self.terminal.paint
        used = len(label) + 2 + (width(place) + 2 if place else 0)
        first, *more = self.wrap(text, used, _INDENT)
        head = f"{paint(place, 'strong')}: " if place else ""
        return "\n".join([f"{head}{paint(label, style)}: {first}", *(f"{'':>{_INDENT}}{line}" for line in more)])

    def summary(self) -> list[str]:
        """The last line, broken where it does not fit."""
        first, *more = self.wrap(words.summary(self.report), 0, 2)
        return [first, *(f"  {line}" for line in more)]

    def clean(self, text: str) -> str:
        """Text of the checked files, harmless and on one line."""
        return printable(" ".join(text.split("\n")), ascii=self.terminal.ascii)


def _groups(findings: list[Finding]) -> list[list[Finding]]:
    """Findings that stand next to each other and share place, rule and notes, together."""
    groups: list[list[Finding]] = []
    before: object = None
    for finding in findings:
        key = (finding.span.key, finding.rule, finding.jobs, finding.trail, finding.help)
        if key == before and not finding.related:
            groups[-1].append(finding)
        else:
            groups.append([finding])
        before = None if finding.related else key
    return groups


def _section(number: int, path: str, blocks: list[str], *, count: int, closed: bool) -> str:
    """A collapsible section of GitLab's job log (doc/ci/jobs/job_logs.md). count: of its findings."""
    import time

    now, name = int(time.time()), f"cilint_{number}"
    head = f"{printable(path)}: {words.plural(count, 'finding')}"
    start = f"\x1b[0Ksection_start:{now}:{name}{'[collapsed=true]' if closed else ''}\r\x1b[0K{head}"
    return "\n\n".join([start, *blocks]) + f"\n\x1b[0Ksection_end:{now}:{name}\r\x1b[0K"
