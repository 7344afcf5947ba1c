"""Dev environments that do not stop by themselves in time."""

from __future__ import annotations

from cilint.checks._jobs import place_span
from cilint.notation.durations import seconds

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from cilint.finding import Finding
    from cilint.rules.context import Context


def check(context: Context, parameters: dict[str, Any]) -> Iterator[Finding]:
    """parameters: role, that of dev deployments; after, how long the environment lives."""
    wanted: str = parameters["after"]
    for job in context.roles.jobs(parameters["role"]):
        environment = job.get("environment")
        if environment is None:
            continue  # told by environment-incomplete
        site = environment.set("auto_stop_in")
        if site is None:
            message = f"the dev environment does not stop by itself: auto_stop_in: {wanted}"
            edits = context.put(environment, "auto_stop_in", wanted)
            yield context.fault(place_span(environment), message, job=job, site=environment, edits=edits)
        elif seconds(context.scopes.of(job).expand(str(site.value))[0].text) != seconds(wanted):
            message = f"the dev environment stops in {site.value}, not in {wanted}"
            yield context.fault(site, message, job=job, edits=context.replace(site, wanted))
