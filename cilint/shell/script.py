"""Script: one text of shell, be it entries of a job's script or a file, read into commands that know their place."""

from __future__ import annotations

from cilint.shell.command import assignments
from cilint.shell.read import Reader
from cilint.span import Span
from cilint.tree.lines import span_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cilint.shell.command import Command, Word
    from cilint.source import Source
    from cilint.tree.node import Scalar


class Script:
    """A text of shell.

    nodes: the scalars that make it up, one behind the other with a newline between; () for a file. source: the file.
    commands: all of them, in order. open: it ends in the middle of something. wrappers: names of functions that run
    what they are given, gathered over all scripts that share the set.
    """

    __slots__ = ("commands", "nodes", "open", "source", "text", "wrappers")

    def __init__(
        self, nodes: tuple[Scalar, ...], source: Source, text: str | None = None, wrappers: set[str] | None = None
    ) -> None:
        self.nodes = nodes
        self.source = source
        self.text = "\n".join(node.text for node in nodes) if text is None else text
        self.wrappers: set[str] = set() if wrappers is None else wrappers
        reader = Reader(self).read()
        self.commands: list[Command] = reader.commands
        self.open = reader.open
        _splice_arrays(self.commands)
        for command in self.commands:
            if command.function and command.words and command.words[0].variables == ["@"]:
                self.wrappers.add(command.function)

    def forget(self) -> None:
        """Let the commands look again for wrappers, of which more are known now."""
        for command in self.commands:
            command.forget()

    def span(self, start: int, end: int) -> Span:
        """Where a stretch of the text is written."""
        if not self.nodes:
            return in_file(self.source, self.text, start, end)
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


def _splice_arrays(commands: list[Command]) -> None:
    """Put the items of `command=(prowler aws ...)` where `"${command[@]}"` stands."""
    arrays: dict[str, list[Word]] = {}
    for command in commands:
        for name, word in assignments(command):
            if word.items is not None:
                arrays[name] = [*arrays.get(name, ()), *word.items] if _appends(command, name) else list(word.items)
        if arrays and any(word.parts for word in command.words):
            command.words = [one for word in command.words for one in arrays.get(_array_named(word), [word])]


def _array_named(word: Word) -> str:
    """The name in a word that is `${name[@]}` and nothing else."""
    parts = [part for part in word.parts if part.kind != "text" or part.text]
    if len(parts) == 1 and parts[0].kind == "variable" and word.text == f"${parts[0].text}":
        return parts[0].text
    return ""


def _appends(command: Command, name: str) -> bool:
    return command.script.text.find(f"{name}+=", command.start, command.end) >= 0


def in_file(source: Source, text: str, start: int, end: int) -> Span:
    """The span of a stretch of a file's text."""

    def place(offset: int) -> tuple[int, int]:
        return text.count("\n", 0, offset) + 1, offset - (text.rfind("\n", 0, offset) + 1) + 1

    return Span(source, *place(start), *place(max(start, end)))
