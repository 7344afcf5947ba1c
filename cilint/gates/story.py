"""The story of a counterexample: which pipeline, what happens in it, and the place in the file that lets it happen."""

from __future__ import annotations

import re

from cilint.finding import Related
from cilint.gates.claim import ABSENT, NOT_BLOCKING
from cilint.nearest import did_you_mean
from cilint.plan.run_order import MANUAL, SCHEDULED, SKIPPED, Run
from cilint.plan.scenario import exactly

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cilint.gates.claim import Claim, Counterexample
    from cilint.plan.planned import Plan, PlannedJob
    from cilint.source import Source
    from cilint.span import Span
    from cilint.tree.site import Site

_SOURCES = {
    "push": "a push to",
    "schedule": "a schedule on",
    "web": "a pipeline started by hand on",
    "api": "a pipeline started through the API on",
    "trigger": "a pipeline started by a trigger token on",
    "pipeline": "a pipeline started by another project on",
    "parent_pipeline": "a child pipeline on",
    "chat": "a chat command on",
    "external_pull_request_event": "an external pull request of",
}
_DONE = {
    "succeed": "{} succeeds",
    "fail": "{} fails",
    "excuse": "{} fails with an exit code that allow_failure permits",
    "play": "somebody plays {}",
    "cancel": "somebody cancels {}",
    "retry": "somebody retries {}",
    "unschedule": "somebody stops the timer of {}",
}
_TOLD_SINGLY = 6  # events; in a longer course those that simply succeed are counted
_SHOWN = 60  # characters of a value
_WORD = re.compile(r"[\w./:@+…-]+")


def tell(shown: Counterexample, claim: Claim, why: str) -> None:
    """Fill in the story and the place of a counterexample."""
    plan = shown.plan
    guarded = plan.get(claim.guarded)
    assert guarded is not None, "a counterexample has the guarded job"
    gates = [plan.get(name) for name in claim.gates]
    opening = f"{situation_of(shown)} creates {claim.guarded}"
    if claim.kind == "manual":
        shown.span = _when(guarded)
        shown.story = (f"{opening}, which starts by itself (when: {guarded.when})",)
        return
    if why == ABSENT:
        shown.span = guarded.span
        shown.story, shown.related = _absent(opening, claim, plan, shown.span.source)
        return
    gate = next(job for job in gates if job is not None)
    if why == NOT_BLOCKING:
        shown.span, reason = _leak(shown, guarded, gate)
        shown.story = (f"{opening}, which does not wait for {gate.name}: {reason}", *_course(shown, claim))
    else:
        shown.span = _when(gate)
        shown.story = (f"{opening}, and {gate.name} starts by itself (when: {gate.when})", *_course(shown, claim))
    shown.related = (Related(f"{guarded.name} is created here", guarded.span),)


def situation_of(shown: Counterexample) -> str:
    """The pipeline in a few words: "a push to branch main that changes a file, with DEPLOY=force"."""
    variables = shown.variables
    scenario = exactly(variables)
    if scenario.kind == "merge-request":
        text = f"a merge request pipeline of {scenario.ref}"
        if scenario.source != "merge_request_event":
            text = f"a child pipeline of a merge request of {scenario.ref}"
    else:
        started = _SOURCES.get(scenario.source, "a pipeline of")
        if scenario.source == "push" and scenario.kind == "tag":
            started = "a push of"
        if shown.is_first and scenario.source == "push" and scenario.kind == "branch":
            started = "a push that creates"
        text = f"{started} {scenario.kind} {scenario.ref}"
    if shown.changed is not None:
        text += " that changes " + (_listed([_short(path) for path in shown.changed]) if shown.changed else "nothing")
    if shown.notable:
        text += ", where " + _listed([f"{name} is {_short(value)}" for name, value in shown.notable.items()]) + ","
    if shown.outside:
        text += " with " + _listed([f"{name}={_short(value)}" for name, value in shown.outside.items()])
    return text


def _absent(opening: str, claim: Claim, plan: Plan, here: Source) -> tuple[tuple[str, ...], tuple[Related, ...]]:
    """here: the file that the guarded job stands in, which a line in the same file need not name."""
    notes: list[str] = []
    related: list[Related] = []
    for name in claim.gates:
        absence = plan.absent.get(name)
        if absence is None:
            known = [*(job.name for job in plan.created), *plan.absent]
            notes.append(f'no file defines a job "{name}"{did_you_mean(name, known)}')
            continue
        span = absence.clause.span if absence.clause else absence.span
        place = f"line {span.line}" if span.source is here else f"{span.source.path}:{span.line}"
        notes.append(f"{name} is not in it: {absence.reason} ({place})")
        related.append(Related(f"{name} is not created: {absence.reason}", span))
    text = "; ".join(notes) or "no job is its gate"
    return (f"{opening}, but {text}",), tuple(related)


