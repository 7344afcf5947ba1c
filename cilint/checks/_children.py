"""Child pipelines: what trigger jobs start from files of this repository, each judged like a pipeline of its own.

GitLab creates a child when its trigger job starts, so a gate before the trigger job holds everything in the child
(`app/models/ci/bridge.rb`; `doc/ci/pipelines/downstream_pipelines.md`).
"""

from __future__ import annotations

from cilint.compose import compose
from cilint.compose.fetch import Project
from cilint.gates.blocked import blocked
from cilint.pipeline import build
from cilint.pipeline.matrix import instances
from cilint.pipeline.variables import names_inherited
from cilint.plan.predefined import is_predefined
from cilint.rules.context import Context
from cilint.rules.expand import Layer, Scope
from cilint.rules.rule import RuleSet
from cilint.source import Source
from cilint.tree.node import Mapping, plain, ruby_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from cilint.compose.config import Config
    from cilint.pipeline.job import Job
    from cilint.pipeline.matrix import Instance
    from cilint.rules.expand import Value
    from cilint.tree.site import Site

_DEPTH = 2  # GitLab's limit: a child may have children, and no deeper
_CHILDREN_AT_MOST = 30  # of one pipeline
_ROWS_AT_MOST = 12  # children in all, up to which each row of a matrix starts one of its own


class Child:
    """A child pipeline. trigger: the job that starts it; context: its own; above: the context of its parent.

    names: the instances of the trigger job that start it; row: of the one, its variables in the matrix. A matrix of more
    rows than there is room for counts as one child, with the variables of any of them. entries: what it is made of, for
    `include`. fault: why it could not be looked at, "" when it could. path: the one file that it is written in, "" where
    there are several, or where it is given inputs. ended: the same with a job behind all others, once it was asked for.
    """

    __slots__ = ("above", "context", "ended", "entries", "fault", "names", "path", "row", "trigger")

    def __init__(self, trigger: Job, above: Context, of: list[Instance], fault: str = "") -> None:
        self.trigger = trigger
        self.above = above
        self.names = [one.name for one in of]
        self.row = of[0].variables if len(of) == 1 else {}
        self.context: Context | None = None
        self.ended: Context | None = None
        self.entries: list[Any] = []
        self.fault = fault
        self.path = ""

    @property
    def starter(self) -> str:
        """The job that starts it, as people are told: an instance where each of them starts a child of its own."""
        return self.names[0] if self.row else self.trigger.name


def children(context: Context) -> list[Child]:
    """The child pipelines that a pipeline itself starts. The same objects each time for the same pipeline."""
    if context.children is None:
        context.children = []
        for job in context.pipeline.jobs.values():
            trigger = job.get("trigger") if job.trigger else None
            include = trigger.set("include") if trigger is not None else None
            if include is not None and trigger is not None:
                context.children += _started_by(job, include, trigger.set("inputs"), context)
    return context.children


def _started_by(job: Job, include: Site, inputs: Site | None, above: Context) -> list[Child]:
    """The children of one trigger job: one for each row of its matrix, as each hands down its own values."""
    listed = instances(job)
    room = _CHILDREN_AT_MOST - sum(child.context is not None for child in above.children or ())
    fault = _fault(include, above) or ("" if room else f"{_CHILDREN_AT_MOST} others were looked at, and no more are")
    if fault:
        return [Child(job, above, listed, fault)]
    entries = _entries(include, inputs)
    config, fault = composed(entries, above)
    if config is None or fault:
        return [Child(job, above, listed, fault)]
    apart = listed[0].variables and len(listed) + _family(above) <= _ROWS_AT_MOST
    found = [Child(job, above, [one]) for one in listed] if apart else [Child(job, above, listed)]
    for child in found:
        child.entries = entries
        child.context = context_of(child, config)
        if len(entries) == 1 and isinstance(entries[0], dict) and entries[0].keys() == {"local"}:
            child.path = str(entries[0]["local"]).lstrip("/")
    return found


def project_started(job: Job) -> Site | None:
    """The project in which a job starts a pipeline, as it is written; None where it starts none, or a child.

    `trigger: group/project` is short for `trigger: {project: group/project}` (`doc/ci/yaml/_index.md`).
    """
    trigger = job.get("trigger") if job.trigger else None
    return trigger.short_for("project") if trigger is not None else None


