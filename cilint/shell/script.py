"""Script: one text of shell, be it entries of a job's script or a file, read into commands that know their place."""

from __future__ import annotations

from cilint.shell.command import Command, Part, shell_assignments
from cilint.shell.holders import HOLDERS, held, reads_input
from cilint.shell.input import code_given
from cilint.shell.read import Reader
from cilint.span import Span
from cilint.tree.lines import span_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import TypeAlias

    from cilint.shell.command import Word
    from cilint.shell.parameters import Reference
    from cilint.source import Source
    from cilint.tree.node import Scalar

    Wrappers: TypeAlias = dict[str, int | str]

_MAX_DEPTH = 6  # `bash -c "bash -c '...'"`; each further level reads the text again
_NOTHING: dict[int, Part] = {}
_DIGITS = tuple("123456789")
_OF_ALIAS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./:@%+-,= ")


class Script:
    """A text of shell.

    nodes: the scalars that make it up, one behind the other with a newline between; () for a file. source: the file.
    commands: all of them, in order, those that others hold in their words (see `holders.py`) behind these. open: it
    ends in the middle of something. wrappers: names of functions that run what they are given, each with how many
    arguments come before it, and of aliases with what they stand for, gathered over all scripts that share the table.
    cut: where reading ended before the text did, None where it did not. given: what a shell around this one puts in
    before this one reads, by offset. feeder: the command around it whose input its own commands get, until one of them
    has read it. references: its positional parameters, by key. forgiving: what runs it goes on when it fails.
    """

    __slots__ = (
        "_own",
        "commands",
        "cut",
        "depth",
        "feeder",
        "forgiving",
        "given",
        "nodes",
        "open",
        "references",
        "source",
        "text",
        "wrappers",
    )

    def __init__(
        self,
        nodes: tuple[Scalar, ...],
        source: Source,
        text: str | None = None,
        wrappers: Wrappers | None = None,
        *,
        given: dict[int, Part] = _NOTHING,
        depth: int = 0,
        feeder: Command | None = None,
    ) -> None:
        self.nodes = nodes
        self.source = source
        self.text = "\n".join(node.text for node in nodes) if text is None else text
        self.wrappers: Wrappers = {} if wrappers is None else wrappers
        self.given = given
        self.depth = depth
        self.feeder = feeder
        self.forgiving = False
        reader = Reader(self).read()
        self._own: list[Command] = reader.commands
        self.open = reader.open
        self.cut = reader.cut
        self.references: dict[str, Reference] = {}
        if reader.references:
            from cilint.shell.parameters import number  # few texts have any

            self.references = number(self, self._own, reader.references)
        _splice_arrays(self._own)
        self._take_wrappers()
        self.commands: list[Command] = self._with_held()

    def _take_wrappers(self) -> None:
        """Find the functions that run their arguments: `"$@"`, `time "$@"`, `"${@:2}"`, `"$@"` behind a `shift`."""
        shifted: dict[str, int] = {}
        for command in self._own:
            function = command.function
            if not command.words:
                continue
            if command.words[0].text == "alias":
                self._take_aliases(command)
            if not function:
                continue
            if command.words[0].text == "shift":
                count = command.words[1].text if len(command.words) > 1 else "1"
                shifted[function] = shifted.get(function, 0) + (int(count) if count in _DIGITS else 0)
            elif any(is_arguments(word) for word in command.words):
                first = command.argv[0]
                if is_arguments(first):
                    written = self.text[first.start : first.end].strip('"')
                    begin = written[4:-1] if written.startswith("${@:") else "1"
                    skip = int(begin) - 1 if begin in _DIGITS else 0
                    self.wrappers.setdefault(function, skip + shifted.get(function, 0))

    def _take_aliases(self, command: Command) -> None:
        """`alias k="sudo kubectl"`. bash heeds it only where it is told to, other shells always."""
        for word in command.words[1:]:
            name, equals, text = word.text.partition("=")
            if equals and word.static and set(text) <= _OF_ALIAS:
                self.wrappers.setdefault(name, text)

    def forget(self) -> None:
        """Look again for wrappers, of which more are known now."""
        changed = False
        for command in self._own:
            name = command.name
            command.forget()
            changed = changed or command.name != name
        if changed:
            self.commands = self._with_held()

    def _with_held(self) -> list[Command]:
        commands: list[Command] | None = None  # most scripts hold nothing
        for index, command in enumerate(self._own):
            if command.name in HOLDERS and self.depth < _MAX_DEPTH:
                if commands is None:
                    commands = self._own[:index]
                commands.append(command)
                commands += held_by(command, self.depth)
            elif commands is not None:
                commands.append(command)
        return self._own if commands is None else commands

    @property
    def is_file(self) -> bool:
        """Whether it is a file of shell, from its first line to its last."""
        return not self.nodes

    def span(self, start: int, end: int) -> Span:
        """Where a stretch of the text is written."""
        return place_in(self.nodes, self.source, self.text, start, end)

    def entry(self, start: int) -> tuple[int, int]:
        """Which of the nodes holds an offset, and where in the text that node begins."""
        return entry_in(self.nodes, start)


