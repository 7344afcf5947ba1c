"""Jobs that name no image, so that the runner's default decides what runs."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from cilint.finding import Finding
    from cilint.rules.context import Context


def check(context: Context, parameters: dict[str, Any]) -> Iterator[Finding]:
    """A finding at the name of every job that ends up without `image`."""
    del parameters
    for job in context.jobs:
        if job.get("image") is not None:
            continue
        if job.open or not context.pipeline.complete:
            context.unknown(f"image of job {job.name}", f"it may stand in {context.lost}", job.span)
            continue
        message = "has no image, neither of its own nor by default: the runner's configuration decides what runs"
        yield context.fault(job.span, message, job=job, site=job.site)
