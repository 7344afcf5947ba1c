"""From a model of the solver to a pipeline that people know: the variables, the diff, and the wishes for ordinary ones."""

from __future__ import annotations

import re

from cilint.gates.classes import HINTS, is_ref_name
from cilint.gates.text import Text
from cilint.gates.world import SOURCES, value_of
from cilint.notation.terms import occurs
from cilint.plan.only_except import plural
from cilint.plan.predefined import slug_of
from cilint.plan.scenario import exactly

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from cilint.gates.creation import Creation
    from cilint.gates.solver import Model
    from cilint.gates.world import Atom, World
    from cilint.plan import Scenario, Tree

# What people call them, the most usual first.
_NAMES = {
    "branch": (
        "main", "develop", "feature/change", "release/1.0", "hotfix/1.0", "staging", "production", "master", "release-1.0",
    ),
    "tag": ("v1.0.0", "1.0.0", "v1.0", "1.0", "v1", "release-1.0.0", "v1.0.0-rc1"),
    "merge_request": ("feature/change", "fix/change", "hotfix/1.0", "release/1.0", "develop", "main"),
}  # fmt: skip
# How pipelines come about, the most ordinary first; "chat" and the like only when nothing else will do.
_ORDINARY = (
    ("branch", "push"), ("merge_request", "merge_request_event"), ("tag", "push"), ("branch", "schedule"),
    ("branch", "web"), ("branch", "api"), ("branch", "trigger"), ("tag", "web"), ("tag", "schedule"), ("tag", "api"),
    ("branch", "pipeline"), ("branch", "parent_pipeline"), ("merge_request", "parent_pipeline"),
)  # fmt: skip
_ALTERNATIVES = 12  # names that are tried for one whose slug fits
_KEYWORDS = frozenset(
    ("branches", "tags", *(word for name in SOURCES for word in (name, plural(name.removesuffix("_event")))))
)


class Situation:
    """A situation that answers as a model does.

    variables: predefined ones; outside: passed ones; changed: the diff. misfits: terms that hold in the model and for
    which no values were found, so that the situation is not quite the model's.
    """

    __slots__ = ("changed", "misfits", "outside", "variables")

    def __init__(
        self,
        variables: dict[str, str],
        outside: dict[str, str],
        changed: list[str] | None,
        misfits: list[int],
    ) -> None:
        self.misfits = misfits
        self.variables = variables
        self.outside = outside
        self.changed = changed

    def scenario(self, tree: Tree | None) -> Scenario:
        """What `cilint simulate` makes of it."""
        return exactly({**self.variables, **self.outside}, self.changed, tree)


def wishes(world: World, creation: Creation) -> list[int | list[int]]:
    """What makes a pipeline ordinary, the most important first; of the terms of a list, the first that goes."""
    solver, texts, kind, source = world.solver, world.texts, world.kind, world.source
    passed = [-term for term in (*world.overridden.values(), *world.passed.values())]
    keywords = [-term for literal, term in world.ref.equal.items() if literal in _KEYWORDS]
    named = solver.any_of([term for literal, term in world.ref.equal.items() if literal not in _KEYWORDS])
    default = world.ref.same.get(world.default, 0)
    usual, others = [], []
    for one, started in _ORDINARY:
        here = solver.all_of((kind[one], source[started]))
        names = _NAMES[one] if started in ("push", "merge_request_event") else _NAMES[one][:1]
        for name in names:
            of_default = [default if (one, name) == ("branch", "main") else -default] if default else []
            usual.append(solver.all_of((here, texts.likeness(world.ref, name), *of_default)))
        if (one, started) == ("branch", "push"):
            usual.append(solver.all_of((here, named)))
        others.append(solver.all_of((here, *keywords)))
    values = [[texts.likeness(text, hint) for hint in text.hints] for text in world.users if text is not world.ref]
    protected = solver.any_of((kind["tag"], solver.all_of((kind["branch"], texts.likeness(world.ref, "main")))))
    compared = solver.any_of((kind["merge_request"], solver.all_of((kind["branch"], source["push"]))))
    return [
        solver.all_of(passed), *passed, [*usual, *others, solver.all_of(keywords)],
        solver.iff(world.diff, compared), world.slugged, *values, solver.iff(world.protected, protected),
        *(-term for term in creation.changes.globs.values()),
    ]  # fmt: skip


