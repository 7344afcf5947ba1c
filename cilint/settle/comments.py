"""Comments that settle findings: `# cilint: ignore[rule, rule] reason (until 2026-12-31)`.

At the end of a line or above it, a comment covers what starts there: a value, a list item, or a key with all that is
below it. On the key of a job it covers what that job inherits, too. In a script file it covers its line.
"""

from __future__ import annotations

import re
from collections import deque

from cilint.finding import Edit, Finding
from cilint.settle.misspelt import misspelt
from cilint.span import Span
from cilint.tree.comments import Comment, comments
from cilint.tree.documents import unparsed
from cilint.tree.node import Mapping, Sequence

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable, Iterator

    from cilint.check import Checked
    from cilint.tree.documents import Reading
    from cilint.tree.node import Node

_WORD = "cilint:"
_PART = re.compile(r"(?:^|[ \t]#+[ \t]*)(cilint:.*)")
_IGNORE = re.compile(r"cilint:\s*ignore\s*\[([^\]]*)\]\s*(.*)")
_UNTIL = re.compile(r"\(?\buntil\b[\s:=]*([^\s,;()]*?)[.:]?(?=[\s,;()]|$)\)?", re.IGNORECASE)
_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_AT_MOST = 1000  # comments of one file that are heeded; those of a hostile one would be held against every finding
_SHAPE = "write `# cilint: ignore[rule] reason`, with `until YYYY-MM-DD` where it is to end"


class Ignore:
    """One comment that ignores rules.

    first, last: the lines that it covers. job: the name of the job whose key it stands at, else "". until: the last
    day on which it holds (YYYY-MM-DD), "" for ever. used: the rules of which it settled a finding.
    """

    __slots__ = ("comment", "first", "job", "last", "reason", "rules", "until", "used")

    def __init__(self, comment: Comment, rules: tuple[str, ...], reason: str, until: str) -> None:
        self.comment = comment
        self.rules = rules
        self.reason = reason
        self.until = until
        self.first = self.last = comment.span.line
        self.job = ""
        self.used: set[str] = set()

    def holds(self, today: str) -> bool:
        """Whether the last day of the comment is not over."""
        return not self.until or self.until >= today

    def covers(self, finding: Finding) -> bool:
        """Whether the finding is written in the lines that the comment covers."""
        span = finding.span
        return span.source.path == self.comment.span.source.path and self.first <= span.line <= self.last


def places(checked: Checked) -> list[Reading]:
    """The files in which comments count: those of configuration, and the script files that jobs call."""
    called = checked.context.called if checked.context else []
    return [*checked.config.readings, *map(unparsed, called)]


def settle(
    findings: list[Finding],
    readings: Iterable[Reading],
    required: Container[str],
    today: str,
    *,
    known: Container[str] = (),
    called: Callable[[str, str], str] = lambda rule, _: rule,
    require_reason: bool = False,
) -> tuple[list[Ignore], list[Finding]]:
    """Mark the findings that comments cover as suppressed; the comments, and what is wrong with them.

    required: ids of rules that no comment can switch off. today: YYYY-MM-DD. known: ids of rules, by which a comment
    that is nearly one to cilint is known. called: what a rule is called now that a comment names at a place. require_reason: whether a comment without a reason has no effect.
    """
    ignores: list[Ignore] = []
    faults: list[Finding] = []
    for reading in readings:
        if reading.source.ours:
            told: set[int] = set()
            for ignore in _ignores(reading, faults, told):
                ignore.rules = tuple(called(rule, str(ignore.comment.span)) for rule in ignore.rules)
                ignores.append(ignore)
                faults += _unsound(ignore, today)
            faults += misspelt(reading, known, told)
    by_rule: dict[str, list[Finding]] = {}
    for finding in findings:
        by_rule.setdefault(finding.rule, []).append(finding)
    for ignore in ignores:
        if ignore.holds(today) and (ignore.reason or not require_reason):
            for rule in dict.fromkeys(ignore.rules):
                for finding in by_rule.get(rule, ()):
                    faults += _apply(ignore, finding, required)
    return ignores, faults


