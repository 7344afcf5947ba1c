"""Edits by span: the new text of a file, and nothing but the edited stretches changed."""

from __future__ import annotations

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from cilint.finding import Edit, Finding
    from cilint.source import Source

_BREAK = re.compile("\r\n|[\r\n\x85\u2028\u2029]")  # as Source counts lines


def chosen(findings: Iterable[Finding], *, unsafe: bool) -> list[Finding]:
    """The open findings whose edits can be made together. A finding's edits go together or not at all.

    unsafe: take those that may change what the pipeline does, too.
    """
    out: list[Finding] = []
    taken: dict[str, list[Edit]] = {}
    for finding in findings:
        edits = finding.edits
        if finding.status != "open" or finding.fix not in (("safe", "unsafe") if unsafe else ("safe",)):
            continue
        if any(_overlap(edit, other) for edit in edits for other in taken.get(edit.span.source.path, ())):
            continue  # the next round takes it, on the text as it is then
        out.append(finding)
        for edit in edits:
            taken.setdefault(edit.span.source.path, []).append(edit)
    return out


def by_file(findings: Iterable[Finding]) -> dict[str, tuple[Source, list[Edit]]]:
    """The edits of findings by the path of the file, each file with what was read of it."""
    files: dict[str, tuple[Source, list[Edit]]] = {}
    for finding in findings:
        for edit in finding.edits:
            files.setdefault(edit.span.source.path, (edit.span.source, []))[1].append(edit)
    return files


def edited(source: Source, edits: Iterable[Edit]) -> str:
    """The text of the source with the edits made; line breaks of replacements follow those of the file."""
    starts = [0, *(found.end() for found in _BREAK.finditer(source.text))]
    text = source.text
    newline = "\r\n" if "\r\n" in text else "\n"
    for edit in sorted(edits, key=lambda edit: edit.span.key, reverse=True):
        span = edit.span
        start = _offset(starts, len(text), span.line, span.column)
        end = _offset(starts, len(text), span.end_line, span.end_column)
        text = text[:start] + edit.replacement.replace("\n", newline) + text[end:]
    return text


def _offset(starts: list[int], length: int, line: int, column: int) -> int:
    return starts[line - 1] + column - 1 if line <= len(starts) else length


def _overlap(one: Edit, other: Edit) -> bool:
    if one.span.source.path != other.span.source.path:
        return False
    first, second = sorted((one.span, other.span), key=lambda span: span.key)
    if (first.line, first.column) == (second.line, second.column):
        return True
    return (second.line, second.column) < (first.end_line, first.end_column)
