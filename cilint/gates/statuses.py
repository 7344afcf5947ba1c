"""Statuses of jobs in time: can the guarded job start although no gate has succeeded?

Snapshots of all statuses, one after the other. What a job holds in a snapshot must be justified: it is skipped only
where the snapshot itself skips it, but what it reached when it could start, it keeps while other jobs are retried. How
many snapshots are enough is told in docs/gates.md, and by `_outlives`. No event is told apart, so a retry of the whole
pipeline needs no row of its own: what it leaves has ended before, or is judged anew (`ci/retry_pipeline_service.rb`).
The rows are those of
`cilint/plan/run_order.py`:

    previous          stage-ordered                         with needs
    anything skipped  does not matter                       skipped at once
    anything waits    wait                                  wait
    all went well     on_success, manual, delayed, always   the same
    a failure         on_failure, always                    the same
    cancelled, no failure: nothing starts
"""

from __future__ import annotations

from cilint.gates.fates import Fates
from cilint.gates.solver import FALSE, TRUE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from cilint.gates.budget import Limits
    from cilint.gates.creation import Creation
    from cilint.gates.made import Made, Way
    from cilint.gates.solver import Solver

MAX_MOMENTS = 13  # one, and one for each job by which an older result may outlive what came after
_TOLD_APART = 200  # states; of more, failures are wished away all together or not at all
_ON_SUCCESS = ("on_success", "manual", "delayed")


class State:
    """One job in one snapshot; every attribute is a term, and at most one of the first five holds.

    fine: went well, or failed harmlessly. failed, canceled: really. skipped. ignored: a job that may fail, waits to be
    played, and holds no stage up: a manual one, or a delayed one whose timer was stopped. waits: none of these.
    starts: it could start now; started: now or before.
    """

    __slots__ = ("canceled", "failed", "fine", "ignored", "skipped", "started", "starts", "waits")

    def __init__(self, solver: Solver, exists: int, *, optional: bool) -> None:
        self.fine = solver.new_var()
        self.failed = solver.new_var()
        self.canceled = solver.new_var()
        self.skipped = solver.new_var()
        self.ignored = solver.new_var() if optional else FALSE
        outcomes = [self.fine, self.failed, self.canceled, self.skipped, self.ignored]
        self.waits = solver.all_of((exists, *(-term for term in outcomes)))
        self.starts = FALSE
        self.started = FALSE


class Before:
    """What comes before a job, put together: see `composite` in run_order.py.

    lively: something was skipped or ignored; busy: something waits; failures, cancellations: there are some;
    fine: everything is settled and well.
    """

    __slots__ = ("busy", "cancellations", "failures", "fine", "lively")

    def __init__(self, busy: int, failures: int, cancellations: int, lively: int, fine: int) -> None:
        self.busy = busy
        self.failures = failures
        self.cancellations = cancellations
        self.lively = lively
        self.fine = fine


NOTHING = Before(FALSE, FALSE, FALSE, FALSE, TRUE)


