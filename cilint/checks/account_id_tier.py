"""Jobs of one tier that use the AWS account of another, and account ids that come from elsewhere."""

from __future__ import annotations

import re

from cilint.finding import Related
from cilint.pattern import Pattern
from cilint.tree.node import Mapping, Scalar, Sequence

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from cilint.finding import Finding
    from cilint.pipeline.job import Job
    from cilint.rules.context import Context
    from cilint.tree.site import Site

_NAMES = Pattern(r"\$\{?([A-Za-z_]\w*)", re.A)


def check(context: Context, parameters: dict[str, Any]) -> Iterator[Finding]:
    """parameters: accounts: {tier: variable}; account_variables, which must hold one of those."""
    accounts: dict[str, str] = parameters["accounts"]
    tiers = {name: tier for tier, name in accounts.items()}
    for job in context.pipeline.jobs.values():
        tier = context.roles.facts(job).tier
        if tier in accounts:
            yield from _foreign(context, job, tier, tiers)
        yield from _other_source(context, job, parameters["account_variables"], set(tiers))


def _foreign(context: Context, job: Job, tier: str, tiers: dict[str, str]) -> Iterator[Finding]:
    """Variables of another tier, in the job itself, in global variables that it uses, in the files that it calls."""
    used: set[str] = set()
    for site in _scalars(job.site):
        names = _NAMES.findall(str(site.value)) if isinstance(site.value, str) and "$" in site.value else ()
        for name in names:
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
    scope = context.scopes.of(job)
    for name in used:
        for value in scope.values(name):
            site = value.site
            if site.path[:1] != ("variables",) or not isinstance(site.value, str):
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


def _scalars(site: Site) -> Iterator[Site]:
    node = site.node
    if isinstance(node, Scalar):
        yield site
    elif isinstance(node, Mapping):
        for _, child in site.items():  # noqa: PERF102  # a site's items are no dict's
            yield from _scalars(child)
    elif isinstance(node, Sequence):
        for child in site:
            yield from _scalars(child)
