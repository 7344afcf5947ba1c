"""Made and Way: a job that may be created, and the ways in which it may."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from cilint.gates.solver import Solver
    from cilint.plan.candidate import Candidate, NeededJob


class Way:
    """One way in which a job is created: when it is, and with what. needs: None when it waits for stages."""

    __slots__ = ("allow_failure", "excusable", "guard", "needs", "when")

    def __init__(
        self, guard: int, when: str, needs: list[NeededJob] | None, *, allow_failure: bool, excusable: bool
    ) -> None:
        self.guard = guard
        self.when = when
        self.needs = needs
        self.allow_failure = allow_failure
        self.excusable = excusable  # fails harmlessly with some exit codes


class Made:
    """A job that may be created. exists: whether it is; ways: how, each excluding the others.

    mirrors: whether it takes over whatever status its downstream pipeline ends in (`strategy: mirror`).
    """

    __slots__ = ("candidate", "exists", "mirrors", "name", "stage_index", "ways")

    def __init__(self, candidate: Candidate, ways: list[Way], solver: Solver) -> None:
        self.candidate = candidate
        self.name = candidate.name
        self.stage_index = candidate.stage_index
        self.ways = ways
        self.exists = solver.any_of([way.guard for way in ways])
        strategy = candidate.job.site.dig("trigger", "strategy") if candidate.job.trigger else None
        self.mirrors = strategy is not None and strategy.value == "mirror"

    def where(self, solver: Solver, test: Callable[[Way], bool]) -> int:
        """Whether it is created in a way that passes the test."""
        if all(test(way) for way in self.ways):
            return self.exists
        return solver.any_of([way.guard for way in self.ways if test(way)])

    def __repr__(self) -> str:
        return f"Made({self.name})"
