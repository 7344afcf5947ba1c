"""Edits that rules offer: a value written anew, a key put into a map, a stretch of text changed.

Only imported once there is something to mend. An edit stands where the value is *written*, and names every job whose
meaning it changes (`Edit.jobs`): those that the rule does not speak of make it unsafe (`cilint.rules.judge`). No edit is
offered where an anchor, a comment or a block of text would suffer.
"""

from __future__ import annotations

import re2

from cilint.finding import Edit
from cilint.pattern import Pattern
from cilint.source import Source
from cilint.span import Span
from cilint.tree.documents import read
from cilint.tree.node import Mapping, Node, Scalar, Sequence, is_null

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import TypeAlias

    from cilint.pipeline.job import Job
    from cilint.rules.context import Context
    from cilint.rules.rule import Rule
    from cilint.rules.select import Subject
    from cilint.shell.command import Command, Word
    from cilint.tree.site import Site

    Value: TypeAlias = str | bool | int | list[str] | dict[str, "Value"]

_KEEPS_LINES = Pattern(r"[|>]\d?\+")
_DETACHED = ("alias", "merge", "reference")  # others may use the same value, be it in files of tomorrow


def replaced(context: Context, site: Site, value: Value, *, safe: bool = True) -> tuple[Edit, ...]:
    """Write `value` in the place of the scalar at the site, in its style of quotes."""
    node = site.node
    if not isinstance(node, Scalar) or not _is_free(node):
        return ()
    text = _text(value, node.style)
    if text is None:
        return ()
    if is_null(node) and not node.span.text:
        text = f" {text}"
    jobs = {job.name for job, _ in context.reach(node)}
    return (Edit(node.span, text, safe=safe and not _is_detached(site), jobs=jobs),)


def put(context: Context, site: Site, key: str, value: Value, *, safe: bool = True) -> tuple[Edit, ...]:
    """Put `key: value` into the map at the site, where the map is written; in the place of a null if it has one."""
    held = site.get(key)
    if held is not None:
        return replaced(context, held, value, safe=safe) if is_null(held.node) else ()
    written = _written(context, site)
    text = _text(value)
    span = None if written is None or not written.source.ours else _end(written)
    if written is None or text is None or span is None:
        return ()
    jobs = {job.name for job, parent in _holders(context, written) if not parent.has(key)}
    line = f"{key}: {text}"
    if not written.flow:
        line = f"\n{' ' * (_first(written).column - 1)}{line}"
    elif span.source.line(span.line)[: span.column - 1].rstrip().endswith("{"):
        rest = span.source.line(span.line)[span.column - 1 :]
        if written.line != written.end_line and not rest.strip() and _first(written).line > span.line:
            line = f"\n{' ' * (_first(written).column - 1)}{line},"
        elif len(written):
            line += "," if rest[:1] in ("", " ") else ", "
    else:
        line = f", {line}"
    return (Edit(span, line, safe=safe and not _is_detached(site), jobs=jobs),)


def declared(context: Context, rule: Rule, subject: Subject) -> tuple[Edit, ...]:
    """What a rule in data declares as its `edit`. Where a variable gave the value, that is mended, and not safely."""
    edit, place = rule.edit, subject.place
    safe = edit.get("safe", True) and place is subject.site

    def meant(value: Value) -> Value:
        if isinstance(value, str) and value[:1] == "{" and value[1:-1] in rule.parameters:
            parameter: Value = rule.parameters[value[1:-1]]
            return parameter
        return value

    if "put" in edit:
        [(key, value)] = edit["put"].items()
        return put(context, place, key, meant(value), safe=safe)
    if "set" in edit:
        value = meant(edit["set"])
        return replaced(context, place, value, safe=safe) if place is subject.site or not subject.expanded else ()
    text = place.text
    for pattern, new in edit["sub"].items():
        if text is not None and re2.search(pattern, text):
            return replaced(context, place, re2.sub(pattern, str(meant(new)), text, 1), safe=safe)
    return ()


def changed(context: Context, node: Node, span: Span, text: str) -> tuple[Edit, ...]:
    """Write `text` in the place of a stretch of one line of a value; unsafe, for a choice is behind it."""
    whole = node.span
    inside = (whole.line, whole.column) <= (span.line, span.column) and span.end_line == span.line
    if not inside or not node.source.ours:
        return ()
    return (Edit(span, text, safe=False, jobs={job.name for job, _ in context.reach(node)}),)


