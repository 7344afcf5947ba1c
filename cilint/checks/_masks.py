"""Masks: where the status of a command is lost without a word: `export X=$(scanner)`, `scanner &`, `! scanner`, shells
inside shells that go on behind it.

Only of use for commands that matter by what they are: everybody writes `export VERSION=$(git describe)`.
"""

from __future__ import annotations

from cilint.checks._excuses import PASSING, reads_status
from cilint.shell.command import DECLARING, shell_assignments
from cilint.shell.holders import SHELLS, setting

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import TypeAlias

    from cilint.shell.command import Command

    Told: TypeAlias = tuple[Command, str]

_MAX_OUTWARD = 40  # groups and shells around a command
_TESTING = ("test", "[", "[[", "((", "case", "grep", "exit", "return", "jq")
_ENDING = ("kill", "pkill", "killall")
_IN_THIS_SHELL = ("eval", "trap")  # their code heeds the settings of the shell around it
_SERVING = ("-daemon", "--daemon", "daemon", "server", "serve", "start", "--watch", "watch", "--ui")


def masked(commands: list[Command], matters: Callable[[Command], bool]) -> Iterator[Told]:
    """Each command that matters and whose status is lost.

    commands: what a job runs, in order, those of substitutions and of shells inside as well.
    """
    shells = _shells(commands)
    for command in commands:
        if command.words and not command.asks:
            how = _lost(command, commands, shells)
            if how and matters(command):
                yield command, f"{how}: a failure of {command.name} does not stop the pipeline"


def _lost(command: Command, commands: list[Command], shells: dict[int, list[Command]]) -> str:
    """What loses the status of a command, looked for from the inside outwards; "" where it counts or somebody asks."""
    one = command
    for _ in range(_MAX_OUTWARD):
        if one.outer is not None and one.outer.script is one.script:
            one = one.outer  # `poetry run pytest` stands for `pytest`
            continue
        if one.condition or (one.outer is not None and one.outer.name == "trap"):
            return ""
        if one.parent is not None:
            return _of_parent(one.parent, commands)
        last = _end_of_list(one)
        if last is None:
            return ""
        if last.followed == "&" and not _heeded(command, commands):
            return "&"
        if one.pipe[0].negated and one is one.pipe[-1] and one.followed not in ("&&", "||"):
            if one.next is None or not reads_status(one.next):
                return "!"
        if one.group is not None:
            if one.group.function != one.function:
                return ""  # a function's body: who calls it knows
            one = one.group
            continue
        inside = shells.get(id(one.script))
        if inside is None or one.outer is None:
            return ""
        how = _of_shell(one, last, inside)
        if how is not None:
            return how
        one = one.outer
    return ""


def _end_of_list(command: Command) -> Command | None:
    """The last command of `a && b | c`; None where `||` asks how it went."""
    last = command.pipe[-1]
    while last.followed in ("&&", "||"):
        if last.followed == "||" or last.next is None:
            return None
        last = last.next.pipe[-1]
    return last


def _of_parent(parent: Command, commands: list[Command]) -> str:
    """`export X=$(scanner)`: the status is that of `export`, unless somebody looks at what the scanner said."""
    if not parent.words or parent.words[0].text not in DECLARING:
        return ""
    names = {name for name, _ in shell_assignments(parent)}
    for one in commands:
        if one.condition or one.name in _TESTING:
            words = (*one.words, *one.redirected())
            if any(name in names for word in words for name in word.variables):
                return ""
        elif any(name in names for other in one.pipe[:-1] for word in other.words for name in word.variables):
            return ""  # `echo "$X" | jq -e ...`
    return parent.words[0].text


def _heeded(command: Command, commands: list[Command]) -> bool:
    """Whether somebody waits for what runs in the background and hears how it ended, or it is there to serve others.

    `wait` without operands ends well whatever happened (bash(1), "wait").
    """
    if any(word in _SERVING for word in command.arguments):
        return True
    return any(one.name in _ENDING or (one.name == "wait" and len(one.words) > 1) for one in commands)


def _shells(commands: list[Command]) -> dict[int, list[Command]]:
    """The commands of each text that a shell inside the job's own reads: `bash -c '...'`, `ssh host '...'`."""
    found: dict[int, list[Command]] = {}
    for command in commands:
        outer = command.outer
        if outer is not None and outer.script is not command.script and outer.name not in _IN_THIS_SHELL:
            found.setdefault(id(command.script), []).append(command)
    return found


def _of_shell(command: Command, last: Command, inside: list[Command]) -> str | None:
    """What a shell inside does about a failure: None where its own status is that of the command."""
    outer = command.outer
    assert outer is not None
    is_shell = outer.name in SHELLS
    strict = is_shell and bool(setting(outer, "e", "errexit"))
    pipes = is_shell and bool(setting(outer, "", "pipefail"))
    for one in inside:
        if one.start > command.start:
            break
        if one.name == "set":
            strict = strict or bool(setting(one, "e", "errexit"))
            pipes = pipes or bool(setting(one, "", "pipefail"))
    if not pipes and command is not command.pipe[-1] and command.pipe[-1].name in PASSING:
        return f"| {command.pipe[-1].name} without pipefail"
    if command is not command.pipe[-1] and not pipes:
        return ""  # who reads it decides
    top = [one for one in inside if one.group is None and one.parent is None and one.function == outer.function]
    if strict or not top or top[-1] is last:
        return None
    behind = top[top.index(last) + 1 :] if last in top else []
    return "" if any(map(_looks, behind)) else f"{outer.name} without set -e"


def _looks(command: Command) -> bool:
    return reads_status(command) or (command.name == "exit" and not command.arguments)
