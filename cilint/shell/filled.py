"""Commands as they become when values stand where their variables are."""

from __future__ import annotations

from cilint.shell.command import Command, Part, Word
from cilint.shell.holders import HOLDERS
from cilint.shell.script import Code, held_by, settle

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TypeAlias

    from cilint.shell.script import Script

    Put: TypeAlias = dict[int, str | tuple[str, ...]]

_MAX_DEPTH = 4
_MAX_PIPE = 32


def filled(command: Command, put: Put) -> list[Command]:
    """The commands that one becomes. put: values by the offset of their variables, those of `"$@"` being several words."""
    return _as_code(command, put) if command.script.given.keys() & put.keys() else _as_words(command, put)


def command_of(script: Script, words: list[Word]) -> list[Command]:
    """The command that words of a text make up, with what that one holds."""
    one = Command(script, words[0].start)
    one.end, one.words = words[-1].end, words
    return _with_held(one)


def _with_held(one: Command) -> list[Command]:
    return [one, *(held_by(one, one.script.depth) if one.name in HOLDERS else ())]


def _as_words(command: Command, put: Put) -> list[Command]:
    """The command with the values as a shell puts them in: blanks part words where no quotes are, and nothing else counts."""
    words: list[Word] = []
    for word in command.words:
        if word.static or not any(part.start in put for part in word.parts):
            words.append(word)
        else:
            words += _split(word, put)
    if not words:
        return []
    one = Command(command.script, command.start)
    one.end, one.words, one.redirects = command.end, words, command.redirects
    one.assignments = command.assignments
    if 1 < len(command.pipe) <= _MAX_PIPE:
        one.pipe = [one if other is command else other for other in command.pipe]
    made = _with_held(one)
    for each in made:
        settle(each, command, away=False)
    return made


def _split(word: Word, put: Put) -> list[Word]:
    runs: list[list[Part]] = [[]]
    for part in word.parts:
        if part.start not in put:
            runs[-1].append(part)
            continue
        value = put[part.start]
        if isinstance(value, tuple):
            pieces = list(value) if part.quoted and part.text == "@" else " ".join(value).split()
        else:
            pieces = [value] if part.quoted else value.split()
        for index, piece in enumerate(pieces):
            if index:
                runs.append([])
            runs[-1].append(Part("text", piece, part.start, part.end, quoted=part.quoted))
    return [
        Word("".join(f"${part.text}" if part.kind == "variable" else part.text for part in run), word.start, word.end, tuple(run))
        for run in runs
        if run
    ]  # fmt: skip


def _as_code(command: Command, put: Put) -> list[Command]:
    """`eval "$COMMAND"`: the value is read as shell, with what stands around it."""
    script = command.script
    if script.depth > _MAX_DEPTH:
        return []
    parts: list[Part] = []
    start = command.start
    for place in sorted(place for place in script.given if command.start <= place < command.end):
        parts.append(Part("text", script.text[start:place], start, place))
        given = script.given[place]
        if place in put:
            value = put[place]
            parts.append(Part("text", value if isinstance(value, str) else " ".join(value), place, place + 1))
        else:
            parts.append(given.moved(place, place + 1, quoted=False))
        start = place + 1
    parts.append(Part("text", script.text[start : command.end], start, command.end))
    made = Code(script, parts, script.depth + 1).commands
    for each in made:
        settle(each, command, away=False)
    return made
