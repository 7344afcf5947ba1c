"""Deterministic machines over the minterms of an alphabet: each of them one question about a text.

A machine has numbered states; `start`, `edges(state)` (disjoint masks of minterms with the state gone to) and
`output(state)` (bits: the answers if the text ends there). From DEAD no text is accepted any more, from TOP every text.
"""

from __future__ import annotations

from cilint.gates import charset
from cilint.gates.alphabet import Alphabet
from cilint.gates.automaton import bits
from cilint.gates.nodes import EDGE, LINE_FEED, OTHER, WORD

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from cilint.gates.automaton import Automaton
    from cilint.gates.budget import Limits
    from cilint.gates.charset import Ranges

    Edges = list[tuple[int, int]]

DEAD, TOP = 0, 1
_ANY_KIND = EDGE + 1  # the kind of the character read last makes no difference to the positions
_MOST_STATES = 600  # a pattern with more of them is not tabulated, but made deterministic as far as it is needed


def _refine(minterms: int, groups: dict[int, int]) -> list[tuple[int, int]]:
    """Split minterms by the groups (minterms -> positions) that read them: each piece with all it leads to."""
    pieces = [(minterms, 0)]
    for mask, positions in groups.items():
        split: list[tuple[int, int]] = []
        for piece, reached in pieces:
            if piece & mask:
                split.append((piece & mask, reached | positions))
            if piece & ~mask:
                split.append((piece & ~mask, reached))
        pieces = split
    return pieces


class Subsets:
    """A position automaton made deterministic, each state when it is first asked for."""

    __slots__ = ("_automaton", "_edges", "_everything", "_ids", "_keys", "_kinds", "_masks", "start")

    def __init__(self, automaton: Automaton, alphabet: Alphabet) -> None:
        self._automaton = automaton
        self._masks = [alphabet.mask(ranges) for ranges in automaton.sets]
        self._everything = alphabet.everything
        self._kinds = [(OTHER, alphabet.everything)]
        if automaton.reads_kinds:
            word, line_feed = alphabet.mask(charset.WORD), alphabet.mask(charset.NEWLINE)
            self._kinds = [(WORD, word), (OTHER, alphabet.everything & ~word & ~line_feed), (LINE_FEED, line_feed)]
        dead, top = (0, _ANY_KIND), (-1, _ANY_KIND)
        self._keys: list[tuple[int, int]] = [dead, top]  # positions, kind of the character read last
        self._ids: dict[tuple[int, int], int] = {dead: DEAD, top: TOP}
        self._edges: list[Edges | None] = [[(alphabet.everything, DEAD)], [(alphabet.everything, TOP)]]
        self.start = self._state(1, EDGE)

    def size(self) -> int:
        """The number of states met so far."""
        return len(self._keys)

    def output(self, state: int) -> int:
        """1 when the text may end in this state."""
        positions, kind = self._keys[state]
        if state == TOP:
            return 1
        kinds = -1 if kind == _ANY_KIND else 1 << kind
        return int(any(self._automaton.accept[position] & kinds for position in bits(positions)))

    def edges(self, state: int) -> Edges:
        """The ways out of a state."""
        edges = self._edges[state]
        return self._grow(state) if edges is None else edges

    def _state(self, positions: int, kind: int) -> int:
        found = self._ids.get((positions, kind))
        if found is None:
            found = self._ids[positions, kind] = len(self._keys)
            self._keys.append((positions, kind))
            self._edges.append(None)
        return found

    def _grow(self, state: int) -> Edges:
        positions, kind = self._keys[state]
        automaton, masks = self._automaton, self._masks
        always = 0
        wanted: list[tuple[int, int]] = []
        for position in bits(positions):
            always |= automaton.follow[position]
            if automaton.conditional[position]:
                wanted += automaton.conditional[position]
        edges: dict[int, int] = {}
        for after, minterms in self._kinds if wanted else [(-1, self._everything)]:
            targets = always
            for contexts, successors in wanted:
                if contexts >> (4 * kind + after) & 1:
                    targets |= successors
            groups: dict[int, int] = {}
            for position in bits(targets):
                groups[masks[position]] = groups.get(masks[position], 0) | 1 << position
            for mask, reached in _refine(minterms, groups):
                for read, target in self._targets(mask, reached):
                    edges[target] = edges.get(target, 0) | read
        grown = self._edges[state] = [(mask, target) for target, mask in edges.items()]
        return grown

    def _targets(self, mask: int, reached: int) -> list[tuple[int, int]]:
        if not reached:
            return [(mask, DEAD)]
        if reached & self._automaton.top:
            return [(mask, TOP)]
        if reached & self._automaton.wary:
            return [(mask & kept, self._state(reached, kind)) for kind, kept in self._kinds if mask & kept]
        return [(mask, self._state(reached, _ANY_KIND))]


class Table:
    """The smallest machine of an automaton, over an alphabet of its own; made once, used in many products."""

    __slots__ = ("_sets", "accepting", "alphabet", "rows", "start")

    def __init__(
        self, sets: dict[Ranges, None], alphabet: Alphabet, rows: list[Edges], accepting: list[int], start: int
    ) -> None:
        self._sets = sets
        self.alphabet = alphabet
        self.rows = rows
        self.accepting = accepting
        self.start = start

    def distinct_sets(self) -> dict[Ranges, None]:
        """The sets that an alphabet needs to be as fine as the table's."""
        return self._sets


