"""From patterns to automata.

A pattern becomes a position automaton (Glushkov): its states are the characters written in the pattern, and an edge
carries the contexts in which the assertions between two characters hold.
"""

from __future__ import annotations

from cilint.gates import charset
from cilint.gates.budget import Budget
from cilint.gates.nodes import EDGE, EVERYWHERE, LINE_FEED, OTHER, WORD, Alt, Cat, Chars, Look, Node, Repeat

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from cilint.gates.budget import Limits
    from cilint.gates.charset import Ranges
    from cilint.gates.regex import Regex

    _Edges = dict[int, int]  # contexts -> set of positions, as bits

_MAX_POSITIONS = 5_000
_START = 1  # the position before any character, as a set


def bits(number: int) -> Iterable[int]:
    """The places of the bits that are set, the lowest first."""
    while number:
        lowest = number & -number
        yield lowest.bit_length() - 1
        number ^= lowest


class Automaton:
    """Positions; 0 stands before the text. Sets of positions are integers, one bit a position.

    sets: the characters of each position. follow: its successors that need no context; conditional: those that do, with
    their contexts. accept: after which kinds of character (bits) the text may end there. top: the positions from which
    every text is accepted.
    """

    __slots__ = ("accept", "conditional", "follow", "reads_kinds", "sets", "top", "wary")

    def __init__(
        self,
        sets: list[Ranges],
        follow: list[int],
        conditional: list[list[tuple[int, int]]],
        accept: list[int],
        top: int,
    ) -> None:
        self.sets = sets
        self.follow = follow
        self.conditional = conditional
        self.accept = accept
        self.top = top
        # Positions whose future depends on which kind of character was read into them.
        self.wary = sum(
            1 << position
            for position in range(1, len(sets))
            if conditional[position] or accept[position] not in (0, _kinds(sets[position]))
        )
        self.reads_kinds = bool(self.wary or conditional[0])

    def distinct_sets(self) -> dict[Ranges, None]:
        """The sets that an alphabet needs for this automaton."""
        sets = dict.fromkeys(self.sets)
        if self.reads_kinds:
            sets.update(dict.fromkeys((charset.WORD, charset.NEWLINE)))
        return sets


def _kinds(ranges: Ranges) -> int:
    """Which kinds of character (bits OTHER, WORD, LINE_FEED) the set holds."""
    found = 0
    for low, high in ranges:
        if low <= 10 <= high:
            found |= 1 << LINE_FEED
        words = sum(max(0, min(high, last) - max(low, first) + 1) for first, last in charset.WORD)
        if words:
            found |= 1 << WORD
        if high - low + 1 > words + (low <= 10 <= high):
            found |= 1 << OTHER
    return found


def of_substrings(text: str) -> Automaton:
    """The automaton of the texts that occur inside this one, the empty text among them."""
    count = len(text) + 1
    sets = [charset.NOTHING, *(charset.single(ord(char)) for char in text)]
    follow = [(1 << count) - 2, *(1 << position for position in range(2, count + 1))]
    if text:
        follow[-1] = 0
    accept = [1 << EDGE, *(_kinds(ranges) for ranges in sets[1:])]
    return Automaton(sets, follow, [[] for _ in sets], accept, 0)


class _Fragment:
    """A part of a pattern: the contexts in which it matches nothing at all, where it begins, where it ends."""

    __slots__ = ("first", "last", "nullable")

    def __init__(self, nullable: int, first: _Edges, last: _Edges) -> None:
        self.nullable = nullable
        self.first = first
        self.last = last


def _under(edges: _Edges, contexts: int) -> _Edges:
    if contexts == EVERYWHERE:
        return edges
    narrowed: _Edges = {}
    for mask, positions in edges.items():
        if mask & contexts:
            narrowed[mask & contexts] = narrowed.get(mask & contexts, 0) | positions
    return narrowed


def _either(left: _Edges, right: _Edges) -> _Edges:
    if not right:
        return left
    joined = dict(left)
    for mask, positions in right.items():
        joined[mask] = joined.get(mask, 0) | positions
    return joined


