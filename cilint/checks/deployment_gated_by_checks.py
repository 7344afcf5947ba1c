"""Deployments that can start although a check that should stop them has failed, or was never made."""

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
    """parameters: guarded: roles of deployments; checks: roles, of each of which one job must have passed.

    A role that several jobs have asks for more: each of them that is in a pipeline must have passed there.
    """
    for subject in guarded(context, parameters["guarded"], parameters):
        for role in parameters["checks"]:
            yield subject.behind([role], "scan", each=True)


def check(context: Context, parameters: dict[str, Any]) -> Iterator[Finding]:
    """See `gates`."""
    yield from judge(context, gates, parameters)
