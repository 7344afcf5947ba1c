"""Dev environments that nobody can stop."""

from __future__ import annotations

from cilint.checks._jobs import place_span, starts

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from cilint.finding import Finding
    from cilint.rules.context import Context


def check(context: Context, parameters: dict[str, Any]) -> Iterator[Finding]:
    """parameters: role, that of dev deployments."""
    jobs = context.pipeline.jobs
    for job in context.roles.jobs(parameters["role"]):
        environment = job.get("environment")
        if environment is None:
            continue
        on_stop = environment.set("on_stop")
        if on_stop is None:
            message = "the dev environment names no job that stops it (on_stop)"
            yield context.fault(place_span(environment), message, job=job, site=environment)
            continue
        stop = jobs.get(on_stop.text or "")
        action = stop.site.dig("environment", "action") if stop is not None else None
        if stop is None and not context.pipeline.complete:
            context.unknown(f"job {on_stop.text}", f"it may stand in {context.lost}", on_stop.span)
        elif action is None or action.text != "stop":
            message = f"on_stop names {on_stop.text}, which is no job with environment:action: stop"
            yield context.fault(on_stop, message, job=job)
        if stop is None:
            continue
        for start in starts(stop):
            if start.when not in ("manual", "on_failure"):
                message = f"stops the dev environment in the pipeline that deploys it (when: {start.when})"
                yield context.fault(start.site or stop.span, message, job=stop, site=start.site or stop.site)
