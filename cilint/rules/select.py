"""What a rule looks at: named subjects, and JSONPaths over the composed configuration.

A subject is a value at its place, the job that it belongs to, and its text with variables put in. A new named subject
is one function here, entered in `SUBJECTS`.
"""

from __future__ import annotations

from cilint.finding import Related
from cilint.rules.expand import Expansion
from cilint.tree.node import Mapping, Scalar, Sequence, plain, ruby_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import TypeAlias

    from cilint.pipeline.job import Job
    from cilint.rules.context import Context
    from cilint.tree.node import Node
    from cilint.tree.site import Site

_ENOUGH = 100  # characters of a list or map; messages show less


class Subject:
    """One thing to judge.

    site: the value. job: whose it is; None for what no job owns. name: the key that names it (a variable's, a
    report's), "" where nothing does. text: the value as text, variables expanded. known: how many characters of it are
    certain. expanded: the value went through expansion.
    """

    __slots__ = ("expanded", "expansion", "job", "known", "name", "site", "text")

    def __init__(self, site: Site, job: Job | None, name: str = "", expansion: Expansion | None = None) -> None:
        self.site = site
        self.job = job
        self.name = name
        self.expanded = expansion is not None
        if expansion is None:
            node = site.node
            expansion = Expansion(ruby_text(node.value) if isinstance(node, Scalar) else "")
        self.expansion = expansion
        self.text = expansion.text
        self.known = expansion.known

    @property
    def open(self) -> bool:
        """Whether what is absent here may stand in an include that could not be read."""
        return self.job is not None and self.job.open

    @property
    def place(self) -> Site:
        """Where the value is written: the variable's value when a variable gave the beginning of the text."""
        return self.at(0, 1)

    def at(self, start: int, end: int) -> Site:
        """Where a stretch of the text is written."""
        return self.expansion.origin(start, max(start, min(end, len(self.text)))) or self.site

    @property
    def shown(self) -> str:
        """The text as a message shows it: of one that a variable begins, that much, so that one cause is told once."""
        place = self.place
        if place is not self.site:
            for start, end, site in self.expansion.parts:
                if site is place and start == 0 and end < len(self.text):
                    return f"{self.text[:end]}…"
        text = self.text
        for piece in _flow(self.site.node) if not text else ():
            text += piece
            if len(text) > _ENOUGH:
                break
        return text

    def related(self, place: Site | None = None) -> list[Related]:
        """The place of use, when the fault stands at a variable's value."""
        place = place or self.place
        return [] if place is self.site else [Related("used here", self.site.span)]


def subjects(context: Context, select: str) -> Iterator[Subject]:
    """The subjects of one `select` word."""
    return _paths(context, select) if select.startswith("$") else SUBJECTS[select](context)


def _jobs(context: Context) -> Iterator[Subject]:
    """Every job, trigger jobs included."""
    for job in context.pipeline.jobs.values():
        yield Subject(job.site, job, job.name)


def _images(context: Context) -> Iterator[Subject]:
    """The image name of every job that has one, with the values of variables; that of the default first."""
    yield from _default(context, "image")
    for job in context.pipeline.jobs.values():
        image = job.get("image")
        if image is not None:
            yield from _references(context, job, image)


def _services(context: Context) -> Iterator[Subject]:
    """The image name of every service of every job, with the values of variables; those of the default first."""
    yield from _default(context, "services")
    for job in context.pipeline.jobs.values():
        services = job.get("services")
        for service in services.flat() if services else ():
            yield from _references(context, job, service)


def _default(context: Context, keyword: str) -> Iterator[Subject]:
    """What the next job gets that says nothing itself, be it that no job takes it today."""
    default = context.config.site.dig("default", keyword)
    for site in default.flat() if default else ():
        yield from _references(context, None, site)


def _references(context: Context, job: Job | None, site: Site) -> Iterator[Subject]:
    name = site.set("name") if isinstance(site.node, Mapping) else site
    if name is not None and isinstance(name.node, Scalar) and not (job and job.trigger):
        scope = context.scopes.of(job) if job else context.scopes.shared
        for expansion in scope.expand(ruby_text(name.value)):
            yield Subject(name, job, "", expansion)


def _variables(context: Context) -> Iterator[Subject]:
    """Every variable that the files set: global, of the workflow's rules, of jobs and of their rules."""
    if context.pipeline.variables:
        yield from _entries(context.pipeline.variables, None)
    workflow = context.pipeline.workflow
    rules = workflow.set("rules") if workflow else None
    for rule in rules.flat() if rules else ():
        yield from _entries(rule.set("variables"), None)
    for job in context.pipeline.jobs.values():
        yield from _entries(job.get("variables"), job)
        for clause in job.clauses or ():
            yield from _entries(clause.get("variables"), job)


def heirs(context: Context, subject: Subject) -> tuple[str, ...]:
    """The jobs that a variable of the pipeline comes to; none for what is no such variable, or a job's own."""
    if subject.job is not None or "variables" not in subject.site.path[:-1]:
        return ()
    return context.scopes.heirs(str(subject.site.path[subject.site.path.index("variables") + 1]))


def _entries(map: Site | None, job: Job | None) -> Iterator[Subject]:
    for _, site in map.items() if map else ():
        value = site.set("value") if isinstance(site.node, Mapping) else site
        if value is not None:
            yield Subject(value, job, str(site.path[-1]))


