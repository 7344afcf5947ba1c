"""The gates of one target and what the prover says of each, with the pipeline that gets past it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cilint.checks._gates import gates_of
from cilint.evidence.model import Gate
from cilint.gates.answer import Answer, assumptions_of, holds_up_to
from cilint.gates.blocked import blocked
from cilint.gates.claim import ABSENT, PROVEN, REFUTED, Assumptions
from cilint.gates.command import command
from cilint.gates.prove import Prover
from cilint.plan import Planner
from cilint.plan.predefined import is_predefined

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cilint.plan import Tree
    from cilint.rules.context import Context
    from cilint.rules.rule import RuleSet

_SECONDS = 120.0  # for all gates of one target; what is not decided then is unknown
_WHY = {
    "absent": "the gate is not in the pipeline",
    "not_blocking": "it does not wait for the gate",
    "not_manual": "the gate starts by itself",
    "": "",
}

_HOLDS = {
    "predefined-override": "anybody may set any variable, predefined ones too",
    "outside-variables": "anybody may set variables that GitLab does not predefine",
    "no-outside-variables": "all is as assumed and nobody passes variables",
}


class Proofs:
    """The gates that the rules declare. assumptions: what every proof takes for granted."""

    __slots__ = ("assumptions", "gates")

    def __init__(
        self, context: Context, rules: RuleSet, *, variables: Mapping[str, str], tree: Tree | None, path: str
    ) -> None:
        known = {name: value for name, value in variables.items() if is_predefined(name)}
        given = {name: value for name, value in variables.items() if name not in known}
        assume = Assumptions(variables=known, given=given, settings=variables)
        planner = Planner(context.pipeline)
        prover = Prover(planner, assume, tree=tree, seconds=_SECONDS, blocked=blocked(context.config))
        context.prover = prover
        asked = gates_of(context, rules)
        prover.expect([claim.guarded for gate in asked for claim in gate.claims])
        self.assumptions = list(assumptions_of(assume))
        self.gates: list[Gate] = []
        for gate in asked:
            answer = Answer(gate.guarded.name, gate.by, gate.kind, rule=gate.rule)
            if gate.missing:
                answer.status, answer.why, answer.reason = REFUTED, ABSENT, gate.missing
            else:
                answer.take([prover.decide(claim) for claim in gate.claims])
            if answer.status == PROVEN:
                answer.holds_up_to = holds_up_to(prover, gate.claims)
            shown = answer.counterexample
            self.gates.append(_facts(answer, command(shown, path) if shown is not None else ""))


def _facts(answer: Answer, shown: str) -> Gate:
    why = answer.reason or _WHY.get(answer.why, answer.why)
    if answer.vacuous:
        why = "no pipeline starts the guarded job"
    elif answer.status == PROVEN:
        why = f"in every pipeline that GitLab could create, even where {_HOLDS.get(answer.holds_up_to, 'all is as assumed')}"
    return Gate(
        rule=answer.rule,
        guarded=answer.guarded,
        by=list(answer.by),
        kind=answer.kind,
        verdict=answer.status,
        why=why,
        counterexample=shown,
    )
