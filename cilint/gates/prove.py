"""The prover: is there any pipeline, and any course of it, in which a guarded job starts without its gate?"""

from __future__ import annotations

from cilint.gates.budget import Budget, Limits
from cilint.gates.certain import certain
from cilint.gates.claim import PROVEN, UNKNOWN, Assumptions, Verdict
from cilint.gates.creation import Creation
from cilint.gates.refute import Refuter, possible
from cilint.gates.solver import Solver
from cilint.gates.statuses import Statuses
from cilint.gates.texts import Texts
from cilint.gates.world import World
from cilint.plan.predefined import is_predefined

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from cilint.gates.claim import Claim
    from cilint.gates.made import Made
    from cilint.plan import Planner, Tree


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
        if made is None or not self._possible([made.exists, *within, *self.world.may_pass(level)]):
            return Verdict(claim, PROVEN, level=level, vacuous=True)
        if self._quickly([claim], [*within, *self.world.may_pass(level)]):
            return Verdict(claim, PROVEN, level=level)
        statuses = self._statuses_of(claim.guarded)
        bad = [made.exists, statuses.starts(claim.guarded), self._broken(claim, statuses), *within]
        if not self._possible([*bad, *self.world.may_pass(level)]):
            if statuses.enough:
                return Verdict(claim, PROVEN, level=level)
            reason = (
                f"too many jobs before {claim.guarded} start on failure, always, or by hand without being waited for"
            )
            return Verdict(claim, UNKNOWN, level=level, reason=reason)
        refuter = Refuter(self.planner, self.creation, self.assume, self.limits, self._tree)
        return refuter.refute(claim, bad, self._faults(claim, statuses), statuses)

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
            return not self._possible([self.solver.any_of(cases), *self.world.may_pass(level)])
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
            cases += [self.solver.all_of((made.exists, term)) for term in self._missing(claim)]
        return not self._possible([self.solver.any_of(cases), *assumptions])

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
        return self.solver.any_of(self._faults(claim, statuses))

    def _faults(self, claim: Claim, statuses: Statuses) -> list[int]:
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
        return [*self._missing(claim), *([late] if claim.kind != "manual" else [])]

    def _missing(self, claim: Claim) -> list[int]:
        """What may be wrong already when the pipeline is created."""
        solver, jobs = self.solver, self.creation.jobs
        if claim.kind == "manual":
            guarded = jobs[claim.guarded]
            return [guarded.where(solver, lambda way: way.when != "manual")]
        if claim.kind == "check":
            return []
        gates = [jobs[name] for name in claim.gates if name in jobs]
        absent = solver.all_of([-gate.exists for gate in gates])
        none_counts = solver.all_of([-self._counting(gate, claim.kind) for gate in gates])
        return [absent, solver.all_of((-absent, none_counts))]

    def _counting(self, gate: Made, kind: str) -> int:
        if kind != "approval":
            return gate.exists
        return gate.where(self.solver, lambda way: way.when == "manual")

    def _possible(self, assumptions: Sequence[int]) -> bool:
        """Whether some pipeline is as assumed. Raises Budget."""
        return possible(self.creation, self.limits, assumptions) is not None