class Pieced(Script):
    """A text of shell put together out of pieces, each of which knows where it comes from.

    What the outer shell puts in stands as `$` in the text, and in `given`.
    """

    __slots__ = ("_stretches",)

    def __init__(
        self,
        parts: list[Part],
        nodes: tuple[Scalar, ...],
        source: Source,
        wrappers: Wrappers | None,
        *,
        depth: int = 0,
        feeder: Command | None = None,
    ) -> None:
        self._stretches: list[tuple[int, int, int, int]] = []  # offset and length in the text, and where it comes from
        given: dict[int, Part] = {}
        texts: list[str] = []
        offset = 0
        for part in parts:
            if part.kind != "text":
                given[offset] = part
            text = part.text if part.kind == "text" else "$"
            texts.append(text)
            self._stretches.append((offset, len(text), part.start, part.end - part.start))
            offset += len(text)
        super().__init__(nodes, source, "".join(texts), wrappers, given=given, depth=depth, feeder=feeder)

    @property
    def is_file(self) -> bool:
        """See Script."""
        return False

    def span(self, start: int, end: int) -> Span:
        """See Script."""
        first = self._place(start)
        return self._written(first, max(self._place(end - 1, behind=True), first) if end > start else first)

    def _written(self, start: int, end: int) -> Span:
        """Where a stretch of what the pieces come from is written."""
        raise NotImplementedError

    def _place(self, offset: int, *, behind: bool = False) -> int:
        """Where one character of the text, or what follows that, comes from."""
        from bisect import bisect_right  # only where something is wrong

        found = bisect_right(self._stretches, offset, key=lambda stretch: stretch[0])
        first, size, start, length = self._stretches[max(found - 1, 0)]
        inside = offset - first
        if size != length:  # an escape, or the value of a variable: it stands there as a whole
            return start + length if behind else start
        return start + inside + behind


class Code(Pieced):
    """Words of a command read as shell: `bash -c '...'`, `eval ...`."""

    __slots__ = ("_outer",)

    def __init__(self, outer: Script, parts: list[Part], depth: int, feeder: Command | None = None) -> None:
        self._outer = outer
        super().__init__(parts, outer.nodes, outer.source, outer.wrappers, depth=depth, feeder=feeder)

    def entry(self, start: int) -> tuple[int, int]:
        """See Script."""
        return self._outer.entry(self._place(start))

    def _written(self, start: int, end: int) -> Span:
        return self._outer.span(start, end)


class Recipe(Pieced):
    """What the tool of another file gives to a shell: a line of a Makefile, a recipe of a justfile.

    forgiving: the tool goes on when it fails.
    """

    __slots__ = ()

    def __init__(
        self, parts: list[Part], source: Source, wrappers: Wrappers | None, *, forgiving: bool = False
    ) -> None:
        super().__init__(parts, (), source, wrappers)
        self.forgiving = forgiving

    def _written(self, start: int, end: int) -> Span:
        return in_file(self.source, self.source.text, start, end)


