"""How often each rule found something: `check --statistics`."""

from __future__ import annotations

from cilint.report import words

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cilint.report.report import Report


def render(report: Report) -> str:
    """A line a rule, the most frequent first: count, severity, rule, title; `*` marks what --fix can mend."""
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
        lines.append(f"{count:>5} {mark} {severity[name]:<7} {name:<{wide}}  {title}".rstrip())
    return "\n".join([*lines, words.summary(report)]) + "\n"
