"""Variables that switch GitLab's scanners off, blind them, or take them from elsewhere; scanners without a checkout."""

from __future__ import annotations

from cilint.like import like_any
from cilint.rules.select import heirs, variables
from cilint.tree.cut import without_entry
from cilint.tree.node import ruby_text

# What brings files into a job that has no checkout, or looks at what is elsewhere.
_BRING = (
    "curl",
    "wget",
    "tar",
    "unzip",
    "docker",
    "crane",
    "skopeo",
    "aws",
    "gsutil",
    "gcloud",
    "rsync",
    "scp",
    "cp",
    "glab",
)
_FETCHING = ("clone", "fetch", "pull", "checkout", "init", "archive")

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from cilint.finding import Finding
    from cilint.pipeline.job import Job
    from cilint.rules.context import Context
    from cilint.rules.select import Subject
    from cilint.shell.command import Command


def check(context: Context, parameters: dict[str, Any]) -> Iterator[Finding]:
    """parameters: switches, blinders, sources: names of variables (* stands for anything); registries, from which
    analysers may come; scanners: roles of jobs that look at the files of the repository.
    """
    for job in context.roles.jobs(*parameters["scanners"]):
        yield from _without_checkout(context, job)
    names = (*parameters["switches"], *parameters["blinders"], *parameters["sources"])
    for subject in variables(context, names):
        name, text = subject.name, subject.text
        if like_any(name, parameters["switches"]) and text.lower() in ("true", "1", "yes"):
            yield _fault(context, subject, f"{name} switches a scanner off")
        elif like_any(name, parameters["blinders"]) and text.strip():
            yield _fault(context, subject, f"{name} hides {text} from a scanner")
        elif like_any(name, parameters["sources"]):
            scope = context.scopes.of(subject.job) if subject.job else None
            value = scope.expand(text)[0].text if scope else text.replace("${CI_REGISTRY}", "$CI_REGISTRY")
            if value and not value.startswith(tuple(parameters["registries"])):
                yield _fault(context, subject, f"{name} takes scanners from {text}")


def _fault(context: Context, subject: Subject, message: str) -> Finding:
    """What is found at a variable; without it, the scanner does what its template says."""
    key = subject.site.written
    edits = (
        without_entry(key, subject.site.node, safe=False) if key is not None and subject.place is subject.site else ()
    )
    return context.fault(subject.site, message, job=subject.job, jobs=heirs(context, subject), edits=edits)


def _without_checkout(context: Context, job: Job) -> Iterator[Finding]:
    """`GIT_STRATEGY: none` where the scanner is left with an empty folder, in which it finds nothing.

    `doc/ci/runners/configure_runners.md#git-strategy`.
    """
    value = next(iter(context.scopes.of(job).values("GIT_STRATEGY")), None)
    if value is None or job.trigger or ruby_text(value.site.value).lower() not in ("none", "empty"):
        return
    files = [site for key in ("needs", "dependencies") if (site := job.get(key)) is not None and list(site.flat())]
    if files or any(map(_brings, context.commands(job))):
        return
    title = context.roles.title(next(iter(context.roles.of(job))))
    message = f"GIT_STRATEGY: {ruby_text(value.site.value)}: {title} has no files of the repository to look at"
    yield context.fault(value.site, message, job=job)


def _brings(command: Command) -> bool:
    arguments = command.arguments
    if command.name in _BRING or (command.name == "git" and arguments[:1] and arguments[0] in _FETCHING):
        return True
    return any("://" in word and not word.startswith("file://") for word in arguments)
