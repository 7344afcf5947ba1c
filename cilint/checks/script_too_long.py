"""Inline scripts that belong into a file."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from cilint.finding import Finding
    from cilint.rules.context import Context
    from cilint.tree.site import Site


def check(context: Context, parameters: dict[str, Any]) -> Iterator[Finding]:
    """parameters: lines, how many lines of shell a script may hold; blank lines and comments do not count."""
    limit: int = parameters["lines"]
    for job in context.jobs:
        for section in ("before_script", "script", "after_script"):
            entries = job.script(section)
            count = sum(_lines(site) for site in entries)
            script = job.get(section)
            if count > limit and script is not None:
                message = f"{section} holds {count} lines of shell, and at most {limit} stand inline"
                yield context.fault(script.key_span, message, job=job, site=script)


def _lines(site: Site) -> int:
    return sum(1 for line in (site.text or "").split("\n") if line.strip() and not line.lstrip().startswith("#"))
