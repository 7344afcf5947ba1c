"""What a shell reads from its standard input: here-documents, what `echo` or `cat` say before it, files."""

from __future__ import annotations

from cilint.shell.command import OF_TEXT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from cilint.shell.command import Command, Word
    from cilint.shell.script import Script

_OF_ECHO = ("-e", "-n", "-en", "-ne", "-E", "--")
_MAX_PIPE = 16
_MAX_OUTWARD = 8
_KEEPING = ("xargs", "parallel", "find", "trap")  # what they run does not get their input


def code_given(command: Command) -> Iterator[tuple[Script, list[Word]]]:
    """The code that a command gets by its input, where that stands, each with the text that holds its words."""
    source = _source(command)
    if source is None:
        return
    before = _before(source)
    if before is not None:
        yield from ((source.script, words) for words in said(before))
    for redirect in source.redirects:
        if redirect.op in OF_TEXT:
            yield source.script, [redirect.word]
        elif redirect.op == "<":
            yield from ((source.script, words) for words in said_in(redirect.word))


def files_given(command: Command) -> Iterator[Word]:
    """The words that name a file which a command gets by its input: `bash < x.sh`, `cat x.sh | ssh host bash`."""
    source = _source(command)
    if source is None or source.away:
        return
    before = _before(source)
    if before is not None and before.name == "cat" and not before.away:
        yield from (word for word in before.operands if word.text != "-")
    yield from source.redirected(("<",))


def said(command: Command) -> Iterator[list[Word]]:
    """What a command writes, where that stands in the text: the words of `echo`, here-documents of `cat`."""
    if command.name in ("echo", "printf"):
        words = [word for word in command.argv[1:] if word.text not in _OF_ECHO and word.text.rstrip("n\\") != "%s"]
        if words:
            yield words
    elif command.name == "cat":
        yield from ([word] for word in command.redirected(OF_TEXT))


def said_in(word: Word) -> Iterator[list[Word]]:
    """What the commands of `<(...)` write."""
    for part in word.parts:
        if part.kind == "process":
            for command in part.commands:
                if command.pipe[-1] is command:
                    yield from said(command)


def _source(command: Command) -> Command | None:
    """The command itself, or the nearest one around it, that says where the input comes from."""
    one = command
    for _ in range(_MAX_OUTWARD):
        if _before(one) is not None or one.redirected(("<", *OF_TEXT)):
            return one
        around = one.outer or one.script.feeder
        if around is None or around.name in _KEEPING:
            return None
        one = around
    return None


def _before(command: Command) -> Command | None:
    """The command whose output it reads through a pipe."""
    place = next((index for index, one in enumerate(command.pipe[:_MAX_PIPE]) if one is command), 0)
    return command.pipe[place - 1] if place else None
