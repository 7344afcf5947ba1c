"""Which jobs talk to AWS: what the rules about AWS share."""

from __future__ import annotations

from cilint.rules.like import like

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cilint.pipeline.job import Job
    from cilint.rules.context import Context
    from cilint.shell.command import Command

_HARMLESS = ("--version", "help", "--help", "configure", "-v", "--no-sign-request")


def aws_command(context: Context, job: Job, patterns: list[str]) -> Command | None:
    """The first command of the job that talks to AWS: a program of the patterns, with the words that follow it."""
    for command in context.commands(job):
        name = command.name
        for pattern in patterns:
            program, *words = pattern.split()
            if like(name, program) and not command.has(*_HARMLESS) and _has_words(command, words):
                return command
    return None


def _has_words(command: Command, words: list[str]) -> bool:
    arguments = iter(command.arguments)
    return all(any(like(argument, word) for argument in arguments) for word in words)