def held_by(command: Command, depth: int) -> list[Command]:
    """What a command of HOLDERS runs by its words, and what that runs in turn."""
    found: list[Command] = []
    for words, is_code, away in held(command):
        if is_code:
            inside = Code(command.script, list(_joined(words)), depth + 1, command).commands
        else:
            one = Command(command.script, words[0].start)
            one.end = words[-1].end
            one.words = words
            one.outer = command
            inside = [one, *(held_by(one, depth + 1) if one.name in HOLDERS and depth + 1 < _MAX_DEPTH else ())]
        for one in inside:
            settle(one, command, away=away)
        found += inside
    if reads_input(command):
        for script, words in code_given(command):
            inside = Code(script, list(_joined(words)), depth + 1).commands
            for one in inside:
                settle(one, command, away=command.name == "ssh")
            found += inside
        command.script.feeder = None  # the first that reads takes it all
    return found


def _joined(words: list[Word]) -> Iterator[Part]:
    """The pieces of words as one text, a blank between two words as `eval` has it."""
    for index, word in enumerate(words):
        if index:
            yield Part("text", " ", word.start, word.start)
        yield from word.parts or (Part("text", word.text, word.start, word.end),)


def settle(one: Command, outer: Command, *, away: bool) -> None:
    """Give a command that another one holds what it has of that one."""
    one.outer = one.outer or outer
    one.parent = one.parent or outer.parent
    one.function = one.function or outer.function
    one.condition = one.condition or outer.condition
    one.away = one.away or away or outer.away


def _splice_arrays(commands: list[Command]) -> None:
    """Put the items of `command=(prowler aws ...)` where `"${command[@]}"` stands."""
    arrays: dict[str, list[Word]] = {}
    for command in commands:
        for name, word in shell_assignments(command):
            if word.items is not None:
                arrays[name] = [*arrays.get(name, ()), *word.items] if _appends(command, name) else list(word.items)
        if arrays and any(word.parts for word in command.words):
            command.words = [
                one for word in command.words for one in arrays.get(_array_named(word, command.script.text), [word])
            ]


def is_arguments(word: Word) -> bool:
    """Whether it is `"$@"` and its like."""
    return [part.text for part in word.parts if part.kind == "variable"] == ["@"]


def _array_named(word: Word, text: str) -> str:
    """The name in a word that is `${name[@]}` and nothing else."""
    parts = [part for part in word.parts if part.kind != "text" or part.text]
    if len(parts) != 1 or parts[0].kind != "variable":
        return ""
    name = parts[0].text
    return name if text[parts[0].start : parts[0].end] in (f"${{{name}[@]}}", f"${{{name}[*]}}") else ""


def _appends(command: Command, name: str) -> bool:
    return command.script.text.find(f"{name}+=", command.start, command.end) >= 0


def place_in(nodes: tuple[Scalar, ...], source: Source, text: str, start: int, end: int) -> Span:
    """Where a stretch of a text is written. nodes: what makes it up, a newline between two; () for a whole file."""
    if not nodes:
        return in_file(source, text, start, end)
    index, offset = entry_in(nodes, start)
    node = nodes[index]
    return span_of(node, start - offset, min(end - offset, len(node.text)))


def entry_in(nodes: tuple[Scalar, ...], start: int) -> tuple[int, int]:
    """Which of the nodes holds an offset, and where in the text that node begins."""
    offset = 0
    for index, node in enumerate(nodes):
        if start <= offset + len(node.text) or index == len(nodes) - 1:
            return index, offset
        offset += len(node.text) + 1
    return 0, 0


def in_file(source: Source, text: str, start: int, end: int) -> Span:
    """The span of a stretch of a file's text."""

    def place(offset: int) -> tuple[int, int]:
        return text.count("\n", 0, offset) + 1, offset - (text.rfind("\n", 0, offset) + 1) + 1

    return Span(source, *place(start), *place(max(start, end)))
