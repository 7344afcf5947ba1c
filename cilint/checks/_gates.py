"""Gates as policy: which jobs are guarded, how surely, and which others each of them must wait for."""

from __future__ import annotations

from itertools import product

from cilint.checks._children import children, project_started
from cilint.checks._container import deployed_by
from cilint.gates.claim import Claim
from cilint.pattern import Pattern
from cilint.plan.predefined import tier_of
from cilint.tree.node import ruby_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from collections.abc import Sequence as Listed
    from typing import Any, TypeAlias

    from cilint.pipeline.job import Job
    from cilint.rules.context import Context

    Again: TypeAlias = Callable[["Guarded"], "Gate"]
    Found: TypeAlias = Callable[[Context], list[Job]]

_CHOICES_AT_MOST = 64
_REFERENCE = Pattern(r"\$\{?(\w+)\}?")
# Predefined variables whose value is no word: a number, a hash.
_NO_WORD = Pattern(r"CI_.*_(ID|IID|SHA|INDEX|TOTAL)$")
_LESSER = ("development", "testing", "staging")  # the tiers that GitLab looks for before production


class Doubt:
    """Why it is not known whether a job is guarded. what: the thing in question; why: what hides it."""

    __slots__ = ("what", "why")

    def __init__(self, what: str, why: str) -> None:
        self.what = what
        self.why = why


def _none(_: Context) -> list[Job]:
    return []


class Gate:
    """What a rule asks of one job: all of its claims must hold.

    guarded: the job; by: the jobs, or what they would do, in words; kind: see `cilint/gates/claim.py`. missing: why
    there can be no such gate at all, "" when there can. doubt: why it may not be asked, None when it surely is.
    again: asks the same of another job, as of the one that starts this pipeline. about: the roles that it asks for,
    which tell it from the rule's other gates of the job. alike: asks for such jobs before the end of a pipeline that is
    waited for, None where nothing there stands for them; found: such jobs of a pipeline. subject: the guarded job with
    all that belongs to it.
    """

    __slots__ = (
        "about",
        "again",
        "alike",
        "by",
        "claims",
        "doubt",
        "found",
        "guarded",
        "kind",
        "missing",
        "rule",
        "subject",
    )

    def __init__(
        self,
        subject: Guarded,
        by: Listed[str],
        kind: str,
        claims: Listed[Claim],
        again: Again,
        *,
        missing: str = "",
        about: str = "",
        found: Found = _none,
        alike: Again | None = None,
    ) -> None:
        self.rule = subject.rule
        self.subject = subject
        self.guarded = subject.job
        self.doubt = subject.doubt
        self.by = tuple(by)
        self.kind = kind
        self.claims = list(claims)
        self.missing = missing
        self.about = about
        self.found = found
        self.again = again
        self.alike = alike


class Guarded:
    """A job that must not start before others have succeeded.

    names: those of its instances that are meant. rule: the id of the one that asks, that at work when it is not given.
    """

    __slots__ = ("context", "doubt", "job", "names", "rule")

    def __init__(
        self,
        context: Context,
        job: Job,
        names: Listed[str] | None = None,
        doubt: Doubt | None = None,
        *,
        rule: str | None = None,
    ) -> None:
        self.rule = context.rule.id if rule is None else rule
        self.context = context
        self.job = job
        self.names = context.planner.instances_of(job.name) if names is None else names
        self.doubt = doubt

    def by_hand(self) -> Gate:
        """The gate "somebody starts the job"."""
        return Gate(self, (), "manual", [Claim(name, (), "manual") for name in self.names], Guarded.by_hand)

    def behind(self, roles: Listed[str], kind: str, *, each: bool = False) -> Gate:
        """The gate "a job of one of these roles comes before the guarded one".

        each: where there are several such jobs, every one that is in a pipeline must have succeeded there.
        """
        context = self.context
        found = [job for job in context.roles.jobs(*roles) if job is not self.job]
        jobs = [job for job in found if kind == "approval" or not only_starts(job)]
        titles = " or ".join(context.roles.title(role) for role in roles)
        missing = "" if jobs else f"nothing that it must wait for is there: no job is {titles}"
        if found and not jobs:
            missing = f"{found[0].name} only starts a pipeline, and succeeds at once: it has no trigger:strategy"
        claims = self._claims(jobs, kind) if jobs else []
        if each and len(jobs) > 1:
            claims += [claim for job in jobs for claim in self._claims([job], "check")]
        names = [job.name for job in jobs] or [titles]

        def alike(other: Guarded) -> Gate:
            return other.behind(roles, kind, each=each)

        # What is asked of each such job here, no other pipeline can stand for.
        elsewhere = None if kind == "check" or (each and jobs) else alike
        return Gate(
            self,
            names,
            kind,
            claims,
            alike,
            missing=missing,
            about=" or ".join(roles),
            found=lambda where: where.roles.jobs(*roles),
            alike=elsewhere,
        )

    def behind_job(self, name: str, kind: str) -> Gate:
        """The gate "the job of this name comes before"."""

        def alike(other: Guarded) -> Gate:
            return other.behind_job(name, kind)

        def found(where: Context) -> list[Job]:
            return [job for job in where.pipeline.jobs.values() if job.name == name]

        jobs = found(self.context)
        missing = "" if jobs else f'no file defines a job "{name}"'
        claims = self._claims(jobs, kind) if jobs else []
        return Gate(self, [name], kind, claims, alike, missing=missing, found=found, alike=alike)

    def after(self, jobs: Listed[Job], kind: str) -> Gate:
        """The gate "one of these jobs comes before the guarded one". Further up, nothing stands for them."""
        missing = "" if jobs else "nothing that it must wait for is there"
        names = [job.name for job in jobs]
        return Gate(
            self,
            names,
            kind,
            self._claims(jobs, kind) if jobs else [],
            lambda other: other.after((), kind),
            missing=missing,
        )

    def awaiting(self, instances: Listed[str]) -> Gate:
        """The gate "one of these instances has ended", of trigger jobs that wait for what they start."""
        claims = [Claim(name, instances, "end") for name in self.names]
        return Gate(self, instances, "end", claims, lambda other: other.awaiting(instances))

    def _claims(self, gates: Listed[Job], kind: str) -> list[Claim]:
        """What says that one of the gates, with all its instances, comes before every instance of the guarded job."""
        instances = [self.context.planner.instances_of(gate.name) for gate in gates]
        count = 1
        for names in instances:
            count *= len(names)
        # All instances of one job or all of another: any choice of one from each. Where that is too much, the first
        # job must do it alone, which is more than is asked.
        choices = product(*instances) if count <= _CHOICES_AT_MOST else product(instances[0])
        return [Claim(name, choice, kind) for choice in choices for name in self.names]


