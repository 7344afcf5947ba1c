"""Caches of installed packages that branches share."""

from __future__ import annotations

from cilint.checks._jobs import place_span
from cilint.pattern import Pattern
from cilint.tree.node import Mapping

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from cilint.finding import Edit, Finding
    from cilint.rules.context import Context
    from cilint.tree.site import Site

_NAMES = Pattern(r"(?a)\$\{?(\w+)")


def check(context: Context, parameters: dict[str, Any]) -> Iterator[Finding]:
    """parameters: folder, what is cached; variables, of which the key holds one; installers, commands that fill it."""
    wanted = set(parameters["variables"])
    folder: str = parameters["folder"]
    branch = f"${parameters['variables'][0]}"
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
                message = f"the cache of {folder} has no key: all branches share it"
                edits = context.put(entry, "key", branch)
                yield context.fault(entry.key_span, message, job=job, site=entry, edits=edits)
            elif not wanted & set(_NAMES.findall(_text(context, job.name, key))):
                message = f"the key of the cache of {folder} holds no branch: all branches share it"
                edits = _with_branch(context, key, branch)
                yield context.fault(place_span(key), message, job=job, site=key, edits=edits)
    if not cached:
        yield from _uncached(context, folder, parameters["installers"])


def _text(context: Context, job: str, key: Site) -> str:
    """The text of a key, variables put in; of a key of files its prefix."""
    prefix = key.short_for("prefix")
    value = str(prefix.value) if prefix is not None else ""
    return " ".join(one.text for one in context.scopes.of(context.pipeline.jobs[job]).expand(value))


def _with_branch(context: Context, key: Site, branch: str) -> tuple[Edit, ...]:
    """The branch put into a key: as the prefix of one of files, else behind the text that there is."""
    if isinstance(key.node, Mapping):
        return context.put(key, "prefix", branch) if key.set("prefix") is None else ()
    return context.replace(key, f"{key.text}-{branch}", safe=False) if key.text else ()


def _uncached(context: Context, folder: str, installers: list[str]) -> Iterator[Finding]:
    """Somebody installs packages, and nobody keeps them."""
    for command, jobs in context.each_command:
        text = " ".join([command.name, *command.arguments[:1]])
        if text in installers:
            if context.pipeline.complete:
                message = f"{text} runs anew in every pipeline: no job caches {folder}"
                yield context.command_fault(command, jobs, message)
            return
