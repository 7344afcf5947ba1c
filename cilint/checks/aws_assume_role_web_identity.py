"""Jobs that talk to AWS by other credentials than those of STS for the job's identity token."""

from __future__ import annotations

from cilint.checks._aws import talks_to_aws
from cilint.shell.scripts import DECISIVE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from cilint.finding import Finding
    from cilint.pipeline.job import Job
    from cilint.rules.context import Context

_CALL = "assume-role-with-web-identity"
# What the SDKs call it; they also make the call themselves when both variables are set.
_SPELLINGS = (_CALL, "AssumeRoleWithWebIdentity", "assume_role_with_web_identity", "fromWebToken")
_SDK = ("AWS_ROLE_ARN", "AWS_WEB_IDENTITY_TOKEN_FILE")


def check(context: Context, parameters: dict[str, Any]) -> Iterator[Finding]:
    """parameters: commands, the programs (with words that follow) that talk to AWS."""
    for job in context.jobs:
        use = talks_to_aws(context, job, parameters["commands"])
        if not use or _assumes(context, job):
            continue
        if job.open:
            context.unknown(f"how job {job.name} gets its credentials", f"it may stand in {context.lost}", job.span)
            continue
        message = f"talks to AWS ({use}) without sts {_CALL}"
        yield context.fault(job.span, message, job=job, site=job.site)


def _assumes(context: Context, job: Job) -> bool:
    # What after_script gets comes too late; only what after_script itself does could use it.
    for script in context.scripts.reached(job, DECISIVE):
        if any(command.name == "aws" and _CALL in command.arguments for command in script.commands):
            return True
    if any(word in source.text for source in context.scripts.files(job) for word in _SPELLINGS[1:]):
        return True
    if context.scripts.mention(job, "web_identity_token_file"):  # a profile with which the CLI makes the call
        return True
    scope, assigned = context.scopes.of(job), context.assigned(job)
    return all(scope.values(name) or name in assigned for name in _SDK)