def unused(
    ignores: Iterable[Ignore], ran: Container[str], known: Iterable[str], packs: Container[str], today: str
) -> list[Finding]:
    """A finding for each rule of a comment that settles nothing.

    ran: rules that were judged in this run, for others nothing can be said. known: every rule that there is.
    packs: the names of packs: a comment cannot ignore a whole one, for nobody could say what it covers tomorrow.
    """
    known = set(known)
    out: list[Finding] = []
    for ignore in ignores:
        for rule in ignore.rules:
            if rule in packs:
                message = f"{rule} is a pack of rules, and a comment names each rule that it ignores"
                out.append(Finding("suppression-unknown-rule", message, ignore.comment.span))
            elif rule not in known:
                out.append(_unknown(ignore, rule, known))
            elif rule in ran and rule not in ignore.used and ignore.holds(today) and ignore.reason:
                message = f"{rule} finds nothing here any more, so the comment has no use"
                out.append(Finding("unused-suppression", message, ignore.comment.span, edits=_without(ignore, rule)))
    return out


def _ignores(reading: Reading, faults: list[Finding], told: set[int]) -> Iterator[Ignore]:
    """The comments to cilint; those that say nothing are faults. told: gets the lines of all."""
    layout: Layout | None = None
    for number, comment in enumerate(filter(None, map(_to_cilint, comments(reading, _WORD)))):
        told.add(comment.span.line)
        if number == _AT_MOST:
            message = f"more than {_AT_MOST} comments to cilint in one file: those from here on are not heeded"
            faults.append(Finding("suppression-malformed", message, comment.span))
            return
        match = _IGNORE.match(comment.text)
        rules = tuple(rule.strip() for rule in match[1].split(",") if rule.strip()) if match else ()
        if not match or not rules:
            faults.append(Finding("suppression-malformed", f"this comment says nothing: {_SHAPE}", comment.span))
            continue
        said = match[2].partition(" #")[0]
        try:
            until = _end(said)
        except ValueError as error:
            faults.append(Finding("suppression-malformed", f"{error}, so nothing is ignored: {_SHAPE}", comment.span))
            continue
        reason = (_UNTIL.sub(lambda end: "" if _is_date(end[1]) else end[0], said)).strip(" -:,;.")
        ignore = Ignore(comment, rules, reason, until)
        layout = layout or Layout(reading)
        layout.aim(ignore)
        yield ignore


def _to_cilint(comment: Comment) -> Comment | None:
    """The part of a comment that speaks to cilint, as in `# renovate: x # cilint: ignore[rule] reason`; None without."""
    part = _PART.search(comment.text)
    if part is None or not part.start():
        return comment if part else None
    span = comment.span
    text = span.source.line(span.line)
    column = text.index(comment.text, span.column) + part.start() + 2  # that of the "#", behind a blank
    return Comment(part[1], Span(span.source, span.line, column, span.line, span.end_column), alone=comment.alone)


def _end(said: str) -> str:
    """The last day of a comment, "" when it has none. Raises ValueError for an end that is no day.

    "until the move until 2026-12-31" has one; of "until the move" nobody could say when it is over.
    """
    ends = _UNTIL.findall(said)
    days = [end for end in ends if _is_date(end)]
    wrong = [end for end in ends if not _is_date(end) and (not days or end[:1].isdigit())]
    if wrong:
        raise ValueError(f"`until {wrong[0]}` names no day" if wrong[0] else "`until` names no day")
    if len(days) > 1:
        raise ValueError("`until` stands here twice")
    return days[0] if days else ""


class Layout:
    """What starts on which line of a file.

    ends: the last line of the outermost entry or item that starts on a line. jobs: the keys of the top level. content:
    for each line, itself or the next one that holds more than a comment.
    """

    __slots__ = ("content", "ends", "jobs")

    def __init__(self, reading: Reading) -> None:
        self.ends: dict[int, int] = {}
        self.jobs: dict[int, str] = {}
        waiting: deque[Node] = deque(root for root in (reading.header, reading.body) if root is not None)
        while waiting:  # level by level, so that the outermost comes first
            for start, value in _written(waiting.popleft()):
                self.ends.setdefault(start, value.end_line)
                waiting.append(value)
        for key, written in reading.body.keys.items() if reading.body else ():
            if isinstance(key, str):
                self.jobs.setdefault(written.line, key)
        lines = reading.source.lines
        self.content = [len(lines) + 1] * (len(lines) + 2)
        for number in range(len(lines), 0, -1):
            text = lines[number - 1].strip()
            self.content[number] = number if text and not text.startswith("#") else self.content[number + 1]

    def aim(self, ignore: Ignore) -> None:
        """Set the lines and the job that a comment covers."""
        line = ignore.comment.span.line
        if ignore.comment.alone:
            line = self.content[line + 1]
        ignore.first, ignore.last = line, max(line, self.ends.get(line, line))
        ignore.job = self.jobs.get(line, "")


