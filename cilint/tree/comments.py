"""Comments of a file, with their place. libyaml drops them, so they are looked for in the text: a "#" at the start of
a line or behind a blank, and not inside a scalar.
"""

from __future__ import annotations

from cilint.span import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from cilint.source import Source
    from cilint.tree.documents import Reading


class Comment:
    """One comment.

    text: without the "#" and the blanks around it. span: from the "#" to the end of the line. alone: whether nothing
    but blanks stands before it.
    """

    __slots__ = ("alone", "span", "text")

    def __init__(self, text: str, span: Span, *, alone: bool) -> None:
        self.text = text
        self.span = span
        self.alone = alone

    def __repr__(self) -> str:
        return f"Comment({self.text!r} at {self.span})"


def comments(reading: Reading, containing: str = "") -> Iterator[Comment]:
    """The comments of a file, from top to bottom; only those that hold `containing`.

    A line of a block scalar counts, too, when its text behind the "#" starts with `containing`: scripts are written
    there, and a comment of the shell is as good a place for a word to cilint as one of YAML.
    """
    source = reading.source
    if containing not in source.text:
        return
    scalars = reading.hashes
    for number, line in enumerate(source.lines, 1):
        if containing in line and (column := _comment(scalars, number, line, containing)):
            text = line[column:].strip()
            yield Comment(
                text, Span(source, number, column, number, len(line.rstrip()) + 1), alone=_alone(line, column)
            )


def _comment(scalars: list[Span], number: int, line: str, containing: str) -> int:
    """The 1-based column of the "#" that begins the comment of a line; 0 when it has none."""
    start = line.find("#")
    while start >= 0:
        if (start == 0 or line[start - 1] in " \t") and containing in line[start:]:
            inside = [span for span in scalars if _covers(span, number, start + 1)]
            if not inside:
                return start + 1
            if _is_block(inside[0]) and containing and line[start + 1 :].lstrip().startswith(containing):
                return start + 1
        start = line.find("#", start + 1)
    return 0


def _alone(line: str, column: int) -> bool:
    return not line[: column - 1].strip()


def _covers(span: Span, line: int, column: int) -> bool:
    if _is_block(span):  # the text starts below the line of the indicator, which may carry a comment
        return span.line < line <= span.end_line
    return (span.line, span.column) <= (line, column) < (span.end_line, span.end_column)


def _is_block(span: Span) -> bool:
    source: Source = span.source
    return span.end_line > span.line and source.line(span.line)[span.column - 1 : span.column] in ("|", ">")
