"""From a model of the solver to a pipeline that people know: the variables, the diff, and the wishes for ordinary ones."""

from __future__ import annotations

import re

from cilint.gates.texts import Text
from cilint.gates.world import SOURCES, value_of
from cilint.plan.scenario import exactly

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cilint.gates.creation import Creation
    from cilint.gates.solver import Model
    from cilint.gates.world import World
    from cilint.plan import Scenario, Tree

_EXOTIC = ("chat", "external_pull_request_event", "pipeline", "parent_pipeline", "trigger", "api")
_ANY_PATTERN, _NO_PATTERN = "/.*/", "x"


class Situation:
    """A situation that answers as a model does. variables: predefined ones; outside: passed ones; changed: the diff."""

    __slots__ = ("changed", "outside", "variables")

    def __init__(self, variables: dict[str, str], outside: dict[str, str], changed: list[str] | None) -> None:
        self.variables = variables
        self.outside = outside
        self.changed = changed

    def scenario(self, tree: Tree | None) -> Scenario:
        """What `cilint simulate` makes of it."""
        return exactly({**self.variables, **self.outside}, self.changed, tree)


def wishes(world: World, creation: Creation) -> list[int]:
    """What makes a pipeline ordinary, the most important first."""
    source, solver = world.source, world.solver
    listed = [-source[name] for name in _EXOTIC]
    listed += [world.kind["branch"], source["push"], source["merge_request_event"], -source["web"]]
    passed = [-term for term in (*world.overridden.values(), *world.passed.values())]
    listed += [solver.all_of(passed), *passed]
    for text in world.users:
        listed += [term for hint in text.hints if (term := world.texts.likeness(text, hint))][:1]
    listed += [-world.diff, *(-term for term in creation.changes.globs.values()), world.protected]
    return listed


def situation(model: Model, creation: Creation) -> Situation | None:
    """The situation of a model; None when there is none, and the solver has learned so. Raises Budget."""
    world, texts = creation.world, creation.world.texts
    values = texts.witness(model, {text for text in world.users if text.asked})
    if values is None:
        return None
    changed: list[str] | None = None
    if model.holds(world.diff):
        changed = creation.changes.witness(model)
        if changed is None:
            return None
    for text in world.users:
        if text not in values:
            values[text] = text.hints[0] if text.hints else "x"
    for text, found in creation.conditions.patterns.items():
        if not text.asked:
            values[text] = _ANY_PATTERN if model.holds(found) else _NO_PATTERN
    variables = _variables(model, world, values)
    outside = {
        name: value
        for name in world.outside_names
        if (value := value_of(model, world.strong(name), values)) is not None
    }
    return Situation(variables, outside, changed if creation.changes.globs else None)


def _variables(model: Model, world: World, values: dict[Text, str]) -> dict[str, str]:
    ref = values[world.ref]
    kind = next(name for name, term in world.kind.items() if model.holds(term))
    variables = {"CI_PIPELINE_SOURCE": next(name for name in SOURCES if model.holds(world.source[name]))}
    if kind == "merge_request":
        variables |= {"CI_MERGE_REQUEST_IID": "1", "CI_MERGE_REQUEST_SOURCE_BRANCH_NAME": ref}
    else:
        variables["CI_COMMIT_BRANCH" if kind == "branch" else "CI_COMMIT_TAG"] = ref
    variables["CI_COMMIT_REF_NAME"] = ref
    for name, cases in world.names.items():
        value = value_of(model, cases, values)
        if value is not None:
            variables[name] = value
    if "CI_COMMIT_REF_SLUG" in variables:
        variables["CI_COMMIT_REF_SLUG"] = re.sub("[^a-z0-9]", "-", ref.lower())[:63].strip("-")
    for name, term in world.overridden.items():
        if model.holds(term):
            variables[name] = values[_overriding(world, name)]
    return variables


def _overriding(world: World, name: str) -> Text:
    atom = world.strong(name)[0][1]
    assert isinstance(atom, Text)
    return atom
