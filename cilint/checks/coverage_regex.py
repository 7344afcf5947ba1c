"""Unit tests whose coverage GitLab cannot read from the log."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from cilint.finding import Finding
    from cilint.rules.context import Context


def check(context: Context, parameters: dict[str, Any]) -> Iterator[Finding]:
    """parameters: role; regex, as `coverage` must state it."""
    wanted = parameters["regex"]
    for job in context.roles.jobs(parameters["role"]):
        site = job.get("coverage")
        if site is None:
            if job.open:
                context.unknown(f"coverage of job {job.name}", f"it may stand in {context.lost}", job.span)
            else:
                edits = context.put(job.site, "coverage", wanted)
                message = f"unit tests without coverage: '{wanted}'"
                yield context.fault(job.span, message, job=job, site=job.site, edits=edits)
        elif site.value != wanted:
            message = f"coverage is {site.value}, not {wanted}"
            yield context.fault(site, message, job=job, edits=context.replace(site, wanted))
