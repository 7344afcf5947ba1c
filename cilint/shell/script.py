"""Script: one text of shell, be it entries of a job's script or a file, read into commands that know their place."""

from __future__ import annotations

from cilint.shell.read import Reader
from cilint.span import Span
from cilint.tree.lines import span_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cilint.shell.command import Command
    from cilint.source import Source
    from cilint.tree.node import Scalar


class Script:
    """A text of shell.

    nodes: the scalars that make it up, one behind the other with a newline between; () for a file. source: the file.
    commands: all of them, in order. open: it ends in the middle of something.
    """

    __slots__ = ("_starts", "commands", "nodes", "open", "source", "text")

    def __init__(self, nodes: tuple[Scalar, ...], source: Source, text: str | None = None) -> None:
        self.nodes = nodes
        self.source = source
        self.text = "\n".join(node.text for node in nodes) if text is None else text
        self._starts: list[int] | None = None
        reader = Reader(self).read()
        self.commands: list[Command] = reader.commands
        self.open = reader.open

    def span(self, start: int, end: int) -> Span:
        """Where a stretch of the text is written."""
        if not self.nodes:
            return _in_file(self.source, self.text, start, end)
        index, offset = self.entry(start)
        node = self.nodes[index]
        return span_of(node, start - offset, min(end - offset, len(node.text)))

    def entry(self, start: int) -> tuple[int, int]:
        """Which of the nodes holds an offset, and where in the text that node begins."""
        offset = 0
        for index, node in enumerate(self.nodes):
            if start <= offset + len(node.text) or index == len(self.nodes) - 1:
                return index, offset
            offset += len(node.text) + 1
        return 0, 0


def _in_file(source: Source, text: str, start: int, end: int) -> Span:
    def place(offset: int) -> tuple[int, int]:
        return text.count("\n", 0, offset) + 1, offset - (text.rfind("\n", 0, offset) + 1) + 1

    return Span(source, *place(start), *place(max(start, end)))
