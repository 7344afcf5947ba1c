"""Where a stretch of a scalar's text is written: inside block scalars, folded lines, quotes and their escapes.

A scalar knows where it begins and ends; a command inside a script, or a secret inside a value, stands somewhere in
between. YAML takes indentation, line breaks and escapes out of the text, so the way back is a table of stretches.
"""

from __future__ import annotations

from cilint.pattern import Pattern
from cilint.recent import recent
from cilint.span import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import TypeAlias

    from cilint.tree.node import Scalar

    # (offset in the text, 1-based line, 1-based column, length in the source)
    Stretch: TypeAlias = tuple[int, int, int, int]

_KEPT = ("\n", "\u2028", "\u2029")  # the line breaks that libyaml leaves in a text
_BREAK = Pattern(f"[{''.join(_KEPT)}]")
_PROPERTY = Pattern(r"[&!][^ \t]*")
_ESCAPED_LENGTH = {"x": 2, "u": 4, "U": 8}


def span_of(node: Scalar, start: int, end: int) -> Span:
    """The span of text[start:end] of a scalar; the whole scalar where the way back is lost.

    In a value that interpolation has put in, it is the span of the block that stands for it.
    """
    filling = filling_of(node)
    if filling is not None:
        return filling.span_of(start, end)
    stretches = _stretches(node)
    if not stretches:
        return node.span
    line, column = _place(stretches, start)
    end_line, end_column = _place(stretches, end - 1) if end > start else (line, column - 1)
    return Span(node.source, line, column, end_line, end_column + 1)


class Filling:
    """How the text of a scalar came out of the one that is written, in which interpolation has filled blocks.

    pieces: (offset in the text, offset in the written text, length there, whether it is a block), in order; empty
    where the way back is lost.
    """

    __slots__ = ("pieces", "written")

    def __init__(self, written: Scalar, pieces: list[tuple[int, int, int, bool]]) -> None:
        self.written = written
        self.pieces = pieces

    def span_of(self, start: int, end: int) -> Span:
        """The written span of text[start:end] of the filled scalar."""
        if not self.pieces:
            return self.written.span
        first = self._written(start, ends=False)
        return span_of(self.written, first, max(self._written(max(end - 1, start), ends=True) + (end > start), first))

    def _written(self, offset: int, *, ends: bool) -> int:
        """The offset in the written text of one character; of a block's first or last one for what fills it."""
        from bisect import bisect_right

        found = bisect_right(self.pieces, offset, key=lambda piece: piece[0])
        at, written, length, block = self.pieces[max(found - 1, 0)]
        inside = (length - 1 if ends else 0) if block else min(offset - at, length)
        return written + inside


def filling_of(node: Scalar) -> Filling | None:
    """How a scalar was filled; None for one whose text is the written one."""
    return getattr(node, "filling", None)  # the slot is empty in all but a few scalars


def _place(stretches: list[Stretch], offset: int) -> tuple[int, int]:
    """Line and column of one character; of the nearest one before it when it is a folded break."""
    from bisect import bisect_right  # only where something is wrong

    found = bisect_right(stretches, offset, key=lambda stretch: stretch[0])
    first, line, column, length = stretches[max(found - 1, 0)]
    return line, column + min(max(offset - first, 0), max(length - 1, 0))


@recent(8)  # findings come by the dozen from one long script
def _stretches(node: Scalar) -> list[Stretch]:
    line, column = _content(node)
    if node.style == "|":
        return _literal(node, line + 1)
    if node.style == ">":
        return _folded(node, line + 1, 0)
    if node.style:
        return _quoted(node, line, column)
    if line == node.end_line:
        as_written = node.source.line(line).startswith(node.text, column - 1)
        return [(0, line, column, len(node.text))] if as_written else []
    return _folded(node, line, column)


def _content(node: Scalar) -> tuple[int, int]:
    """Line and column (from 1) at which a scalar's own text begins, behind its anchor and its tag."""
    line, column = node.line, node.column
    while (written := node.source.line(line)[column - 1 :]).startswith(("&", "!", "#", " ", "\t")) or not written:
        if not written or written[0] == "#":
            line, column = line + 1, 1
            if line > node.end_line:
                return node.line, node.column
        elif written[0] in "&!":
            column += len(_PROPERTY.match(written)[0])  # type: ignore[index]  # it matches the sign at least
        else:
            column += len(written) - len(written.lstrip(" \t"))
    return line, column


def _literal(node: Scalar, first: int) -> list[Stretch]:
    """Every line of the text is the end of one line of the source."""
    stretches: list[Stretch] = []
    offset = 0
    for number, line in enumerate(_BREAK.split(node.text), first):
        written = node.source.line(number)
        if not written.endswith(line):
            return []
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
            return []
        stretches.append((found, number, begin + 1, len(content)))
        offset = found + len(content)
    return [] if node.text[offset:].strip() else stretches


def _quoted(node: Scalar, first: int, column: int) -> list[Stretch]:
    """Between the quotes: runs of plain characters, and escapes of one character each."""
    stretches: list[Stretch] = []
    offset = 0
    for number in range(first, node.end_line + 1):
        written = node.source.line(number)
        begin = column if number == first else len(written) - len(written.lstrip(" \t"))
        end = node.end_column - 2 if number == node.end_line else len(written.rstrip(" \t"))
        if number > first:
            offset = _behind_fold(node.text, offset, written, begin)
        for place, length, characters in _runs(written[:end], begin, node.style):
            stretches.append((offset, number, place, characters and length))
            offset += characters
    return stretches if offset == len(node.text) else []


def _behind_fold(text: str, offset: int, written: str, begin: int) -> int:
    """How far the text has come when a further line of a quoted scalar begins: a break is a blank or newlines."""
    if begin >= len(written):
        return offset
    if text.startswith(" ", offset):
        return offset + 1
    while text.startswith(_KEPT, offset):
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