class _Builder:
    """Writes out a pattern's positions, one for each character that it reads."""

    __slots__ = ("limits", "links", "sets")

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.sets: list[Ranges] = [charset.NOTHING]
        self.links: list[_Edges] = [{}]

    def build(self, node: Node) -> _Fragment:
        if isinstance(node, Chars):
            if not node.ranges:
                return _Fragment(0, {}, {})
            here = {EVERYWHERE: 1 << len(self.sets)}
            self.sets.append(node.ranges)
            self.links.append({})
            return _Fragment(0, here, here)
        if isinstance(node, Look):
            return _Fragment(node.contexts, {}, {})
        if isinstance(node, Cat):
            return self.chain(self.build(part) for part in node.parts)
        if isinstance(node, Alt):
            parts = [self.build(part) for part in node.parts]
            whole = _Fragment(0, {}, {})
            for part in parts:
                whole.nullable |= part.nullable
                whole.first = _either(whole.first, part.first)
                whole.last = _either(whole.last, part.last)
            return whole
        assert isinstance(node, Repeat)
        return self.repeat(node)

    def repeat(self, node: Repeat) -> _Fragment:
        """`low` copies, then a loop or optional copies nested to the right: x{2,4} is xx(x(x)?)?."""
        copies = node.low if node.high is None else node.high
        parts = [self.build(node.part) for _ in range(max(copies, 1 if node.high is None else 0))]
        if node.high is None:
            self.link(parts[-1].last, parts[-1].first)
            if node.low == 0:
                parts[-1].nullable = EVERYWHERE
        tail = _Fragment(EVERYWHERE, {}, {})
        for index in range(len(parts) - 1, -1, -1):
            tail = self.then(parts[index], tail)
            if node.high is not None and index >= node.low:
                tail.nullable = EVERYWHERE
        return tail

    def chain(self, parts: Iterable[_Fragment]) -> _Fragment:
        whole = _Fragment(EVERYWHERE, {}, {})
        for part in parts:
            whole = self.then(whole, part)
        return whole

    def then(self, left: _Fragment, right: _Fragment) -> _Fragment:
        self.link(left.last, right.first)
        return _Fragment(
            left.nullable & right.nullable,
            _either(left.first, _under(right.first, left.nullable)),
            _either(right.last, _under(left.last, right.nullable)),
        )

    def link(self, last: _Edges, first: _Edges) -> None:
        self.limits.check()
        for left, sources in last.items():
            for right, targets in first.items():
                contexts = left & right
                if contexts:
                    for source in bits(sources):
                        link = self.links[source]
                        link[contexts] = link.get(contexts, 0) | targets

    def finish(self, whole: _Fragment) -> Automaton:
        """Resolve what the characters themselves decide, and drop the positions from which no text is accepted."""
        self.links[0] = whole.first
        kinds = [1 << EDGE, *(_kinds(ranges) for ranges in self.sets[1:])]
        accept = [0] * len(self.sets)
        for mask, positions in (*whole.last.items(), (whole.nullable, _START)):
            at_end = sum((mask >> (4 * kind + EDGE) & 1) << kind for kind in range(4))
            for position in bits(positions):
                accept[position] |= at_end & kinds[position]
        follow = [link.pop(EVERYWHERE, 0) for link in self.links]
        conditional = [self.possible(link, kinds[source], kinds) for source, link in enumerate(self.links)]
        for source, wanted in enumerate(conditional):
            follow[source] |= wanted.pop(EVERYWHERE, 0)
        alive = _alive(follow, conditional, accept)
        return Automaton(
            self.sets,
            [targets & alive for targets in follow],
            [
                [(mask, targets & alive) for mask, targets in wanted.items() if targets & alive]
                for wanted in conditional
            ],
            accept,
            _top(self.sets, follow, accept, kinds),
        )

    def possible(self, link: _Edges, before: int, kinds: list[int]) -> _Edges:
        """Conditional links less the contexts that cannot occur; always true ones become EVERYWHERE."""
        self.limits.check()
        wanted: _Edges = {}
        for mask, targets in link.items():
            for target in bits(targets):
                occurring = sum(kinds[target] << (4 * kind) for kind in bits(before))
                contexts = EVERYWHERE if mask & occurring == occurring else mask & occurring
                if contexts:
                    wanted[contexts] = wanted.get(contexts, 0) | 1 << target
        return wanted


def _alive(follow: list[int], conditional: list[_Edges], accept: list[int]) -> int:
    alive = sum(1 << position for position, kinds in enumerate(accept) if kinds)
    before = 0
    while alive != before:
        before = alive
        for source in range(len(follow) - 1, -1, -1):
            if follow[source] & alive or any(targets & alive for targets in conditional[source].values()):
                alive |= 1 << source
    return alive


def _top(sets: list[Ranges], follow: list[int], accept: list[int], kinds: list[int]) -> int:
    """The positions from which every text is accepted, as far as one loop over any character shows it."""
    loops = sum(
        1 << position
        for position, ranges in enumerate(sets)
        if ranges == charset.ANY and follow[position] >> position & 1 and accept[position] == kinds[position]
    )
    return loops | sum(
        1 << position
        for position, targets in enumerate(follow)
        if targets & loops and accept[position] == kinds[position]
    )


def of_regex(regex: Regex, limits: Limits) -> Automaton:
    """The automaton of the texts in which the pattern is found. Raises Budget when it would be huge."""
    if regex.node.size > _MAX_POSITIONS:
        raise Budget(f"the pattern stands for {regex.node.size} characters")
    anything = Repeat(Chars(charset.ANY), 0, None)
    builder = _Builder(limits)
    middle = builder.build(regex.node)
    inside_a_character = middle.nullable & 1 and middle.nullable != EVERYWHERE
    found = builder.chain([builder.build(anything), middle, builder.build(anything)])
    if inside_a_character:  # RE2 searches bytes: an empty match may lie between those of one character
        split = builder.build(Cat([anything, Chars(charset.NOT_ASCII), anything]))
        found.nullable |= split.nullable
        found.first = _either(found.first, split.first)
        found.last = _either(found.last, split.last)
    return builder.finish(found)
