"""Jobs that every pipeline of the house has, and the pipelines in which they must be."""

from __future__ import annotations

from cilint.checks._jobs import top

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from cilint.finding import Finding
    from cilint.pipeline.job import Job
    from cilint.plan import PlannedJob
    from cilint.rules.context import Context
    from cilint.shell.command import Command
    from cilint.tree.site import Site

_BY_HAND = ("manual", "on_failure")
_IDLE = ("echo", "printf", "true", ":", "exit", "sleep", "")


def check(context: Context, parameters: dict[str, Any]) -> Iterator[Finding]:
    """parameters: jobs: [{role, requirement, created: [scenarios], absent: [scenarios], automatic, artifact}]; scenarios
    are those of `cilint simulate`'s defaults: main, develop, merge-request, schedule, tag, main-code ...; automatic:
    where it is created, one of the jobs starts by itself; artifact: one of the jobs keeps files for others.
    """
    place = top(context)
    for entry in parameters["jobs"]:
        role, requirement = entry["role"], entry["requirement"]
        jobs = context.roles.jobs(role)
        title = context.roles.title(role)
        if not jobs:
            if context.pipeline.complete and not any(job.open for job in context.pipeline.jobs.values()):
                yield context.fault(place, f"no job does {title} ({requirement})")
            else:
                context.unknown(f"a job for {title}", f"it may stand in {context.lost}")
            continue
        working = [job for job in jobs if not _only_prints(context, job)]
        if not working:
            message = f"{title} is a job that only prints: it does nothing ({requirement})"
            names = [job.name for job in jobs]
            yield context.fault(jobs[0].span, message, jobs=names, site=jobs[0].site, about=f"{role} works")
        if entry.get("artifact") and not any(job.site.dig("artifacts", "paths") for job in jobs):
            if any(job.open or job.trigger for job in jobs):
                context.unknown(f"what {title} keeps", f"it may stand in {context.lost}", jobs[0].span)
            else:
                message = f"{title} keeps no artifact: what it makes is lost ({requirement})"
                names = [job.name for job in jobs]
                yield context.fault(jobs[0].span, message, jobs=names, site=jobs[0].site, about=f"{role} keeps")
        yield from _contexts(context, working or jobs, title, entry)


def _when(planned: PlannedJob) -> Site:
    """Where the job that was created says when it starts."""
    clause = planned.clause
    stated = clause.get("when") if clause is not None else None
    return stated or planned.job.get("when") or (clause.site if clause is not None else planned.job.site)


def _only_prints(context: Context, job: Job) -> bool:
    """Whether the job's script is a stand-in. An approval does its work by being pressed."""
    facts = context.roles.facts(job)
    if job.trigger or (facts.manual and not facts.environment):
        return False
    commands = context.scripts.written(job, ("script",))
    return bool(commands) and all(
        (command.name in _IDLE or command.asks) and not _writes(command) for command in commands
    )


def _writes(command: Command) -> bool:
    """Whether the output goes somewhere else than the log, as an input of what follows."""
    return bool(command.redirects) or len(command.pipe) > 1


def _contexts(context: Context, jobs: list[Job], title: str, entry: dict[str, Any]) -> Iterator[Finding]:
    names = {job.name for job in jobs}
    requirement = entry["requirement"]
    for scenario in entry.get("created", ()):
        plan = context.plan(scenario)
        if plan is None or any(error.kind not in ("empty", "workflow") for error in plan.errors):
            continue  # why GitLab refuses the pipeline is told elsewhere
        if plan.errors and plan.errors[0].kind == "workflow":
            message = f"GitLab creates no pipeline for {plan.scenario.title}, where jobs are required"
            yield context.fault(plan.errors[0].span, message)
            continue
        here = [planned for planned in plan.jobs if planned.job.name in names]
        if here and entry.get("automatic") and all(planned.when in _BY_HAND for planned in here):
            when = here[0].when
            place = _when(here[0])
            message = f"{title} does not start by itself (when: {when}) in the pipeline of {plan.scenario.title} ({requirement})"
            yield context.fault(place, message, job=here[0].job, about=f"{entry['role']} starts in {scenario}")
        if not here:
            job = jobs[0]
            absence = plan.absent.get(job.name)
            span = absence.span if absence is not None else job.span
            message = f"{title} is not in the pipeline of {plan.scenario.title} ({requirement})"
            yield context.fault(span, message, job=job, site=job.site, about=f"{entry['role']} in {scenario}")
    for scenario in entry.get("absent", ()):
        plan = context.plan(scenario)
        for planned in plan.jobs if plan is not None else ():
            if planned.job.name in names:
                message = f"{title} is in the pipeline of {plan.scenario.title if plan else ''} ({requirement})"
                about = f"{entry['role']} not in {scenario}"
                yield context.fault(planned.span, message, job=planned.job, site=planned.job.site, about=about)
