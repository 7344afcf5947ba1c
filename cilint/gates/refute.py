"""Refutation: the most ordinary pipeline that breaks a claim, lived through before anybody is told of it."""

from __future__ import annotations

from cilint.gates.claim import REFUTED, UNKNOWN, Counterexample, Verdict
from cilint.gates.command import simplify, spell
from cilint.gates.replay import moments, replay
from cilint.gates.story import tell
from cilint.gates.witness import situation, wishes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from cilint.gates.budget import Limits
    from cilint.gates.claim import Assumptions, Claim
    from cilint.gates.creation import Creation
    from cilint.gates.replay import Replayed
    from cilint.gates.solver import Model
    from cilint.gates.statuses import Statuses
    from cilint.gates.witness import Situation
    from cilint.plan import Plan, Planner, Tree
    from cilint.span import Span

_UNTOLD = ("variables", "clause", "skipped")  # refusals that the solver knows nothing of
_TRIES = 12  # models that are replayed before the answer is "unknown"


def possible(creation: Creation, limits: Limits, assumptions: Sequence[int]) -> Model | None:
    """A model whose texts and paths exist; None when there is none. Raises Budget."""
    while True:
        model = creation.solver.solve(assumptions, limits)
        if model is None or situation(model, creation) is not None:
            return model


class Refuter:
    """Looks for a pipeline and a course of it that break a claim, and lives through them. See `Prover`."""

    __slots__ = ("_assume", "_creation", "_limits", "_planner", "_solver", "_tree", "_world")

    def __init__(
        self, planner: Planner, creation: Creation, assume: Assumptions, limits: Limits, tree: Tree | None
    ) -> None:
        self._planner = planner
        self._creation = creation
        self._solver = creation.solver
        self._world = creation.world
        self._assume = assume
        self._limits = limits
        self._tree = tree

    def refute(self, claim: Claim, bad: Sequence[int], faults: Sequence[int], statuses: Statuses) -> Verdict:
        """Refuted, by the most ordinary pipeline that can be found; unknown when none can be replayed. Raises Budget.

        bad: what must hold so that the claim breaks; faults: each of the ways in which it may, the worst first.
        """
        fresh = self._solver.new_var("not tried before")
        hopes = [*wishes(self._world, self._creation), list(faults), *statuses.calm()]
        unmirrored = [-term for term in statuses.mirrored.values()]  # what becomes of other pipelines is not replayed
        reason = ""
        for level in range(self._assume.level + 1):
            base = [*bad, *self._world.may_pass(level), *unmirrored, fresh]
            for _ in range(_TRIES):
                found = None if possible(self._creation, self._limits, base) is None else self._best(hopes, base)
                if found is None:
                    break
                model, there = found
                plan = self._planner.plan(there.scenario(self._tree))
                obstacle = self._obstacle(model, base, plan)
                done = None if obstacle else replay(plan, claim, moments(model, statuses))
                if done is not None:
                    verdict = Verdict(claim, REFUTED, level=level)
                    verdict.why = done.why
                    verdict.counterexample = self._shown(claim, plan, there, done)
                    return verdict
                reason = obstacle or reason
                self._never_again(model, there, fresh)
        return Verdict(claim, UNKNOWN, level=self._assume.level, reason=reason or self._puzzle(statuses))

    def _obstacle(self, model: Model, base: list[int], plan: Plan) -> str:
        """Why a model says nothing about the claim; "" when it may."""
        rests = self._rests_on(model, base)
        if not rests and plan.errors and plan.errors[0].kind in _UNTOLD:
            return f"GitLab refuses a pipeline that would show it: {plan.errors[0].message}"
        return rests

    def _best(self, hopes: list[int | list[int]], base: list[int]) -> tuple[Model, Situation] | None:
        while True:
            model = self._solver.best(hopes, base, self._limits)
            if model is None:
                return None
            there = situation(model, self._creation)
            if there is not None:
                return model, there

    def _context(self, model: Model) -> list[int]:
        """Everything that a situation is made of, as the model has it."""
        world = self._world
        terms = [*world.kind.values(), *world.source.values(), world.diff, world.protected]
        terms += [*world.passed.values(), *world.overridden.values(), *self._creation.changes.globs.values()]
        for text in world.users:
            terms += [*text.classes, *text.same.values()]
            if not text.classes:
                terms += [*text.equal.values(), *text.matches.values()]
        return [term if model.holds(term) else -term for term in terms]

    def _telling(self, model: Model) -> list[int]:
        """What tells the situation of a model from others, as terms that hold in it."""
        world, asked = self._world, self._creation.changes.asked
        terms = [*world.kind.values(), *world.source.values(), *world.passed.values(), *world.overridden.values()]
        terms += [world.diff, *self._creation.changes.globs.values()] if asked else []
        terms += [world.protected] if "CI_COMMIT_REF_PROTECTED" in world.names else []
        unused = world.unused(model)
        for text in world.users:
            if text not in unused:
                terms += text.classes or [*text.equal.values(), *text.matches.values()]
        return [term if model.holds(term) else -term for term in terms]

    def _rests_on(self, model: Model, base: list[int]) -> str:
        """The reason why this model says nothing, when it hangs on what only GitLab or other files know."""
        undecided = self._world.undecided
        if not undecided:
            return ""
        fixed = [*base, *self._context(model)]
        for term, reason in undecided.items():
            for way in (term, -term):
                if self._solver.solve([*fixed, way], self._limits) is None:
                    return f"it depends on {reason}"
        return ""

    def _never_again(self, model: Model, there: Situation, fresh: int) -> None:
        """Let the next model tell of another situation: without what does not go together, or else all of it."""
        terms = there.misfits or self._telling(model)
        self._solver.add(-fresh, *(-term for term in terms))

    def _puzzle(self, statuses: Statuses) -> str:
        """The likely reason why no counterexample could be replayed."""
        for name in statuses.mirrored:
            return f"it may depend on {name}, which mirrors its downstream pipeline and so may end as skipped"
        world, places = self._world, self._creation.places
        if world.slug is not None:
            place = _told(places.get("CI_COMMIT_REF_SLUG"))
            return f"it depends on $CI_COMMIT_REF_SLUG{place}: ask for $CI_COMMIT_REF_NAME, of which GitLab makes it"
        for text in self._creation.conditions.patterns:
            place = _told(places.get(text.name))
            return (
                f"it may depend on ${text.name}{place}, which is used as a pattern and may be set from outside: "
                f"write the pattern out, or say what it is by --assume {text.name}=..."
            )
        open_ = list(dict.fromkeys(world.texts.open.values()))
        return f"it may depend on {'; '.join(open_[:3])}" if open_ else "no pipeline that shows it could be replayed"

    def _shown(self, claim: Claim, plan: Plan, there: Situation, done: Replayed) -> Counterexample:
        shown = Counterexample(
            plan,
            variables=there.variables,
            outside=there.outside,
            changed=there.changed,
            events=[f"{action}:{name}" for action, name in done.events],
            settings=self._assume.settings,
        )
        if self._creation.changes.asked:
            simplify(shown, self._planner, self._tree)
        options, shown.notable = spell(shown, self._planner)
        shown.options = tuple(options)
        tell(shown, claim, done.why)
        return shown


def _told(place: Span | None) -> str:
    """Where something is written; nothing where that is not known, as in `only: variables`."""
    return "" if place is None else f" ({place})"
