"""What jobs hand on as artifacts, and of whom a job receives them."""

from __future__ import annotations

from cilint.notation.globs import fnmatch

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from cilint.pipeline.job import Job
    from cilint.pipeline.pipeline import Pipeline
    from cilint.tree.site import Site

WILD = frozenset("*?[{$")  # what makes a path a pattern, or known to the run alone


class Handed:
    """A path that a job hands on: a file, a folder, or a pattern. plain: what of it is certain, folders whole."""

    __slots__ = ("pattern", "plain")

    def __init__(self, pattern: str) -> None:
        self.pattern = tidy(pattern)
        wild = min((at for char in WILD if (at := self.pattern.find(char)) >= 0), default=-1)
        self.plain = self.pattern if wild < 0 else self.pattern[:wild].rpartition("/")[0]

    def holds(self, path: str) -> bool:
        """Whether the file or folder is a part of it."""
        if self.plain == self.pattern:
            return path == self.pattern or path.startswith(f"{self.pattern}/")
        return "$" not in self.pattern and (fnmatch(self.pattern, path) or fnmatch(f"{self.pattern}/**/*", path))

    def touches(self, path: str) -> bool:
        """Whether the two have something in common: one lies within the other, as far as the pattern tells."""
        if self.holds(path) or not self.plain or self.plain == path:
            return True
        return self.plain.startswith(f"{path}/") or path.startswith(f"{self.plain}/")


def tidy(path: str) -> str:
    """The path from the project's folder, without what means nothing."""
    for prefix in ("$CI_PROJECT_DIR/", "${CI_PROJECT_DIR}/", "./"):
        path = path.removeprefix(prefix)
    return path.rstrip("/")


def handed(job: Job) -> list[Handed]:
    """The entries of `artifacts:paths`."""
    paths = job.site.dig("artifacts", "paths")
    return [Handed(site.text) for site in (paths.flat() if paths else ()) if site.text and tidy(site.text)]


def kept(job: Job) -> Iterator[Handed]:
    """What the job has of its own in any case: its artifacts, its reports and its caches."""
    yield from handed(job)
    reports = job.site.dig("artifacts", "reports")
    for _, site in reports.items() if reports else ():
        yield from (Handed(one.text) for one in (site.set("path") or site).flat() if one.text)
    cache = job.get("cache")
    for entry in cache.flat() if cache else ():
        paths = entry.set("paths")
        yield from (Handed(one.text) for one in (paths.flat() if paths else ()) if one.text)


def hands_on_all(job: Job) -> bool:
    """Whether the job hands on whatever git does not know, so that nobody can tell what."""
    untracked = job.site.dig("artifacts", "untracked")
    return untracked is not None and untracked.value is True


def received(pipeline: Pipeline, job: Job) -> set[str] | frozenset[str] | None:
    """The jobs whose artifacts the job downloads, by name (doc/ci/jobs/job_artifacts.md): those in `dependencies`, else
    those in `needs` that do not say `artifacts: false`, else all of earlier stages. None: those of other pipelines, too.
    """
    dependencies = job.get("dependencies")
    if dependencies is not None:
        return {site.text for site in dependencies.flat() if site.text is not None}
    needs = job.needs
    if needs is None and not any(clause.get("needs") is not None for clause in job.clauses or ()):
        return pipeline.earlier(job)
    names = {need.job for need in needs or () if need.artifacts}
    for clause in job.clauses or ():
        site = clause.get("needs")
        if site is not None:
            names |= {item.text or str((item.set("job") or item).value) for item in site.flat()}
    raw = job.get("needs")
    outside = raw is not None and any(_from_elsewhere(item) for item in raw.flat())
    return None if outside else names


def _from_elsewhere(item: Site) -> bool:
    return item.has("pipeline") or item.has("project")
