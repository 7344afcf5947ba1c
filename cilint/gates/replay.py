"""Replay: a counterexample of the solver lived through by planning and running it, event by event.

What is shown to people is what happened here, never what the solver believes.
"""

from __future__ import annotations

from cilint.gates.budget import Budget
from cilint.gates.claim import ABSENT, NOT_BLOCKING, NOT_MANUAL
from cilint.gates.explore import STARTED, Course, cone, explore
from cilint.gates.solver import FALSE
from cilint.plan.run_order import CANCELED, CREATED, FAILED, MANUAL, PENDING, SCHEDULED, SUCCESS, EventError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from cilint.gates.claim import Claim
    from cilint.gates.solver import Model
    from cilint.gates.statuses import Statuses
    from cilint.plan.planned import Plan, PlannedJob

    Events = list[tuple[str, str]]
    # What the solver wants of a job: fine, dropped (cancelled before it started, harmlessly), failed, canceled,
    # skipped, ignored or waits.
    Wanted = dict[str, str]

_SMALL = 7  # jobs; the shortest story of such a pipeline is found by trying them all
_STATES = 3000
_LONG = 40  # events; of longer courses nobody reads every one
_FINISHED = (SUCCESS, FAILED, CANCELED)


class Replayed:
    """A course in which the claim breaks. why: what is wrong with the (first) gate; events: what has to happen."""

    __slots__ = ("events", "why")

    def __init__(self, why: str, events: Events) -> None:
        self.why = why
        self.events = events


def replay(plan: Plan, claim: Claim, moments: Sequence[Wanted]) -> Replayed | None:
    """Live through a plan as the solver has it; None when the claim does not break that way."""
    guarded = plan.get(claim.guarded)
    if guarded is None:
        return None
    gates = [plan.get(name) for name in claim.gates]
    counting = [job.name for job in gates if job is not None and _counts(job, claim.kind)]
    if claim.kind == "manual":
        if guarded.when == "manual":
            return None
        why = NOT_MANUAL
    elif counting:
        why = NOT_BLOCKING
    else:
        present = [job for job in gates if job is not None]
        if claim.kind == "check":
            return None
        why = NOT_MANUAL if present else ABSENT
    part = cone(plan, claim.guarded)
    if len(part.jobs) <= _SMALL:
        try:
            found = explore(plan, claim.guarded, counting, states=_STATES)
        except Budget:
            pass
        else:
            return None if found is None else Replayed(why, found)
    for undone in (("skipped",), ("skipped", "waits")):
        # What the solver lets run once more may as well keep its result, unless somebody has to wait for it.
        events = _follow(part, claim.guarded, counting, moments, undone)
        if events is not None:
            return Replayed(why, _without_detours(part, claim.guarded, counting, events))
    return None


def _counts(gate: PlannedJob, kind: str) -> bool:
    return kind != "approval" or gate.when == "manual"


def _follow(
    part: Plan, guarded: str, gates: Sequence[str], moments: Sequence[Wanted], undone: tuple[str, ...]
) -> Events | None:
    """Do what brings every job to where the solver has it, moment by moment, until the guarded job starts.

    undone: the wishes for which a job that has ended is retried.
    """
    course = Course(part)
    events: Events = []
    for wanted in moments:
        # What is cancelled while it waits must be so before anything that it waits for ends: the last jobs first.
        for name in reversed(course.jobs):
            if name != guarded and wanted.get(name) in ("canceled", "dropped") and course.status[name] == CREATED:
                course.happen("cancel", name)
                events.append(("cancel", name))
        for _ in range(len(course.jobs) + 3):
            before = len(events)
            for name in course.jobs:
                if course.status[guarded] in STARTED:
                    return events
                if name == guarded:
                    continue  # it has to start by itself, and then this is over
                action = _action(course, name, wanted.get(name, "waits"), undone, is_gate=name in gates)
                if action:
                    course.happen(action, name)
                    events.append((action, name))
            if len(events) == before:
                break
    return events if course.status[guarded] in STARTED else None


def _without_detours(part: Plan, guarded: str, gates: Sequence[str], events: Events) -> Events:
    """The course less the events that make no difference, alone or with what happened to the job before."""
    if len(events) > _LONG:
        return events
    for place in reversed(range(len(events))):
        if place >= len(events):
            continue
        name = events[place][1]
        before = next((other for other in reversed(range(place)) if events[other][1] == name), place)
        for dropped in ((place,), (before, place)):
            fewer = _lived(part, guarded, gates, [event for at, event in enumerate(events) if at not in dropped])
            if fewer is not None:
                events = fewer
                break
    return events


def _lived(part: Plan, guarded: str, gates: Sequence[str], events: Events) -> Events | None:
    """The events until the guarded job starts; None where it does not, one cannot happen, or a gate succeeds."""
    course = Course(part)
    for place, (action, name) in enumerate(events):
        if course.status[guarded] in STARTED:
            return events[:place]
        try:
            course.happen(action, name)
        except EventError:
            return None
        if name in gates and course.status[name] == SUCCESS:
            return None
    return events if course.status[guarded] in STARTED else None


def _action(course: Course, name: str, wanted: str, undone: tuple[str, ...], *, is_gate: bool) -> str:
    """The next thing to do with a job; "" for nothing."""
    status, job = course.status[name], course.jobs[name]
    if wanted == "fine":
        if status in (PENDING, SCHEDULED):
            if not is_gate:
                return "succeed"
            return "fail" if job.allow_failure else "excuse" if job.exit_codes else ""
        if status == MANUAL:
            return "play"
        harmless = course.may_fail(name) or status == SUCCESS
        return "retry" if status in _FINISHED and not harmless else ""
    if wanted == "dropped":
        return "cancel" if status in (PENDING, SCHEDULED, CREATED) else ""
    if wanted == "failed":
        if status in (PENDING, SCHEDULED):
            return "fail"
        return "play" if status == MANUAL else "retry" if status in (SUCCESS, CANCELED) else ""
    if wanted == "canceled":
        if status in (PENDING, SCHEDULED, CREATED):
            return "cancel"
        return "play" if status == MANUAL else "retry" if status in (SUCCESS, FAILED) else ""
    if wanted == "ignored" and status == SCHEDULED:
        return "unschedule"
    if wanted == "skipped" and status in (PENDING, SCHEDULED, MANUAL):  # only what has ended can be judged anew
        return "play" if status == MANUAL else "fail" if is_gate else "succeed"
    return "retry" if status in _FINISHED and wanted in undone else ""


def moments(model: Model, statuses: Statuses) -> list[dict[str, str]]:
    """What the model has every job come to, moment by moment."""
    moments = []
    for snapshot in statuses.states:
        wanted: dict[str, str] = {}
        for name, state in snapshot.items():
            for word in ("fine", "failed", "canceled", "skipped", "ignored"):
                term = getattr(state, word)
                if term != FALSE and model.holds(term):
                    wanted[name] = "dropped" if word == "fine" and not model.holds(state.started) else word
        moments.append(wanted)
    return moments
