"""Deployments that no person lets go: neither an approval before them nor a click on the deployment itself."""

from __future__ import annotations

from cilint.checks._gates import guarded
from cilint.checks._verdicts import judge, prover_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from cilint.checks._gates import Gate, Guarded
    from cilint.finding import Finding
    from cilint.rules.context import Context


def gates(context: Context, parameters: dict[str, Any]) -> Iterator[Gate]:
    """parameters: guarded, approvals: roles."""

    def asked(subject: Guarded) -> Gate:
        gate = subject.by_hand()
        if not prover_of(subject.context, subject.names).all_hold(gate.claims):
            gate = subject.behind(parameters["approvals"], "approval")
        gate.again = asked
        return gate

    for subject in guarded(context, parameters["guarded"], parameters, places=False):
        yield asked(subject)


def check(context: Context, parameters: dict[str, Any]) -> Iterator[Finding]:
    """See `gates`."""
    yield from judge(context, gates, parameters)