def _course(shown: Counterexample, claim: Claim) -> list[str]:
    """What happens, one line an event, and what comes of it; what simply succeeds in a long course is told in one."""
    run = Run(shown.plan)
    told: list[str] = []
    quiet = 0
    for event in shown.events:
        action, _, name = event.partition(":")
        before = dict(run.status)
        run.happen(action, name)
        skipped = [gate for gate in claim.gates if run.status.get(gate) == SKIPPED and before[gate] != SKIPPED]
        if action == "succeed" and not skipped and len(shown.events) > _TOLD_SINGLY:
            quiet += 1
            continue
        told += [_quietly(quiet)] if quiet else []
        quiet = 0
        told.append(_DONE[action].format(name) + (f", so {_listed(skipped)} is skipped" if skipped else ""))
    told += [_quietly(quiet)] if quiet else []
    end = {MANUAL: "can be played", SCHEDULED: "starts its timer"}.get(run.status[claim.guarded], "starts")
    return [*told, f"{claim.guarded} {end}{'' if told else ' at once'}"]


def _quietly(count: int) -> str:
    return "a job succeeds" if count == 1 else f"{count} jobs succeed"


def _leak(shown: Counterexample, guarded: PlannedJob, gate: PlannedJob) -> tuple[Span, str]:
    """Where it is written that the guarded job does not wait, and why, as far as one place says it."""
    run = Run(shown.plan)
    for event in shown.events:
        run.happen(*event.split(":", 1))
    status = run.status[gate.name]
    if guarded.when == "on_failure":
        return _when(guarded), "when: on_failure starts it as soon as a job before it has failed"
    if guarded.when == "always":
        return _when(guarded), "when: always starts it whatever becomes of the jobs before it"
    if guarded.needs is not None and gate.name not in guarded.needs and not _leads(run, guarded.name, gate.name):
        site = _of(guarded, "needs")
        return (
            site.key_span if site else guarded.job.span,
            "its needs: do not lead there, and a job with needs: waits for no stage",
        )
    if guarded.needs is None and gate.stage_index >= guarded.stage_index:
        if gate.stage_index > guarded.stage_index:
            return guarded.job.span, f"its stage {gate.stage} comes later"
        return guarded.job.span, f"both are in stage {gate.stage}, and jobs of one stage do not wait for each other"
    if gate.allow_failure and status != SKIPPED:
        site = _of(gate, "allow_failure")
        if site is not None:
            return (
                site.span,
                "allow_failure lets its failure pass" if status != MANUAL else "allow_failure lets it be left unplayed",
            )
        return _when(gate), "a job with when: manual may be left unplayed, unless allow_failure: false says otherwise"
    if gate.name in run.excused:
        site = _of(gate, "allow_failure")
        return site.span if site else gate.job.span, "allow_failure:exit_codes lets some of its failures pass"
    reason = (
        f"{gate.name} is skipped, and what is skipped holds nothing back"
        if status == SKIPPED
        else "there is a way around it"
    )
    return guarded.span, reason


def _leads(run: Run, name: str, gate: str) -> bool:
    """Whether a job waits for another by needs alone, over however many steps."""
    reached: set[str] = set()
    waiting = [name]
    while waiting:
        current = waiting.pop()
        if current not in reached:
            reached.add(current)
            waiting += run.jobs[current].needs or ()
    return gate in reached


def _when(job: PlannedJob) -> Span:
    site = _of(job, "when")
    return site.span if site else job.span


def _of(job: PlannedJob, key: str) -> Site | None:
    """A keyword as it holds for a planned job: its clause's, else the job's."""
    site = job.clause.get(key) if job.clause is not None else None
    return site or job.job.get(key)


def _listed(items: list[str] | tuple[str, ...]) -> str:
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}"


def _short(value: str) -> str:
    """A value as it may stand in a sentence: in quotes, with escapes, unless it is a plain word."""
    shown = value if len(value) <= _SHOWN else value[: _SHOWN - 1] + "…"
    if _WORD.fullmatch(shown):
        return shown
    spelt = (one if one.isprintable() else one.encode("unicode_escape", "backslashreplace").decode() for one in shown)
    return f'"{"".join(spelt)}"'
