"""Several automata and a list of literals reading the same text, explored from the cheapest text to the dearest."""

from __future__ import annotations

from heapq import heappop, heappush

from cilint.gates import charset
from cilint.gates.alphabet import Alphabet
from cilint.gates.joint import NOWHERE, Joint
from cilint.gates.machines import Literals, Subsets, Table, Tabled

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cilint.gates.automaton import Automaton
    from cilint.gates.budget import Limits

    _State = tuple[int, int]  # the bits decided for good, and the joint state of the machines still undecided

_EAGERNESS = 150  # what a settled pattern is worth in an eager walk: some fifteen ordinary characters


class Product:
    """The product of several automata, given as tables where they have one, and of a list of literals.

    Bit i of an output is "automaton i accepts the text", and bit len(automata) + j "the text is literal j". Texts are
    left out whose output lacks a bit of `must` or has one of `never`. States are numbered as they are found, 0 first.
    """

    __slots__ = ("_arcs", "_index", "_joint", "_limits", "_must", "_never", "_parents", "_states", "alphabet")

    def __init__(
        self,
        automata: Sequence[Automaton | Table],
        literals: Sequence[str],
        limits: Limits,
        *,
        must: int = 0,
        never: int = 0,
    ) -> None:
        self._limits = limits
        self._must = must
        self._never = never
        sets = [ranges for automaton in automata for ranges in automaton.distinct_sets()]
        sets += [charset.single(ord(char)) for text in literals for char in text]
        self.alphabet = alphabet = Alphabet(sets)
        self._joint = Joint(must, never)
        start = self._joint.join(
            [
                *(Tabled(one, alphabet) if isinstance(one, Table) else Subsets(one, alphabet) for one in automata),
                Literals(literals, alphabet),
            ]
        )
        self._states: list[_State] = [start]
        self._index: dict[_State, int] = {start: 0}
        self._arcs: list[list[tuple[int, int]] | None] = [None]  # minterms, state gone to; None: not yet known
        self._parents: list[tuple[int, int]] = [(0, 0)]  # the way by which a state is reached most cheaply

    def __len__(self) -> int:
        """The number of states found."""
        return len(self._states)

    def output(self, number: int) -> int:
        """The output of the texts that lead to a state; -1 when they are left out."""
        output, state = self._states[number]
        if state != NOWHERE:
            output |= self._joint.outputs[state]
        return -1 if output & self._never or output & self._must != self._must else output

    def end(self, text: str) -> int:
        """The state that a text leads to, -1 when none. Raises Budget."""
        number = 0
        for char in text:
            minterm = self.alphabet.minterm(char)
            if minterm < 0:
                return -1
            for mask, target in self._open(number):
                if mask >> minterm & 1:
                    number = target
                    break
            else:
                return -1
        return number

    def _open(self, number: int) -> list[tuple[int, int]]:
        """The arcs out of a state, worked out the first time."""
        arcs = self._arcs[number]
        if arcs is None:
            self._limits.spend()
            decided, state = self._states[number]
            steps = [(self.alphabet.everything, 0, NOWHERE)] if state == NOWHERE else self._joint.steps(state)
            arcs = self._arcs[number] = []
            for mask, more, target in steps:
                step = (decided | more, target)
                found = self._index.get(step)
                if found is None:
                    found = self._index[step] = len(self._states)
                    self._states.append(step)
                    self._arcs.append(None)
                    self._parents.append((0, 0))
                arcs.append((mask, found))
        return arcs

    def walk(self, *, eager: bool = False) -> Iterator[int]:
        """Every state, in the order of the cheapest texts that lead there. Raises Budget.

        eager: states where more of `must` is settled come earlier, whatever their texts cost a little more.
        """
        costs = self.alphabet.costs
        best = {0: 0}
        done: set[int] = set()
        heap = [(0, 0)]
        while heap:
            _, number = heappop(heap)
            if number in done:
                continue
            done.add(number)
            cost = best[number]
            for mask, target in self._open(number):
                price = cost + costs[(mask & -mask).bit_length() - 1]
                if target not in best or price < best[target]:
                    self._parents[target] = (number, mask)
                    best[target] = price
                    unsettled = (self._must & ~self._states[target][0]).bit_count() if eager else 0
                    heappush(heap, (price + _EAGERNESS * unsettled, target))
            yield number

    def cheapest(self, number: int) -> str:
        """The cheapest text that leads to a state."""
        chars: list[str] = []
        while number:
            number, mask = self._parents[number]
            chars.append(self.alphabet.samples[(mask & -mask).bit_length() - 1])
        return "".join(reversed(chars))

    def texts(self, ends: set[int], count: int) -> list[str]:
        """Up to `count` different texts that lead to one of the states, cheapest first; after `walk` has ended."""
        useful = self._leading_to(ends)
        chars: dict[int, list[tuple[int, str]]] = {}
        found: list[str] = []
        visits = [0] * len(self._arcs)
        heap: list[tuple[int, int, int, str]] = [(0, 0, 0, "")]
        pushed = 0
        while heap and len(found) < count:
            cost, _, number, text = heappop(heap)
            visits[number] += 1
            if visits[number] > count:
                continue
            if number in ends:
                found.append(text)
            for mask, target in self._arcs[number] or ():
                if target in useful and visits[target] < count:
                    if mask not in chars:
                        chars[mask] = self.alphabet.chars(mask, count)
                    for price, char in chars[mask]:
                        pushed += 1
                        heappush(heap, (cost + price, pushed, target, text + char))
        return found

    def _leading_to(self, ends: set[int]) -> set[int]:
        arriving: list[list[int]] = [[] for _ in self._arcs]
        for source, arcs in enumerate(self._arcs):
            for _, target in arcs or ():
                arriving[target].append(source)
        useful: set[int] = set()
        stack = list(ends)
        while stack:
            number = stack.pop()
            if number not in useful:
                useful.add(number)
                stack.extend(arriving[number])
        return useful

    def counts(self) -> list[int]:
        """How many texts lead to each state: none, one, or 2 for more; after `walk` has ended."""
        arriving: list[list[tuple[int, int]]] = [[] for _ in self._arcs]
        onward: list[set[int]] = [set() for _ in self._arcs]
        for source, arcs in enumerate(self._arcs):
            for mask, target in arcs or ():
                many = bool(mask & (mask - 1) or mask & self.alphabet.plural)
                arriving[target].append((source, 1 + many))
                onward[source].add(target)
        counts = [0] * len(self._arcs)
        stack = list(range(len(self._arcs)))
        while stack:
            number = stack.pop()
            count = 1 if number == 0 else 0
            for source, factor in arriving[number]:
                count += counts[source] * factor
                if count > 1:
                    break
            if min(count, 2) > counts[number]:
                counts[number] = min(count, 2)
                stack.extend(onward[number])
        return counts
