"""Edits by span: the new text of a file, and nothing but the edited stretches changed."""

from __future__ import annotations

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from cilint.finding import Edit, Finding
    from cilint.source import Source

_BREAK = re.compile("\r\n|[\r\n\x85\u2028\u2029]")  # as Source counts lines


def wanted(findings: Iterable[Finding], *, unsafe: bool) -> dict[str, tuple[Source, list[Edit]]]:
    """The edits of the open findings, by the path of the file. A finding's edits go together or not at all.

    unsafe: take those that may change what the pipeline does, too.
    """
    by_file: dict[str, tuple[Source, list[Edit]]] = {}
    for finding in findings:
        if finding.status != "open" or not finding.edits:
            continue
        if not unsafe and not all(edit.safe for edit in finding.edits):
            continue
        taken = [other for edit in finding.edits for other in by_file.get(edit.span.source.path, (None, []))[1]]
        if any(_overlap(edit, other) for edit in finding.edits for other in taken):
            continue  # the next round takes it, on the text as it is then
        for edit in finding.edits:
            by_file.setdefault(edit.span.source.path, (edit.span.source, []))[1].append(edit)
    return by_file


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
    if first.key == second.key:
        return True
    return (second.line, second.column) < (first.end_line, first.end_column)
