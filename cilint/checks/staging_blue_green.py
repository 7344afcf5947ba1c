"""Staging deployments of which nothing says that they are blue-green: the new version beside the old one, then a switch."""

from __future__ import annotations

from cilint.checks._excuses import SAYING
from cilint.pattern import Pattern
from cilint.tree.node import ruby_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from cilint.finding import Finding
    from cilint.pipeline.job import Job
    from cilint.rules.context import Context
    from cilint.shell.command import Command

_COLOUR = Pattern(r"(?i)(?:^|[^a-z$])(?:blue|green)(?:[^a-z]|$)|blue[-_ ]?green")
_REFERENCE = Pattern(r"\$\{?\w+\}?")  # `$GREEN` is the colour of a message more often than not
_FILE_OPTIONS = ("-f", "--filename", "--values", "-k", "--kustomize")


def check(context: Context, parameters: dict[str, Any]) -> Iterator[Finding]:
    """parameters: role, that of staging deployments; commands: patterns of those that switch between two versions.

    One of several jobs is enough: the others may bring data or look.
    """
    jobs = context.roles.jobs(parameters["role"])
    commands = tuple(parameters["commands"])
    if not jobs or any(_shows(context, job, commands) for job in jobs if not job.trigger):
        return
    hidden = next((job for job in jobs if job.trigger or job.open), None)
    if hidden is not None:
        why = "it runs in another pipeline" if hidden.trigger else f"it may stand in {context.lost}"
        context.unknown(f"how job {hidden.name} switches to a new version", why, hidden.span)
        return
    names = [job.name for job in jobs]
    message = "nothing says that staging is deployed blue-green"
    yield context.fault(jobs[0].span, message, jobs=names, site=jobs[0].site)


def _shows(context: Context, job: Job, commands: tuple[str, ...]) -> bool:
    if context.matching(job, commands):
        return True
    for command in context.commands(job):
        if command.name in SAYING:
            continue
        texts = [word.text for word in command.all_words]
        texts += [
            expansion.text for word in command.words if not word.static for expansion in context.expand(job, word)
        ]
        if any(_COLOUR.search(_REFERENCE.sub("$", text)) for text in texts) or _manifest(context, command):
            return True
    variables = job.get("variables")
    values = [site.set("value") or site for _, site in variables.items()] if variables else []
    texts = [ruby_text(one.value) for one in values] + [source.text for source in context.scripts.programs(job)]
    return any(_COLOUR.search(text) for text in texts)


def _manifest(context: Context, command: Command) -> bool:
    """Whether a file of the repository that the command applies speaks of two colours."""
    words = command.argv
    for index, word in enumerate(words[:-1]):
        if word.text in _FILE_OPTIONS and words[index + 1].static:
            source = context.project.read_local(words[index + 1].text.removeprefix("./"), "applied by a job")
            if source is not None and _COLOUR.search(source.text):
                return True
    return False
