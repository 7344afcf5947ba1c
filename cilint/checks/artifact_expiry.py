"""Artifacts that live longer, or shorter, than the house has settled."""

from __future__ import annotations

from cilint.notation.durations import seconds

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from cilint.finding import Finding
    from cilint.rules.context import Context


def check(context: Context, parameters: dict[str, Any]) -> Iterator[Finding]:
    """parameters: expire_in; compare: "exactly", or "at most" for anything up to it."""
    wanted: str = parameters["expire_in"]
    limit = seconds(wanted)
    exactly = parameters["compare"] == "exactly"
    for job in context.jobs:
        artifacts = job.get("artifacts")
        if artifacts is None:
            continue
        site = artifacts.set("expire_in")
        if site is None:
            if job.open:
                context.unknown(f"artifacts of job {job.name}", f"a part may stand in {context.lost}", job.span)
            else:
                message = f"artifacts without expire_in: {wanted}"
                edits = context.put(artifacts, "expire_in", wanted)
                yield context.fault(artifacts.key_span, message, job=job, site=artifacts, edits=edits)
            continue
        text = str(site.value)
        length = seconds(text)
        if length is None or limit is None or length > limit or (exactly and length != limit):
            message = f"artifacts expire in {text}, not {'in' if exactly else 'within'} {wanted}"
            yield context.fault(site, message, job=job, edits=context.replace(site, wanted))
