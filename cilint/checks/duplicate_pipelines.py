"""A push to a branch with an open merge request that starts two pipelines: the branch's and the merge request's."""

from __future__ import annotations

from cilint.checks._jobs import place_span
from cilint.checks._scenarios import can_plan
from cilint.finding import Related

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from cilint.finding import Finding
    from cilint.plan import Plan, PlannedJob
    from cilint.rules.context import Context
    from cilint.span import Span
    from cilint.tree.site import Site

_BRANCH = "feature/change"
_SHOWN = 5


def check(context: Context, parameters: dict[str, Any]) -> Iterator[Finding]:  # noqa: ARG001
    """One finding for the pipeline: at `workflow:rules` where there is one, else at what lets jobs into both."""
    if not any(job.get("rules") or job.get("only") for job in context.pipeline.jobs.values()) and (
        context.pipeline.workflow is None
    ):
        return  # without either, jobs stay out of merge request pipelines
    if not can_plan(context):
        return
    from cilint.plan.scenario import branch, merge_request

    asked = merge_request(_BRANCH)
    requests = {"CI_OPEN_MERGE_REQUESTS": asked.variables["CI_OPEN_MERGE_REQUESTS"]}
    of_request = context.planner.plan(context.situated(asked))
    if not of_request.jobs:
        return
    of_branch = context.planner.plan(context.situated(branch(_BRANCH).given(variables=requests)))
    if not of_branch.jobs:
        return
    yield _finding(context, of_branch, of_request)


def _finding(context: Context, of_branch: Plan, of_request: Plan) -> Finding:
    created = {planned.name for planned in of_branch.jobs}
    twice = [planned for planned in of_request.jobs if planned.name in created]
    sizes = f"with {_jobs(len(of_branch.jobs))}, and a merge request pipeline with {_jobs(len(of_request.jobs))}"
    message = f"a push to a branch with an open merge request starts a branch pipeline {sizes}"
    if twice:
        message += f", {len(twice)} of them in both"
    workflow = context.pipeline.workflow
    rules = workflow.set("rules") if workflow is not None else None
    if rules is not None:
        return context.fault(place_span(rules), message, jobs=_names(twice), site=rules)
    places: dict[tuple[object, ...], tuple[Span, Site]] = {}
    for planned in twice or of_request.jobs:
        span, site = _deciding(planned)
        places.setdefault(span.key, (span, site))
    (span, site), *others = places.values()
    related = [Related("joins it, too", other) for other, _ in others[:_SHOWN]]
    return context.fault(span, message, jobs=_names(twice or of_request.jobs), site=site, related=related)


def _deciding(planned: PlannedJob) -> tuple[Span, Site]:
    """What lets a job into the merge request pipeline."""
    if planned.clause is not None:
        return planned.clause.span, planned.clause.site
    site = planned.job.get("only") or planned.job.get("rules")
    return (place_span(site), site) if site is not None else (planned.job.span, planned.job.site)


def _jobs(count: int) -> str:
    return f"{count} job{'' if count == 1 else 's'}"


def _names(planned: list[PlannedJob]) -> list[str]:
    return list(dict.fromkeys(one.job.name for one in planned))
