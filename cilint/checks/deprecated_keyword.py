"""Keywords and variables that GitLab still takes, or has dropped, and tells people to replace."""

from __future__ import annotations

from cilint.finding import Edit
from cilint.span import Span
from cilint.tree.node import Mapping

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any

    from cilint.finding import Finding
    from cilint.rules.context import Context
    from cilint.tree import Node


def check(context: Context, parameters: dict[str, Any]) -> Iterator[Finding]:
    """parameters: globals: {keyword at the top level: what to write instead}; variables: {old name: new name};
    reports: {report kind: what to use instead}.
    """
    root = context.config.site
    for reading in context.config.readings:
        body = reading.body
        for keyword, instead in parameters["globals"].items():
            if body is not None and keyword in body.values:
                message = f"{keyword} at the top level is deprecated: {instead}"
                yield context.fault(
                    body.keys[keyword].span,
                    message,
                    site=root.get(keyword),
                    edits=_under_default(body, parameters["globals"], keyword) if instead.endswith("default:") else (),
                )
    for job in context.jobs:
        reports = job.site.dig("artifacts", "reports")
        for _, site in reports.items() if reports else ():
            new = parameters["reports"].get(str(site.path[-1]))
            if new:
                yield context.fault(site.key_span, f"reports:{site.path[-1]} is gone: {new}", job=job, site=site)
    names: dict[str, str] = parameters["variables"]
    if not any("CI_BUILD_" in source.text for source in context.sources):
        return
    for command, jobs in context.each_command:
        for word in command.words:
            for name in word.variables:
                if name in names:
                    finding = context.word_fault(
                        command, word, jobs, f"${name} is gone from GitLab: use ${names[name]}"
                    )
                    finding.edits = _renamed(finding.span, name, names[name])
                    yield finding


def _under_default(body: Mapping, globals_: Iterable[str], keyword: str) -> tuple[Edit, ...]:
    """The entry moved under `default`, with its lines as they are; where there is no such map, one begins at the first
    of the globals. Two such edits meet there, so that each is made on what the one before has left.
    """
    key, value, default = body.keys[keyword], body.values[keyword], body.values.get("default")
    source, last = key.source, max(key.end_line, value.end_line)
    if not source.ours or value.source is not source or key.column != 1 or value.line < key.line or body.flow:
        return ()  # the value of an alias stands further up
    if any(line[:1] == "\t" for line in source.lines[key.line - 1 : last]):
        return ()
    if default is None:
        first, indent = min(body.keys[one].line for one in globals_ if one in body.values), "  "
    else:
        place = _first_line(default)
        if place is None or (isinstance(default, Mapping) and keyword in default.values):
            return ()
        first, indent = place
    whole = Span(source, key.line, 1, last, len(source.line(last)) + 1)
    lines = [f"{indent}{line}" if line.strip() else line for line in whole.text.split("\n")]
    head = ["default:"] if default is None else []
    if first == key.line:
        return (Edit(whole, "\n".join([*head, *lines])),)
    insertion = Edit(Span(source, first, 1, first, 1), "\n".join([*head, *lines, ""]))
    return (insertion, Edit(Span(source, key.line, 1, last + 1, 1), ""))


def _first_line(default: Node) -> tuple[int, str] | None:
    """The line on which a map in lines begins, and how far its keys are indented; None for any other."""
    if not isinstance(default, Mapping) or default.flow or not default.keys:
        return None
    first = min(default.keys.values(), key=lambda one: (one.line, one.column))
    before = first.source.line(first.line)[: first.column - 1]
    return (first.line, before) if first.source is default.source and before.isspace() else None


def _renamed(span: Span, name: str, new: str) -> tuple[Edit, ...]:
    """The new name wherever a word has the old one; unsafe, for what was empty until now becomes a value."""
    if span.line != span.end_line or not span.source.ours:
        return ()

    import re  # rare, and slow to import

    found = re.finditer(rf"(?<=[$\{{]){name}\b", span.text)
    places = [(span.column + one.start(), span.column + one.end()) for one in found]
    return tuple(Edit(Span(span.source, span.line, at, span.line, end), new, safe=False) for at, end in places)
