"""Tools that GitLab has a report type for, and jobs that do not use it."""

from __future__ import annotations

from cilint.checks._jobs import keyword_place, place_span
from cilint.tree.node import is_null

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from cilint.finding import Finding
    from cilint.rules.context import Context


def check(context: Context, parameters: dict[str, Any]) -> Iterator[Finding]:
    """parameters: reports: {role: kinds of which one is wanted}."""
    wanted: dict[str, list[str]] = parameters["reports"]
    for job in context.jobs:
        reports = job.site.dig("artifacts", "reports")
        kinds = {str(site.path[-1]) for _, site in reports.items() if not is_null(site.node)} if reports else set()
        for role in wanted.keys() & context.roles.of(job).keys():
            allowed = wanted[role]
            if not context.roles.has(job, role, sure=True) or kinds & set(allowed):
                continue
            if job.open:
                context.unknown(f"reports of job {job.name}", f"they may stand in {context.lost}", job.span)
                continue
            place = keyword_place(job, "artifacts", "reports")
            message = f"{context.roles.title(role)} without artifacts:reports:{' or '.join(allowed)}"
            yield context.fault(place_span(place), message, job=job, site=place, about=role)
