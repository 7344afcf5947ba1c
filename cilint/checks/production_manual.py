"""Production deployments that can start without somebody starting them."""

from __future__ import annotations

from cilint.checks._gates import guarded
from cilint.checks._jobs import Start, starts
from cilint.checks._verdicts import judge

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from cilint.checks._gates import Gate
    from cilint.finding import Edit, Finding
    from cilint.pipeline.job import Job
    from cilint.rules.context import Context


def gates(context: Context, parameters: dict[str, Any]) -> Iterator[Gate]:
    """parameters: role; and those of `guarded`."""
    for subject in guarded(context, [parameters["role"]], parameters):
        yield subject.by_hand()


def check(context: Context, parameters: dict[str, Any]) -> Iterator[Finding]:
    """Each way in which a job of this pipeline starts by itself is told where it is written; see `gates` for others."""
    own = {job.name for job in context.roles.jobs(parameters["role"])}
    for job in context.roles.jobs(parameters["role"]):
        for start in starts(job):
            if start.when == "manual":
                continue
            if start.site is None and job.open:
                context.unknown(f"how job {job.name} starts", f"it may stand in {context.lost}", job.span)
                continue
            message = f"starts by itself (when: {start.when}): {context.roles.title(parameters['role'])} is manual"
            edits = _by_hand(context, job, start)
            yield context.fault(start.site or job.span, message, job=job, site=start.site or job.site, edits=edits)

    def others(there: Context, parameters: dict[str, Any]) -> Iterator[Gate]:
        return (gate for gate in gates(there, parameters) if there is not context or gate.guarded.name not in own)

    yield from judge(context, others, parameters)


def _by_hand(context: Context, job: Job, start: Start) -> tuple[Edit, ...]:
    """`when: manual` where the job or the clause says when, and `allow_failure: false` beside it.

    A delayed start has its `start_in` besides.
    """
    site, clause = start.site, start.clause
    if start.when == "delayed":
        return ()
    place = clause.site if clause is not None else job.site
    if site is None or site is place:
        manual = context.put(place, "when", "manual", safe=False)
    else:
        manual = context.replace(site, "manual", safe=False)
    if not manual or job.site.has("allow_failure") or place.has("allow_failure"):
        return manual
    return (*context.put(place, "allow_failure", value=False, safe=False), *manual)
