"""Deployments that can start before the environments that come first have been deployed to."""

from __future__ import annotations

from cilint.checks._gates import Gate, deploying, guarded_by_role, judge

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from cilint.finding import Finding
    from cilint.pipeline.job import Job
    from cilint.rules.context import Context


def gates(context: Context, parameters: dict[str, Any]) -> Iterator[Gate]:
    """parameters: order: roles, the first first; and those of `deploying` for the last of them."""
    order = parameters["order"]
    for place, role in enumerate(order):
        for job in _of(context, parameters, role):
            for earlier in order[:place]:
                yield guarded_by_role(context, job, [earlier], "order")


def _of(context: Context, parameters: dict[str, Any], role: str) -> list[Job]:
    if role == parameters["order"][-1]:
        return deploying(context, {**parameters, "guarded": [role]})
    return context.roles.jobs(role)


def check(context: Context, parameters: dict[str, Any]) -> Iterator[Finding]:
    """See `gates`."""
    yield from judge(context, gates, parameters)