def reworded(context: Context, command: Command, word: Word, text: str) -> tuple[Edit, ...]:
    """Write `text` in the place of a word that stands in the script as it is read; with no text, its blank goes, too."""
    script = command.script
    span = script.span(word.start, word.end)
    if span.text != word.text or span.line != span.end_line or not span.source.ours:
        return ()
    if not text:
        if not span.source.line(span.line)[: span.column - 1].endswith(" "):
            return ()
        span.column -= 1
    if not script.nodes:
        return (Edit(span, text, safe=False),)
    return changed(context, script.nodes[script.entry(word.start)[0]], span, text)


def _is_free(node: Scalar) -> bool:
    """Whether the value stands alone: no text block, no anchor or tag before it, no input in it."""
    span = node.span
    written = span.text
    whole = written == node.text if node.style == "" else written[:1] == node.style
    return node.source.ours and span.line == span.end_line and whole and "$[[" not in written


def _is_detached(site: Site) -> bool:
    return any(step.kind in _DETACHED for step in site.trail)


def _written(context: Context, site: Site) -> Mapping | None:
    """The map of the site as its file has it, before anything was merged into it."""
    node: Node | None = site.node
    if site.written is not None:
        key = site.written
        node = context.written.get((key.source.path, key.line, key.column))
    return node if isinstance(node, Mapping) and _own(node) else None


def _own(node: Mapping) -> list[Scalar]:
    """The keys that are written in the map itself."""
    return [
        key
        for name, key in node.keys.items()
        if key.source is node.source and not any(step.kind == "merge" for step in node.trail(name))
    ]


def _first(node: Mapping) -> Scalar:
    return min(_own(node), key=lambda key: (key.line, key.column))


def _end(node: Mapping) -> Span | None:
    """Where a further entry goes; None where there is no good place."""
    source = node.source
    if node.flow:
        line, column = node.end_line, node.end_column - 1
        before = source.line(line)[: column - 1]
        if source.line(line)[column - 1 : column] != "}":
            return None
        if node.line == node.end_line and not before.rstrip().endswith(","):
            column = len(before.rstrip()) + 1
            return Span(source, line, column, line, column)
        opened = source.line(node.line).find("{", node.column - 1)
        return None if opened < 0 else Span(source, node.line, opened + 2, node.line, opened + 2)
    line = max(node.end_line, *(key.end_line for key in _own(node)))
    last = max(_own(node), key=lambda key: (key.line, key.column))
    if _KEEPS_LINES.search(source.line(last.line)):
        return None  # the blank lines behind the text belong to it
    if source.line(_first(node).line)[: _first(node).column - 1].strip(" -"):
        return None  # `&anchor key: value`, `? key`
    end = len(source.line(line)) + 1
    return Span(source, line, end, line, end)


def _holders(context: Context, node: Node, depth: int = 0) -> Iterator[tuple[Job, Site]]:
    """The jobs in which something of a written map arrives, each with the composed map in which it does."""
    children = node.values.values() if isinstance(node, Mapping) else node.items if isinstance(node, Sequence) else ()
    for child in children:
        found = context.reach(child)
        for job, site in found:
            parent = job.site
            for step in site.path[1 : len(site.path) - 1 - depth]:
                below = list(parent)[step] if isinstance(step, int) else parent.get(step)
                assert below is not None
                parent = below
            yield job, parent
        if not found:
            yield from _holders(context, child, depth + 1)


def _text(value: Value, style: str = "") -> str | None:
    """The value as YAML on one line, in this style of quotes where it is a string; None where there is no such way."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, list):
        return f"[{', '.join(filter(None, map(_text, value)))}]"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{key}: {_text(inner)}' for key, inner in value.items())}}}"
    quoted = "'" + value.replace("'", "''") + "'"
    double = '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    choices = {"'": (quoted, double), '"': (double, quoted)}.get(style, (value, quoted, double))
    return next((text for text in choices if _reads_as(text, value)), None)


def _reads_as(text: str, value: str) -> bool:
    """Whether YAML gives this very string back, also inside brackets."""
    if "\n" in text or not text:
        return False
    body = read(Source("value", f"a: [{text}]\n")).body
    listed = body.get("a") if body is not None else None
    return (
        isinstance(listed, Sequence)
        and len(listed) == 1
        and isinstance(item := listed.items[0], Scalar)
        and item.value == value
    )