def _written(node: Node) -> Iterator[tuple[int, Node]]:
    """What is written directly in a node: the line on which each entry or item starts, and its value."""
    if isinstance(node, Mapping):
        for key, written in node.keys.items():
            trail = node.trail(key)
            if not any(step.kind == "merge" for step in trail) and written.source is node.source:
                yield written.line, written if trail else node.values[key]
    elif isinstance(node, Sequence):
        for index, item in enumerate(node.items):
            if not node.trail(index):
                yield item.line, item


def _unsound(ignore: Ignore, today: str) -> Iterator[Finding]:
    span, rules = ignore.comment.span, ", ".join(ignore.rules)
    if not ignore.reason:
        yield Finding("suppression-reason", f"no reason is given for ignoring {rules}: {_SHAPE}", span)
    if not ignore.holds(today):
        yield Finding("suppression-expired", f"ignoring {rules} ended on {ignore.until}", span)


def _is_date(text: str) -> bool:
    if not _DATE.fullmatch(text) or not text.isascii():
        return False
    year, month, day = (int(part) for part in text.split("-"))
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    days = (31, 29 if leap else 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
    return 1 <= month <= 12 and 1 <= day <= days[month - 1]


def _apply(ignore: Ignore, finding: Finding, required: Container[str]) -> Iterator[Finding]:
    """Settle the finding, or the part of it that reaches the comment's job."""
    whole = ignore.covers(finding)
    if not whole and not (ignore.job and ignore.job in finding.jobs):
        return
    ignore.used.add(finding.rule)
    if finding.rule in required:
        message = f"{finding.rule} is required and cannot be ignored by a comment"
        yield Finding("suppression-refused", message, ignore.comment.span)
        return
    if not whole and len(finding.jobs) > 1:
        finding.jobs = tuple(job for job in finding.jobs if job != ignore.job)
        return
    if finding.status == "open":
        finding.status = "suppressed"
        finding.reason = ignore.reason


def _without(ignore: Ignore, rule: str) -> tuple[Edit, ...]:
    """One rule taken out of a comment, or the comment itself when it names no other.

    In a script it may stand in a text that the script writes, so there somebody has to look.
    """
    span = ignore.comment.span
    line = span.source.line(span.line)
    safe = not span.source.reached.startswith("called by")
    others = [one for one in ignore.rules if one != rule]
    if others:
        start, end = (line.index(bracket, span.column - 1) + 1 for bracket in "[]")
        return (Edit(Span(span.source, span.line, start + 1, span.line, end), ", ".join(others), safe=safe),)
    more = line.find(" #", span.column)
    if more >= 0:  # another comment stands behind it
        return (Edit(Span(span.source, span.line, span.column, span.line, more + 2), "", safe=safe),)
    if not line[: span.column - 1].strip():
        return (Edit(Span(span.source, span.line, 1, span.line + 1, 1), "", safe=safe),)
    end = len(line[: span.column - 1].rstrip()) + 1
    return (Edit(Span(span.source, span.line, end, span.line, len(line) + 1), "", safe=safe),)


def _unknown(ignore: Ignore, rule: str, known: set[str]) -> Finding:
    import difflib

    near = difflib.get_close_matches(rule, sorted(known), 1)
    hint = f"did you mean {near[0]}?" if near else "`cilint rules` lists the rules"
    span = ignore.comment.span
    at = span.source.line(span.line).index(rule, span.column - 1) + 1
    edits = [Edit(Span(span.source, span.line, at, span.line, at + len(rule)), near[0], safe=False)] if near else ()
    return Finding("suppression-unknown-rule", f"there is no rule {rule}; {hint}", span, edits=edits)