class Statuses:
    """The snapshots of some jobs and of everything that they wait for.

    moments: how many there are; enough: whether they suffice for a proof. mirrored: for each trigger job with
    `strategy: mirror`, whether it ends as skipped or waiting, as its downstream pipeline may (`app/models/ci/bridge.rb`).
    """

    __slots__ = ("_creation", "_fates", "_limits", "_solver", "cone", "enough", "mirrored", "moments", "states")

    def __init__(self, creation: Creation, guarded: Iterable[str], limits: Limits) -> None:
        self._creation = creation
        self._limits = limits
        self._solver = creation.solver
        self.cone = cone_of(creation, guarded)
        moments = 1 + sum(_outlives(made) for made in self.cone.values())
        self.enough = moments <= MAX_MOMENTS
        self.moments = min(moments, MAX_MOMENTS)
        self.states: list[dict[str, State]] = []
        self.mirrored = {made.name: self._solver.new_var("mirrored") for made in self.cone.values() if made.mirrors}
        self._fates = Fates(self.cone, self._solver)
        for _ in range(self.moments):
            self._snapshot()

    def starts(self, name: str) -> int:
        """Whether a job of the cone can start in the last snapshot."""
        return self.states[-1][name].starts

    def never_succeeded(self, name: str) -> int:
        """Whether a job did not succeed in any snapshot; a harmless failure is no success."""
        solver, made = self._solver, self.cone.get(name)
        if made is None:
            return TRUE
        terms = []
        for snapshot in self.states:
            state = snapshot[name]
            terms.append(solver.implies(state.fine, self._harmless(made)))
        return solver.all_of(terms)

    def calm(self) -> list[int]:
        """What makes a course ordinary, the most important first: nothing is cancelled, little fails."""
        solver = self._solver
        states = [state for snapshot in self.states for state in snapshot.values()]
        cancellations = [-state.canceled for state in states]
        failures = [-state.failed for state in states]
        quiet = [solver.all_of(cancellations), solver.all_of(failures)]
        return quiet + ([*cancellations, *failures] if len(states) <= _TOLD_APART else [])

    def _harmless(self, made: Made) -> int:
        return made.where(self._solver, lambda way: way.allow_failure or way.excusable)

    # -- one snapshot

    def _snapshot(self) -> None:
        solver = self._solver
        earlier = self.states[-1] if self.states else {}
        snapshot: dict[str, State] = {}
        self.states.append(snapshot)
        for made in self.cone.values():
            self._limits.check()
            optional = any(_is_optional(way) or (made.mirrors and way.allow_failure) for way in made.ways)
            snapshot[made.name] = State(solver, made.exists, optional=optional)
        stages = self._stages(snapshot)
        for made in self.cone.values():
            self._justify(made, snapshot, earlier.get(made.name), stages)

    def _stages(self, snapshot: dict[str, State]) -> dict[int, Before]:
        """What comes before each stage: everything of all stages before it."""
        solver = self._solver
        by_stage: dict[int, list[Made]] = {}
        for made in self.cone.values():
            by_stage.setdefault(made.stage_index, []).append(made)
        found: dict[int, Before] = {}
        before = NOTHING
        for index in sorted(by_stage):
            found[index] = before
            here = self._of([(made, snapshot[made.name]) for made in by_stage[index]])
            before = Before(
                solver.any_of((before.busy, here.busy)),
                solver.any_of((before.failures, here.failures)),
                solver.any_of((before.cancellations, here.cancellations)),
                FALSE,  # skipped jobs do not matter to stages
                solver.all_of((before.fine, *(self._quiet(made, snapshot[made.name]) for made in by_stage[index]))),
            )
        return found

    def _quiet(self, made: Made, state: State) -> int:
        return self._solver.any_of((-made.exists, state.fine, state.skipped, state.ignored))

    def _of(self, jobs: Sequence[tuple[Made, State]]) -> Before:
        solver = self._solver
        return Before(
            solver.any_of([state.waits for _, state in jobs]),
            solver.any_of([state.failed for _, state in jobs]),
            solver.any_of([state.canceled for _, state in jobs]),
            solver.any_of([term for _, state in jobs for term in (state.skipped, state.ignored)]),
            solver.all_of([solver.any_of((-made.exists, state.fine)) for made, state in jobs]),
        )

    def _justify(self, made: Made, snapshot: dict[str, State], old: State | None, stages: dict[int, Before]) -> None:
        solver, state = self._solver, snapshot[made.name]
        starts: list[int] = []
        skips: list[int] = []
        waits: list[int] = []
        for way in made.ways:
            before = stages[made.stage_index] if way.needs is None else self._needed(way, snapshot)
            start, skip = self._row(way, before)
            starts.append(solver.all_of((way.guard, start)))
            skips.append(solver.all_of((way.guard, skip)))
            waits.append(solver.all_of((way.guard, before.busy, -before.lively)))
        state.starts = solver.any_of(starts)
        state.started = solver.any_of((state.starts, old.started)) if old else state.starts
        mild = made.where(solver, lambda way: way.allow_failure)
        mirrored = solver.all_of((state.started, self.mirrored.get(made.name, FALSE)))
        # A job may also be cancelled while it still waits, which something before it must have made it do.
        cancelable = solver.any_of((state.started, self._fates.may_wait[made.name]))
        for term, reason in (
            (state.fine, solver.any_of((state.started, solver.all_of((mild, cancelable))))),
            (state.failed, solver.all_of((state.started, -mild))),
            (state.canceled, solver.all_of((-mild, cancelable))),
            (state.skipped, solver.any_of((*skips, mirrored))),
            (state.ignored, solver.any_of((self._left(made, state), solver.all_of((mirrored, mild))))),
            (state.waits, solver.any_of((state.started, *waits))),
        ):
            if term != FALSE:
                solver.add(-term, reason)
                if term != state.waits:
                    solver.add(-term, made.exists)
        outcomes = [state.fine, state.failed, state.canceled, state.skipped, state.ignored]
        for number, one in enumerate(outcomes):
            for other in outcomes[:number]:
                if one != FALSE:
                    solver.add(-one, -other)

    def _left(self, made: Made, state: State) -> int:
        """Whether nobody has to play the job, and nobody does."""
        return self._solver.all_of((state.started, made.where(self._solver, _is_optional)))

    def _needed(self, way: Way, snapshot: dict[str, State]) -> Before:
        jobs = self._creation.jobs
        names = dict.fromkeys(needed.name for needed in way.needs or () if needed.name in jobs)
        return self._of([(jobs[name], snapshot[name]) for name in names]) if names else NOTHING

    def _row(self, way: Way, before: Before) -> tuple[int, int]:
        """When the job starts, and when it is skipped."""
        solver = self._solver
        settled = solver.all_of((-before.busy, -before.lively))
        unwell = solver.any_of((before.failures, before.cancellations))
        if way.when in _ON_SUCCESS:
            return before.fine, solver.any_of((before.lively, solver.all_of((settled, unwell))))
        if way.when == "on_failure":
            start = solver.all_of((settled, before.failures))
            return start, solver.any_of((before.lively, solver.all_of((settled, -before.failures))))
        stopped = solver.all_of((settled, before.cancellations, -before.failures))
        over = solver.any_of((before.failures, -before.cancellations))
        return solver.any_of((before.lively, solver.all_of((-before.busy, over)))), stopped


def cone_of(creation: Creation, guarded: Iterable[str]) -> dict[str, Made]:
    """Some jobs, and all jobs that they may wait for; in the order of the stages."""
    jobs = creation.jobs
    reached: set[str] = set()
    waiting = list(guarded)
    highest = 0  # every job of a stage before this one is in
    while waiting:
        name = waiting.pop()
        if name in reached or name not in jobs:
            continue
        reached.add(name)
        made = jobs[name]
        for way in made.ways:
            if way.needs is not None:
                waiting += [needed.name for needed in way.needs]
            elif made.stage_index > highest:
                highest = made.stage_index
                waiting += [other.name for other in jobs.values() if other.stage_index < highest]
    return {name: made for name, made in jobs.items() if name in reached}


def _is_optional(way: Way) -> bool:
    """Whether the job may wait to be played while others go on; anybody may make a delayed job wait so."""
    return way.when in ("manual", "delayed") and way.allow_failure


def _outlives(made: Made) -> bool:
    """Whether an older result of the job may go with a newer one of what came before.

    Such a job adds a snapshot. All others start on successes alone, and those can be chosen to hold together.
    """
    return made.mirrors or any(way.when in ("on_failure", "always") or _is_optional(way) for way in made.ways)
