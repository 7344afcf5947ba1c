"""Production deployments that can start before security and product have both approved, each in a job of its own."""

from __future__ import annotations

from cilint.checks._gates import Gate, deploying, guarded_by_role, judge

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from cilint.finding import Finding
    from cilint.rules.context import Context


def gates(context: Context, parameters: dict[str, Any]) -> Iterator[Gate]:
    """parameters: approvals: roles, each of which must approve; and those of `deploying`."""
    roles = parameters["approvals"]
    for job in deploying(context, parameters):
        for role in roles:
            yield guarded_by_role(context, job, [role], "approval")


def check(context: Context, parameters: dict[str, Any]) -> Iterator[Finding]:
    """See `gates`. Two roles of one job are one approval, so each needs a job of its own."""
    guarded = deploying(context, parameters)
    yield from judge(context, gates, parameters)
    roles = parameters["approvals"]
    for job in context.roles.jobs(*roles) if guarded else ():
        held = [role for role in roles if context.roles.has(job, role)]
        alone = [role for role in held if context.roles.jobs(role) == [job]]
        if len(alone) > 1:
            titles = " and ".join(context.roles.title(role) for role in alone)
            yield context.fault(job.span, f"one job is both {titles}: one click gives both", job=job, site=job.site)
