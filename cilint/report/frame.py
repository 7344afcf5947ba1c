"""A source frame: the lines that a span covers, with a caret under what is wrong."""

from __future__ import annotations

from cilint.report.escape import shown, width
from cilint.report.secret import masked

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection

    from cilint.report.terminal import Terminal
    from cilint.source import Source
    from cilint.span import Span

_TAB = 4
_HEAD = 3  # lines of a long span that are shown before its last one
_CUT = "..."


class Cell:
    """One character of a line as it is shown: its text and the columns that it takes."""

    __slots__ = ("text", "width")

    def __init__(self, text: str, columns: int) -> None:
        self.text = text
        self.width = columns


def frame(span: Span, terminal: Terminal, style: str, secrets: Collection[str], gutter: int) -> list[str]:
    """The lines of the frame; none where the source has no such line (a file that was not read).

    style: of the caret. secrets: texts that must not be shown. gutter: width of the line numbers.
    """
    source = span.source
    if not 0 < span.line <= len(source.lines) or not source.line(span.line).strip():
        return []
    blank = terminal.paint(f"{'':>{gutter}} |", "gutter")
    out = [blank]
    room = terminal.columns - gutter - 3
    if span.end_line == span.line:
        cells = _cells(source, span.line, secrets, terminal)
        start = min(span.column - 1, len(cells))
        end = max(min(span.end_column - 1, len(cells)), start + 1)
        cells, start, end = _window(cells, start, end, room)
        text = "".join(cell.text for cell in cells)
        lead = sum(cell.width for cell in cells[:start])
        mark = "^" * max(1, sum(cell.width for cell in cells[start:end]))
        out.append(_numbered(span.line, text, terminal, gutter))
        out.append(f"{blank} {'':>{lead}}{terminal.paint(mark, style)}")
        return out
    for number in _covered(span):
        if number is None:
            out.append(terminal.paint(f"{_CUT:>{gutter}}", "gutter"))
            continue
        cells, _, _ = _window(_cells(source, number, secrets, terminal), 0, 1, room - 2)
        text = "".join(cell.text for cell in cells)
        out.append(_numbered(number, f"{terminal.paint('>', style)} {text}", terminal, gutter))
    return out


def _covered(span: Span) -> list[int | None]:
    """The line numbers to show of a long span; None stands for those left out."""
    numbers: list[int | None] = list(range(span.line, span.end_line + 1))
    if len(numbers) > _HEAD + 2:
        numbers[_HEAD:-1] = [None]
    return numbers


def _numbered(number: int, text: str, terminal: Terminal, gutter: int) -> str:
    return f"{terminal.paint(f'{number:>{gutter}} |', 'gutter')} {text}".rstrip()


def _cells(source: Source, number: int, secrets: Collection[str], terminal: Terminal) -> list[Cell]:
    """The characters of one line: tabs widened, controls spelt out, secrets starred."""
    line = masked(source.line(number), secrets)
    cells: list[Cell] = []
    column = 0
    for character in line:
        text = " " * (_TAB - column % _TAB) if character == "\t" else shown(character, ascii=terminal.ascii)
        cells.append(Cell(text, width(text)))
        column += cells[-1].width
    return cells


def _window(cells: list[Cell], start: int, end: int, room: int) -> tuple[list[Cell], int, int]:
    """The part of a line that is too long which holds [start, end), and where these two are in it."""
    if sum(cell.width for cell in cells) <= room:
        return cells, start, end
    room = max(room - 2 * len(_CUT), 20)
    first = start if start + 1 > len(cells) else _first(cells, start, min(end, len(cells)), room)
    taken, last = 0, first
    while last < len(cells) and taken + cells[last].width <= room:
        taken += cells[last].width
        last += 1
    cut = Cell(_CUT, len(_CUT))
    shown_cells = cells[first:last]
    if last < len(cells):
        shown_cells = [*shown_cells, cut]
    if first:
        shown_cells = [cut, *shown_cells]
    shift = first - (1 if first else 0)
    return shown_cells, start - shift, min(end, last) - shift


def _first(cells: list[Cell], start: int, end: int, room: int) -> int:
    """The first cell to show so that what is marked stands in the window, with some of what is before it."""
    marked = sum(cell.width for cell in cells[start:end])
    before = max((room - marked) // 2, min(room // 4, 16))
    first = start
    while first and before >= cells[first - 1].width:
        first -= 1
        before -= cells[first].width
    return first
