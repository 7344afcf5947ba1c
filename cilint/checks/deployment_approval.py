"""Deployments that no person lets go: neither an approval before them nor a click on the deployment itself; and those
that people let go before they could know what they decide on.
"""

from __future__ import annotations

from cilint.checks._gates import Guarded, guarded
from cilint.checks._outcomes import prover_of
from cilint.checks._verdicts import judge

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from cilint.checks._gates import Gate
    from cilint.finding import Finding
    from cilint.rules.context import Context


def gates(context: Context, parameters: dict[str, Any]) -> Iterator[Gate]:
    """parameters: guarded, approvals: roles; informed: roles of checks, behind which the approval stands, or the
    deployment where nobody but who starts it approves. Of those that the pipeline does not have, nothing is asked.
    """

    def asked(subject: Guarded) -> Gate:
        gate = subject.by_hand()
        if not prover_of(subject.context, subject.names).all_hold(gate.claims):
            gate = subject.behind(parameters["approvals"], "approval")
        gate.again = asked
        return gate

    for subject in guarded(context, parameters["guarded"], parameters, places=False):
        yield asked(subject)
        approvals = [] if subject.doubt else context.roles.jobs(*parameters["approvals"])
        for role in parameters.get("informed", ()) if subject.doubt is None else ():
            if context.roles.jobs(role):
                for deciding in [Guarded(context, job) for job in approvals] or [subject]:
                    yield deciding.behind([role], "check")


def check(context: Context, parameters: dict[str, Any]) -> Iterator[Finding]:
    """See `gates`."""
    yield from judge(context, gates, parameters)
