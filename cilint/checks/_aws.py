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
        if _reaches_aws(command):
            return command
        again = (one for one in context.commands(job) if one.name == command.name and _reaches_aws(one))
        if (other := next(again, None)) is not None and other.name == "aws":
            return other
    return None


def _reaches_aws(command: Command) -> bool:
    """Whether the command needs credentials of AWS: not for help, public buckets, or another vendor's S3 service."""
    if command.has(*_HARMLESS):
        return False
    endpoint = command.option("--endpoint-url")
    return endpoint is None or not endpoint.static or "amazonaws.com" in endpoint.text