def tabulate(automaton: Automaton, limits: Limits) -> Table | None:
    """The table of an automaton; None when it has too many states. Raises Budget."""
    sets = automaton.distinct_sets()
    alphabet = Alphabet(sets)
    machine = Subsets(automaton, alphabet)
    steps: list[list[int]] = []  # by state and minterm
    accepting: list[int] = []
    while len(steps) < machine.size():
        if len(steps) >= _MOST_STATES:
            return None
        limits.check()
        step = [DEAD] * len(alphabet.samples)
        for mask, target in machine.edges(len(steps)):
            for minterm in bits(mask):
                step[minterm] = target
        accepting.append(machine.output(len(steps)))
        steps.append(step)
    return smallest(sets, alphabet, steps, accepting, machine.start)


def smallest(
    sets: dict[Ranges, None], alphabet: Alphabet, steps: list[list[int]], accepting: list[int], start: int
) -> Table:
    """The smallest table that accepts the same texts. steps: the state gone to, by state and minterm; DEAD and TOP first."""
    blocks = _hopcroft(steps, accepting)
    names = {blocks[DEAD]: DEAD, blocks[TOP]: TOP}
    for block in blocks:
        names.setdefault(block, len(names))
    named = [names[block] for block in blocks]
    rows, outputs = _rows(steps, accepting, named)
    return Table(sets, alphabet, rows, outputs, named[start])


def _rows(steps: list[list[int]], accepting: list[int], names: list[int]) -> tuple[list[Edges], list[int]]:
    """The edges and the output of each block, from those of any of its states."""
    rows: list[Edges] = [[] for _ in range(max(names) + 1)]
    outputs = [0] * len(rows)
    for state, name in enumerate(names):
        if not rows[name]:
            masks: dict[int, int] = {}
            for minterm, target in enumerate(steps[state]):
                masks[names[target]] = masks.get(names[target], 0) | 1 << minterm
            rows[name] = [(mask, target) for target, mask in masks.items()]
            outputs[name] = accepting[state]
    return rows, outputs


def _hopcroft(steps: list[list[int]], accepting: list[int]) -> list[int]:
    """The number of each state's block: states of one block accept the same texts (Hopcroft 1971)."""
    minterms = range(len(steps[0]))
    arriving: list[list[list[int]]] = [[[] for _ in steps] for _ in minterms]
    for state, step in enumerate(steps):
        for minterm, target in enumerate(step):
            arriving[minterm][target].append(state)
    members = [
        {state for state, accepts in enumerate(accepting) if accepts == wanted} for wanted in (0, 1)
    ]  # both hold a state: DEAD, TOP
    blocks = list(accepting)
    waiting = {(block, minterm) for block in (0, 1) for minterm in minterms}
    while waiting:
        splitter, minterm = waiting.pop()
        touched: dict[int, set[int]] = {}
        for target in members[splitter]:
            for source in arriving[minterm][target]:
                touched.setdefault(blocks[source], set()).add(source)
        for block, inside in touched.items():
            if len(inside) == len(members[block]):
                continue
            outside = members[block] - inside
            small, large = (inside, outside) if len(inside) < len(outside) else (outside, inside)
            new = len(members)
            members[block] = large
            members.append(small)
            for state in small:
                blocks[state] = new
            waiting.update((new, other) for other in minterms)
    return blocks


class Tabled:
    """A table read with another alphabet, one that is at least as fine as its own."""

    __slots__ = ("_edges", "_masks", "_table", "start")

    def __init__(self, table: Table, alphabet: Alphabet) -> None:
        self._table = table
        self._masks = [0] * len(table.alphabet.samples)
        for minterm, sample in enumerate(alphabet.samples):
            self._masks[table.alphabet.minterm(sample)] |= 1 << minterm
        self._edges: list[Edges | None] = [None] * len(table.rows)
        self.start = table.start

    def output(self, state: int) -> int:
        """1 when the text may end in this state."""
        return self._table.accepting[state]

    def edges(self, state: int) -> Edges:
        """The ways out of a state."""
        edges = self._edges[state]
        if edges is None:
            edges = self._edges[state] = [
                (sum(self._masks[minterm] for minterm in bits(mask)), target)
                for mask, target in self._table.rows[state]
            ]
        return edges


class Literals:
    """Compares the text with every literal at once; bit i of an output: the text is literal i."""

    __slots__ = ("_edges", "_outputs", "start")

    def __init__(self, literals: Sequence[str], alphabet: Alphabet) -> None:
        children: list[dict[str, int]] = [{}, {}, {}]  # DEAD and TOP, which leads nowhere here, and the first node
        self._outputs = [0, 0, 0]
        self.start = 2
        for number, text in enumerate(literals):
            node = self.start
            for char in text:
                child = children[node].get(char)
                if child is None:
                    child = children[node][char] = len(children)
                    children.append({})
                    self._outputs.append(0)
                node = child
            self._outputs[node] |= 1 << number
        self._edges: list[Edges] = []
        for branches in children:
            edges = [(alphabet.mask(charset.single(ord(char))), child) for char, child in branches.items()]
            self._edges.append([*edges, (alphabet.everything & ~sum(mask for mask, _ in edges), DEAD)])

    def output(self, state: int) -> int:
        """The literals that the text is, when it ends in this state."""
        return self._outputs[state]

    def edges(self, state: int) -> Edges:
        """The ways out of a state."""
        return self._edges[state]
