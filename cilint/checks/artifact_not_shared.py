"""Jobs that read the files of another job without getting its artifacts, and needs that bring nothing."""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from cilint.finding import Finding
    from cilint.pipeline.job import Job
    from cilint.rules.context import Context
    from cilint.shell.command import Command, Word
    from cilint.tree.site import Site

_TELLING = ("echo", "printf", "test", "[", "[[")
_MAKING = ("mkdir", "touch", "tee", "rm", "meson", "git")  # what they name is theirs from then on
_COPYING = ("cp", "mv", "ln", "rsync", "install")  # ... and what these name last
_OUTPUTS = ("-o", "--output", "--out", "--out-file", "--output-file", "--output-dir", "-d", "--outDir", "-B")


def check(context: Context, parameters: dict[str, Any]) -> Iterator[Finding]:
    """parameters: shared, folders that every job makes for itself and nobody hands on."""
    jobs = context.pipeline.jobs
    makers = _makers(context, set(parameters["shared"]))
    for job in context.jobs:
        dependencies = job.get("dependencies")
        for site in dependencies.flat() if dependencies else ():
            needed = jobs.get(site.text or "")
            if needed is not None and needed.get("artifacts") is None and not needed.open and not needed.trigger:
                yield context.fault(site, f"depends on the artifacts of {needed.name}, which makes none", job=job)
        received = _received(job)
        if received is None:
            continue
        own = set(_paths(job)) | _cached(job) | _reported(job) | _made(context, job)
        index = context.pipeline.stage_index(job)
        read = _read_paths(context, job)
        brought = {folder for name in received if name in jobs for folder in _folders(jobs[name])}
        for path, names in makers.items():
            if path not in read or path in own or path in brought or names & received or job.name in names:
                continue
            earlier = all(context.pipeline.stage_index(context.pipeline.jobs[name]) < index for name in names)
            if earlier and not os.path.exists(os.path.join(context.project.root, path)):
                command, word = read[path]
                message = f"reads {path} of {' or '.join(sorted(names))}, and does not get its artifacts"
                yield context.word_fault(command, word, [job], message)


def _makers(context: Context, shared: set[str]) -> dict[str, set[str]]:
    """Paths that jobs hand on, with the jobs that make them."""
    found: dict[str, set[str]] = {}
    for job in context.jobs:
        for path in _paths(job):
            if path not in shared and len(path) > 3:
                found.setdefault(path, set()).add(job.name)
    return found


def _paths(job: Job) -> Iterator[str]:
    paths = job.site.dig("artifacts", "paths")
    for site in paths.flat() if paths else ():
        text = (site.text or "").removeprefix("./").rstrip("/")
        if text and not any(char in text for char in "*?[$"):
            yield text


def _folders(job: Job) -> Iterator[str]:
    """The folders of which a job hands on what a pattern finds (`out/*.tar`), and those around them."""
    paths = job.site.dig("artifacts", "paths")
    for site in paths.flat() if paths else ():
        text = (site.text or "").removeprefix("./")
        wild = min((at for char in "*?[$" if (at := text.find(char)) >= 0), default=-1)
        if wild > 0:
            yield from _around(text[:wild].rpartition("/")[0], whole=True)


def _cached(job: Job) -> set[str]:
    cache = job.get("cache")
    found: set[str] = set()
    for entry in cache.flat() if cache else ():
        paths = entry.set("paths")
        found.update((site.text or "").removeprefix("./").rstrip("/") for site in (paths.flat() if paths else ()))
    return found


def _reported(job: Job) -> set[str]:
    """The files of the job's own reports."""
    reports = job.site.dig("artifacts", "reports")
    found: set[str] = set()
    for _, site in reports.items() if reports else ():
        path = site.set("path") or site
        found.update((one.text or "").removeprefix("./") for one in path.flat())
    return found


def _received(job: Job) -> set[str] | None:
    """The jobs whose artifacts the job downloads; None for those of all earlier stages."""
    needs = job.needs
    dependencies = job.get("dependencies")
    if dependencies is not None:
        return {site.text for site in dependencies.flat() if site.text is not None}
    if needs is None:
        return None
    names = {need.job for need in needs if need.artifacts}
    for clause in job.clauses or ():
        site = clause.get("needs")
        if site is not None:
            names |= {item.text or str((item.set("job") or item).value) for item in site.flat()}
    raw = job.get("needs")
    outside = raw is not None and any(_from_elsewhere(item) for item in raw.flat())
    return None if outside else names


def _from_elsewhere(item: Site) -> bool:
    return item.has("pipeline") or item.has("project")


def _made(context: Context, job: Job) -> set[str]:
    """The paths, and the folders around them, that the job's own commands make or replace."""
    found: set[str] = set()
    for command in context.commands(job):
        words = [redirect.word for redirect in command.redirects if redirect.op in (">", ">|")]
        if command.name in _MAKING:
            words += command.operands
        elif command.name in _COPYING:
            words += command.operands[-1:]
        output = command.option(*_OUTPUTS)
        for word in (*words, *([output] if output else [])):
            found.update(_around(word.text, whole=word is not output or command.name == "cmake"))
    return found


def _around(path: str, *, whole: bool) -> Iterator[str]:
    parts = path.removeprefix("./").rstrip("/").split("/")[:12]
    for length in range(1 if whole else len(parts), len(parts) + 1):
        yield "/".join(parts[:length])


def _read_paths(context: Context, job: Job) -> dict[str, tuple[Command, Word]]:
    """Every path in the job's own script, and the folders that it is in, with the word where each stands first."""
    found: dict[str, tuple[Command, Word]] = {}
    for command in context.scripts.written(job, "script"):
        if command.name in (*_TELLING, *_MAKING):
            continue
        output = command.option(*_OUTPUTS)
        for word in command.argv[1:]:
            text = word.text.partition("=")[2] if word.text.startswith("-") else word.text
            text = text.removeprefix("./").rstrip("/")
            if word is output or not text or "://" in text:
                continue
            parts = text.split("/")
            for length in range(1, min(len(parts), 12) + 1):
                found.setdefault("/".join(parts[:length]), (command, word))
    return found
