"""Dev deployments that do not wait for what they are made of and for the checks that they owe."""

from __future__ import annotations

from cilint.checks._jobs import place_span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from cilint.finding import Finding
    from cilint.pipeline.job import Job
    from cilint.rules.context import Context


def check(context: Context, parameters: dict[str, Any]) -> Iterator[Finding]:
    """parameters: role, that of dev deployments; needs, the roles that they wait for."""
    jobs = context.pipeline.jobs
    for job in context.roles.jobs(parameters["role"]):
        waits = _waits_for(context, job)
        optional = {need.job for need in job.needs or () if need.optional}
        for role in parameters["needs"]:
            wanted = context.roles.jobs(role)
            if not wanted:
                continue  # that nobody does it is told by required-job
            if not any(one.name in waits or one.name in optional for one in wanted):
                needs = job.get("needs")
                names = " or ".join(one.name for one in wanted)
                message = f"deploys to dev without waiting for {names} ({context.roles.title(role)})"
                yield context.fault(place_span(needs) if needs else job.span, message, job=job, site=needs or job.site)
        for need in job.needs or ():
            needed = jobs.get(need.job)
            if need.optional and needed and any(context.roles.has(needed, role) for role in parameters["needs"]):
                message = f"needs {need.job} only if it is there (optional: true)"
                told = need.site.set("optional")
                edits = context.replace(told, False, safe=False) if told is not None else ()
                yield context.fault(need.site, message, job=job, edits=edits)


def _waits_for(context: Context, job: Job) -> set[str]:
    """The names of all jobs that must have ended well before the job: by needs, theirs in turn, or by stages."""
    jobs = context.pipeline.jobs
    found: set[str] = set()
    waiting = [job]
    while waiting:
        current = waiting.pop()
        needs = current.needs
        if needs is None:
            stage = context.pipeline.stage_index(current)
            before = [one for one in jobs.values() if context.pipeline.stage_index(one) < stage]
        else:
            before = [jobs[need.job] for need in needs if need.job in jobs and not need.optional]
        for one in before:
            if one.name not in found:
                found.add(one.name)
                waiting.append(one)
    return found
