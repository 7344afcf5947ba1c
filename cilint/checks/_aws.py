"""Which jobs talk to AWS: what the rules about AWS share."""

from __future__ import annotations

from cilint.pattern import Pattern

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cilint.pipeline.job import Job
    from cilint.rules.context import Context
    from cilint.shell.command import Command

_HARMLESS = ("--version", "help", "--help", "configure", "-v", "--no-sign-request")


# AWS's own libraries, in files that a job runs with another interpreter than a shell.
_LIBRARY = Pattern(
    r"(?m)^[ \t]*(?:import|from)[ \t]+(?:boto3|aioboto3|botocore)\b|[\"']aws-sdk(?:[/\"'])|[\"']@aws-sdk/"
)
_TERRAFORM = ("terraform", "tofu", "terragrunt")
_REACHING = ("apply", "plan", "destroy", "refresh", "import", "run-all", "test")
_PROVIDER = Pattern(r"provider[ \t]+\"aws\"|hashicorp/aws\b")
_FILES_AT_MOST = 50


def talks_to_aws(context: Context, job: Job, patterns: list[str]) -> str:
    """What of the job talks to AWS: "runs aws", "runs deploy.py, which uses AWS's library"; "" for nothing."""
    command = aws_command(context, job, patterns)
    if command is not None:
        return f"runs {command.name}"
    for source in context.scripts.programs(job):
        if _LIBRARY.search(source.text):
            return f"runs {source.path}, which uses AWS's library"
    for command in context.commands(job):
        if command.name in _TERRAFORM and any(word in _REACHING for word in command.arguments[:3]):
            return f"runs {command.name} with AWS's provider" if _has_provider(context) else ""
    return ""


def _has_provider(context: Context) -> bool:
    """Whether the repository's Terraform speaks to AWS."""
    paths = [path for path in context.project.list_files() if path.endswith(".tf")]
    sources = (context.project.read_local(path, "Terraform") for path in paths[:_FILES_AT_MOST])
    return any(source is not None and _PROVIDER.search(source.text) for source in sources)


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
