"""Messages that are not sent when they should be, or are when they should not."""

from __future__ import annotations

from cilint.checks._jobs import top

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from cilint.finding import Finding
    from cilint.plan import Plan, PlannedJob
    from cilint.rules.context import Context

_OUTCOMES = {"success": ("on_success", "always"), "failure": ("on_failure", "always")}


def check(context: Context, parameters: dict[str, Any]) -> Iterator[Finding]:
    """parameters: role; sent: {scenario: outcomes}, of "success" and "failure"; silent: scenarios without a message;
    late: whether the job must wait for all others.
    """
    role: str = parameters["role"]
    jobs = context.roles.jobs(role)
    title = context.roles.title(role)
    if not jobs:
        if context.pipeline.complete:
            yield context.fault(top(context), f"no job sends {_a(title)}")
        else:
            context.unknown(title, f"the job may stand in {context.lost}")
        return
    names = {job.name for job in jobs}
    unsent: list[str] = []
    for scenario, outcomes in parameters["sent"].items():
        plan = context.plan(scenario)
        if plan is None or plan.errors:
            continue
        here = [planned for planned in plan.jobs if planned.job.name in names]
        unsent += [
            f"{plan.scenario.title} ends in {outcome}"
            for outcome in outcomes
            if not any(planned.when in _OUTCOMES[outcome] for planned in here)
        ]
        for planned in here if parameters["late"] else ():
            early = _early(plan, planned, names)
            if early:
                site = planned.job.get("needs") or planned.job.get("stage") or planned.job.site
                message = f"sends its message before {early} has ended"
                yield context.fault(site.key_span, message, job=planned.job, site=site)
    if unsent:
        message = f"sends no {title} when {', nor when '.join(unsent)}"
        yield context.fault(jobs[0].span, message, job=jobs[0], site=jobs[0].site)
    for scenario in parameters["silent"]:
        plan = context.plan(scenario)
        for planned in plan.jobs if plan is not None else ():
            if planned.job.name in names:
                message = f"sends {_a(title)} for {plan.scenario.title if plan else ''}"
                yield context.fault(planned.span, message, job=planned.job, site=planned.job.site, about=scenario)


def _a(title: str) -> str:
    return f"an {title}" if title[:1].lower() in "aeiou" else f"a {title}"


def _early(plan: Plan, planned: PlannedJob, names: set[str]) -> str:
    """A job that the message does not wait for; jobs of the same stage and other messages do not count."""
    if planned.needs is not None:
        return next((one.name for one in plan.jobs if one.name not in planned.needs and one.job.name not in names), "")
    return next(
        (one.name for one in plan.jobs if one.stage_index > planned.stage_index and one.job.name not in names), ""
    )
