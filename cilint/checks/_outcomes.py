"""What becomes of gates: each judged in its pipeline, in those that it waits for, and in those that start it.

A gate of a child pipeline holds when it holds there, or before the job that starts the child, or further up
(`app/models/ci/bridge.rb`; `doc/ci/pipelines/downstream_pipelines.md`).
"""

from __future__ import annotations

from cilint.checks._below import below, told_of_end
from cilint.checks._children import children, handed_down, values_handed_down
from cilint.checks._gates import Guarded
from cilint.gates.blocked import blocked
from cilint.gates.claim import OUTSIDE, PROVEN, REFUTED, UNKNOWN, Assumptions

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from collections.abc import Sequence as Listed
    from typing import Any, TypeAlias

    from cilint.checks._gates import Again, Gate
    from cilint.gates.claim import Claim, Verdict
    from cilint.gates.prove import Prover
    from cilint.rules.context import Context

    Gates: TypeAlias = Callable[[Context, dict[str, Any]], Iterable[Gate]]

SECONDS = 2.0  # for all gates of one pipeline in `cilint check`; what is not decided then is "not assessed"
_SECONDS_OF_CHILD = 1.0


class Outcome:
    """What became of one gate.

    gate: as it is asked in the pipeline of `context`; status: "proven", "refuted" or "unknown". told: the gate that holds or
    breaks, be it one before a trigger job; verdicts: on its claims, none where it is missing, and where nothing was
    decided; verdict: the worst of them.
    reason: of what is missing or unknown, "" where a verdict tells. there: the pipeline of `told`.
    """

    __slots__ = ("context", "gate", "reason", "status", "there", "told", "verdict", "verdicts")

    def __init__(self, context: Context, gate: Gate, status: str = PROVEN) -> None:
        self.context = context
        self.gate = gate
        self.status = status
        self.told = gate
        self.there = context
        self.verdict: Verdict | None = None
        self.verdicts: list[Verdict] = []
        self.reason = ""

    def take(self, other: Outcome) -> None:
        """Become of the gate what has become of another one, which stands for it."""
        self.status, self.reason = other.status, other.reason
        self.verdict, self.verdicts = other.verdict, other.verdicts
        self.told, self.there = other.told, other.there

    @property
    def triggers(self) -> list[str]:
        """The jobs that start the pipeline of the gate, the first first."""
        names: list[str] = []
        child = self.context.parent
        while child is not None:
            names.insert(0, child.starter)
            child = child.above.parent
        return names


def outcomes(context: Context, gates: Gates, parameters: dict[str, Any]) -> Iterator[Outcome]:
    """What becomes of a rule's gates, in the pipeline and in the children that it starts, theirs included."""
    asked = list(gates(context, parameters))
    yield from _judged(context, asked)
    for child in children(context):
        if child.context is not None:
            child.context.rule = context.rule
            yield from outcomes(child.context, gates, parameters)


def _judged(context: Context, asked: list[Gate]) -> Iterator[Outcome]:
    reason = blocked(context.config) if asked else ""
    if reason:
        for gate in asked:
            outcome = Outcome(context, gate, UNKNOWN)
            outcome.reason = reason
            yield outcome
        return
    claims = [claim for gate in asked for claim in gate.claims]
    all_hold = bool(claims) and prover_of(context, [claim.guarded for claim in claims]).all_hold(claims)
    for gate in asked:
        if all_hold and not gate.missing:
            yield Outcome(context, gate)
        else:
            yield _doubted(_outcome(context, gate))


def _doubted(outcome: Outcome) -> Outcome:
    """What is refuted only if the job is one that is guarded, is not known."""
    doubt = outcome.gate.doubt
    if doubt is not None and outcome.status != PROVEN:
        outcome.status = UNKNOWN
        outcome.reason = doubt.why
    return outcome


def _outcome(context: Context, gate: Gate) -> Outcome:
    outcome = alone(context, gate)
    if outcome.status == PROVEN or context.parent is None:
        return outcome
    above, trigger = context.parent.above, context.parent.trigger
    above.rule = context.rule
    outer = _outcome(above, gate.again(Guarded(above, trigger, context.parent.names)))
    if outer.status == PROVEN:
        outcome.status, outcome.reason, outcome.told = PROVEN, "", outer.told
    elif outcome.status == REFUTED and (outer.status == UNKNOWN or (gate.missing and not outer.gate.missing)):
        # The gate may stand above the child; so does then what lets the trigger job past it.
        outcome.take(outer)
    elif outcome.status == outer.status == REFUTED and not gate.missing and not outer.gate.missing:
        _by_kind(outcome, outer)
    return outcome


