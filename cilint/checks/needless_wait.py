"""Checks that wait for whole stages though they read nothing of them."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from cilint.finding import Finding
    from cilint.rules.context import Context


def check(context: Context, parameters: dict[str, Any]) -> Iterator[Finding]:
    """parameters: roles, those that need no stage before theirs."""
    pipeline = context.pipeline
    for job in context.jobs:
        if job.get("needs") is not None or job.open or job.get("dependencies") is not None:
            continue
        if not any(context.roles.has(job, role) for role in parameters["roles"]):
            continue
        index = pipeline.stage_index(job)
        if any(0 <= pipeline.stage_index(other) < index for other in pipeline.jobs.values()):
            message = f"waits for every job before stage {job.stage}: state needs, [] where it needs none"
            edits = context.put(job.site, "needs", [], safe=False)  # it may read files of another job
            yield context.fault(job.span, message, job=job, site=job.site, edits=edits)