def only_starts(job: Job) -> bool:
    """Whether the job succeeds as soon as the pipeline exists that it starts, whatever becomes of that.

    So it is without `trigger:strategy` (`doc/ci/yaml/_index.md`, `app/models/ci/bridge.rb`).
    """
    return job.trigger and not waits(job)


def waits(job: Job) -> bool:
    """Whether it is a trigger job that ends as the pipeline does that it starts."""
    trigger = job.get("trigger") if job.trigger else None
    strategy = trigger.set("strategy") if trigger is not None else None
    return strategy is not None and strategy.value is not None


def guarded(context: Context, roles: Listed[str], parameters: dict[str, Any], *, places: bool = True) -> list[Guarded]:
    """The jobs of some roles, and those of which it is not known whether they have one.

    parameters: commands: patterns of what deploys, so that a job that runs one without a word on where it does is in
    doubt; exempt: roles of jobs that are not. places: whether jobs are in doubt whose environment only the pipeline
    knows.
    """
    found = [
        Guarded(context, job, _instances(context, job, roles))
        for job in context.pipeline.jobs.values()
        if not context.roles.of(job).keys().isdisjoint(roles)
    ]
    known = {subject.job.name for subject in found}
    for job, doubt in _downstream(context):
        if job.name not in known:
            found.append(Guarded(context, job, doubt=doubt))
    if places:
        for job, place in _beside(context, known, parameters):
            known.add(job.name)
            found.append(Guarded(context, job, doubt=place))
    for job in context.jobs if places else ():
        place = None if job.name in known else _of_place(context, job, parameters)
        if place is not None:
            found.append(Guarded(context, job, doubt=place))
    return found


def _instances(context: Context, job: Job, roles: Listed[str]) -> list[str] | None:
    """The instances that have one of the roles by their own place in the matrix; None for all."""
    instances = [one for one in context.planner.candidates if one.job is job]
    if not any(one.instance.variables for one in instances):
        return None
    names = [
        one.name for one in instances if not context.roles.at(job, one.instance.variables).keys().isdisjoint(roles)
    ]
    return names or None


def _downstream(context: Context) -> Iterator[tuple[Job, Doubt]]:
    """The trigger jobs of which nobody here can say what they start."""
    for child in children(context):
        if child.fault:
            yield child.trigger, Doubt(f"what the child pipeline of {child.trigger.name} deploys", child.fault)
    for job in context.pipeline.jobs.values():
        project = project_started(job)
        if project is not None and project.text:
            what = f"what the pipeline that {job.name} starts in {project.text} deploys"
            yield job, Doubt(what, "the configuration of another project is not at hand")


def _beside(context: Context, known: set[str], parameters: dict[str, Any]) -> Iterator[tuple[Job, Doubt | None]]:
    """The jobs of which a container deploys, though their scripts do not; the doubt is on where to."""
    commands = tuple(parameters.get("commands", ()))
    for job in context.jobs if commands else ():
        told = None if job.name in known else deployed_by(context, job, commands)
        if told is not None and context.roles.of(job).keys().isdisjoint(parameters.get("exempt", ())):
            program, sure = told
            why = f"a container of it runs {program}, and nothing there says where that deploys to"
            yield job, None if sure else Doubt(f"whether {job.name} deploys to production", why)


def _of_place(context: Context, job: Job, parameters: dict[str, Any]) -> Doubt | None:
    """The doubt on where a job deploys: to an environment without a known name, or without a word on the place."""
    site = job.get("environment")
    what = f"whether {job.name} deploys to production"
    if site is not None:
        facts = context.roles.facts(job)
        name = site.short_for("name")
        if facts.action != "start" or name is None:
            return None
        stated = site.has("deployment_tier")
        if not any(_may_be_production(text, tier, stated=stated) for text, tier in facts.environments):
            return None
        return Doubt(what, f"its environment is {ruby_text(name.value)}, which is known only in the pipeline")
    commands = tuple(parameters.get("commands", ()))
    if commands and context.roles.of(job).keys().isdisjoint(parameters.get("exempt", ())):
        command = next(iter(context.matching(job, commands).values()), None)
        if command is not None:
            return Doubt(what, f"it runs {command.name}, and nothing here says where that deploys to")
    return None


def _may_be_production(name: str, tier: str, *, stated: bool) -> bool:
    """Whether a name with variables in it may turn out to be production's; what it says for sure comes first."""
    if stated:
        return "$" in tier
    variables = _REFERENCE.findall(name)
    if all(_NO_WORD.match(variable) for variable in variables):
        return False
    return not any(tier_of(piece) in _LESSER for piece in _REFERENCE.split(name)[::2])
