"""Jobs that no pipeline can hold, and a workflow that lets no pipeline through."""

from __future__ import annotations

from cilint.checks._jobs import place_span
from cilint.checks._scenarios import can_plan
from cilint.nearest import did_you_mean

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any

    from cilint.finding import Finding
    from cilint.plan.candidate import Candidate, Condition
    from cilint.plan.planner import Planner
    from cilint.rules.context import Context


def check(context: Context, parameters: dict[str, Any]) -> Iterator[Finding]:  # noqa: ARG001
    """Jobs that are created in a scenario are passed over; of the others it is proven."""
    if not can_plan(context):
        return
    planner = context.planner
    waiting = {candidate.name: candidate for candidate in planner.candidates}
    for plan in context.plans:
        for planned in plan.created:
            waiting.pop(planned.name, None)
        if not waiting:
            return
    from cilint.plan.possible import may_be_created, may_run

    if not may_run(planner):
        yield _no_pipeline(context, planner)
        return
    # One instance of a parallel job that may be there is enough.
    alive = {candidate.job.name for candidate in planner.candidates if candidate.name not in waiting}
    never: dict[str, Candidate] = {}
    for candidate in waiting.values():
        if candidate.job.name not in alive and candidate.job.name not in never:
            if may_be_created(planner, candidate):
                alive.add(candidate.job.name)
            else:
                never[candidate.job.name] = candidate
    for candidate in never.values():
        job = candidate.job
        site = job.get("rules") or job.get("only") or job.get("except")
        message = f"no pipeline can hold this job: {_why(planner, candidate)}"
        yield context.fault(place_span(site) if site else job.span, message, job=job, site=site or job.site)


def _no_pipeline(context: Context, planner: Planner) -> Finding:
    workflow = context.pipeline.workflow
    assert workflow is not None
    rules = workflow.set("rules") or workflow
    hint = _unknown_source(planner.workflow or ())
    message = f"workflow:rules lets no pipeline through{f': {hint}' if hint else ''}"
    return context.fault(place_span(rules), message, jobs=list(context.pipeline.jobs), site=rules)


def _why(planner: Planner, candidate: Candidate) -> str:
    from cilint.plan.possible import may_be_created

    conditions = candidate.conditions
    if conditions is not None and all((one.when or candidate.when) == "never" for one in conditions):
        return "all of its rules say never"
    hint = _unknown_source(conditions or ())
    if hint:
        return hint
    words = "rules" if conditions is not None else "only and except"
    if planner.workflow is not None and may_be_created(planner, candidate, workflow=False):
        return f"where its {words} let it in, workflow:rules lets no pipeline through"
    return f"its {words} contradict themselves, or what GitLab sets in branch, tag and merge request pipelines"


def _unknown_source(conditions: Iterable[Condition]) -> str:
    """A comparison with a source that GitLab does not know."""
    from cilint.plan.possible import REQUEST, SOURCES, compared

    known = [*SOURCES, REQUEST]
    for condition in conditions:
        if condition.expression is None or condition.when == "never":
            continue
        for name, text in compared(condition.expression):
            if name == "CI_PIPELINE_SOURCE" and text not in known:
                return f'CI_PIPELINE_SOURCE is never "{text}"{did_you_mean(text, known)}'
    return ""
