"""Deployments whose environment GitLab cannot place."""

from __future__ import annotations

from cilint.checks._jobs import place_span
from cilint.tree.node import Mapping

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from cilint.finding import Finding
    from cilint.rules.context import Context


def check(context: Context, parameters: dict[str, Any]) -> Iterator[Finding]:
    """parameters: role, that of deployments; keys, what their environment states."""
    for job in context.pipeline.jobs.values():
        environment = job.get("environment")
        if environment is None:
            if context.roles.has(job, parameters["role"]):
                if job.open:
                    context.unknown(f"environment of job {job.name}", f"it may stand in {context.lost}", job.span)
                else:
                    yield context.fault(job.span, "deploys without naming an environment", job=job, site=job.site)
            continue
        action = environment.set("action")
        if action is not None and action.text != "start":
            continue
        missing = [key for key in parameters["keys"] if environment.set(key) is None]
        if missing and not (job.open and isinstance(environment.node, Mapping)):
            message = f"the environment states no {' and no '.join(missing)}"
            yield context.fault(place_span(environment), message, job=job, site=environment)
