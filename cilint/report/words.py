"""Phrases that several formats share: the jobs of a finding, its way through the files, the summary."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from cilint.finding import Finding, NotAssessed
    from cilint.report.report import Report
    from cilint.span import Span
    from cilint.trail import Step

_NAMED = 3  # of many jobs, or of many things that could not be assessed

_STEPS = {
    "alias": "alias *{name}",
    "merge": "<<: *{name}",
    "reference": "!reference {name}",
    "extends": "extends {name}",
    "include": "include {name}",
    "default": "default {name}",
    "input": "input {name}",
}


def jobs(finding: Finding) -> str:
    """The jobs that a finding reaches: "job build", "jobs build, test", "30 jobs: a, b, c and 27 more"; or ""."""
    names = finding.jobs
    if not names:
        return ""
    if len(names) == 1:
        return f"job {names[0]}"
    if len(names) <= _NAMED:
        return f"jobs {', '.join(names)}"
    return f"{len(names)} jobs: {_first(names)}"


def _first(names: Sequence[str]) -> str:
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more


def step(item: Step, report: Report) -> str:
    """One step of a trail with its place: "extends .base at ci.yml:3:12"."""
    inline = item.kind == "merge" and not item.name  # `<<: {image: ruby}`: no anchor is asked for
    phrase = "<<" if inline else _STEPS.get(item.kind, item.kind).format(name=item.name).strip()
    return f"{phrase} at {report.place(item.span)}"


def via(finding: Finding, report: Report) -> str:
    """How the value came to the first of the jobs, innermost step first; "" when it is written there."""
    return ", then ".join(step(item, report) for item in finding.trail)


def waived(finding: Finding) -> str:
    """What a waived finding is, and by which waiver: "node comes from outside (job build): W-1, see SEC-2"."""
    reach = f" ({jobs(finding)})" if finding.jobs else ""
    return f"{finding.message}{reach}: {finding.reason}" if finding.reason else f"{finding.message}{reach}"


class Gap:
    """What could not be assessed for one cause, as people are told.

    what: the things, of many the first few. why: the cause, and the rules that are undecided for it. span: where the
    first of the things is written, None where none is.
    """

    __slots__ = ("span", "what", "why")

    def __init__(self, items: list[NotAssessed]) -> None:
        self.span: Span | None = items[0].span
        self.what = _first(list(dict.fromkeys(item.what for item in items)))
        rules = list(dict.fromkeys(rule for item in items for rule in item.rules))
        open_rules = ", ".join(rules) if len(rules) < _NAMED else plural(len(rules), "rule")
        self.why = f"{items[0].why} ({open_rules} undecided)" if rules else items[0].why


def gaps(report: Report) -> list[Gap]:
    """What could not be assessed, each cause once, in the order of the report.

    What leaves many rules undecided is a cause of its own, such as an include that could not be read. What leaves only
    the rule undecided that met it shares its cause with all of which the same is said.
    """
    causes: dict[object, list[NotAssessed]] = {}
    for item in report.not_assessed:
        causes.setdefault(item.why if len(item.rules) == 1 else (item.what, item.why), []).append(item)
    return [Gap(items) for items in causes.values()]


def plural(count: int, noun: str) -> str:
    """A count with its noun: "1 error", "2 errors", "0 files"."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def summary(report: Report) -> str:
    """One line: what was found, in how much, and what else there is to know."""
    scope = f"{plural(report.jobs, 'job')} ({plural(len(report.files), 'file')}, {plural(len(report.rules), 'rule')})"
    counts = [
        plural(number, noun) if severity != "info" else f"{number} info"
        for severity, noun in (("error", "error"), ("warning", "warning"), ("info", "info"))
        if (number := report.count(severity))
    ]
    if counts:
        head = f"{', '.join(counts)} in {scope}"
    elif report.not_assessed:
        head = f"no findings in what could be assessed of {scope}"
    else:
        head = f"no findings in {scope}"
    parts = [head]
    safe, unsafe = (sum(finding.fix == fix for finding in report.open) for fix in ("safe", "unsafe"))
    if safe:
        parts.append(f"{safe} fixable with --fix")
    if unsafe:
        parts.append(f"{unsafe} {'more' if safe else 'fixable'} with --unsafe-fixes")
    parts += [
        f"{number} {status}" for status in ("waived", "suppressed", "baselined") if (number := report.settled(status))
    ]
    if report.not_assessed:
        count = len(report.not_assessed)
        parts.append(f"{count} not assessed" + (", all told by --format json" if count > len(gaps(report)) else ""))
    return " - ".join(parts)
