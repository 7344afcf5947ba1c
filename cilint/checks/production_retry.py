"""Production deployments that are tried again too often, or after failures of their own."""

from __future__ import annotations

from cilint.checks._jobs import place_span
from cilint.tree.node import Mapping

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from cilint.finding import Edit, Finding
    from cilint.rules.context import Context
    from cilint.tree.site import Site


def check(context: Context, parameters: dict[str, Any]) -> Iterator[Finding]:
    """parameters: role; max, how often at most; when, the failures that are the runner's."""
    most: int = parameters["max"]
    allowed: list[str] = parameters["when"]
    for job in context.roles.jobs(parameters["role"]):
        retry = job.get("retry")
        if retry is None:
            if not job.open:
                message = f"is not tried again when the runner fails: retry: max: {most}"
                edits = context.put(job.site, "retry", {"max": most, "when": allowed[:2]}, safe=False)
                yield context.fault(job.span, message, job=job, site=job.site, edits=edits)
            continue
        limit = retry.short_for("max")
        if limit is None or not isinstance(limit.value, int) or not 0 < limit.value <= most:
            place = limit or retry
            message = f"retry: from 1 to {most} times, not {place.value}"
            # Whoever wants more tries gets as many as there may be; of none, or of no number, nothing follows.
            more = limit is not None and isinstance(limit.value, int) and limit.value > most
            edits = context.replace(place, most) if more else ()
            yield context.fault(place_span(place), message, job=job, site=place, edits=edits)
        when = retry.set("when")
        # A listed exit status is enough for another try (`lib/gitlab/ci/build/auto_retry.rb`), and only what the job
        # itself runs leaves one.
        codes = retry.set("exit_codes")
        if when is None and codes is None:
            message = f"is tried again after any failure, also of the deployment itself: retry: when: {allowed[0]}"
            edits = _only_runner(context, retry, limit, most, allowed)
            yield context.fault(place_span(retry), message, job=job, site=retry, edits=edits)
        for site in when.flat() if when else ():
            if site.text not in allowed:
                yield context.fault(
                    site, f"is tried again after {site.text}, which is no failure of the runner", job=job
                )
        if codes is not None:
            message = "is tried again after exit codes, which are the deployment's own"
            yield context.fault(codes.key_span, message, job=job, site=codes)


def _only_runner(context: Context, retry: Site, limit: Site | None, most: int, allowed: list[str]) -> tuple[Edit, ...]:
    """Trying again after failures of the runner only; which of them count, somebody must choose."""
    if isinstance(retry.node, Mapping):
        return context.put(retry, "when", allowed[:2], safe=False)
    number = limit.value if limit is not None and isinstance(limit.value, int) else 0
    value = {"max": number, "when": allowed[:2]}
    return context.replace(retry, value, safe=False) if 0 < number <= most else ()