def handed_down(child: Child) -> set[str]:
    """The predefined variables that files set for a child: it has them as pipeline variables, which outrank GitLab's."""
    job, above = child.trigger, child.above
    own, further = _forwards(job)
    names: set[str] = set()
    if own:
        taken = names_inherited(job.get("inherit"))
        common = {*above.planner.globals, *(name for one in above.planner.workflow or () for name in one.variables)}
        names |= common if taken is None else common & taken
        for candidate in above.planner.candidates:
            if candidate.name in child.names:
                names |= candidate.variables.keys()
                names.update(name for one in candidate.conditions or () for name in one.variables)
    found = {name for name in names if is_predefined(name)}
    if above.parent is not None and further:
        found |= handed_down(above.parent)
    return found


def values_handed_down(child: Child) -> dict[str, str]:
    """The variables, predefined ones aside, that a child always has from its trigger job, and the values.

    Nothing is certain where variables of people go down as well, which may be the same ones.
    """
    own, further = _forwards(child.trigger)
    if not own or further:
        return {}
    scope = Scope(_written(child))
    values = {name: scope.always(name) for name in scope.names() if not is_predefined(name)}
    return {name: value for name, value in values.items() if value is not None}


def _forwards(job: Job) -> tuple[bool, bool]:
    """Whether a trigger job hands down the variables of its files, and those of its own pipeline.

    The defaults of `trigger: forward` are yes and no (`doc/ci/yaml/_index.md`).
    """
    trigger = job.get("trigger")
    forward = trigger.set("forward") if trigger is not None else None
    own = forward.set("yaml_variables") if forward is not None else None
    further = forward.set("pipeline_variables") if forward is not None else None
    return own is None or own.value is not False, further is not None and further.value is True


def _family(context: Context) -> int:
    """How many child pipelines are known, wherever in the family."""
    while context.parent is not None:
        context = context.parent.above
    count, waiting = 0, [context]
    for one in waiting:
        found = [child.context for child in one.children or () if child.context is not None]
        count += len(found)
        waiting += found
    return count


class _Row(Layer):
    """The variables of one row of a matrix."""

    __slots__ = ("_row",)

    def __init__(self, row: dict[str, str]) -> None:
        super().__init__(certain=True)
        self._row = row

    def values(self, name: str) -> list[Value]:
        """The one value of a variable of the row."""
        return [one for one in super().values(name) if ruby_text(one.site.value) == self._row.get(name)][:1]


def _written(child: Child) -> list[Layer]:
    """The variables that the files above give the job that starts a child, strongest first."""
    clauses, matrix, *others = child.above.scopes.written(child.trigger)
    parallel = child.trigger.get("parallel") if child.row else None
    entries = parallel.set("matrix") if parallel is not None else None
    if entries is not None:
        matrix = _Row(child.row)
        for entry in entries.flat():
            matrix.take_matrix(entry)
    return [clauses, matrix, *others]


def _fault(include: Site, above: Context) -> str:
    depth, one = 0, above
    while one.parent is not None:
        depth, one = depth + 1, one.parent.above
    if depth >= _DEPTH:
        return "GitLab starts no child of a child's child"
    if any(isinstance(entry.node, Mapping) and entry.has("artifact") for entry in include.flat()):
        return "its configuration is made by a job"
    return ""


def _entries(include: Site, inputs: Site | None) -> list[Any]:
    """What a trigger job names, as entries of an `include`."""
    entries: list[Any] = []
    for entry in include.flat():
        value: Any = plain(entry.node)
        entries.append({"local": value} if isinstance(value, str) else value)
        if inputs is not None and isinstance(entries[-1], dict):
            entries[-1] = {**entries[-1], "inputs": plain(inputs.node)}
    return entries


def composed(entries: list[Any], above: Context, more: dict[str, Any] | None = None) -> tuple[Config | None, str]:
    """The configuration that includes the entries, and why nothing can be said about it, "" when it can.

    more: jobs that it has besides.
    """
    import json

    text = json.dumps({**(more or {}), "include": entries})
    entry = Source(f"{above.config.entry.path} (child)", text, "trigger")
    config = compose(entry, _project(above))
    if config.root is None or config.findings:
        return None, str(config.findings[0].message) if config.findings else "it cannot be read"
    return config, blocked(config)


def context_of(child: Child, config: Config) -> Context:
    """The child as a pipeline to be judged, with what its trigger job hands down."""
    above = child.above
    rules = RuleSet()
    rules.roles = above.roles._data  # noqa: SLF001  # the same evidence holds for the whole family
    context = Context(config, build(config), _project(above), rules, edition=above.edition)
    context.parent = child
    own, further = _forwards(child.trigger)
    context.scopes.handed = [*(above.scopes.handed if further else []), *(_written(child) if own else [])]
    return context


def _project(above: Context) -> Project:
    """The project again, for a composition of its own."""
    return Project(above.project.root, vendored=above.project.vendored, variables=above.project.variables)