def situation(model: Model, creation: Creation) -> Situation | None:
    """The situation of a model; None when there is none, and the solver has learned so. Raises Budget."""
    world, texts = creation.world, creation.world.texts
    kind = next(name for name, term in world.kind.items() if model.holds(term))
    names = _NAMES[kind]
    usual = {world.default: world.default.hints, world.ref: names}
    values = texts.witness(model, {text for text in world.users if text.asked}, usual)
    if values is None:
        return None
    changed: list[str] | None = None
    if model.holds(world.diff):
        changed = creation.changes.witness(model)
        if changed is None:
            return None
    for text in world.users:
        if text not in values:
            values[text] = next(iter(names if text is world.ref else text.hints), "x")
    misfits = _fit_ref(model, world, values, names)
    for text, sought in creation.conditions.patterns.items():
        _fit_pattern(model, world, text, sought, values)
    outside = {
        name: value
        for name in world.outside_names
        if (value := value_of(model, world.strong(name), values)) is not None
    }
    variables = _variables(model, world, values)
    return Situation(variables, outside, changed if creation.changes.asked else None, misfits)


def _fit_ref(model: Model, world: World, values: dict[Text, str], names: tuple[str, ...]) -> list[int]:
    """Let the name of the ref be one whose slug answers as the model has it.

    Where no such name is found: the answers that do not seem to go together.
    """
    slug, ref, texts = world.slug, world.ref, world.texts
    if slug is None:
        return []
    slugged = model.holds(world.slugged)
    found = [*(_unslugged(values[slug]) if slugged else ("_", "é")), *names, *HINTS]
    for name in (values[ref], *found, *texts.alternatives(model, ref, _ALTERNATIVES)):
        if not is_ref_name(name) or bool(slug_of(name)) != slugged:
            continue
        fitting = _alike(model, world, ref, name, values)
        if fitting is not None and slugged:
            others = _alike(model, world, slug, slug_of(name), {**values, **fitting})
            fitting = None if others is None else {**others, **fitting}
        if fitting is not None:
            values |= fitting
            return []
    terms = [*texts.answers(ref, values[ref]), world.slugged if slugged else -world.slugged]
    return [*terms, *(texts.answers(slug, values[slug]) if slugged else ())]


def _alike(model: Model, world: World, text: Text, value: str, values: dict[Text, str]) -> dict[Text, str] | None:
    """The value for a text and all those that equal it; None where the model answers otherwise."""
    equals = [other for other, term in text.same.items() if model.holds(term)]
    others = text.same.keys() - world.unused(model)
    if value in {values[other] for other in others if other not in equals}:
        return None
    alike = [text, *equals]
    fits = all(model.holds(term) for one in alike for term in world.texts.answers(one, value))
    return dict.fromkeys(alike, value) if fits else None


def _unslugged(slug: str) -> Iterator[str]:
    """Names of refs with this slug."""
    for separator in "-/._":
        name = slug.replace("-", separator)
        yield from (name, name.upper(), name.capitalize(), f"{name}-", slug.replace("-", separator, 1))


def _fit_pattern(
    model: Model, world: World, text: Text, sought: list[tuple[Atom, int, int]], values: dict[Text, str]
) -> None:
    """Let a text that is used as a pattern be one that is found where the model has it found."""
    asked = [(left, model.holds(term)) for left, term, when in sought if model.holds(when)]
    if not asked:
        return
    lefts = [(values[left] if isinstance(left, Text) else left, wanted) for left, wanted in asked]
    names = [left for left, _ in lefts if isinstance(left, str)]
    whole = [f"/^{re.escape(left)}$/".replace("\\-", "-") for left in names if "/" not in left]
    for value in (values[text], *whole, "/.*/", "x", "/^x$/", "".join(names), *text.equal):
        fitting = _alike(model, world, text, value, values)
        if fitting is not None and all(occurs(left, value) == wanted for left, wanted in lefts):
            values |= fitting
            return


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
        variables["CI_COMMIT_REF_SLUG"] = slug_of(ref)
    for name, term in world.overridden.items():
        if model.holds(term):
            variables[name] = values[_overriding(world, name)]
    return variables


def _overriding(world: World, name: str) -> Text:
    atom = world.strong(name)[0][1]
    assert isinstance(atom, Text)
    return atom
