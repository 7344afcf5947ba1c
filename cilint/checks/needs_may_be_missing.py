"""Needs on jobs that some pipelines do not hold: GitLab then creates no pipeline at all."""

from __future__ import annotations

from cilint.checks._scenarios import can_plan, listed
from cilint.tree.node import Mapping

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from cilint.finding import Edit, Finding
    from cilint.notation.expression import Expression
    from cilint.pipeline.job import Need
    from cilint.plan import Plan, Planner, Scenario
    from cilint.plan.candidate import Candidate, Condition, NeededJob
    from cilint.plan.suggested import Wish
    from cilint.rules.context import Context
    from cilint.tree.node import Node
    from cilint.tree.site import Site

_NOTHING = (None, ())  # the question of a clause that asks nothing
_OF_JOBS = ("CI_JOB", "CI_NODE", "CI_ENVIRONMENT")
_TRIED = 24  # scenarios that the pipeline's own conditions suggest


class _Missing:
    """One need that is not there. contexts: the situations, in words."""

    __slots__ = ("contexts", "jobs", "needed")

    def __init__(self, needed: NeededJob) -> None:
        self.needed = needed
        self.contexts: dict[str, None] = {}
        self.jobs: dict[str, None] = {}


def check(context: Context, parameters: dict[str, Any]) -> Iterator[Finding]:  # noqa: ARG001
    """Every need once, with the situations in which it is not there."""
    if not any(_has_needs(job.site.node) for job in context.pipeline.jobs.values()) or not can_plan(context):
        return
    planner = context.planner
    found: dict[tuple[object, ...], _Missing] = {}
    candidates = {candidate.name: candidate for candidate in planner.candidates}
    if not any(_uncertain(planner, candidates)):
        return
    for plan in context.plans:
        _collect(plan, candidates, found)
    for scenario in _suggested(context, candidates, found):
        _collect(planner.plan(scenario), candidates, found)
    for missing in found.values():
        need = missing.needed.need
        site = need.site.set("job") or need.site
        where = listed(missing.contexts)
        message = f"needs {need.job}, which is missing in: {where}; GitLab then creates no pipeline at all"
        yield context.fault(site, message, jobs=list(missing.jobs), edits=_optional(context, need.site))


def _optional(context: Context, need: Site) -> tuple[Edit, ...]:
    """The need made optional: the job then runs without it, which is for somebody to judge."""
    if need.text is None:
        return context.put(need, "optional", value=True, safe=False)
    return context.replace(need, {"job": need.text, "optional": True}, safe=False)


def _collect(plan: Plan, candidates: dict[str, Candidate], found: dict[tuple[object, ...], _Missing]) -> None:
    """Note the needs that are not there in a plan, though the configuration has such a job."""
    if not any(error.kind == "needs" for error in plan.errors):
        return
    created = {planned.name for planned in plan.created}
    for planned in plan.created:
        for needed in planned.needed or ():
            other = candidates.get(needed.name)
            if needed.need.optional or needed.name in created or other is None or other.job.open or planned.job.open:
                continue
            missing = found.setdefault(needed.need.site.span.key, _Missing(needed))
            missing.contexts[plan.scenario.title] = None
            missing.jobs[planned.job.name] = None


def _suggested(
    context: Context, candidates: dict[str, Candidate], found: dict[tuple[object, ...], _Missing]
) -> Iterator[Scenario]:
    """More situations, named by the conditions of jobs whose needs were always there so far."""
    pairs: dict[tuple[object, ...], tuple[object, list[Expression], list[Expression]]] = {}
    for candidate, other, need in _uncertain(context.planner, candidates):
        if need.site.span.key not in found:
            ours, theirs = _asked(candidate), _asked(other)
            asked = tuple(said.text for listed in (ours, theirs) for said in listed)
            pairs.setdefault(asked, (need.site.span.key, ours, theirs))
    if not pairs:
        return
    from cilint.plan.suggested import granted

    known = {_key(one) for one in context.scenarios.values() if one.changed is None}
    most = len(known) + _TRIED
    for combine in (_alone, _excluded, _together):
        for place, ours, theirs in pairs.values():
            for wish in () if place in found else combine(ours, theirs):
                for guess in granted(wish) if wish else ():
                    scenario = context.situated(guess)
                    key = _key(scenario)
                    if key in known:
                        continue
                    known.add(key)
                    yield scenario
                    if len(known) == most:
                        return


