"""Several automata made deterministic side by side, over one alphabet, each state when it is first needed."""

from __future__ import annotations

from . import charset
from .alphabet import Alphabet
from .automaton import bits
from .nodes import EDGE, LINE_FEED, OTHER, WORD

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from .automaton import Automaton

    # A step of one automaton: its bit, when every longer text is accepted too; the state gone to, or none.
    _Step = tuple[int, tuple[int, ...]]
    Edge = tuple[int, int, tuple[int, ...]]  # the minterms that take a step, and the step

_ANY_KIND = EDGE + 1  # the kind of the character read last makes no difference to the positions


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
    """The states of single automata, all in one list.

    A state is left out of the steps when its text can no longer be accepted by an automaton of `must`, or will always be
    by one of `never`. at_end: of each state, the bits of what it accepts if the text ends there.
    """

    __slots__ = ("_automata", "_edges", "_ids", "_keys", "_kinds", "_masks", "_must", "_never", "alphabet", "at_end")

    def __init__(self, automata: Sequence[Automaton], letters: Sequence[str], must: int, never: int) -> None:
        self._automata = automata
        self._must = must
        self._never = never
        sets = dict.fromkeys(ranges for automaton in automata for ranges in automaton.sets)
        sets.update(dict.fromkeys(charset.single(ord(char)) for char in letters))
        wary = any(automaton.wary or automaton.conditional[0] for automaton in automata)
        if wary:
            sets.update(dict.fromkeys((charset.WORD, charset.NEWLINE)))
        self.alphabet = alphabet = Alphabet(sets)
        self._kinds = [(OTHER, alphabet.everything)]
        if wary:
            word, line_feed = alphabet.mask(charset.WORD), alphabet.mask(charset.NEWLINE)
            self._kinds = [(WORD, word), (OTHER, alphabet.everything & ~word & ~line_feed), (LINE_FEED, line_feed)]
        self._masks = [[alphabet.mask(ranges) for ranges in automaton.sets] for automaton in automata]
        self._keys: list[tuple[int, int, int]] = []  # automaton, positions, kind of the character read last
        self._ids: dict[tuple[int, int, int], int] = {}
        self._edges: list[list[Edge] | None] = []
        self.at_end: list[int] = []

    def starts(self, literals: Sequence[str]) -> tuple[int, ...]:
        """The first state of every automaton, and of the comparison with the literals."""
        first = [self._state(number, 1, EDGE) for number in range(len(self._automata))]
        return (*first, self._trie(literals)) if literals else tuple(first)

    def edges(self, state: int) -> list[Edge]:
        """The steps out of a state, by disjoint sets of minterms."""
        edges = self._edges[state]
        return self._grow(state) if edges is None else edges

    def _state(self, number: int, positions: int, kind: int) -> int:
        key = (number, positions, kind)
        found = self._ids.get(key)
        if found is None:
            found = self._ids[key] = len(self._keys)
            self._keys.append(key)
            self._edges.append(None)
            automaton = self._automata[number]
            kinds = -1 if kind == _ANY_KIND else 1 << kind
            accepts = any(automaton.accept[position] & kinds for position in bits(positions))
            self.at_end.append(accepts << number)
        return found

    def _trie(self, literals: Sequence[str]) -> int:
        """The states that compare the text with every literal; returns the first one."""
        first = len(self._keys)
        children: list[dict[str, int]] = [{}]
        ends = [0]
        for number, text in enumerate(literals):
            node = 0
            for char in text:
                child = children[node].get(char)
                if child is None:
                    child = children[node][char] = len(children)
                    children.append({})
                    ends.append(0)
                node = child
            ends[node] |= 1 << (len(self._automata) + number)
        for node, branches in enumerate(children):
            rest = self.alphabet.everything
            edges: list[Edge] = []
            for char, child in branches.items():
                mask = self.alphabet.mask(charset.single(ord(char)))
                edges.append((mask, 0, (first + child,)))
                rest &= ~mask
            edges.append((rest, 0, ()))
            self._keys.append((-1, node, 0))
            self._edges.append(edges)
            self.at_end.append(ends[node])
        return first

    def _grow(self, state: int) -> list[Edge]:
        """The edges out of a state of one automaton (subset construction over minterms)."""
        number, positions, kind = self._keys[state]
        automaton, masks = self._automata[number], self._masks[number]
        always = 0
        wanted: list[tuple[int, int]] = []
        for position in bits(positions):
            always |= automaton.follow[position]
            if automaton.conditional[position]:
                wanted += automaton.conditional[position]
        edges: dict[_Step, int] = {}
        for after, minterms in self._kinds if wanted else [(-1, self.alphabet.everything)]:
            targets = always
            for contexts, successors in wanted:
                if contexts >> (4 * kind + after) & 1:
                    targets |= successors
            groups: dict[int, int] = {}
            for position in bits(targets):
                groups[masks[position]] = groups.get(masks[position], 0) | 1 << position
            for mask, reached in _refine(minterms, groups):
                for read, step in self._targets(number, mask, reached):
                    edges[step] = edges.get(step, 0) | read
        grown = self._edges[state] = [(mask, *step) for step, mask in edges.items()]
        return grown

    def _targets(self, number: int, mask: int, reached: int) -> Iterator[tuple[int, _Step]]:
        automaton = self._automata[number]
        bit = 1 << number
        if not reached:
            if not self._must & bit:
                yield mask, (0, ())
        elif reached & automaton.top:
            if not self._never & bit:
                yield mask, (bit, ())
        elif reached & automaton.wary:
            for kind, members in self._kinds:
                if mask & members:
                    yield mask & members, (0, (self._state(number, reached, kind),))
        else:
            yield mask, (0, (self._state(number, reached, _ANY_KIND),))
