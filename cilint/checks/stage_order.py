"""Stages in another order than the house's, and jobs in a stage that is not theirs."""

from __future__ import annotations

from cilint.checks._jobs import top

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from cilint.finding import Finding
    from cilint.pipeline.job import Job
    from cilint.rules.context import Context
    from cilint.span import Span


def check(context: Context, parameters: dict[str, Any]) -> Iterator[Finding]:
    """parameters: stages: [{name, roles}], in order. A stage of the file is the one where most jobs of those roles
    stand, whatever it is called; the one that bears the name where none does.
    """
    order: list[dict[str, Any]] = parameters["stages"]
    homes = _homes(context, order)
    last, last_name = -1, ""
    before: list[str] = []
    for entry in order:
        home = homes.get(entry["name"])
        if home is None:
            continue
        place = context.pipeline.stages.index(home)
        doers = _doers(context, home, entry)
        if place < last:
            message = f"stage {home} ({entry['name']}) comes before {last_name}, and belongs behind it"
            about = f"{entry['name']} before {last_name}"
            yield context.fault(_stage_span(context, home), message, jobs=doers, about=about)
        elif place == last:
            message = f"stage {home} holds both {last_name} and {entry['name']}, which are stages of their own"
            about = f"{last_name} and {entry['name']}"
            yield context.fault(_stage_span(context, home), message, jobs=[*before, *doers], about=about)
        else:
            last, last_name, before = place, entry["name"], doers
    for job in context.pipeline.jobs.values():
        roles = context.roles.of(job).keys()
        allowed = [entry["name"] for entry in order if not roles.isdisjoint(entry["roles"])]
        if allowed:
            yield from _misplaced(context, job, allowed, homes)


def _homes(context: Context, order: list[dict[str, Any]]) -> dict[str, str]:
    stages = context.pipeline.stages
    found: dict[str, str] = {}
    for entry in order:
        counts: dict[str, int] = {}
        for job in context.roles.jobs(*entry["roles"]):
            if job.stage in stages:
                counts[job.stage] = counts.get(job.stage, 0) + 1
        if counts:
            # The stage of that name wins a tie, then the earlier one.
            found[entry["name"]] = max(counts, key=lambda s: (counts[s], s == entry["name"], -stages.index(s)))
        elif entry["name"] in stages:
            found[entry["name"]] = entry["name"]
    return found


def _doers(context: Context, stage: str, entry: dict[str, Any]) -> list[str]:
    """The jobs of the entry's roles that stand in a stage."""
    return [job.name for job in context.roles.jobs(*entry["roles"]) if job.stage == stage]


def _misplaced(context: Context, job: Job, allowed: list[str], homes: dict[str, str]) -> Iterator[Finding]:
    if job.stage not in context.pipeline.stages or any(homes.get(name) == job.stage for name in allowed):
        return
    stage = job.get("stage")
    wanted = homes.get(allowed[0], allowed[0])
    message = f"{_doing(context, job)} stands in stage {job.stage}, and belongs into {wanted}"
    there = stage is not None and wanted in context.pipeline.stages
    edits = context.replace(stage, wanted, safe=False) if stage is not None and there else ()
    yield context.fault(stage or job.span, message, job=job, site=stage or job.site, edits=edits)


def _doing(context: Context, job: Job) -> str:
    return context.roles.title(next(iter(context.roles.of(job))))


def _stage_span(context: Context, name: str) -> Span:
    stages = context.config.site.set("stages")
    for site in stages.flat() if stages else ():
        if site.text == name:
            return site.span
    return top(context)
