"""Production deployments that are tried again too often, or after failures of their own."""

from __future__ import annotations

from cilint.checks._jobs import place_span
from cilint.tree.node import Mapping

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from cilint.finding import Finding
    from cilint.rules.context import Context


def check(context: Context, parameters: dict[str, Any]) -> Iterator[Finding]:
    """parameters: role; max, how often at most; when, the failures that are the runner's."""
    most: int = parameters["max"]
    allowed: list[str] = parameters["when"]
    for job in context.roles.jobs(parameters["role"]):
        retry = job.get("retry")
        if retry is None:
            if not job.open:
                message = f"is not tried again when the runner fails: retry: max: {most}"
                yield context.fault(job.span, message, job=job, site=job.site)
            continue
        limit = retry.set("max") if isinstance(retry.node, Mapping) else retry
        if limit is None or not isinstance(limit.value, int) or not 0 < limit.value <= most:
            place = limit or retry
            yield context.fault(
                place_span(place), f"retry: from 1 to {most} times, not {place.value}", job=job, site=place
            )
        when = retry.set("when")
        if when is None:
            message = f"is tried again after any failure, also of the deployment itself: retry: when: {allowed[0]}"
            yield context.fault(place_span(retry), message, job=job, site=retry)
        for site in when.flat() if when else ():
            if site.text not in allowed:
                yield context.fault(
                    site, f"is tried again after {site.text}, which is no failure of the runner", job=job
                )
