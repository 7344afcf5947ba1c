"""Gates in the pipelines that trigger jobs start and wait for.

With `trigger:strategy` the trigger job succeeds only when the pipeline does that it starts; so what must have succeeded
there before it ends has succeeded before everything that waits for the trigger job (`app/models/ci/bridge.rb`,
`inherit_status_from_downstream!`; `doc/ci/yaml/_index.md` on `trigger:strategy`). A pipeline succeeds by the same rule
by which a stage goes on (`lib/gitlab/ci/status/composite.rb`), so its end is a job behind all of its stages: optional
manual jobs do not hold it, and what is skipped does not, either.
"""

from __future__ import annotations

from cilint.checks._children import children, composed, context_of, project_started
from cilint.checks._gates import Guarded, waits

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from cilint.checks._children import Child
    from cilint.checks._gates import Gate
    from cilint.pipeline.job import Job
    from cilint.rules.context import Context

_END = "the end of the pipeline"
_A_JOB = {"stage": ".post", "script": ["true"], "rules": [{"when": "on_success"}]}


class Below:
    """A pipeline in which a gate of another one may stand.

    trigger: the job that starts it; names: the instances that do. child: None for that of another project. fault: why it
    is not known. waited: whether the trigger job ends as it does. holders: the jobs in it that the gate asks for.
    """

    __slots__ = ("child", "fault", "holders", "names", "trigger", "waited")

    def __init__(self, trigger: Job, names: list[str], fault: str = "", child: Child | None = None) -> None:
        self.trigger = trigger
        self.names = names
        self.waited = waits(trigger)
        self.fault = fault
        self.child = child
        self.holders: list[str] = []

    def told(self, reason: str) -> str:
        """What keeps it from standing for a gate, in words."""
        if self.fault:
            return f"{self.trigger.name} waits for the pipeline that it starts, which may have such a job: {reason}"
        return f"{self.holders[0]} stands in the child pipeline of {self.trigger.name}: {reason}"

    def end(self, rule: str) -> Guarded | None:
        """What is guarded there: the end of the pipeline. None when it cannot be told. rule: the id of the one that asks."""
        child = self.child
        if child is None or child.context is None or _END in child.context.pipeline.jobs:
            return None
        if child.ended is None:
            config, fault = composed(child.entries, child.above, {_END: _A_JOB})
            if config is None or fault:
                return None
            child.ended = context_of(child, config)
            for candidate in child.ended.planner.candidates:
                if candidate.name == _END:
                    candidate.stage_index += 1  # behind all of .post, too
        return Guarded(child.ended, child.ended.pipeline.jobs[_END], rule=rule)


def below(context: Context, gate: Gate) -> Iterator[Below]:
    """The pipelines that may hold a gate for a job of this one: readable ones with such jobs, and all unknown ones."""
    for child in children(context):
        if child.trigger is gate.guarded:
            continue
        found = Below(child.trigger, child.names, child.fault, child)
        if child.context is not None:
            found.holders = _holders(child.context, gate)
        if found.holders or (child.fault and found.waited):
            yield found
    for job in context.pipeline.jobs.values():
        project = project_started(job)
        if project is not None and job is not gate.guarded and waits(job):
            names = context.planner.instances_of(job.name)
            yield Below(job, names, f"the configuration of another project ({project.text}) is not at hand")


def _holders(context: Context, gate: Gate) -> list[str]:
    """The jobs that the gate asks for, here and further below; of what is unknown there, its trigger job."""
    found = [job.name for job in gate.found(context)]
    for one in below(context, gate):
        found += one.holders or [one.trigger.name]
    return found


def told_of_end(story: str) -> str:
    """A story of how the end of a pipeline comes too early, as people are told it."""
    return story.replace(f" creates {_END}", " can succeed", 1)
