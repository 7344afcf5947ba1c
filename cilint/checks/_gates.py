"""Gates as policy: which job must not start before which others, and the findings where a pipeline gets past one."""

from __future__ import annotations

from itertools import product

from cilint.gates.blocked import blocked
from cilint.gates.claim import REFUTED, UNKNOWN, Assumptions, Claim
from cilint.like import like_any
from cilint.pattern import Pattern
from cilint.tree.node import Mapping, Sequence

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from collections.abc import Sequence as Listed
    from typing import Any

    from cilint.checks._children import Child
    from cilint.finding import Finding
    from cilint.gates.claim import Verdict
    from cilint.gates.prove import Prover
    from cilint.pipeline.job import Job
    from cilint.rules.context import Context
    from cilint.rules.rule import RuleSet
    from cilint.tree.site import Site

SECONDS = 2.0  # for all gates of one file in `cilint check`; what is not decided then is "not assessed"
_CHOICES_AT_MOST = 64
_NAME = Pattern(r"\$\{?(\w+)")
_STEPS_TOLD = 6


class Gate:
    """What a rule asks of one job: all of its claims must hold.

    guarded: the job; by: the jobs, or what they would do, in words; kind: see `cilint/gates/claim.py`. roles: those of
    which `by` are; each: whether all such jobs are gates, and not just one of them. missing: why there can be no such
    gate at all, "" when there can.
    """

    __slots__ = ("by", "claims", "each", "guarded", "kind", "missing", "roles", "rule")

    def __init__(
        self, rule: str, guarded: Job, by: Listed[str], kind: str, claims: Listed[Claim], *, missing: str = ""
    ) -> None:
        self.roles: tuple[str, ...] = ()
        self.each = False
        self.rule = rule
        self.guarded = guarded
        self.by = tuple(by)
        self.kind = kind
        self.claims = list(claims)
        self.missing = missing


# -- what rules ask


def claims_of(context: Context, guarded: Job, gates: Listed[Job], kind: str) -> list[Claim]:
    """What says that one of the gates, with all its instances, comes before every instance of the guarded job."""
    named = context.planner.instances_of
    instances = [named(gate.name) for gate in gates]
    count = 1
    for names in instances:
        count *= len(names)
    if kind == "manual":
        return [Claim(name, (), kind) for name in named(guarded.name)]
    # All instances of one job or all of another: any choice of one from each. Where that is too much, the first job
    # must do it alone, which is more than is asked.
    choices = product(*instances) if count <= _CHOICES_AT_MOST else product(instances[0])
    return [Claim(name, choice, kind) for choice in choices for name in named(guarded.name)]


def guarded_by_role(context: Context, guarded: Job, roles: Listed[str], kind: str, *, each: bool = False) -> Gate:
    """The gate "a job of one of these roles comes before the guarded one".

    each: where there are several such jobs, every one that is in a pipeline must have succeeded there.
    """
    jobs = [job for job in context.roles.jobs(*roles) if job is not guarded]
    titles = " or ".join(context.roles.title(role) for role in roles)
    missing = "" if jobs else f"nothing that it must wait for is there: no job is {titles}"
    names = [job.name for job in jobs] or [titles]
    claims = claims_of(context, guarded, jobs, kind) if jobs else ()
    gate = Gate(context.rule.id, guarded, names, kind, claims, missing=missing)
    gate.roles, gate.each = tuple(roles), each
    if each and len(jobs) > 1:
        gate.claims += [claim for job in jobs for claim in claims_of(context, guarded, [job], "check")]
    return gate


def deploying(context: Context, parameters: dict[str, Any]) -> list[Job]:
    """The jobs of the guarded roles, and others that deploy with production's own credentials.

    parameters: guarded: roles; exempt: roles that are let off; commands: patterns of what deploys; credentials: names
    of variables that only who reaches production needs; names: words of a command that name production.
    """
    roles, exempt = parameters["guarded"], set(parameters.get("exempt", ()))
    found = []
    for job in context.pipeline.jobs.values():
        own = context.roles.of(job).keys()
        if any(role in own for role in roles) or (not own & exempt and _reaches(context, job, parameters)):
            found.append(job)
    return found


def _reaches(context: Context, job: Job, parameters: dict[str, Any]) -> bool:
    """Whether a job runs a deploying command, and holds a credential of production or names it."""
    if job.trigger or not parameters.get("commands"):
        return False
    commands = context.matching(job, tuple(parameters["commands"])).values()
    if not commands:
        return False
    for command in commands:
        if any(like_any(word.text.lower(), parameters["names"]) for word in command.words):
            return True
    return any(like_any(name, parameters["credentials"]) for name in _mentioned(job.site))


def _mentioned(site: Site) -> Iterator[str]:
    """The names of variables that stand anywhere in a job."""
    waiting = [site]
    while waiting:
        current = waiting.pop()
        if current.text is not None:
            yield from _NAME.findall(current.text)
        else:
            waiting += _children(current)


def _children(site: Site) -> list[Site]:
    if isinstance(site.node, Mapping):
        return [child for _, child in site.items()]  # a site's items are no dict's
    return list(site) if isinstance(site.node, Sequence) else []


def gates_of(context: Context, rules: RuleSet) -> list[Gate]:
    """All gates that the rules declare: their check modules have a function `gates` beside `check`."""
    found: list[Gate] = []
    for rule in rules:
        if rule.language or not rule.check:
            continue
        module = __import__(f"cilint.checks.{rule.check.replace('-', '_')}", fromlist=["gates"])
        if hasattr(module, "gates"):
            context.rule = rule
            found += module.gates(context, rule.parameters)
    return found


