"""Child pipelines: what trigger jobs start from files of this repository, each judged like a pipeline of its own.

GitLab creates a child when its trigger job starts, so a gate before the trigger job holds everything in the child
(`app/models/ci/bridge.rb`; `doc/ci/pipelines/downstream_pipelines.md`).
"""

from __future__ import annotations

from cilint.compose import compose
from cilint.compose.fetch import Project
from cilint.gates.blocked import blocked
from cilint.gates.claim import OUTSIDE, Assumptions
from cilint.gates.prove import Prover
from cilint.pipeline import build
from cilint.plan.scenario import exactly
from cilint.rules.context import Context
from cilint.rules.rule import RuleSet
from cilint.source import Source
from cilint.tree.node import Mapping, plain

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from cilint.pipeline.job import Job
    from cilint.tree.site import Site

_DEPTH = 2  # GitLab's limit: a child may have children, and no deeper
_CHILDREN_AT_MOST = 30
_SECONDS = 1.0


class Child:
    """A child pipeline. trigger: the job that starts it; context: its own; above: the context of its parent.

    fault: why it could not be looked at, "" when it could.
    """

    __slots__ = ("above", "context", "fault", "trigger")

    def __init__(self, trigger: Job, above: Context) -> None:
        self.trigger = trigger
        self.above = above
        self.context: Context | None = None
        self.fault = ""


def children(context: Context) -> Iterator[Child]:
    """The child pipelines of a pipeline, and theirs. The same objects each time for the same pipeline."""
    from cilint.checks._gates import prover_of

    prover = prover_of(context)
    if prover.family is None:
        prover.family = list(_found(context, _DEPTH))[:_CHILDREN_AT_MOST]
    yield from prover.family


def _found(context: Context, depth: int) -> Iterator[Child]:
    for job in context.pipeline.jobs.values():
        trigger = job.get("trigger") if job.trigger else None
        include = trigger.set("include") if trigger is not None else None
        if include is None or trigger is None:
            continue
        child = Child(job, context)
        child.fault = _fault(include)
        if not child.fault:
            _read(child, include, trigger.set("inputs"))
        yield child
        if child.context is not None and depth > 1:
            yield from _found(child.context, depth - 1)


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
    rules = RuleSet()
    rules.roles = above.roles._data  # noqa: SLF001  # the same evidence holds for the whole family
    child.context = context = Context(config, build(config), project, rules, edition=above.edition)
    known = context.situated(exactly({}))
    # Whatever variables the trigger job hands down, they arrive as if somebody had passed them.
    context.prover = Prover(
        context.planner,
        Assumptions(variables=known.variables, given=known.outside, level=OUTSIDE, sources=("parent_pipeline",)),
        tree=known.tree,
        seconds=_SECONDS,
        blocked=blocked(config),
    )


def _entry(entries: list[Any], parent: Source) -> Source:
    """The text of a configuration that includes the entries."""
    import json

    return Source(f"{parent.path} (child)", json.dumps({"include": entries}), "trigger")
