"""Which jobs talk to AWS: what the rules about AWS share."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cilint.pipeline.job import Job
    from cilint.rules.context import Context
    from cilint.shell.command import Command

_HARMLESS = ("--version", "help", "--help", "configure", "-v", "--no-sign-request")


def aws_command(context: Context, job: Job, patterns: list[str]) -> Command | None:
    """The first command of the job that talks to AWS: a program of the patterns, with the words that follow it."""
    for command in context.matching(job, tuple(patterns)).values():
        if not command.has(*_HARMLESS):
            return command
        again = (one for one in context.commands(job) if one.name == command.name and not one.has(*_HARMLESS))
        if (other := next(again, None)) is not None and other.name == "aws":
            return other
    return None
