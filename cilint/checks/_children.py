"""Child pipelines: what trigger jobs start from files of this repository, each judged like a pipeline of its own.

GitLab creates a child when its trigger job starts, so a gate before the trigger job holds everything in the child
(`app/models/ci/bridge.rb`; `doc/ci/pipelines/downstream_pipelines.md`).
"""

from __future__ import annotations

from cilint.compose import compose
from cilint.compose.fetch import Project
from cilint.gates.blocked import blocked
from cilint.pipeline import build
from cilint.pipeline.variables import names_inherited
from cilint.plan.predefined import is_predefined
from cilint.rules.context import Context
from cilint.rules.expand import Scope
from cilint.rules.rule import RuleSet
from cilint.source import Source
from cilint.tree.node import Mapping, plain

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from cilint.pipeline.job import Job
    from cilint.tree.site import Site

_DEPTH = 2  # GitLab's limit: a child may have children, and no deeper
_CHILDREN_AT_MOST = 30


class Child:
    """A child pipeline. trigger: the job that starts it; context: its own; above: the context of its parent.

    fault: why it could not be looked at, "" when it could. path: the one file that it is written in, "" where there are
    several, or where it is given inputs.
    """

    __slots__ = ("above", "context", "fault", "path", "trigger")

    def __init__(self, trigger: Job, above: Context) -> None:
        self.trigger = trigger
        self.above = above
        self.context: Context | None = None
        self.fault = ""
        self.path = ""


def children(context: Context) -> list[Child]:
    """The child pipelines that a pipeline itself starts. The same objects each time for the same pipeline."""
    if context.children is None:
        context.children = []
        read, depth, above = 0, 0, context
        while above.parent is not None:
            depth, above = depth + 1, above.parent.above
        for job in context.pipeline.jobs.values():
            trigger = job.get("trigger") if job.trigger else None
            include = trigger.set("include") if trigger is not None and isinstance(trigger.node, Mapping) else None
            if include is None or trigger is None:
                continue
            child = Child(job, context)
            context.children.append(child)
            child.fault = _fault(include)
            if depth >= _DEPTH:
                child.fault = "GitLab starts no child of a child's child"
            elif not child.fault and read == _CHILDREN_AT_MOST:
                child.fault = f"{_CHILDREN_AT_MOST} others were looked at, and no more are"
            elif not child.fault:
                read += 1
                _read(child, include, trigger.set("inputs"))
    return context.children


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
            if candidate.job is job:
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
    scope = Scope(child.above.scopes.written(child.trigger))
    values = {name: scope.always(name) for name in scope.names() if not is_predefined(name)}
    return {name: value for name, value in values.items() if value is not None}


def _forwards(job: Job) -> tuple[bool, bool]:
    """Whether a trigger job hands down the variables of its files, and those of its own pipeline.

    The defaults of `trigger: forward` are yes and no (`doc/ci/yaml/_index.md`).
    """
    trigger = job.get("trigger")
    forward = trigger.set("forward") if trigger is not None and isinstance(trigger.node, Mapping) else None
    own = forward.set("yaml_variables") if forward is not None else None
    further = forward.set("pipeline_variables") if forward is not None else None
    return own is None or own.value is not False, further is not None and further.value is True


def _fault(include: Site) -> str:
    for entry in include.flat():
        if isinstance(entry.node, Mapping) and entry.has("artifact"):
            return "its configuration is made by a job"
    return ""


def _read(child: Child, include: Site, inputs: Site | None) -> None:
    """Compose the child: a configuration that includes what the trigger job names."""
    above = child.above
    entries: list[Any] = []
    for entry in include.flat():
        value: Any = plain(entry.node)
        entries.append({"local": value} if isinstance(value, str) else value)
        if inputs is not None and isinstance(entries[-1], dict):
            entries[-1] = {**entries[-1], "inputs": plain(inputs.node)}
    project = Project(above.project.root, vendored=above.project.vendored, variables=above.project.variables)
    config = compose(_entry(entries, above.config.entry), project)
    if config.root is None or config.findings:
        child.fault = str(config.findings[0].message) if config.findings else "it cannot be read"
        return
    child.fault = blocked(config)
    if child.fault:
        return
    rules = RuleSet()
    rules.roles = above.roles._data  # noqa: SLF001  # the same evidence holds for the whole family
    child.context = context = Context(config, build(config), project, rules, edition=above.edition)
    context.parent = child
    own, further = _forwards(child.trigger)
    context.scopes.handed = [
        *(above.scopes.handed if further else []),
        *(above.scopes.written(child.trigger) if own else []),
    ]
    if len(entries) == 1 and isinstance(entries[0], dict) and entries[0].keys() == {"local"}:
        child.path = str(entries[0]["local"]).lstrip("/")


def _entry(entries: list[Any], parent: Source) -> Source:
    """The text of a configuration that includes the entries."""
    import json

    return Source(f"{parent.path} (child)", json.dumps({"include": entries}), "trigger")