def _by_kind(outcome: Outcome, outer: Outcome) -> None:
    """Let gates hold that hold together: for branches in the child and for tags above it, as both are of one kind."""
    from cilint.gates.world import PIPELINE_KINDS

    left: list[Verdict] = []
    for kind in PIPELINE_KINDS:
        inside, above = ([_of_kind(one, claim, kind) for claim in one.gate.claims] for one in (outcome, outer))
        if not any(all(one.proven for one in verdicts) for verdicts in (inside, above)):
            left = inside
            break
    if not left:
        outcome.take(outer)
        outcome.status, outcome.reason, outcome.verdict, outcome.verdicts = PROVEN, "", None, []
    elif worst(left).status == REFUTED:
        outcome.verdict, outcome.verdicts = worst(left), left


def _of_kind(outcome: Outcome, claim: Claim, kind: str) -> Verdict:
    """The verdict on a claim for pipelines of branches, of tags, or of merge requests alone."""
    prover = prover_of(outcome.context)
    return prover.decide(claim, [prover.world.kind[kind]])


def alone(context: Context, gate: Gate) -> Outcome:
    """A gate without regard to what starts its pipeline: as it stands there, or in a pipeline that is waited for."""
    outcome = _here(context, gate)
    if outcome.status != PROVEN and gate.alike is not None:
        _look_below(outcome, gate.alike)
    return outcome


def _look_below(outcome: Outcome, alike: Again) -> None:
    """Let a gate hold that stands in the pipelines of trigger jobs, if the guarded job waits for one of them to end."""
    context, gate = outcome.context, outcome.gate
    waited: list[str] = []
    sure: dict[str, tuple[str, ...]] = {}  # of those in which the gate holds up the end, what it is
    doubts: list[str] = []
    for one in below(context, gate):
        if not one.waited:
            if gate.missing:
                outcome.reason = one.told(f"{one.trigger.name} has no trigger:strategy, so nothing waits for it")
            continue
        waited += one.names
        end = one.end(gate.rule)
        inside = None if end is None else alone(end.context, alike(end))
        if inside is not None and inside.status == PROVEN:
            sure |= dict.fromkeys(one.names, tuple(f"{one.trigger.name} > {name}" for name in inside.told.by))
        else:
            doubts.append(one.told(one.fault or _why_not(inside)))
    if sure:
        waiting = _here(context, gate.subject.awaiting(list(sure)))
        if waiting.status == PROVEN:
            waiting.told.by = tuple(dict.fromkeys(name for names in sure.values() for name in names))
            outcome.take(waiting)
            return
    if gate.missing and waited:
        outcome.take(_here(context, gate.subject.awaiting(waited)))
        if outcome.status != REFUTED:
            outcome.status, outcome.reason = UNKNOWN, outcome.reason or "; ".join(doubts)


def _why_not(inside: Outcome | None) -> str:
    """Why a gate of a pipeline does not hold up its end."""
    if inside is None:
        return "how that ends is not known"
    shown = inside.verdict.counterexample if inside.verdict is not None else None
    return inside.reason if shown is None else told_of_end(shown.story[0])


def _here(context: Context, gate: Gate) -> Outcome:
    """A gate as it stands in its own pipeline."""
    outcome = Outcome(context, gate)
    if gate.missing:
        outcome.status, outcome.reason = REFUTED, gate.missing
        return outcome
    prover = prover_of(context, [claim.guarded for claim in gate.claims])
    if not prover.all_hold(gate.claims):
        outcome.verdicts = [prover.decide(claim) for claim in gate.claims]
        outcome.verdict = worst(outcome.verdicts)
        outcome.status, outcome.reason = outcome.verdict.status, outcome.verdict.reason
    return outcome


def prover_of(context: Context, guarded: Iterable[str] = ()) -> Prover:
    """The prover of a pipeline, the same for all rules. guarded: what it will be asked about, if it is made now."""
    if context.prover is None:
        from cilint.gates.prove import Prover
        from cilint.plan.scenario import exactly

        known = context.situated(exactly({}))
        settings = {**known.variables, **known.outside}
        if context.parent is None:
            assume = Assumptions(variables=known.variables, given=known.outside, settings=settings)
            seconds = SECONDS
        else:
            # What the trigger job always hands down is known; what it may, arrives as if somebody had passed it.
            assume = Assumptions(
                variables={**known.variables, **values_handed_down(context.parent)},
                given=known.outside,
                settings=settings,
                level=OUTSIDE,
                sources=("parent_pipeline",),
                handed=handed_down(context.parent),
            )
            above = context.parent.above.prover
            seconds = _SECONDS_OF_CHILD if above is None else max(_SECONDS_OF_CHILD, above.limits.seconds / 2)
        context.prover = Prover(
            context.planner, assume, tree=known.tree, seconds=seconds, blocked=blocked(context.config)
        )
        context.prover.expect(guarded)
    return context.prover


def worst(verdicts: Listed[Verdict]) -> Verdict:
    """A refuted verdict before an unknown one before a proven one."""
    order = (REFUTED, UNKNOWN)
    return min(verdicts, key=lambda one: order.index(one.status) if one.status in order else len(order))
