"""Run order: what starts, waits or is skipped while jobs succeed, fail, are played, cancelled and retried.

The state machine is `app/services/ci/pipeline_processing/atomic_processing_service.rb` with
`lib/gitlab/ci/status/composite.rb` and `app/services/ci/process_build_service.rb`. Its truth is tested against
`spec/services/ci/pipeline_processing/test_cases/`.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from cilint.plan.planned import Plan, PlannedJob

# "excuse": the job fails with an exit code that its `allow_failure: exit_codes` permits. "unschedule": the timer of a
# delayed job is stopped; it then waits to be played, like a manual job (app/services/ci/build_unschedule_service.rb).
ACTIONS = ("succeed", "fail", "play", "cancel", "retry", "excuse", "unschedule")

CREATED, PENDING, MANUAL, SCHEDULED = "created", "pending", "manual", "scheduled"
SKIPPED, SUCCESS, FAILED, CANCELED = "skipped", "success", "failed", "canceled"
_COMPLETE = frozenset((SUCCESS, FAILED, CANCELED, SKIPPED))
_FINISHED = frozenset((SUCCESS, FAILED, CANCELED))
_WARNED, _IGNORED = "success_with_warnings", "ignored"
_QUIET = frozenset((_WARNED, _IGNORED))

# For which statuses of what comes before a job goes on (process_build_service.rb); else it is skipped.
_AFTER_STAGES = {
    "on_success": (SUCCESS, SKIPPED),
    "manual": (SUCCESS, SKIPPED),
    "delayed": (SUCCESS, SKIPPED),
    "on_failure": (FAILED,),
    "always": (SUCCESS, FAILED, SKIPPED),
}
_AFTER_NEEDS = {**_AFTER_STAGES, "on_success": (SUCCESS,), "manual": (SUCCESS,), "delayed": (SUCCESS,)}

# In which statuses an action makes sense. A manual or delayed job that finishes has been played before.
_ALLOWED = {
    "succeed": (PENDING, MANUAL, SCHEDULED),
    "fail": (PENDING, MANUAL, SCHEDULED),
    "excuse": (PENDING, MANUAL, SCHEDULED),
    "play": (MANUAL, SCHEDULED, SUCCESS, FAILED, CANCELED),
    "cancel": (CREATED, PENDING, SCHEDULED),
    "retry": (SUCCESS, FAILED, CANCELED),
    "unschedule": (SCHEDULED,),
}
_WHY = {
    CREATED: "it still waits for other jobs",
    PENDING: "it has started",
    MANUAL: "it waits to be played",
    SCHEDULED: "its timer runs",
    SKIPPED: "it was skipped",
    SUCCESS: "it has succeeded",
    FAILED: "it has failed",
    CANCELED: "it was canceled",
}


class EventError(ValueError):
    """An event that cannot happen: `str()` says why."""


def composite(jobs: Iterable[tuple[str, bool]], *, dag: bool = False) -> str:
    """The one status of several jobs, each given as (status, may fail); success when there is none.

    dag: whether they are the needs of a job, which does not run when one of them does not.
    """
    return _composite({_seen(status, may_fail=may_fail) for status, may_fail in jobs}, dag=dag)


def _composite(found: set[str], *, dag: bool = False) -> str:
    if not found:
        return SUCCESS
    if dag and not found.isdisjoint((SKIPPED, _IGNORED)):
        return SKIPPED
    for names, status in (
        ({SKIPPED, _IGNORED}, SKIPPED),
        ({SUCCESS, SKIPPED} | _QUIET, SUCCESS),
        ({CREATED} | _QUIET, CREATED),
        ({CANCELED, SUCCESS, SKIPPED} | _QUIET, CANCELED),
        ({PENDING, CREATED, SKIPPED} | _QUIET, PENDING),
    ):
        if found <= names:
            return status
    for name, status in ((PENDING, "running"), (MANUAL, MANUAL), (SCHEDULED, SCHEDULED), (CREATED, "running")):
        if name in found:
            return status
    return FAILED


def _seen(status: str, *, may_fail: bool) -> str:
    if may_fail and status in (FAILED, CANCELED):
        return _WARNED
    return _IGNORED if may_fail and status == MANUAL else status


def _move(counts: dict[str, int], old: str, new: str) -> None:
    counts[old] -= 1
    if not counts[old]:
        del counts[old]
    counts[new] = counts.get(new, 0) + 1


class Run:
    """One pipeline on its way. GitLab's retries by `retry:` are not played out.

    status: of every job, by name. excused: the jobs whose failure was permitted by its exit code.
    """

    __slots__ = ("_again", "_dependents", "excused", "jobs", "status")

    def __init__(self, plan: Plan) -> None:
        self.jobs: dict[str, PlannedJob] = {job.name: job for job in plan.jobs}
        self.status: dict[str, str] = dict.fromkeys(self.jobs, CREATED)
        self.excused: frozenset[str] = frozenset()
        self._again: set[str] = set()  # manual and delayed jobs that were retried: they start without another click
        self._dependents: dict[str, list[str]] = {}
        for job in plan.jobs:
            for name in job.needs or ():
                self._dependents.setdefault(name, []).append(job.name)
        self._process()

    @property
    def overall(self) -> str:
        """The status of the pipeline; `manual` is shown as "blocked"."""
        return composite((self.status[name], self.may_fail(name)) for name in self.jobs)

    def may_fail(self, name: str) -> bool:
        """Whether the others go on although a job failed: always allowed, or excused (app/models/ci/build.rb)."""
        return self.jobs[name].allow_failure or name in self.excused

    def happen(self, action: str, name: str) -> None:
        """Let one event happen, and everything that follows from it. Raises EventError.

        action: succeed, fail, excuse (all three also play a manual job and end a timer), play, cancel, retry or
        unschedule.
        """
        self._check(action, name)
        job, status = self.jobs[name], self.status[name]
        self.excused -= {name}
        if action == "cancel":
            self.status[name] = CANCELED
        elif action == "retry" or (action == "play" and status in _FINISHED):
            self.status[name] = CREATED
            if job.when in ("manual", "delayed"):
                self._again.add(name)
            self._reset_after(name)
        else:
            if status == MANUAL or action == "play":  # a timer that ends resets nothing (enqueue_job_service.rb)
                self._reset_after(name)
            self.status[name] = {"succeed": SUCCESS, "play": PENDING, "unschedule": MANUAL}.get(action, FAILED)
            if action == "excuse":
                self.excused |= {name}
        self._process()

    def _check(self, action: str, name: str) -> None:
        if action not in ACTIONS:
            raise EventError(f'unknown action "{action}": there are {", ".join(ACTIONS)}')
        if name not in self.jobs:
            raise EventError(f'there is no job "{name}" in this pipeline')
        status = self.status[name]
        if status not in _ALLOWED[action]:
            raise EventError(f'cannot {action} "{name}": {_WHY[status]} (status {status})')
        if action == "play" and self.jobs[name].when not in ("manual", "delayed"):
            raise EventError(f'cannot play "{name}": it is no manual job')
        if action == "excuse" and not self.jobs[name].exit_codes:
            raise EventError(f'cannot excuse "{name}": it has no allow_failure:exit_codes')

    def _process(self) -> None:
        """Decide every created job until nothing changes; jobs stand in run order, so one round nearly always does."""
        stages = self._stages()
        changed = True
        while changed:
            changed = False
            before: dict[int, str] = {}
            for name, job in self.jobs.items():
                if self.status[name] != CREATED:
                    continue
                stage = job.stage_index
                if job.needs is not None:
                    previous = composite(((self.status[one], self.may_fail(one)) for one in job.needs), dag=True)
                elif stage in before:
                    previous = before[stage]
                else:
                    found = {status for index, counts in stages.items() if index < stage for status in counts}
                    previous = before[stage] = _composite(found)
                if previous in _COMPLETE:
                    self.status[name] = status = self._decide(job, previous)
                    changed = True
                    before = {index: known for index, known in before.items() if index <= stage}
                    _move(stages[stage], CREATED, _seen(status, may_fail=self.may_fail(name)))

    def _stages(self) -> dict[int, dict[str, int]]:
        """For each stage, how many of its jobs are seen in which status."""
        stages: dict[int, dict[str, int]] = {}
        status, excused = self.status, self.excused
        for name, job in self.jobs.items():
            counts = stages.setdefault(job.stage_index, {})
            seen = _seen(status[name], may_fail=job.allow_failure or name in excused)
            counts[seen] = counts.get(seen, 0) + 1
        return stages

    def _decide(self, job: PlannedJob, previous: str) -> str:
        allowed = _AFTER_STAGES if job.needs is None else _AFTER_NEEDS
        if previous not in allowed.get(job.when, ()):
            return SKIPPED
        if job.name in self._again:
            self._again.discard(job.name)
            return PENDING
        if job.when == "manual":
            return MANUAL
        return SCHEDULED if job.when == "delayed" else PENDING

    def _reset_after(self, name: str) -> None:
        """Skipped jobs of later stages, and those that need this one, are judged again (ResetSkippedJobsService)."""
        reached, waiting = {name}, [name]
        while waiting:
            for other in self._dependents.get(waiting.pop(), ()):
                if other not in reached:
                    reached.add(other)
                    waiting.append(other)
        stage = self.jobs[name].stage_index
        for other, job in self.jobs.items():
            if self.status[other] == SKIPPED and (other in reached or job.stage_index > stage):
                self.status[other] = CREATED
