"""Command patterns of packs: `npm audit`, `trivy image`, `*drift*.sh`; looked up once a script, not once a job.

A pattern is a program's name and words that follow it. The first word is the subcommand: no operand stands before it,
but for the values of options. A command that only asks for a version or for help fits none. A word that begins
with `*` may stand anywhere, as all further ones may.
"""

from __future__ import annotations

from cilint.like import like

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from cilint.pipeline.job import Job
    from cilint.shell.command import Command
    from cilint.shell.script import Script
    from cilint.shell.scripts import Scripts


class Patterns:
    """A set of patterns, to be found in the scripts of jobs."""

    __slots__ = ("_by_name", "_by_script", "_literal", "_scripts", "_wild")

    def __init__(self, patterns: Iterable[str], scripts: Scripts) -> None:
        self._scripts = scripts
        self._literal: dict[str, list[tuple[str, list[str]]]] = {}
        self._wild: list[tuple[str, str, str, list[str]]] = []
        for pattern in dict.fromkeys(patterns):
            program, *words = pattern.split()
            if "*" in program:
                self._wild.append((max(program.split("*"), key=len), program, pattern, words))
            else:
                self._literal.setdefault(program, []).append((pattern, words))
        self._by_name: dict[str, list[tuple[str, list[str]]]] = {}
        self._by_script: dict[int, tuple[list[Command], dict[str, Command]]] = {}

    def in_job(self, job: Job) -> dict[str, Command]:
        """The patterns that the job's commands fit, each with the first such command."""
        found: dict[str, Command] = {}
        texts = self._scripts.texts(job)
        for script in texts:
            commands = self._scripts.literals.within(script, job, texts)
            fitting = self._in_script(script) if commands is script.commands else self._among(commands)
            for pattern, command in fitting.items():
                found.setdefault(pattern, command)
        return found

    def _in_script(self, script: Script) -> dict[str, Command]:
        commands, found = self._by_script.get(id(script), (None, {}))
        if commands is not script.commands:  # more wrappers may have come to light
            found = self._among(script.commands)
            self._by_script[id(script)] = script.commands, found
        return found

    def _among(self, commands: list[Command]) -> dict[str, Command]:
        found: dict[str, Command] = {}
        for command in commands:
            for pattern, words in self._of_name(command.name):
                if pattern not in found and (not words or _follows(command, words)) and not command.asks:
                    found[pattern] = command
        return found

    def of(self, command: Command) -> set[str]:
        """The patterns that one command fits."""
        fitting = self._of_name(command.name)
        if not fitting or command.asks:
            return set()
        return {pattern for pattern, words in fitting if not words or _follows(command, words)}

    def _of_name(self, name: str) -> list[tuple[str, list[str]]]:
        known = self._by_name.get(name)
        if known is None:
            known = list(self._literal.get(name, ())) if name else []
            known += [
                (pattern, words)
                for piece, program, pattern, words in self._wild
                if piece in name and name and like(name, program)  # hardly a name holds the piece
            ]
            self._by_name[name] = known
        return known


def _follows(command: Command, wanted: list[str]) -> bool:
    arguments = command.arguments
    places = range(len(arguments)) if wanted[0][0] == "*" else _subcommand_places(arguments)
    for place in places:
        if like(arguments[place], wanted[0]):
            rest = iter(arguments[place + 1 :])
            if all(any(like(argument, word) for argument in rest) for word in wanted[1:]):
                return True
    return False


def _subcommand_places(arguments: list[str]) -> Iterator[int]:
    after_option = False
    for place, argument in enumerate(arguments):
        if argument.startswith("-"):
            after_option = "=" not in argument
            continue
        yield place
        if not after_option:
            return
        after_option = False
