"""One text that cilint reads: its path, its characters, and how it was reached."""

from __future__ import annotations

from cilint.pattern import Pattern

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cilint.span import Span

# libyaml's line breaks (yaml_private.h, IS_BREAK); str.splitlines() knows more of them and would count differently.
_BREAK = Pattern("\r\n|[\r\n\x85\u2028\u2029]")


class Source:
    """A text and its name.

    path: as a person would write it, relative to the repository's root where it lies inside.
    reached: how it came to be read, in words ("entry", "include local", "include project a/b@v1" ...).
    """

    __slots__ = ("_lines", "path", "reached", "text")

    def __init__(self, path: str, text: str, reached: str = "entry") -> None:
        self.path = path
        self.text = text
        self.reached = reached
        self._lines: list[str] | None = None

    @property
    def lines(self) -> list[str]:
        """The lines without their line breaks; `lines[0]` is line 1."""
        if self._lines is None:
            text = self.text
            # Nearly every file: no line break but newlines, and no pattern to compile.
            plain = text.isascii() and "\r" not in text
            self._lines = text.split("\n") if plain else _BREAK.split(text)
        return self._lines

    @property
    def ours(self) -> bool:
        """Whether the file belongs to the checked repository, and not to another project, a template or a server."""
        return self.reached.startswith(("entry", "include local", "called by a job"))

    def line(self, number: int) -> str:
        """The text of a 1-based line; empty past the end of the file."""
        lines = self.lines
        return lines[number - 1] if 0 < number <= len(lines) else ""

    def slice(self, span: Span) -> str:
        """The characters of a span, its line breaks folded to one newline each."""
        if span.line == span.end_line:
            return self.line(span.line)[span.column - 1 : span.end_column - 1]
        inner = self.lines[span.line : span.end_line - 1]
        first, last = self.line(span.line)[span.column - 1 :], self.line(span.end_line)[: span.end_column - 1]
        return "\n".join([first, *inner, last])

    def __repr__(self) -> str:
        return f"Source({self.path!r})"
