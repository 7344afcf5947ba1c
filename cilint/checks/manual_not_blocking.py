"""Manual jobs that look like a gate, and that later stages do not wait for."""

from __future__ import annotations

from cilint.checks._jobs import default_counts

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from cilint.finding import Finding
    from cilint.pipeline.job import Job
    from cilint.rules.context import Context


def check(context: Context, parameters: dict[str, Any]) -> Iterator[Finding]:
    """A job-level `when: manual` makes the job optional (lib/gitlab/ci/config/entry/job.rb, `ignored?`)."""
    del parameters
    for job in context.pipeline.jobs.values():
        when = job.get("when")
        if when is None or when.text != "manual" or job.get("allow_failure") is not None or not default_counts(job):
            continue
        later = _runs_anyway(context, job)
        if later is not None:
            message = (
                f"a manual job without allow_failure: false holds nothing back: stage {later.stage} goes on without it"
            )
            edits = context.put(job.site, "allow_failure", value=False, safe=False)  # or it is meant as an offer
            yield context.fault(when, message, job=job, edits=edits)


def _runs_anyway(context: Context, job: Job) -> Job | None:
    """The first automatic job of a later stage that waits for stages, and so passes this one by."""
    index = context.pipeline.stage_index(job)
    for other in context.pipeline.jobs.values():
        if context.pipeline.stage_index(other) <= index or other.get("needs") is not None or index < 0:
            continue
        clauses = other.clauses
        whens = [other.text("when")] if clauses is None else [c.text("when") or other.text("when") for c in clauses]
        if any(when in (None, "on_success", "always") for when in whens):
            return other
    return None
