"""Jobs of one tier that use the AWS account of another, and account ids that come from elsewhere."""

from __future__ import annotations

from cilint.finding import Related
from cilint.pattern import Pattern
from cilint.pipeline.matrix import instances
from cilint.rules.facts import environments_of
from cilint.tree.node import ruby_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from cilint.finding import Finding
    from cilint.pipeline.job import Clause, Job
    from cilint.rules.context import Context
    from cilint.rules.expand import Scope
    from cilint.tree.site import Site

_CASES_AT_MOST = 64
_NAMES = Pattern(r"(?a)\$\{?([A-Za-z_]\w*)")


def check(context: Context, parameters: dict[str, Any]) -> Iterator[Finding]:
    """parameters: accounts: {tier: variable}; account_variables, which must hold one of those."""
    accounts: dict[str, str] = parameters["accounts"]
    tiers = {name: tier for tier, name in accounts.items()}
    common: list[str] = parameters["account_variables"]
    for job in context.pipeline.jobs.values():
        for row in _cases(job):
            scope = context.scopes.of(job).at(row)
            names = {tier for _, tier in environments_of(job, scope)[0]}
            if len(names) == 1 and (tier := names.pop()) in accounts:
                yield from _foreign(context, job, tier, tiers, _Case(row, scope, common))
        yield from _other_source(context, job, common, set(tiers))


class _Case:
    """One case in which the job runs. row: the variables that make it; scope: all that it sees then; common: those that
    hold the account for whatever talks to AWS, without being named.
    """

    __slots__ = ("common", "row", "scope")

    def __init__(self, row: dict[str, str], scope: Scope, common: list[str]) -> None:
        self.row = row
        self.scope = scope
        self.common = common

    def has(self, job: Job, site: Site) -> bool:
        """Whether a value of the job counts here: of a matrix, and of the variables of a rule, only the case's own."""
        path = site.path
        if path[1:3] == ("parallel", "matrix"):
            entries = list(job.site.dig("parallel", "matrix") or ())
            entry = entries[path[3]] if len(path) > 3 and isinstance(path[3], int) and path[3] < len(entries) else None
            for _, values in entry.items() if entry is not None else ():
                if self.row.get(str(values.path[-1])) not in {ruby_text(one.value) for one in values.flat()}:
                    return False
        if path[1:2] == ("parallel",) or (path[1:2] == ("rules",) and "variables" in path[:-1]):
            name = next((key for key in reversed(path) if isinstance(key, str) and key not in ("value", "expand")), "")
            return self.row.get(name, "") == ruby_text(site.value)
        return True


def _cases(job: Job) -> list[dict[str, str]]:
    """What tells the cases apart: the instances of a matrix, and in each of them the rules that set variables."""
    rows = [instance.variables for instance in instances(job)]
    clauses = [clause for clause in job.clauses or () if clause.text("when") != "never"]
    own = [_variables(clause) for clause in clauses]
    if any(own):
        rows = [{**row, **more} for row in rows[:_CASES_AT_MOST] for more in own]
    distinct = {tuple(sorted(row.items())): row for row in rows}
    return list(distinct.values())[:_CASES_AT_MOST]


def _variables(clause: Clause) -> dict[str, str]:
    table = clause.get("variables")
    entries = [(str(site.path[-1]), site.set("value") or site) for _, site in table.items()] if table else []
    return {name: ruby_text(site.value) for name, site in entries}


def _foreign(context: Context, job: Job, tier: str, tiers: dict[str, str], case: _Case) -> Iterator[Finding]:
    """Variables of another tier, in the job itself, in global variables that it uses, in the files that it calls."""
    used: set[str] = set(case.common) if context.scripts.mention(job, "aws", "AWS_", "cdk") else set()
    for site in context.scalars.of(job):
        names = _NAMES.findall(site.value) if isinstance(site.value, str) and "$" in site.value else ()
        for name in names if case.has(job, site) else ():
            used.add(name)
            if tiers.get(name, tier) != tier:
                yield context.fault(site, _message(tier, name, tiers), job=job)
    for command in context.commands(job):
        for word in command.words:
            for name in word.variables:
                used.add(name)
                if tiers.get(name, tier) != tier and not command.script.nodes:
                    span = command.script.span(word.start, word.end)
                    yield context.fault(span, _message(tier, name, tiers), job=job)
    for name in used:
        for value in case.scope.values(name):
            site = value.site
            if site.path[:1] not in (("variables",), ("workflow",)) or not isinstance(site.value, str):
                continue
            for inner in _NAMES.findall(site.value):
                if tiers.get(inner, tier) != tier:
                    related = [Related(f"used by a job of tier {tier}", job.span)]
                    yield context.fault(site, _message(tier, inner, tiers), job=job, related=related)


def _message(tier: str, name: str, tiers: dict[str, str]) -> str:
    return f"a job of tier {tier} uses ${name}, the {tiers[name]} account"


def _other_source(context: Context, job: Job, names: list[str], accounts: set[str]) -> Iterator[Finding]:
    for name in names:
        for value in context.scopes.of(job).values(name):
            text = str(value.site.value)
            referred = _NAMES.findall(text)
            if (
                referred
                and not set(referred) & accounts
                and not any(context.scopes.of(job).values(n) for n in referred)
            ):
                wanted = ", ".join(f"${account}" for account in sorted(accounts))
                message = f"{name} comes from {text}, and account ids come from {wanted}"
                yield context.fault(value.site, message, job=job)
