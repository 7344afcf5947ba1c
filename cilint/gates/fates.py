"""What jobs are bound to: those that are always skipped at once, and those that may stand waiting."""

from __future__ import annotations

from cilint.gates.solver import FALSE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from cilint.gates.made import Made, Way
    from cilint.gates.solver import Solver


class Fates:
    """For jobs that are closed under "waits for".

    dead: whether a job is bound to be skipped, because it waits for a failure of nothing or needs such a job.
    may_wait: whether a job may ever stand waiting, so that it can be cancelled before it starts.
    """

    __slots__ = ("_jobs", "_solver", "dead", "may_wait")

    def __init__(self, jobs: Mapping[str, Made], solver: Solver) -> None:
        self._jobs = jobs
        self._solver = solver
        self.dead: dict[str, int] = {}
        self.may_wait: dict[str, int] = {}
        stage, alive, here = -1, FALSE, FALSE  # whether anything before the stage may run, and anything up to it
        for made in ordered(jobs):
            if made.stage_index != stage:
                stage, alive = made.stage_index, here
            self._judge(made, alive)
            here = solver.any_of((here, solver.all_of((made.exists, -self.dead[made.name]))))

    def _judge(self, made: Made, before: int) -> None:
        solver = self._solver
        dead, waits = [], []
        for way in made.ways:
            alive, doomed = (before, FALSE) if way.needs is None else self._needed(way)
            if way.when == "on_failure":
                dead.append(solver.all_of((way.guard, -alive)))
            if way.when != "always":
                dead.append(solver.all_of((way.guard, doomed)))
            waits.append(solver.all_of((way.guard, alive, -doomed)))
        self.dead[made.name] = solver.any_of(dead)
        self.may_wait[made.name] = solver.any_of(waits)

    def _needed(self, way: Way) -> tuple[int, int]:
        """Of the needed jobs, whether one may run, and whether one is bound to be skipped."""
        solver = self._solver
        others = [self._jobs[one.name] for one in way.needs or () if one.name in self._jobs]
        # Needs that run in a circle come too late to be known here; they wait for ever, so they may wait.
        dead = [self.dead.get(other.name, FALSE) for other in others]
        alive = [solver.all_of((other.exists, -term)) for other, term in zip(others, dead, strict=True)]
        return solver.any_of(alive), solver.any_of(dead)


def ordered(jobs: Mapping[str, Made]) -> list[Made]:
    """Jobs by stage, within a stage behind those that they need in any way; circles are cut somewhere."""
    placed: dict[str, Made] = {}
    for made in sorted(jobs.values(), key=lambda made: made.stage_index):
        waiting = [made]
        entered: set[str] = set()
        while waiting:
            current = waiting[-1]
            if current.name in entered or current.name in placed:
                waiting.pop()
                placed.setdefault(current.name, current)
                continue
            entered.add(current.name)
            needed = {one.name for way in current.ways for one in way.needs or ()}
            waiting += [
                jobs[name]
                for name in sorted(needed)
                if name in jobs and name not in placed and name not in entered
                and jobs[name].stage_index == current.stage_index
            ]  # fmt: skip
    return list(placed.values())
