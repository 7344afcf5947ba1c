"""The pipeline as data for a picture: stages with their jobs, what needs what, and which jobs are gates."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from cilint.plan.planned import Plan, PlannedJob
    from cilint.plan.planner import Planner


class Box:
    """One job of the picture; the instances of a parallel job share a box.

    count: how many instances. gate: manual, and later stages wait; optional: manual, and they do not. delayed: a
    timer. may_fail: its failure is tolerated. dag: it waits for its needs and not for stages. trigger: it starts
    another pipeline. absent: in none of the plans. environment: where it deploys to, or "". passes: the gates of
    earlier stages that it does not wait for, because its needs lead past them.
    """

    __slots__ = (
        "absent", "count", "dag", "delayed", "environment", "gate", "may_fail", "name", "optional", "passes",
        "stage", "trigger",
    )  # fmt: skip

    def __init__(self, name: str, stage: str, count: int = 1) -> None:
        self.name = name
        self.stage = stage
        self.count = count
        self.gate = self.optional = self.delayed = self.may_fail = self.dag = self.trigger = False
        self.absent = True
        self.environment = ""
        self.passes: list[str] = []

    def add(self, job: PlannedJob) -> None:
        """Add what a plan says of the job; a gate in one plan is drawn as a gate."""
        self.absent = False
        self.gate = self.gate or job.is_gate
        self.optional = not self.gate and (self.optional or job.when == "manual")
        self.delayed = self.delayed or job.when == "delayed"
        self.may_fail = self.may_fail or (job.allow_failure and job.when != "manual") or bool(job.exit_codes)
        self.dag = self.dag or job.needs is not None
        self.trigger = job.job.trigger
        self.environment = self.environment or job.environment or ""

    def __repr__(self) -> str:
        return f"Box({self.name})"


class Graph:
    """stages: names with their boxes, in run order, empty stages left out. edges: (needed, needing) by name."""

    __slots__ = ("edges", "stages", "title")

    def __init__(self, title: str, stages: list[tuple[str, list[Box]]], edges: list[tuple[str, str]]) -> None:
        self.title = title
        self.stages = stages
        self.edges = edges

    @property
    def boxes(self) -> list[Box]:
        """All boxes, stage by stage."""
        return [box for _, boxes in self.stages for box in boxes]


def draw(planner: Planner, plans: Iterable[Plan], title: str, *, with_absent: bool) -> Graph:
    """The picture of one plan, or of several laid over each other.

    with_absent: whether jobs that are in none of the plans are shown, too.
    """
    boxes: dict[str, Box] = {}
    box_of: dict[str, str] = {}
    for candidate in planner.candidates:
        name = candidate.job.name
        box_of[candidate.name] = name
        if name in boxes:
            boxes[name].count += 1
        else:
            boxes[name] = Box(name, candidate.stage)
    edges: dict[tuple[str, str], None] = {}
    for plan in plans:
        for job in plan.created:
            boxes[job.job.name].add(job)
            for needed in job.needs or ():
                edges[box_of.get(needed, needed), job.job.name] = None
    shown = {name: box for name, box in boxes.items() if with_absent or not box.absent}
    _find_passing(shown, planner.stages, list(edges))
    kept = _without_detours([edge for edge in edges if edge[0] in shown and edge[1] in shown])
    stages = [(stage, [box for box in shown.values() if box.stage == stage]) for stage in planner.stages]
    return Graph(title, [(stage, listed) for stage, listed in stages if listed], kept)


def _find_passing(boxes: dict[str, Box], stages: list[str], edges: list[tuple[str, str]]) -> None:
    """Note at every box which gates of earlier stages do not hold it."""
    place = {stage: number for number, stage in enumerate(stages)}
    gates = [box for box in boxes.values() if box.gate]
    before: dict[str, list[str]] = {}
    for start, end in edges:
        before.setdefault(end, []).append(start)
    for box in boxes.values():
        earlier = [gate.name for gate in gates if place[gate.stage] < place[box.stage]]
        if not earlier or not box.dag:
            continue
        held: set[str] = set()
        seen, waiting = {box.name}, [box.name]
        while waiting:
            current = boxes.get(waiting.pop())
            if current is None:
                continue
            if not current.dag:
                held.update(gate.name for gate in gates if place[gate.stage] < place[current.stage])
            for name in before.get(current.name, ()):
                held.add(name)
                if name not in seen:
                    seen.add(name)
                    waiting.append(name)
        box.passes = [name for name in earlier if name not in held]


def _without_detours(edges: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Edges without those that a longer way through other jobs implies: half the lines, the same order."""
    after: dict[str, list[str]] = {}
    for start, end in edges:
        after.setdefault(start, []).append(end)
    kept = []
    for start, end in edges:
        seen, waiting = {start}, [other for other in after[start] if other != end]
        while waiting and end not in seen:
            name = waiting.pop()
            if name not in seen:
                seen.add(name)
                waiting += after.get(name, ())
        if end not in seen:
            kept.append((start, end))
    return kept
