"""Deployments that can start before the environments that come first have been deployed to."""

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
    """parameters: order: roles, the first first; and those of `guarded`, for the last of them."""
    order = parameters["order"]
    for place, role in enumerate(order):
        last = role == order[-1]
        for subject in guarded(context, [role], parameters, places=last):
            if subject.doubt is not None and not last:
                continue  # the last is behind all others, so what may be any of them is asked for that
            for earlier in order[:place]:
                yield subject.behind([earlier], "order")


def check(context: Context, parameters: dict[str, Any]) -> Iterator[Finding]:
    """See `gates`."""
    yield from judge(context, gates, parameters)
