"""Caches that unprotected branches can write and protected ones read."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from cilint.finding import Finding
    from cilint.rules.context import Context


def check(context: Context, parameters: dict[str, Any]) -> Iterator[Finding]:
    """parameters: deployment, the role whose jobs must not take fallback caches of other branches."""
    for job in context.jobs:
        cache = job.get("cache")
        for entry in cache.flat() if cache else ():
            unprotect = entry.set("unprotect")
            if unprotect is not None and unprotect.value is True:
                message = "unprotect: true gives protected branches a cache that any branch can fill"
                yield context.fault(unprotect, message, job=job, edits=context.replace(unprotect, False))
        if context.roles.has(job, parameters["deployment"]):
            for name in ("CACHE_FALLBACK_KEY",):
                for value in context.scopes.of(job).values(name):
                    message = f"{name}: a deployment may start from the cache of another branch"
                    yield context.fault(value.site, message, job=job)
