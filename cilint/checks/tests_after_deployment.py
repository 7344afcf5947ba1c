"""Tests of an environment, and messages about its deployment, that can start before it has been deployed to."""

from __future__ import annotations

from cilint.checks._gates import Guarded
from cilint.checks._verdicts import judge

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from cilint.checks._gates import Gate
    from cilint.finding import Finding
    from cilint.pipeline.job import Job
    from cilint.rules.context import Context


def gates(context: Context, parameters: dict[str, Any]) -> Iterator[Gate]:
    """parameters: after: {role of a deployment: roles of what comes after it}.

    Asked of pipelines that have both. What stands in an earlier stage than the deployment is not asked: that is told
    by `stage-order`, and it cannot be meant to wait.
    """
    for deployment, followers in parameters["after"].items():
        deployments = context.roles.jobs(deployment)
        if not deployments:
            continue
        first = min(_place(context, job) for job in deployments)
        for job in context.roles.jobs(*followers):
            if job not in deployments and _place(context, job) >= first:
                yield Guarded(context, job).behind([deployment], "check")


def _place(context: Context, job: Job) -> int:
    stages = context.pipeline.stages
    return stages.index(job.stage) if job.stage in stages else len(stages)


def check(context: Context, parameters: dict[str, Any]) -> Iterator[Finding]:
    """See `gates`."""
    yield from judge(context, gates, parameters)
