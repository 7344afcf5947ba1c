"""Production without a way back, or with one that starts by itself."""

from __future__ import annotations

from cilint.checks._jobs import starts

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from cilint.finding import Finding
    from cilint.rules.context import Context


def check(context: Context, parameters: dict[str, Any]) -> Iterator[Finding]:
    """parameters: deploy and rollback, the roles; tier, that of the rollback's environment."""
    rollbacks = context.roles.jobs(parameters["rollback"])
    if not rollbacks:
        for job in context.roles.jobs(parameters["deploy"]):
            if context.pipeline.complete:
                message = "deploys to production, and no manual job rolls production back"
                yield context.fault(job.span, message, job=job, site=job.site)
            else:
                context.unknown("a rollback of production", f"it may stand in {context.lost}")
        return
    for job in rollbacks:
        for start in starts(job):
            if start.when != "manual":
                message = f"the rollback of production starts by itself (when: {start.when})"
                yield context.fault(start.site or job.span, message, job=job, site=start.site or job.site)
        if context.roles.facts(job).tier != parameters["tier"] and not job.open:
            message = "the rollback is not on the production environment"
            yield context.fault(job.span, message, job=job, site=job.site)
