"""Jobs that talk to AWS without an identity token of GitLab."""

from __future__ import annotations

from cilint.checks._aws import talks_to_aws

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from cilint.finding import Finding
    from cilint.rules.context import Context


def check(context: Context, parameters: dict[str, Any]) -> Iterator[Finding]:
    """parameters: commands, the programs (with words that follow) that talk to AWS."""
    for job in context.jobs:
        tokens = job.get("id_tokens")
        entries = [site for _, site in tokens.items()] if tokens else []
        if any(site.set("aud") is not None for site in entries):
            continue
        use = talks_to_aws(context, job, parameters["commands"])
        if not use:
            continue
        if entries:
            yield context.fault(entries[0].key_span, "the identity token has no aud", job=job, site=entries[0])
        elif job.open:
            context.unknown(f"id_tokens of job {job.name}", f"it may stand in {context.lost}", job.span)
        else:
            message = f"talks to AWS ({use}) but declares no id_tokens with an aud"
            yield context.fault(job.span, message, job=job, site=job.site)
