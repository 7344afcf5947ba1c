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
                context.unknown(f"coverage of job {job.name}", "it may stand in an include that was not read", job.span)
            else:
                yield context.fault(job.span, f"unit tests without coverage: '{wanted}'", job=job, site=job.site)
        elif site.value != wanted:
            yield context.fault(site, f"coverage is {site.value}, not {wanted}", job=job)
