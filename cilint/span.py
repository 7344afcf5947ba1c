"""Where a piece of text stands: a source, a start and an end.

Lines and columns count from 1, columns in characters, and the end is exclusive (the column after the last
character), the way SARIF and editors count.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cilint.source import Source


class Span:
    """A stretch of one source, from (line, column) up to, not including, (end_line, end_column)."""

    __slots__ = ("column", "end_column", "end_line", "line", "source")

    def __init__(self, source: Source, line: int, column: int, end_line: int, end_column: int) -> None:
        self.source = source
        self.line = line
        self.column = column
        self.end_line = end_line
        self.end_column = end_column

    @property
    def text(self) -> str:
        """The characters that the span covers."""
        return self.source.slice(self)

    @property
    def first_line(self) -> Span:
        """The part of the span that stands on its first line; what a one-line caret can underline."""
        if self.end_line == self.line:
            return self
        end = len(self.source.line(self.line)) + 1
        return Span(self.source, self.line, self.column, self.line, max(end, self.column))

    @property
    def key(self) -> tuple[str, int, int, int, int]:
        """What orders spans and tells two of them apart."""
        return (self.source.path, self.line, self.column, self.end_line, self.end_column)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Span) and self.key == other.key

    def __hash__(self) -> int:
        return hash(self.key)

    def __str__(self) -> str:
        return f"{self.source.path}:{self.line}:{self.column}"

    def __repr__(self) -> str:
        return f"Span({self}-{self.end_line}:{self.end_column})"
