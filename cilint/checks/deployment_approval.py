"""Deployments that no person lets go: neither an approval before them nor a click on the deployment itself."""

from __future__ import annotations

from cilint.checks._gates import Gate, claims_of, guarded_by_role, judge, prover_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from cilint.finding import Finding
    from cilint.rules.context import Context


def gates(context: Context, parameters: dict[str, Any]) -> Iterator[Gate]:
    """parameters: guarded, approvals: roles."""
    for job in context.roles.jobs(*parameters["guarded"]):
        own = claims_of(context, job, (), "manual")
        if prover_of(context, [job.name]).all_hold(own):
            yield Gate(context.rule.id, job, (), "manual", own)
        else:
            yield guarded_by_role(context, job, parameters["approvals"], "approval")


def check(context: Context, parameters: dict[str, Any]) -> Iterator[Finding]:
    """See `gates`."""
    yield from judge(context, gates, parameters)
