"""The gates of one target and what the prover says of each, with the pipeline that gets past it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cilint.checks._verdicts import all_outcomes, answers_of, path_of, taken_for_granted
from cilint.evidence.parts import Gate
from cilint.gates.answer import assumptions_of, holds_up_to
from cilint.gates.blocked import blocked
from cilint.gates.claim import PROVEN, Assumptions
from cilint.gates.command import command
from cilint.gates.prove import Prover
from cilint.plan import Planner
from cilint.plan.predefined import is_predefined

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cilint.gates.answer import Answer
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
        self.assumptions = [*assumptions_of(assume), *taken_for_granted(context)]
        self.gates: list[Gate] = []
        for answer, outcome in answers_of(all_outcomes(context, rules)):
            claims = outcome.gate.claims
            if answer.status == PROVEN and outcome.context is context and claims:
                answer.holds_up_to = holds_up_to(prover, claims)
                answer.vacuous = all(prover.decide(claim).vacuous for claim in claims)
            shown, there = answer.counterexample, outcome.there
            file = path if there is context else path_of(there)
            self.gates.append(_facts(answer, command(shown, file) if shown is not None and file else ""))


def _facts(answer: Answer, shown: str) -> Gate:
    why = answer.reason or _WHY.get(answer.why, answer.why)
    if answer.vacuous:
        why = "no pipeline starts the guarded job"
    elif answer.status == PROVEN:
        held = _HOLDS.get(answer.holds_up_to, "all is as assumed")
        why = f"in every pipeline that GitLab could create, even where {held}"
    return Gate(
        rule=answer.rule,
        guarded=" > ".join((*answer.triggers, answer.guarded)),
        by=list(answer.by),
        kind=answer.kind,
        verdict=answer.status,
        why=why,
        counterexample=shown,
    )