def _alone(ours: list[Expression], theirs: list[Expression]) -> Iterator[Wish]:  # noqa: ARG001
    """Where a condition of the job holds."""
    from cilint.plan.suggested import wishes

    for said in ours:
        yield from wishes(said)


def _excluded(ours: list[Expression], theirs: list[Expression]) -> Iterator[Wish]:
    """Where a condition of the needed job holds, which may be the one that says never."""
    return _alone(theirs, ours)


def _together(ours: list[Expression], theirs: list[Expression]) -> Iterator[Wish]:
    from cilint.plan.suggested import both

    for wish in _alone(ours, theirs):
        for other in _alone(theirs, ours):
            if (joint := both(wish, other)) is not None:
                yield joint


def _asked(candidate: Candidate) -> list[Expression]:
    listed = [condition.expression for condition in candidate.conditions or ()]
    return [expression for expression in listed if expression is not None]


def _key(scenario: Scenario) -> tuple[object, ...]:
    return frozenset(scenario.variables.items()), frozenset(scenario.outside.items())


def _uncertain(planner: Planner, candidates: dict[str, Candidate]) -> Iterator[tuple[Candidate, Candidate, Need]]:
    """Jobs and mandatory needs of which it cannot be seen at a glance that they come together."""
    for candidate in planner.candidates:
        for name, need in _mandatory(candidate):
            other = candidates.get(name)
            if other is not None and not brings(candidate, other):
                yield candidate, other, need


def _mandatory(candidate: Candidate) -> Iterator[tuple[str, Need]]:
    """What a job cannot do without, by the names of instances."""
    for needed in candidate.needs or ():
        if not needed.need.optional:
            yield needed.name, needed.need
    for condition in candidate.conditions or ():
        for need in condition.needs:
            if not need.optional:
                yield need.job, need


def brings(one: Candidate, other: Candidate) -> bool:
    """Whether where one job is, the other surely is, too: it is always there, or asks the same."""
    if other.conditions is None:
        return other.policy is None or (one.conditions is None and _is_default(one) and _is_default(other))
    if one.conditions is None:
        return False
    never: set[tuple[object, ...]] = set()  # what has not matched when a clause is reached
    for condition in one.conditions:
        if (condition.when or one.when) == "never":
            never.add(_question(one, condition))
        elif not _lets_in(other, _question(one, condition), never):
            return False
    return True


def _lets_in(candidate: Candidate, question: tuple[object, ...], never: set[tuple[object, ...]]) -> bool:
    """Whether a job is created where this condition holds and those of `never` do not."""
    for condition in candidate.conditions or ():
        asked = _question(candidate, condition)
        if (condition.when or candidate.when) != "never":
            if asked in (question, _NOTHING):
                return True
        elif asked not in never:
            return False
    return False


def _is_default(candidate: Candidate) -> bool:
    """Whether the job has neither `only` nor `except` of its own."""
    return candidate.policy is None or (candidate.policy.implied and candidate.policy.except_ is None)


def _question(candidate: Candidate, condition: Condition) -> tuple[object, ...]:
    """What a clause asks, apart from what follows from it; of variables that the job may have for itself, with its name."""
    files = tuple(id(site.node) for key in ("changes", "exists") if (site := condition.clause.get(key)) is not None)
    expression = condition.expression
    if expression is None:
        refused = condition.clause.get("if")  # GitLab does not take it: it holds nowhere
        return (None, files) if refused is None else (None, files, candidate.name)
    if candidate.inherit is None and not any(
        name in candidate.variables or name.startswith(_OF_JOBS) for name in expression.variables
    ):
        return expression.text, files
    return expression.text, files, candidate.name


def _has_needs(node: Node) -> bool:
    return isinstance(node, Mapping) and ("needs" in node.values or "rules" in node.values)
