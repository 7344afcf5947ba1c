"""What people are told about gates: answers of `cilint prove`, and findings of `cilint check`."""

from __future__ import annotations

from cilint.checks._below import below
from cilint.checks._gates import Guarded, only_starts
from cilint.checks._outcomes import alone, outcomes, prover_of
from cilint.gates.blocked import blocked
from cilint.gates.claim import ABSENT, REFUTED, UNKNOWN, Claim, Verdict

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any

    from cilint.checks._outcomes import Gates, Outcome
    from cilint.finding import Finding
    from cilint.gates.answer import Answer
    from cilint.pipeline.job import Clause
    from cilint.pipeline.pipeline import Pipeline
    from cilint.rules.context import Context
    from cilint.rules.rule import Rule, RuleSet

_STEPS_TOLD = 6


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


def decided_below(context: Context, guarded: str, gate: str, kind: str) -> Verdict | None:
    """The verdict on a gate by name that no file of this pipeline defines; None where no child pipeline does, either."""
    job = next((one.job for one in context.planner.candidates if guarded in (one.name, one.job.name)), None)
    if job is None:
        return None
    asked = Guarded(context, job, None if job.name == guarded else [guarded], rule="").behind_job(gate, kind)
    if not any(True for _ in below(context, asked)):
        return None
    outcome = alone(context, asked)
    claim = Claim(guarded, [gate], kind)
    if outcome.status == REFUTED and outcome.verdict is None:
        verdict = prover_of(context).decide(claim)
        if verdict.counterexample is not None:
            opening = verdict.counterexample.story[0].partition(", but ")[0]
            verdict.counterexample.story = (f"{opening}, but {outcome.reason}",)
        return verdict
    verdict = Verdict(claim, outcome.status, level=prover_of(context).assume.level, reason=outcome.reason)
    if outcome.verdict is not None:
        verdict.why, verdict.counterexample = outcome.verdict.why, outcome.verdict.counterexample
    return verdict


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
