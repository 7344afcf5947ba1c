"""Deployments to EKS that do not share the one set-up of kubectl."""

from __future__ import annotations

from cilint.checks._jobs import bases, top

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from cilint.finding import Finding
    from cilint.pipeline.job import Job
    from cilint.rules.context import Context


def check(context: Context, parameters: dict[str, Any]) -> Iterator[Finding]:
    """parameters: template, its name; roles, whose jobs extend it."""
    template: str = parameters["template"]
    jobs = context.roles.jobs(*parameters["roles"])
    site = context.config.site.set(template)
    if site is None:
        if not jobs:
            return  # that nothing is deployed is told by required-job
        if context.pipeline.complete:
            yield context.fault(top(context), f"there is no {template} that configures kubectl")
        else:
            context.unknown(template, f"it may stand in {context.lost}")
        return
    for job in jobs:
        if not {template, template.lstrip(".")} & bases(context, job):
            message = f"deploys to EKS without {template}"
            yield context.fault(job.span, message, job=job, site=job.site)
            continue
        missing = _missing(context, job)
        if missing:
            yield context.fault(job.span, f"extends {template}, but {missing}", job=job, site=job.site)


def _missing(context: Context, job: Job) -> str:
    """What of the set-up does not reach the job."""
    cluster = namespace = False
    for command in context.commands(job):
        arguments = command.arguments
        if command.name == "aws" and "update-kubeconfig" in arguments:
            cluster = True
        if command.name == "kubectl" and command.has("--namespace", "-n") and "config" in arguments:
            namespace = True
        namespace = namespace or command.name == "kubens"
    if not cluster:
        return "nothing configures kubectl for the cluster (aws eks update-kubeconfig)"
    return "" if namespace else "nothing sets the namespace (kubectl config set-context --current --namespace)"
