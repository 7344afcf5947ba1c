"""Production deployments that can start without somebody starting them."""

from __future__ import annotations

from cilint.checks._gates import Gate, claims_of
from cilint.checks._jobs import starts

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from cilint.finding import Finding
    from cilint.rules.context import Context


def gates(context: Context, parameters: dict[str, Any]) -> Iterator[Gate]:
    """The same as claims for `cilint prove`. parameters: role."""
    for job in context.roles.jobs(parameters["role"]):
        yield Gate(context.rule.id, job, (), "manual", claims_of(context, job, (), "manual"))


def check(context: Context, parameters: dict[str, Any]) -> Iterator[Finding]:
    """parameters: role."""
    for job in context.roles.jobs(parameters["role"]):
        for start in starts(job):
            if start.when == "manual":
                continue
            if start.site is None and job.open:
                context.unknown(f"how job {job.name} starts", "an include was not read", job.span)
                continue
            message = f"starts by itself (when: {start.when}): {context.roles.title(parameters['role'])} is manual"
            yield context.fault(start.site or job.span, message, job=job, site=start.site or job.site)
