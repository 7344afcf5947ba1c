"""Every course that one pipeline can take: jobs succeed, fail, are played, cancelled and retried in any order.

Exhaustive, so exponential: it finds the shortest story of a small pipeline, and is the judge of the prover in tests.
"""

from __future__ import annotations

from collections import deque

from cilint.gates.budget import Budget
from cilint.plan.planned import Plan
from cilint.plan.run_order import CANCELED, CREATED, FAILED, MANUAL, PENDING, SCHEDULED, SUCCESS, Run

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection

    from cilint.plan.planned import PlannedJob

STARTED = (PENDING, MANUAL, SCHEDULED)
# What may happen to a job, by its status.
_EVENTS = {
    PENDING: ("succeed", "fail", "excuse", "cancel"),
    MANUAL: ("play",),
    SCHEDULED: ("succeed", "fail", "excuse", "cancel", "unschedule"),
    CREATED: ("cancel",),
    SUCCESS: ("retry",),
    FAILED: ("retry",),
    CANCELED: ("retry",),
}


class Course(Run):
    """A pipeline on its way that can be copied."""

    __slots__ = ()

    def copy(self) -> Course:
        """The same state, to go on from in another way."""
        twin = Course.__new__(Course)
        twin.jobs, twin._dependents = self.jobs, self._dependents  # noqa: SLF001  # a twin of our own kind
        twin.status = dict(self.status)
        twin._again = set(self._again)  # noqa: SLF001
        twin.excused = self.excused
        return twin

    @property
    def key(self) -> tuple[object, ...]:
        """What tells states apart."""
        return (tuple(self.status.values()), frozenset(self._again), self.excused)


def cone(plan: Plan, guarded: str) -> Plan:
    """The part of a plan that one job may wait for, itself included."""
    jobs = {job.name: job for job in plan.jobs}
    reached: set[str] = set()
    waiting = [guarded]
    while waiting:
        name = waiting.pop()
        if name in reached or name not in jobs:
            continue
        reached.add(name)
        job = jobs[name]
        if job.needs is not None:
            waiting += job.needs
        else:
            waiting += [other.name for other in plan.jobs if other.stage_index < job.stage_index]
    part = Plan(plan.scenario, plan.stages)
    part.jobs = [job for job in plan.jobs if job.name in reached]
    return part


def explore(plan: Plan, guarded: str, gates: Collection[str], *, states: int = 100_000) -> list[tuple[str, str]] | None:
    """The shortest course in which the guarded job starts before any of the gates has succeeded; None: there is none.

    gates: those that count; what else is wrong with a gate is for the caller to know. Raises Budget.
    """
    start = Course(cone(plan, guarded))
    if guarded not in start.jobs:
        return None
    ways: dict[object, tuple[object, tuple[str, str]] | None] = {start.key: None}
    queue = deque([start])
    while queue:
        course = queue.popleft()
        if course.status[guarded] in STARTED:
            return _way(ways, course.key)
        for action, name in _next(course, gates):
            after = course.copy()
            after.happen(action, name)
            if after.key not in ways:
                if len(ways) >= states:
                    raise Budget(f"more than {states} states of one pipeline")
                ways[after.key] = (course.key, (action, name))
                queue.append(after)
    return None


def _next(course: Course, gates: Collection[str]) -> list[tuple[str, str]]:
    events = []
    for name, status in course.status.items():
        job = course.jobs[name]
        for action in _EVENTS.get(status, ()):
            if action == "succeed" and name in gates:
                continue  # then the gate has done its work for good
            if action == "excuse" and not _excusable(job, gates):
                continue
            if action == "fail" and job.allow_failure and name not in gates:
                continue  # the same as a success to all others
            events.append((action, name))
    return events


def _excusable(job: PlannedJob, gates: Collection[str]) -> bool:
    """Only a gate needs it: for any other job it is as good as a success."""
    return bool(job.exit_codes) and job.name in gates


def _way(ways: dict[object, tuple[object, tuple[str, str]] | None], key: object) -> list[tuple[str, str]]:
    events = []
    step = ways[key]
    while step is not None:
        key, event = step
        events.append(event)
        step = ways[key]
    return events[::-1]