# -- what comes of it


def prover_of(context: Context, guarded: Iterable[str] = ()) -> Prover:
    """The prover of a pipeline, the same for all rules."""
    if context.prover is None:
        from cilint.gates.prove import Prover
        from cilint.plan.scenario import exactly

        known = context.situated(exactly({}))
        context.prover = Prover(
            context.planner,
            Assumptions(variables=known.variables, given=known.outside, settings={**known.variables, **known.outside}),
            tree=known.tree,
            seconds=SECONDS,
            blocked=blocked(context.config),
        )
        context.prover.expect(guarded)
    return context.prover


def judge(
    context: Context, gates: Callable[[Context, dict[str, Any]], Iterable[Gate]], parameters: dict[str, Any]
) -> Iterator[Finding]:
    """The findings of a rule: one for each way past a gate, at the place that leaves it open.

    gates: what the rule asks of a pipeline; it is asked of child pipelines, too.
    """
    asked = list(gates(context, parameters))
    yield from _judged(context, asked)
    if any(job.trigger for job in context.pipeline.jobs.values()):
        from cilint.checks._children import children

        for child in children(context):
            yield from _judge_child(context, child, gates, parameters)


def _judged(context: Context, asked: list[Gate]) -> Iterator[Finding]:
    if not asked:
        return
    prover = prover_of(context, [claim.guarded for gate in asked for claim in gate.claims])
    if prover.blocked:
        context.unknown("the gates of deployments", prover.blocked)
        return
    for gate in asked:
        if gate.missing:
            yield context.fault(gate.guarded.span, gate.missing, job=gate.guarded, site=gate.guarded.site)
    if prover.all_hold([claim for gate in asked for claim in gate.claims]):
        return
    for gate in asked:
        if gate.claims and not prover.all_hold(gate.claims):
            yield from _told(context, context, gate)


def _told(context: Context, there: Context, gate: Gate, prefix: str = "") -> Iterator[Finding]:
    """What a gate that does not hold comes to. there: the pipeline of the gate; prefix: what the finding begins with."""
    prover = prover_of(there)
    verdict = worst([prover.decide(claim) for claim in gate.claims])
    if verdict.status == UNKNOWN:
        what = (
            f"whether {gate.guarded.name} waits for {' and '.join(gate.by)}"
            if gate.by
            else f"how {gate.guarded.name} starts"
        )
        context.unknown(what, verdict.reason, gate.guarded.span)
    elif verdict.status == REFUTED:
        yield _finding(context, there, gate, verdict, prefix)


def _judge_child(
    context: Context,
    child: Child,
    gates: Callable[[Context, dict[str, Any]], Iterable[Gate]],
    parameters: dict[str, Any],
) -> Iterator[Finding]:
    """Each gate must hold in the child, or before the job that starts it, or further up."""
    if child.context is None:
        context.unknown(f"what the child pipeline of {child.trigger.name} deploys", child.fault, child.trigger.span)
        return
    child.context.rule = context.rule
    for gate in gates(child.context, parameters):
        outer = _outside(context, child, gate)
        inner = prover_of(child.context)
        if outer is None or (gate.claims and not gate.missing and inner.all_hold(gate.claims)):
            continue
        prefix = f"{child.trigger.name} starts a child pipeline with {gate.guarded.name}: "
        if inner.blocked:
            context.unknown(
                f"what the child pipeline of {child.trigger.name} deploys", inner.blocked, child.trigger.span
            )
        elif not gate.missing:
            yield from _told(context, child.context, gate, prefix)
        elif outer.missing:
            yield context.fault(gate.guarded.span, prefix + gate.missing, job=child.trigger)
        else:
            yield from _told(context, child.above, outer, prefix)


def _outside(context: Context, child: Child, gate: Gate) -> Gate | None:
    """The gate as it would be before the trigger job; None when it holds there, or further up."""
    from cilint.checks._children import children

    above = child.above
    above.rule = context.rule
    if gate.kind == "manual":
        outer = Gate(context.rule.id, child.trigger, (), "manual", claims_of(above, child.trigger, (), "manual"))
    else:
        outer = guarded_by_role(above, child.trigger, gate.roles, gate.kind, each=gate.each)
    if not outer.missing and prover_of(above).all_hold(outer.claims):
        return None
    for parent in children(context):
        if parent.context is above:
            return outer if _outside(context, parent, gate) is not None else None
    return outer


def worst(verdicts: Listed[Verdict]) -> Verdict:
    """A refuted verdict before an unknown one before a proven one."""
    order = (REFUTED, UNKNOWN)
    return min(verdicts, key=lambda one: order.index(one.status) if one.status in order else len(order))


def _finding(context: Context, there: Context, gate: Gate, verdict: Verdict, prefix: str) -> Finding:
    from cilint.gates.command import command

    shown = verdict.counterexample
    assert shown is not None, "what is refuted has a counterexample"
    first, *course = shown.story
    message = first
    if course:
        told = course if len(course) <= _STEPS_TOLD else [*course[: _STEPS_TOLD - 2], "...", course[-1]]
        message = f"{first}: {', '.join(told)}"
    return context.fault(
        shown.span or gate.guarded.span,
        prefix + message,
        job=gate.guarded,
        related=shown.related,
        help=f"see it: {command(shown, there.config.entry.path)}" if there is context else "",
    )
