"""Production deployments that can start before security and product have both approved, each in a job of its own."""

from __future__ import annotations

from cilint.checks._gates import guarded
from cilint.checks._verdicts import judge

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from cilint.checks._gates import Gate
    from cilint.finding import Finding
    from cilint.rules.context import Context


def gates(context: Context, parameters: dict[str, Any]) -> Iterator[Gate]:
    """parameters: guarded: roles; approvals: roles, each of which must approve; and those of `guarded`."""
    for subject in guarded(context, parameters["guarded"], parameters):
        for role in parameters["approvals"]:
            yield subject.behind([role], "approval")


def check(context: Context, parameters: dict[str, Any]) -> Iterator[Finding]:
    """See `gates`. Two roles of one job are one approval, so each needs a job of its own."""
    yield from judge(context, gates, parameters)
    roles = parameters["approvals"]
    for job in context.roles.jobs(*roles) if context.roles.jobs(*parameters["guarded"]) else ():
        held = [role for role in roles if context.roles.has(job, role)]
        alone = [role for role in held if context.roles.jobs(role) == [job]]
        if len(alone) > 1:
            titles = " and ".join(context.roles.title(role) for role in alone)
            yield context.fault(job.span, f"one job is both {titles}: one click gives both", job=job, site=job.site)