def _keyword(name: str) -> Callable[[Context], Iterator[Subject]]:
    def of_jobs(context: Context) -> Iterator[Subject]:
        for job in context.pipeline.jobs.values():
            site = job.get(name)
            if site is not None:
                yield Subject(site, job, name)

    return of_jobs


def _reports(context: Context) -> Iterator[Subject]:
    """Every entry of `artifacts:reports` of every job, named by its kind."""
    for job in context.pipeline.jobs.values():
        reports = job.site.dig("artifacts", "reports")
        for _, site in reports.items() if reports else ():
            yield Subject(site, job, str(site.path[-1]))


def _caches(context: Context) -> Iterator[Subject]:
    """Every cache of every job; `cache` may be one or a list."""
    for job in context.pipeline.jobs.values():
        cache = job.get("cache")
        for site in cache.flat() if cache else ():
            yield Subject(site, job)


def _clauses(context: Context) -> Iterator[Subject]:
    """Every entry of `rules` of every job."""
    for job in context.pipeline.jobs.values():
        for clause in job.clauses or ():
            yield Subject(clause.site, job)


def _needs(context: Context) -> Iterator[Subject]:
    """Every entry of `needs` of every job."""
    for job in context.pipeline.jobs.values():
        site = job.get("needs")
        for need in site.flat() if site else ():
            yield Subject(need, job)


def _includes(context: Context) -> Iterator[Subject]:
    """Every include entry of every file that was read."""
    for site in context.includes:
        yield Subject(site, None)


def _lines(context: Context) -> Iterator[Subject]:
    """Every entry of script, before_script and after_script of every job."""
    for job in context.pipeline.jobs.values():
        for key in ("before_script", "script", "after_script"):
            for site in job.script(key):
                yield Subject(site, job, key)


def _id_tokens(context: Context) -> Iterator[Subject]:
    """Every entry of `id_tokens` of every job, named by its variable."""
    for job in context.pipeline.jobs.values():
        tokens = job.get("id_tokens")
        for _, site in tokens.items() if tokens else ():
            yield Subject(site, job, str(site.path[-1]))


def _triggers(context: Context) -> Iterator[Subject]:
    """The `trigger` of every trigger job."""
    for job in context.pipeline.jobs.values():
        site = job.get("trigger")
        if job.trigger and site is not None:
            yield Subject(site, job)


if TYPE_CHECKING:
    Selector: TypeAlias = Callable[[Context], Iterator[Subject]]

SUBJECTS: dict[str, Selector] = {
    "job": _jobs,
    "image": _images,
    "service": _services,
    "variable": _variables,
    "script-line": _lines,
    "artifacts": _keyword("artifacts"),
    "report": _reports,
    "cache": _caches,
    "environment": _keyword("environment"),
    "retry": _keyword("retry"),
    "timeout": _keyword("timeout"),
    "tags": _keyword("tags"),
    "rule": _clauses,
    "need": _needs,
    "include": _includes,
    "id-token": _id_tokens,
    "trigger": _triggers,
}


def _paths(context: Context, path: str) -> Iterator[Subject]:
    """The values of a JSONPath over {jobs, stages, workflow, variables}, as `resolve --format json` prints them."""
    from jsonpath_ng.ext import parse  # only when a rule uses a path: it is slow to import

    jobs = context.pipeline.jobs
    data = {"jobs": {name: plain(job.site.node) for name, job in jobs.items()}}
    root = context.config.site
    for key in ("stages", "workflow", "variables", "default", "include"):
        site = root.set(key)
        if site is not None and key not in jobs:
            data[key] = plain(site.node)  # type: ignore[assignment]
    for match in parse(path).find(data):
        keys = _keys(match.full_path)
        job = jobs.get(str(keys[1])) if keys[0] == "jobs" and len(keys) > 1 else None
        start, rest = (job.site, keys[2:]) if job else (root, keys)
        site = _walk(start, rest)
        if site is not None:
            name = str(keys[-1])
            if job and isinstance(site.node, Scalar) and isinstance(site.value, str):
                for expansion in context.scopes.of(job).expand(site.value):
                    yield Subject(site, job, name, expansion)
            else:
                yield Subject(site, job, name)


def _keys(path: object) -> list[str | int]:
    """The keys of a jsonpath-ng full path, which is a chain of Child(left, right) over Fields and Index."""
    from jsonpath_ng import Child, Fields, Index

    if isinstance(path, Child):
        return [*_keys(path.left), *_keys(path.right)]
    if isinstance(path, Fields):
        return [str(path.fields[0])]
    return [int(path.indices[0])] if isinstance(path, Index) else []


def _walk(site: Site, keys: list[str | int]) -> Site | None:
    for key in keys:
        if isinstance(key, int):
            items = list(site)
            found = items[key] if key < len(items) else None
        else:
            found = site.get(key)
        if found is None:
            return None
        site = found
    return site


def _flow(node: Node) -> Iterator[str]:
    """A list or map piece by piece, as one writes it in a line."""
    if isinstance(node, Mapping):
        for number, (key, value) in enumerate(node.items()):
            yield f"{', ' if number else '{'}{key.text}: "
            yield from _flow(value)
        yield "}" if node.values else "{}"
    elif isinstance(node, Sequence):
        for number, item in enumerate(node.items):
            yield ", " if number else "["
            yield from _flow(item)
        yield "]" if node.items else "[]"
    elif isinstance(node, Scalar):
        yield node.text
