"""What a rule looks at: named subjects, and JSONPaths over the composed configuration.

A subject is a value at its place, the job that it belongs to, and its text with variables put in. A new named subject
is one function here, entered in `SUBJECTS`.
"""

from __future__ import annotations

from cilint.finding import Related
from cilint.like import like_any
from cilint.rules.expand import Expansion
from cilint.tree.node import Mapping, Scalar, Sequence, ruby_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import TypeAlias

    from cilint.pipeline.job import Job
    from cilint.rules.context import Context
    from cilint.tree.node import Key, Node
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


def subjects(context: Context, select: str, names: Iterable[str] | None = None) -> Iterator[Subject]:
    """The subjects of one `select` word. names: those that are asked for; of others, some may come all the same."""
    if select == "variable" and names is not None:
        return variables(context, names)
    if select.startswith("$"):
        from cilint.rules.paths import subjects_at  # few rules have a path

        return subjects_at(context, select)
    return SUBJECTS[select](context)


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
    name = site.short_for("name")
    if name is not None and isinstance(name.node, Scalar) and not (job and job.trigger):
        scope = context.scopes.of(job) if job else context.scopes.shared
        for expansion in scope.expand(ruby_text(name.value)):
            yield Subject(name, job, "", expansion)


def variables(context: Context, names: Iterable[str]) -> Iterator[Subject]:
    """The variables of these names (`*` stands for anything): much less work than to look at them all."""
    wanted = _Names(names)
    for table, job in _maps(context):
        for key in wanted.of(table.node):
            site = table.get(key)
            if site is not None:
                yield from _entry(site, job)


def _variables(context: Context) -> Iterator[Subject]:
    """Every variable that the files set: global, of the workflow's rules, of jobs and of their rules."""
    for table, job in _maps(context):
        for _, site in table.items():  # noqa: PERF102  # a site's items are no dict's
            yield from _entry(site, job)


def _maps(context: Context) -> Iterator[tuple[Site, Job | None]]:
    """Every `variables:` map, with the job whose it is."""
    if context.pipeline.variables:
        yield context.pipeline.variables, None
    workflow = context.pipeline.workflow
    rules = workflow.set("rules") if workflow else None
    for rule in rules.flat() if rules else ():
        table = rule.set("variables")
        if table is not None:
            yield table, None
    for job in context.pipeline.jobs.values():
        table = job.get("variables")
        if table is not None:
            yield table, job
        for clause in job.clauses or ():
            table = clause.get("variables")
            if table is not None:
                yield table, job


def heirs(context: Context, subject: Subject) -> tuple[str, ...]:
    """The jobs that a variable of the pipeline comes to; none for what is no such variable, or a job's own."""
    if subject.job is not None or "variables" not in subject.site.path[:-1]:
        return ()
    return context.scopes.heirs(str(subject.site.path[subject.site.path.index("variables") + 1]))


def _entry(site: Site, job: Job | None) -> Iterator[Subject]:
    value = site.short_for("value")
    if value is not None:
        yield Subject(value, job, str(site.path[-1]))


class _Names:
    """Which keys of maps fit some names; each map is looked through once, however many jobs share it."""

    __slots__ = ("_exact", "_fits", "_known", "_patterns")

    def __init__(self, names: Iterable[str]) -> None:
        words = list(names)
        self._exact = {word for word in words if "*" not in word}
        self._patterns = [word for word in words if "*" in word]
        self._fits: dict[str, bool] = {}
        self._known: dict[int, list[Key]] = {}

    def of(self, map: Node) -> list[Key]:
        """The keys of one map, in its order."""
        known = self._known.get(id(map))
        if known is None:
            known = self._known[id(map)] = self._among(map) if isinstance(map, Mapping) else []
        return known

    def _among(self, map: Mapping) -> list[Key]:
        if not self._patterns and self._exact.isdisjoint(map.values):
            return []
        return [key for key, written in map.keys.items() if self._fit(key if isinstance(key, str) else written.text)]

    def _fit(self, name: str) -> bool:
        fits = self._fits.get(name)
        if fits is None:
            fits = self._fits[name] = name in self._exact or like_any(name, self._patterns)
        return fits


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
