"""What comes of gates: each judged in its pipeline and in the child pipelines, and told as findings.

A gate of a child pipeline holds when it holds there, or before the job that starts the child, or further up
(`app/models/ci/bridge.rb`; `doc/ci/pipelines/downstream_pipelines.md`).
"""

from __future__ import annotations

from cilint.checks._children import children, handed_down, values_handed_down
from cilint.checks._gates import Guarded, only_starts
from cilint.gates.blocked import blocked
from cilint.gates.claim import ABSENT, OUTSIDE, PROVEN, REFUTED, UNKNOWN, Assumptions

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from collections.abc import Sequence as Listed
    from typing import Any, TypeAlias

    from cilint.checks._gates import Gate
    from cilint.finding import Finding
    from cilint.gates.answer import Answer
    from cilint.gates.claim import Verdict
    from cilint.gates.prove import Prover
    from cilint.pipeline.job import Clause
    from cilint.pipeline.pipeline import Pipeline
    from cilint.rules.context import Context
    from cilint.rules.rule import Rule, RuleSet

    Gates: TypeAlias = Callable[[Context, dict[str, Any]], Iterable[Gate]]

SECONDS = 2.0  # for all gates of one pipeline in `cilint check`; what is not decided then is "not assessed"
_SECONDS_OF_CHILD = 1.0
_STEPS_TOLD = 6


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

    @property
    def triggers(self) -> list[str]:
        """The jobs that start the pipeline of the gate, the first first."""
        names: list[str] = []
        child = self.context.parent
        while child is not None:
            names.insert(0, child.trigger.name)
            child = child.above.parent
        return names


def gates_of(rules: RuleSet) -> list[tuple[Rule, Gates]]:
    """The rules that declare gates, and how: their check modules have a function `gates` beside `check`."""
    found = []
    for rule in rules:
        if rule.language or not rule.check:
            continue
        module = __import__(f"cilint.checks.{rule.check.replace('-', '_')}", fromlist=["gates"])
        if hasattr(module, "gates"):
            found.append((rule, module.gates))
    return found


def all_outcomes(context: Context, rules: RuleSet) -> Iterator[Outcome]:
    """What becomes of the gates of all rules, as `check` judges them one by one."""
    declared = gates_of(rules)
    asked: list[str] = []
    for rule, gates in declared:
        context.rule = rule
        asked += [claim.guarded for gate in gates(context, rule.parameters) for claim in gate.claims]
    prover_of(context).expect(asked)
    for rule, gates in declared:
        context.rule = rule
        yield from outcomes(context, gates, rule.parameters)


def answers_of(outcomes: Iterable[Outcome]) -> Iterator[tuple[Answer, Outcome]]:
    """What people are told about each gate; what is in doubt as a whole is told once for each job and rule."""
    from cilint.gates.answer import Answer

    doubted: tuple[object, ...] = ()
    last: Answer | None = None
    for outcome in outcomes:
        gate = outcome.gate
        key = (gate.rule, gate.guarded, outcome.context) if gate.doubt is not None and outcome.status == UNKNOWN else ()
        if key and key == doubted and last is not None:
            last.by = tuple(dict.fromkeys([*last.by, *gate.by]))
            continue
        doubted = key
        answer = last = Answer(gate.guarded.name, outcome.told.by, gate.kind, rule=gate.rule)
        answer.triggers = tuple(outcome.triggers)
        answer.status, answer.reason = outcome.status, outcome.reason
        if key and gate.doubt is not None:
            answer.reason = f"{gate.doubt.what} is not known: {gate.doubt.why}"
        elif outcome.status == REFUTED:
            answer.broken = outcome.told.by
            if outcome.verdict is None:
                answer.why = ABSENT
            else:
                answer.take(outcome.verdicts)
                answer.status = REFUTED
        yield answer, outcome


def taken_for_granted(context: Context) -> tuple[str, ...]:
    """What the verdicts on the gates of a policy rest on besides; see `cilint/gates/answer.py` for what all rest on."""
    return (
        *needs_granted(context.pipeline),
        "jobs deploy where the values say that the files give their variables; nobody passes others for that",
    )


def needs_granted(pipeline: Pipeline) -> tuple[str, ...]:
    """The clauses on which GitLab's code and its documentation differ, and that the code is believed."""
    return tuple(
        f"rules: needs: [] of {job} ({clause.span}) leaves the job's own needs in place, as GitLab's code does: "
        "its documentation says that the job needs none then"
        for clause, job in empty_needs(pipeline)
    )


