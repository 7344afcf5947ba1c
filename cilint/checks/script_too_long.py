"""Inline scripts that belong into a file."""

from __future__ import annotations

from cilint.shell.scripts import SECTIONS

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
        for section in SECTIONS:
            entries = job.script(section)
            script = job.site.dig(*section.split(":"))
            if section == "run":  # each step is a script of its own
                counts = [("step", site, _lines(site)) for site in entries]
            else:
                counts = [(section, script, sum(_lines(site) for site in entries))] if script is not None else []
            for what, place, count in counts:
                if count > limit:
                    message = f"{what} holds {count} lines of shell, and at most {limit} stand inline"
                    yield context.fault(place.key_span, message, job=job, site=place)


def _lines(site: Site) -> int:
    return sum(1 for line in (site.text or "").split("\n") if line.strip() and not line.lstrip().startswith("#"))
