"""The prover: is there any pipeline, and any course of it, in which a guarded job starts without its gate?"""

from __future__ import annotations

from cilint.gates.budget import Budget, Limits
from cilint.gates.certain import certain
from cilint.gates.claim import PROVEN, REFUTED, UNKNOWN, Assumptions, Counterexample, Verdict
from cilint.gates.command import simplify, spell
from cilint.gates.creation import Creation
from cilint.gates.replay import moments, replay
from cilint.gates.solver import Solver
from cilint.gates.statuses import Statuses
from cilint.gates.story import tell
from cilint.gates.texts import Texts
from cilint.gates.witness import situation, wishes
from cilint.gates.world import World
from cilint.plan.predefined import is_predefined

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from cilint.gates.claim import Claim
    from cilint.gates.made import Made
    from cilint.gates.replay import Replayed
    from cilint.gates.solver import Model
    from cilint.gates.witness import Situation
    from cilint.plan import Plan, Planner, Tree
    from cilint.span import Span

_TRIES = 12  # models that are replayed before the answer is "unknown"


class Prover:
    """One pipeline under question. Made once, it decides any number of claims.

    tree: the files of the commit, for `rules:exists`. blocked: why nothing can be proven or refuted at all, as when an
    include could not be read; "" if nothing is in the way.
    """

    __slots__ = (
        "_certain", "_expected", "_fault", "_statuses", "_tree", "assume", "blocked", "creation", "limits", "planner", "solver", "world",
    )  # fmt: skip

    def __init__(
        self,
        planner: Planner,
        assume: Assumptions | None = None,
        *,
        tree: Tree | None = None,
        seconds: float = 10,
        blocked: str = "",
    ) -> None:
        self.planner = planner
        self.assume = assume or Assumptions()
        self.blocked = blocked
        self.limits = Limits(seconds, 1_000_000)
        self._tree = tree
        self._certain: dict[str, set[str]] = {}
        self._expected: list[str] = []
        self._statuses: list[Statuses] = []
        self._fault = ""
        if not blocked:
            self._prepare()

    def _prepare(self) -> None:
        self.solver = Solver()
        texts = Texts(self.solver, self.limits)
        self.world = World(self.solver, texts, self.assume)
        try:
            for name in self.assume.variables:
                if is_predefined(name):
                    self.world.predefined(name)
            self.creation = Creation(self.planner, self.world, self.limits, self._tree)
            self.world.ask_slug()
            texts.close(self.world.users)
        except Budget as error:
            self._fault = str(error)
        else:
            self.solver.add(self.creation.exists)

    def expect(self, guarded: Iterable[str]) -> None:
        """Say which jobs will be asked about, so that their statuses are worked out together, if at all."""
        self._expected += guarded

    def decide(self, claim: Claim, within: Sequence[int] = ()) -> Verdict:
        """The verdict on one claim; whatever goes wrong on the way makes it "unknown".

        within: terms of the world; only pipelines for which they hold are looked at.
        """
        level = self.assume.level
        if self.blocked or self._fault:
            return Verdict(claim, UNKNOWN, level=level, reason=self.blocked or self._fault)
        try:
            return self._decide(claim, list(within))
        except Budget as error:
            return Verdict(claim, UNKNOWN, level=level, reason=f"gave up: {error}")

    def _decide(self, claim: Claim, within: list[int]) -> Verdict:
        level, made = self.assume.level, self.creation.jobs.get(claim.guarded)
        if made is None or self._model([made.exists, *within, *self.world.may_pass(level)]) is None:
            return Verdict(claim, PROVEN, level=level, vacuous=True)
        if self._quickly([claim], [*within, *self.world.may_pass(level)]):
            return Verdict(claim, PROVEN, level=level)
        statuses = self._statuses_of(claim.guarded)
        bad = [made.exists, statuses.starts(claim.guarded), self._broken(claim, statuses), *within]
        if self._model([*bad, *self.world.may_pass(level)]) is None:
            if statuses.enough:
                return Verdict(claim, PROVEN, level=level)
            reason = (
                f"too many jobs before {claim.guarded} start on failure, always, or by hand without being waited for"
            )
            return Verdict(claim, UNKNOWN, level=level, reason=reason)
        return self._refute(claim, made, statuses, within)

    def all_hold(self, claims: Sequence[Claim], level: int | None = None) -> bool:
        """Whether all claims are proven, at a level of what outsiders may do; the quick answer for many at once."""
        if self.blocked or self._fault:
            return False
        level = self.assume.level if level is None else level
        try:
            if self._quickly(claims, self.world.may_pass(level)):
                return True
            cases = []
            for claim in claims:
                made = self.creation.jobs.get(claim.guarded)
                if made is not None:
                    statuses = self._statuses_of(claim.guarded)
                    if not statuses.enough:
                        return False
                    starts = statuses.starts(claim.guarded)
                    cases.append(self.solver.all_of((made.exists, starts, self._broken(claim, statuses))))
            return self._model([self.solver.any_of(cases), *self.world.may_pass(level)]) is None
        except Budget:
            return False

    def _quickly(self, claims: Sequence[Claim], assumptions: list[int]) -> bool:
        """Whether needs alone prove the claims, so that the course of time need not be looked at. Raises Budget."""
        cases = []
        for claim in claims:
            made = self.creation.jobs.get(claim.guarded)
            if made is None:
                continue
            if claim.kind != "manual" and not self._certain_of(claim.guarded).issuperset(claim.gates):
                return False
            cases += [self.solver.all_of((made.exists, term)) for _, term in self._missing(claim)]
        return self._model([self.solver.any_of(cases), *assumptions]) is None

    def _certain_of(self, name: str) -> set[str]:
        found = self._certain.get(name)
        if found is None:
            found = self._certain[name] = certain(self.creation.jobs, name)
        return found

    def types(self) -> dict[str, list[int]]:
        """The kinds of pipelines that people tell apart, each as what to look at alone."""
        kind, source = self.world.kind, self.world.source
        return {
            "branch": [kind["branch"], source["push"]],
            "tag": [kind["tag"], source["push"]],
            "merge request": [source["merge_request_event"]],
            "schedule": [source["schedule"]],
            "web": [source["web"]],
            "API": [source["api"]],
            "trigger": [source["trigger"]],
            "other project": [source["pipeline"]],
            "parent pipeline": [source["parent_pipeline"]],
        }

    # -- questions

    def _statuses_of(self, name: str) -> Statuses:
        if self._expected:
            names = [one for one in dict.fromkeys(self._expected) if one in self.creation.jobs]
            self._expected = []
            together = Statuses(self.creation, names, self.limits)
            if together.enough:
                self._statuses.append(together)
        for known in self._statuses:
            if name in known.cone:
                return known
        made = Statuses(self.creation, [name], self.limits)
        self._statuses.append(made)
        return made

    def _broken(self, claim: Claim, statuses: Statuses) -> int:
        return self.solver.any_of(term for _, term in self._faults(claim, statuses))

    def _faults(self, claim: Claim, statuses: Statuses) -> list[tuple[str, int]]:
        """What may be wrong: every gate is absent, or else none is manual, or else none has succeeded."""
        solver, jobs = self.solver, self.creation.jobs
        gates = [jobs[name] for name in claim.gates if name in jobs]
        counting = [self._counting(gate, claim.kind) for gate in gates]
        idle = [
            solver.implies(counts, statuses.never_succeeded(gate.name))
            for gate, counts in zip(gates, counting, strict=True)
        ]
        if claim.kind == "end":  # a gate that ends as skipped has ended as well
            idle += [-statuses.mirrored[name] for name in claim.gates if name in statuses.mirrored]
        late = solver.all_of((solver.any_of(counting), *idle))
        return [*self._missing(claim), *([("not_blocking", late)] if claim.kind != "manual" else [])]

    def _missing(self, claim: Claim) -> list[tuple[str, int]]:
        """What may be wrong already when the pipeline is created."""
        solver, jobs = self.solver, self.creation.jobs
        if claim.kind == "manual":
            guarded = jobs[claim.guarded]
            return [("not_manual", guarded.where(solver, lambda way: way.when != "manual"))]
        if claim.kind == "check":
            return []
        gates = [jobs[name] for name in claim.gates if name in jobs]
        absent = solver.all_of([-gate.exists for gate in gates])
        none_counts = solver.all_of([-self._counting(gate, claim.kind) for gate in gates])
        return [("absent", absent), ("not_manual", solver.all_of((-absent, none_counts)))]

    def _counting(self, gate: Made, kind: str) -> int:
        if kind != "approval":
            return gate.exists
        return gate.where(self.solver, lambda way: way.when == "manual")

    def _model(self, assumptions: Sequence[int]) -> Model | None:
        """A model whose texts and paths exist; None when there is none. Raises Budget."""
        while True:
            model = self.solver.solve(assumptions, self.limits)
            if model is None or situation(model, self.creation) is not None:
                return model

    # -- refutation

    def _refute(self, claim: Claim, made: Made, statuses: Statuses, within: list[int]) -> Verdict:
        faults = self._faults(claim, statuses)
        fresh = self.solver.new_var("not tried before")
        hopes = [*wishes(self.world, self.creation), [term for _, term in faults], *statuses.calm()]
        reason = ""
        broken = self.solver.any_of(term for _, term in faults)
        for level in range(self.assume.level + 1):
            base = [made.exists, statuses.starts(claim.guarded), broken, *within, *self.world.may_pass(level), fresh]
            base += [-term for term in statuses.mirrored.values()]  # what becomes of other pipelines is not replayed
            for _ in range(_TRIES):
                found = None if self._model(base) is None else self._best(hopes, base)
                if found is None:
                    break
                model, there = found
                rests = self._rests_on(model, base)
                verdict = None if rests else self._replay(claim, model, there, statuses, level)
                if verdict is not None:
                    return verdict
                reason = rests or reason
                self._never_again(model, there, fresh)
        return Verdict(claim, UNKNOWN, level=self.assume.level, reason=reason or self._puzzle(statuses))

    def _best(self, hopes: list[int | list[int]], base: list[int]) -> tuple[Model, Situation] | None:
        while True:
            model = self.solver.best(hopes, base, self.limits)
            if model is None:
                return None
            there = situation(model, self.creation)
            if there is not None:
                return model, there

    def _context(self, model: Model) -> list[int]:
        """Everything that a situation is made of, as the model has it."""
        world = self.world
        terms = [*world.kind.values(), *world.source.values(), world.diff, world.protected]
        terms += [*world.passed.values(), *world.overridden.values(), *self.creation.changes.globs.values()]
        for text in world.users:
            terms += [*text.classes, *text.same.values()]
            if not text.classes:
                terms += [*text.equal.values(), *text.matches.values()]
        return [term if model.holds(term) else -term for term in terms]

    def _telling(self, model: Model) -> list[int]:
        """What tells the situation of a model from others, as terms that hold in it."""
        world, asked = self.world, self.creation.changes.asked
        terms = [*world.kind.values(), *world.source.values(), *world.passed.values(), *world.overridden.values()]
        terms += [world.diff, *self.creation.changes.globs.values()] if asked else []
        terms += [world.protected] if "CI_COMMIT_REF_PROTECTED" in world.names else []
        unused = world.unused(model)
        for text in world.users:
            if text not in unused:
                terms += text.classes or [*text.equal.values(), *text.matches.values()]
        return [term if model.holds(term) else -term for term in terms]

    def _rests_on(self, model: Model, base: list[int]) -> str:
        """The reason why this model says nothing, when it hangs on what only GitLab or other files know."""
        undecided = self.world.undecided
        if not undecided:
            return ""
        fixed = [*base, *self._context(model)]
        for term, reason in undecided.items():
            for way in (term, -term):
                if self.solver.solve([*fixed, way], self.limits) is None:
                    return f"it depends on {reason}"
        return ""

    def _never_again(self, model: Model, there: Situation, fresh: int) -> None:
        """Let the next model tell of another situation: without what does not go together, or else all of it."""
        terms = there.misfits or self._telling(model)
        self.solver.add(-fresh, *(-term for term in terms))

    def _puzzle(self, statuses: Statuses) -> str:
        """The likely reason why no counterexample could be replayed."""
        for name in statuses.mirrored:
            return f"it may depend on {name}, which mirrors its downstream pipeline and so may end as skipped"
        world, places = self.world, self.creation.places
        if world.slug is not None:
            place = _told(places.get("CI_COMMIT_REF_SLUG"))
            return f"it depends on $CI_COMMIT_REF_SLUG{place}: ask for $CI_COMMIT_REF_NAME, of which GitLab makes it"
        for text in self.creation.conditions.patterns:
            place = _told(places.get(text.name))
            return (
                f"it may depend on ${text.name}{place}, which is used as a pattern and may be set from outside: "
                f"write the pattern out, or say what it is by --assume {text.name}=..."
            )
        open_ = list(dict.fromkeys(world.texts.open.values()))
        return f"it may depend on {'; '.join(open_[:3])}" if open_ else "no pipeline that shows it could be replayed"

    def _replay(self, claim: Claim, model: Model, there: Situation, statuses: Statuses, level: int) -> Verdict | None:
        plan = self.planner.plan(there.scenario(self._tree))
        if plan.errors:
            return None
        done = replay(plan, claim, moments(model, statuses))
        if done is None:
            return None
        verdict = Verdict(claim, REFUTED, level=level)
        verdict.why = done.why
        verdict.counterexample = self._shown(claim, plan, there, done)
        return verdict

    def _shown(self, claim: Claim, plan: Plan, there: Situation, done: Replayed) -> Counterexample:
        shown = Counterexample(
            plan,
            variables=there.variables,
            outside=there.outside,
            changed=there.changed,
            events=[f"{action}:{name}" for action, name in done.events],
            settings=self.assume.settings,
        )
        if self.creation.changes.asked:
            simplify(shown, self.planner, self._tree)
        options, shown.notable = spell(shown, self.planner)
        shown.options = tuple(options)
        tell(shown, claim, done.why)
        return shown


def _told(place: Span | None) -> str:
    """Where something is written; nothing where that is not known, as in `only: variables`."""
    return "" if place is None else f" ({place})"
