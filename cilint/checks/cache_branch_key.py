"""Caches of installed packages that branches share."""

from __future__ import annotations

import re

from cilint.checks._jobs import place_span
from cilint.pattern import Pattern
from cilint.tree.node import Mapping

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from cilint.finding import Finding
    from cilint.rules.context import Context
    from cilint.tree.site import Site

_NAMES = Pattern(r"\$\{?(\w+)", re.A)


def check(context: Context, parameters: dict[str, Any]) -> Iterator[Finding]:
    """parameters: folder, what is cached; variables, of which the key holds one; installers, commands that fill it."""
    wanted = set(parameters["variables"])
    folder: str = parameters["folder"]
    cached = False
    for job in context.jobs:
        cache = job.get("cache")
        for entry in cache.flat() if cache else ():
            paths = entry.set("paths")
            if paths is None or not any(folder in (site.text or "").split("/") for site in paths.flat()):
                continue
            cached = True
            key = entry.set("key")
            if key is None:
                place = entry.key_span if entry.written is not None else entry.span
                yield context.fault(
                    place, f"the cache of {folder} has no key: all branches share it", job=job, site=entry
                )
            elif not wanted & set(_NAMES.findall(_text(context, job.name, key))):
                message = f"the key of the cache of {folder} holds no branch: all branches share it"
                yield context.fault(place_span(key), message, job=job, site=key)
    if not cached:
        yield from _uncached(context, folder, parameters["installers"])


def _text(context: Context, job: str, key: Site) -> str:
    """The text of a key, variables put in; of a key of files its prefix."""
    prefix = key.set("prefix") if isinstance(key.node, Mapping) else key
    value = str(prefix.value) if prefix is not None else ""
    return " ".join(one.text for one in context.scopes.of(context.pipeline.jobs[job]).expand(value))


def _uncached(context: Context, folder: str, installers: list[str]) -> Iterator[Finding]:
    """Somebody installs packages, and nobody keeps them."""
    for command, jobs in context.each_command:
        text = " ".join([command.name, *command.arguments[:1]])
        if text in installers:
            if context.pipeline.complete:
                message = f"{text} runs anew in every pipeline: no job caches {folder}"
                yield context.command_fault(command, jobs, message)
            return
