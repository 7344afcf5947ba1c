"""Approvals that do not look at who pressed play, or leave no record of it."""

from __future__ import annotations

from cilint.pattern import Pattern

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from cilint.finding import Finding
    from cilint.pipeline.job import Job
    from cilint.rules.context import Context

_SAYING = ("echo", "printf", "export", "true", ":")
_CASE = Pattern(r"\bcase\s+[\"']?\$\{?(\w+)")


def check(context: Context, parameters: dict[str, Any]) -> Iterator[Finding]:
    """parameters: roles, those of approvals; variables, by which GitLab says who started the job."""
    variables = set(parameters["variables"])
    for job in context.roles.jobs(*parameters["roles"]):
        if job.trigger:
            context.unknown(f"who may start job {job.name}", "it runs in another pipeline", job.span)
            continue
        if not _looks(context, job, variables):
            place = job.get("script") or job.site
            span = place.key_span if place.written is not None else job.span
            message = "nobody looks at who pressed play: Community Edition lets every developer do so"
            yield context.fault(span, message, job=job, site=place)
        if job.site.dig("artifacts", "paths") is None and job.site.dig("artifacts", "reports") is None:
            if job.open:
                context.unknown(f"artifacts of job {job.name}", f"they may stand in {context.lost}", job.span)
            else:
                yield context.fault(job.span, "no artifact records who approved", job=job, site=job.site)


def _looks(context: Context, job: Job, variables: set[str]) -> bool:
    """Whether something else than a message reads who started the job, be it through other variables."""
    names = set(variables)
    for name, words in context.assigned(job).items():
        if any(variables.intersection(word.variables) for word in words):
            names.add(name)
    for command in context.commands(job):
        if command.name not in _SAYING and any(names.intersection(word.variables) for word in command.words):
            return True
    for script in context.scripts.texts(job):
        if any(found[1] in names for found in _CASE.finditer(script.text)):
            return True
    # What is no shell is not read, but says the name somewhere.
    read = {script.source.path for script in context.scripts.texts(job)}
    others = [source for source in context.scripts.files(job) if source.path not in read]
    return any(name in source.text for source in others for name in variables)
