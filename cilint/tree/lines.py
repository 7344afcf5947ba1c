"""Where a stretch of a scalar's text is written: inside block scalars, folded lines, quotes and their escapes.

A scalar knows where it begins and ends; a command inside a script, or a secret inside a value, stands somewhere in
between. YAML takes indentation, line breaks and escapes out of the text, so the way back is a table of stretches.
"""

from __future__ import annotations

from functools import lru_cache

from cilint.span import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import TypeAlias

    from cilint.tree.node import Scalar

    # (offset in the text, 1-based line, 1-based column, length in the source)
    Stretch: TypeAlias = tuple[int, int, int, int]

_ESCAPED_LENGTH = {"x": 2, "u": 4, "U": 8}


def span_of(node: Scalar, start: int, end: int) -> Span:
    """The span of text[start:end] of a scalar; the whole scalar where the way back is lost."""
    stretches = _stretches(node)
    if not stretches:
        return node.span
    line, column = _place(stretches, start)
    end_line, end_column = _place(stretches, end - 1) if end > start else (line, column - 1)
    return Span(node.source, line, column, end_line, end_column + 1)


def _place(stretches: list[Stretch], offset: int) -> tuple[int, int]:
    """Line and column of one character; of the nearest one before it when it is a folded break."""
    from bisect import bisect_right  # only where something is wrong

    found = bisect_right(stretches, offset, key=lambda stretch: stretch[0])
    first, line, column, length = stretches[max(found - 1, 0)]
    return line, column + min(max(offset - first, 0), max(length - 1, 0))


@lru_cache(maxsize=8)  # findings come by the dozen from one long script
def _stretches(node: Scalar) -> list[Stretch]:
    if node.style == "|":
        return _literal(node)
    if node.style == ">":
        return _folded(node, node.line + 1, 0)
    if node.style:
        return _quoted(node)
    if node.line == node.end_line:
        return [(0, node.line, node.column, len(node.text))]
    return _folded(node, node.line, node.column)


def _literal(node: Scalar) -> list[Stretch]:
    """Every line of the text is the end of one line of the source."""
    stretches: list[Stretch] = []
    offset = 0
    for number, line in enumerate(node.text.split("\n"), node.line + 1):
        written = node.source.line(number)
        stretches.append((offset, number, len(written) - len(line) + 1 if line else 1, len(line)))
        offset += len(line) + 1
    return stretches


def _folded(node: Scalar, first: int, column: int) -> list[Stretch]:
    """Every line of the source that is not blank stands whole in the text, one behind the other."""
    stretches: list[Stretch] = []
    offset = 0
    for number in range(first, node.end_line + 1):
        written = node.source.line(number)
        begin = column - 1 if number == first and column else len(written) - len(written.lstrip(" \t"))
        end = node.end_column - 1 if number == node.end_line and node.style == "" else len(written)
        content = written[begin:end] if node.style == ">" else written[begin:end].strip()
        if not content.strip():
            continue
        found = node.text.find(content, offset)
        if found < 0:
            content = content.strip()
            found = node.text.find(content, offset)
        if found < 0:
            return stretches
        stretches.append((found, number, begin + 1, len(content)))
        offset = found + len(content)
    return stretches


def _quoted(node: Scalar) -> list[Stretch]:
    """Between the quotes: runs of plain characters, and escapes of one character each."""
    stretches: list[Stretch] = []
    offset = 0
    for number in range(node.line, node.end_line + 1):
        written = node.source.line(number)
        begin = node.column if number == node.line else len(written) - len(written.lstrip(" \t"))
        end = node.end_column - 2 if number == node.end_line else len(written.rstrip(" \t"))
        if number > node.line:
            offset = _behind_fold(node.text, offset, written, begin)
        for column, length, characters in _runs(written[:end], begin, node.style):
            stretches.append((offset, number, column, characters and length))
            offset += characters
    return stretches


def _behind_fold(text: str, offset: int, written: str, begin: int) -> int:
    """How far the text has come when a further line of a quoted scalar begins: a break is a blank or newlines."""
    if begin >= len(written):
        return offset
    if text.startswith(" ", offset):
        return offset + 1
    while text.startswith("\n", offset):
        offset += 1
    return offset


def _runs(written: str, begin: int, quote: str) -> Iterator[tuple[int, int, int]]:
    """(1-based column, length in the source, characters in the text) of each stretch between quotes."""
    sign = "'" if quote == "'" else "\\"
    position = begin
    while position < len(written):
        escape = written.find(sign, position)
        if escape < 0:
            yield position + 1, len(written) - position, len(written) - position
            return
        if escape > position:
            yield position + 1, escape - position, escape - position
        if escape + 1 >= len(written):
            return  # an escaped line break is nothing in the text
        length = 2 + (_ESCAPED_LENGTH.get(written[escape + 1], 0) if quote == '"' else 0)
        yield escape + 1, length, 1
        position = escape + length
