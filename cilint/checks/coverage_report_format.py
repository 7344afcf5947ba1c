"""Unit tests without a coverage report in the settled format."""

from __future__ import annotations

from cilint.checks._jobs import keyword_place, place_span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from cilint.finding import Finding
    from cilint.rules.context import Context


def check(context: Context, parameters: dict[str, Any]) -> Iterator[Finding]:
    """parameters: role; format, as `coverage_report:coverage_format` must state it."""
    wanted = parameters["format"]
    for job in context.roles.jobs(parameters["role"]):
        report = job.site.dig("artifacts", "reports", "coverage_report")
        stated = report.set("coverage_format") if report else None
        if stated is None or (report is not None and report.set("path") is None):
            if job.open:
                context.unknown(f"reports of job {job.name}", f"they may stand in {context.lost}", job.span)
                continue
            place = keyword_place(job, "artifacts", "reports", "coverage_report")
            message = f"unit tests without a coverage_report of format {wanted} and its path"
            yield context.fault(place_span(place), message, job=job, site=place)
        elif stated.value != wanted:
            edits = context.replace(stated, wanted, safe=False)  # the file itself must be of that format, too
            yield context.fault(stated, f"the coverage report is {stated.value}, not {wanted}", job=job, edits=edits)
