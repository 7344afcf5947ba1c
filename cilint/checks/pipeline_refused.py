"""What GitLab refuses only when it creates a pipeline: too many needs, circles of variables, refs that cannot be."""

from __future__ import annotations

from cilint.checks._scenarios import can_plan, listed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from cilint.finding import Finding
    from cilint.plan import Planner, Refusal
    from cilint.rules.context import Context

_KINDS = ("needs-limit", "variables", "clause")  # the others are normal, or have rules of their own


def check(context: Context, parameters: dict[str, Any]) -> Iterator[Finding]:  # noqa: ARG001
    """Every refusal once, with the situations and the jobs."""
    if not can_plan(context):
        return
    planner = context.planner
    if not _may_refuse(context, planner):
        return
    written = {candidate.name: candidate.job for candidate in planner.candidates}
    found: dict[tuple[object, ...], tuple[Refusal, dict[str, str], dict[str, None]]] = {}
    for plan in context.plans:
        for refusal in plan.errors:
            job = written.get(refusal.job)
            if refusal.kind in _KINDS and job is not None and not job.open:
                entry = found.setdefault((refusal.kind, *refusal.span.key, _words(refusal)), (refusal, {}, {}))
                entry[1][plan.scenario.name] = plan.scenario.title
                entry[2][job.name] = None
    for refusal, titles, names in found.values():
        everywhere = len(titles) >= sum(1 for plan in context.plans if plan.created)
        where = "" if everywhere else f", in: {listed(titles.values())}"
        message = f"GitLab refuses to create the pipeline{where}: {_words(refusal)}"
        yield context.fault(refusal.span, message, jobs=list(names), site=written[refusal.job].site)


def _may_refuse(context: Context, planner: Planner) -> bool:
    """Whether there is anything that could be refused, seen without planning."""
    from cilint.plan.context import may_circle
    from cilint.plan.planner import MAX_NEEDS

    workflow = {name: one for condition in planner.workflow or () for name, one in condition.variables.items()}
    globals_ = {**planner.globals, **workflow}
    # A variable of the clause that does not decide may hide a global one that closes a circle.
    if may_circle(planner.globals) or may_circle(globals_) or any("$" in value for value in context.given.values()):
        return True
    for candidate in planner.candidates:
        own = candidate.variables
        if any(one.refers for one in own.values()) and any(
            may_circle({**all_, **own}) for all_ in (planner.globals, globals_)
        ):
            return True
        if len(candidate.needs or ()) > MAX_NEEDS:
            return True
        for condition in candidate.conditions or ():
            changes = condition.clause.get("changes") if condition.looks_at_files else None
            if len(condition.needs) > MAX_NEEDS or (changes is not None and changes.set("compare_to") is not None):
                return True
    return False


def _words(refusal: Refusal) -> str:
    """GitLab's words without the job's name."""
    own = f"{refusal.job}: "
    return refusal.message.removeprefix(own).removeprefix(f"Failed to parse rule for {own}")
