"""Inventory of one target: jobs with roles, images and environments; the scenarios; the picture of the pipeline."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cilint.evidence.examined import place_of
from cilint.evidence.parts import BoxFacts, JobFacts, Picture
from cilint.plan import Planner
from cilint.plan.graph import draw
from cilint.tree.node import ruby_text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cilint.pipeline.job import Job
    from cilint.plan import Plan, Scenario
    from cilint.plan.graph import Box
    from cilint.rules.context import Context


class Inventory:
    """What a pipeline consists of. picture: None where no pipeline can be made of it."""

    __slots__ = ("jobs", "picture", "scenarios")

    def __init__(self, context: Context, scenarios: Iterable[Scenario], title: str, *, valid: bool) -> None:
        plans: dict[str, Plan] = {}
        self.picture: Picture | None = None
        if valid:
            planner = Planner(context.pipeline)
            plans = {scenario.name: planner.plan(scenario) for scenario in scenarios}
            self.picture = _picture(planner, plans, title)
        self.scenarios = {name: len(plan.created) for name, plan in plans.items()}
        self.jobs = [_job(job, context, plans) for job in context.pipeline.jobs.values()]


def _job(job: Job, context: Context, plans: dict[str, Plan]) -> JobFacts:
    facts = context.roles.facts(job)
    created = {name: [one for one in plan.created if one.job is job] for name, plan in plans.items()}
    first = next((one for planned in created.values() for one in planned), None)
    return JobFacts(
        name=job.name,
        stage=job.stage,
        image=_image(job, context),
        roles=sorted(context.roles.of(job)) if not job.trigger else ["starts-a-pipeline"],
        environment=facts.environment,
        tier=facts.tier if facts.environment else "",
        when=", ".join(sorted({one.when for planned in created.values() for one in planned})) or job.text("when") or "",
        may_fail=bool(first and first.allow_failure),
        scenarios=[name for name, planned in created.items() if planned],
        place=place_of(job.span),
    )


def _image(job: Job, context: Context) -> str:
    image = job.get("image")
    name = image.short_for("name") if image is not None else None
    if name is None or job.trigger:
        return ""
    return " or ".join(expansion.text for expansion in context.scopes.of(job).expand(ruby_text(name.value)))


def _picture(planner: Planner, plans: dict[str, Plan], title: str) -> Picture:
    graph = draw(planner, plans.values(), title, with_absent=True)
    return Picture(
        title=title,
        stages=[(stage, [_box(box) for box in boxes]) for stage, boxes in graph.stages],
        edges=list(graph.edges),
    )


def _box(box: Box) -> BoxFacts:
    return BoxFacts(**{name: getattr(box, name) for name in BoxFacts.model_fields})
