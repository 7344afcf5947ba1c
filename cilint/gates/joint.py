"""Several machines reading the same text, joined two by two, so that what two of them do together is worked out once."""

from __future__ import annotations

from cilint.gates.machines import DEAD, TOP

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from cilint.gates.machines import Literals, Subsets, Tabled

    # The minterms that take it; the bits of machines that now accept every longer text; the state gone to.
    Step = tuple[int, int, int]

NOWHERE = -1  # nothing is left to be decided


class Joint:
    """States of single machines and of pairs of states, all in one list.

    A step is left out when after it a machine of `must` accepts no text any more, or one of `never` accepts every text.
    outputs: of each state, the bits of what is accepted if the text ends there.
    """

    __slots__ = ("_machines", "_must", "_names", "_never", "_states", "_steps", "outputs")

    def __init__(self, must: int, never: int) -> None:
        self._must = must
        self._never = never
        self._machines: Sequence[Subsets | Tabled | Literals] = ()
        self._states: list[tuple[int, int]] = []  # machine and its state, or two states of this list (machine: ~left)
        self._names: dict[tuple[int, int], int] = {}
        self._steps: list[list[Step] | None] = []
        self.outputs: list[int] = []

    def join(self, machines: Sequence[Subsets | Tabled | Literals]) -> tuple[int, int]:
        """The bits decided from the start, and the state in which all machines start; bit i is machine i."""
        self._machines = machines
        decided = 0
        row: list[int] = []
        for number, machine in enumerate(machines):
            if machine.start == TOP:
                decided |= 1 << number
            elif machine.start != DEAD:
                row.append(self._name(number, machine.start))
        while len(row) > 1:
            pairs = zip(row[::2], row[1::2], strict=False)
            row = [self._name(~left, right) for left, right in pairs] + row[len(row) & ~1 :]
        return decided, row[0] if row else NOWHERE

    def _name(self, first: int, second: int) -> int:
        key = (first, second)
        name = self._names.get(key)
        if name is None:
            name = self._names[key] = len(self._states)
            self._states.append(key)
            self._steps.append(None)
            if first < 0:
                self.outputs.append(self.outputs[~first] | self.outputs[second])
            else:
                self.outputs.append(self._machines[first].output(second) << first)
        return name

    def steps(self, state: int) -> list[Step]:
        """The steps out of a state."""
        steps = self._steps[state]
        if steps is None:
            first, second = self._states[state]
            steps = self._steps[state] = self._pair(~first, second) if first < 0 else self._single(first, second)
        return steps

    def _single(self, number: int, state: int) -> list[Step]:
        bit = 1 << number
        steps: list[Step] = []
        for mask, target in self._machines[number].edges(state):
            if target == DEAD:
                if not self._must & bit:
                    steps.append((mask, 0, NOWHERE))
            elif target == TOP:
                if not self._never & bit:
                    steps.append((mask, bit, NOWHERE))
            else:
                steps.append((mask, 0, self._name(number, target)))
        return steps

    def _pair(self, left: int, right: int) -> list[Step]:
        merged: dict[tuple[int, int], int] = {}
        others = self.steps(right)
        for mask, decided, target in self.steps(left):
            for other_mask, other_decided, other in others:
                common = mask & other_mask
                if common:
                    if other >= 0 and target >= 0:
                        other = self._name(~target, other)
                    elif other < 0:
                        other = target
                    key = (decided | other_decided, other)
                    merged[key] = merged.get(key, 0) | common
        return [(mask, decided, target) for (decided, target), mask in merged.items()]
