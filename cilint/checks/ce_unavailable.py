"""Keywords that GitLab takes in every edition, and honours only in a paid tier."""

from __future__ import annotations

from cilint.tree.cut import without_entry

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from cilint.finding import Finding
    from cilint.rules.context import Context


def check(context: Context, parameters: dict[str, Any]) -> Iterator[Finding]:
    """parameters: keywords: {keyword of a job, its parts joined by dots: the tier that honours it}."""
    if context.edition.enterprise:
        return
    for job in context.jobs:
        for keyword, tier in parameters["keywords"].items():
            site = job.site.dig(*keyword.split("."))
            if site is not None:
                message = f"{keyword.replace('.', ':')} has no effect on Community Edition: it needs {tier}"
                key = site.written
                edits = without_entry(key, site.node, safe=False) if key is not None else ()
                yield context.fault(site.key_span, message, job=job, site=site, edits=edits)
