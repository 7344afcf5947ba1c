"""Jobs that name no image, so that the runner's default decides what runs."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from cilint.finding import Finding
    from cilint.pipeline.job import Job
    from cilint.rules.context import Context


def check(context: Context, parameters: dict[str, Any]) -> Iterator[Finding]:
    """One finding for all jobs that end up without `image`, for one cause they have: no default names one. It stands at
    `default`, or at the first of the jobs. Jobs that keep a default's image away are told each where it does so.
    """
    del parameters
    default = context.config.site.set("default")
    image = default.set("image") if default is not None else None
    bare: list[Job] = []
    for job in context.jobs:
        if job.get("image") is not None:
            continue
        away = job.site.dig("inherit", "default")
        if job.open or not context.pipeline.complete:
            context.unknown(f"image of job {job.name}", "it may stand in an include that was not read", job.span)
        elif image is not None and away is not None:
            message = "has no image: it keeps the default's away and names none of its own"
            yield context.fault(away.key_span, message, job=job, site=away)
        else:
            bare.append(job)
    if bare:
        message = "no image, neither of a job's own nor by default: the runner's configuration decides what runs"
        common = default if default is not None and len(bare) > 1 else None
        place = common.key_span if common is not None else bare[0].span
        yield context.fault(place, message, jobs=[job.name for job in bare], site=common or bare[0].site)