def starts_granted(pipeline: Pipeline, gates: Iterable[str]) -> tuple[str, ...]:
    """The gates of which a success says little: trigger jobs that do not wait for what they start."""
    jobs = [pipeline.jobs[name] for name in gates if name in pipeline.jobs]
    return tuple(
        f"it is enough that {job.name} starts its pipeline ({job.span}): without trigger:strategy it waits for nothing there"
        for job in jobs
        if only_starts(job)
    )


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
    outcome = _alone(context, gate)
    if outcome.status == PROVEN or context.parent is None:
        return outcome
    above, trigger = context.parent.above, context.parent.trigger
    above.rule = context.rule
    outer = _outcome(above, gate.again(Guarded(above, trigger)))
    if outer.status == PROVEN:
        outcome.status, outcome.reason, outcome.told = PROVEN, "", outer.told
    elif gate.missing and not outer.gate.missing and outcome.status == REFUTED:
        # The gate belongs above the child; so does what lets the trigger job past it.
        outcome.status, outcome.reason = outer.status, outer.reason
        outcome.verdict, outcome.verdicts = outer.verdict, outer.verdicts
        outcome.told, outcome.there = outer.told, outer.there
    return outcome


def _alone(context: Context, gate: Gate) -> Outcome:
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


# -- what `check` says


def judge(context: Context, gates: Gates, parameters: dict[str, Any]) -> Iterator[Finding]:
    """The findings of a rule: one for each way past a gate, at the place that leaves it open."""
    asked = False
    for outcome in outcomes(context, gates, parameters):
        asked = True
        if outcome.status == UNKNOWN:
            _unknown(context, outcome)
        elif outcome.status == REFUTED:
            yield _finding(context, outcome)
    if asked:
        for clause, job in empty_needs(context.pipeline):
            context.unknown(
                f"what rules: needs: [] of {job} does",
                "GitLab's code leaves the job's own needs in place, its documentation says that the job has none then",
                clause.span,
            )


def empty_needs(pipeline: Pipeline) -> Iterator[tuple[Clause, str]]:
    """The clauses with `needs: []`.

    `lib/gitlab/ci/build/rules.rb` leaves the job's own needs in place, which is what gates are judged by;
    `doc/ci/yaml/_index.md` on `rules:needs` says that the job needs none then.
    """
    for job in pipeline.jobs.values():
        for clause in job.clauses or ():
            needs = clause.get("needs")
            if needs is not None and not list(needs.flat()):
                yield clause, job.name


def _unknown(context: Context, outcome: Outcome) -> None:
    gate = outcome.gate
    if gate.doubt is not None:
        context.unknown(gate.doubt.what, gate.doubt.why, gate.guarded.span)
    elif blocked(outcome.context.config):
        context.unknown("the gates of deployments", outcome.reason)  # a child like this is in doubt as a whole
    else:
        what = (
            f"whether {gate.guarded.name} waits for {' and '.join(gate.by)}"
            if gate.by
            else f"how {gate.guarded.name} starts"
        )
        context.unknown(what, outcome.reason, gate.guarded.span)


def _finding(context: Context, outcome: Outcome) -> Finding:
    gate, verdict = outcome.told, outcome.verdict
    prefix = ""
    if outcome.triggers:
        prefix = f"{' and '.join(outcome.triggers)} starts a child pipeline with {outcome.gate.guarded.name}: "
    # A job of a child pipeline is none of this one's: its trigger job stands for it.
    child, job = outcome.context.parent, outcome.gate.guarded
    while child is not None:
        job, child = child.trigger, child.above.parent
    about = f"{outcome.gate.guarded.name} behind {gate.about or gate.kind}"
    if verdict is None or verdict.counterexample is None:
        site = None if outcome.triggers else gate.guarded.site
        return context.fault(outcome.gate.guarded.span, prefix + outcome.reason, job=job, site=site, about=about)
    from cilint.gates.command import command

    shown = verdict.counterexample
    first, *course = shown.story
    if course:
        told = course if len(course) <= _STEPS_TOLD else [*course[: _STEPS_TOLD - 2], "...", course[-1]]
        first = f"{first}: {', '.join(told)}"
    path = path_of(outcome.there)
    return context.fault(
        shown.span or gate.guarded.span,
        prefix + first,
        job=job,
        related=shown.related,
        help=f"see it: {command(shown, path)}" if path else "",
        about=about,
    )


def path_of(context: Context) -> str:
    """The file by which `cilint simulate` shows a pipeline, "" where no one file does."""
    return context.config.entry.path if context.parent is None else context.parent.path
