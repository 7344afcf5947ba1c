"""The parts of a pattern, and the contexts in which its assertions hold."""

from __future__ import annotations

from cilint.gates import charset

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from cilint.gates.charset import Ranges

# A place between two characters has one of 16 contexts: 4 * (what stands before) + (what stands after).
OTHER, WORD, LINE_FEED, EDGE = range(4)
EVERYWHERE = 0xFFFF
_MAX_DEPTH = 150


def _contexts(befores: Sequence[int], afters: Sequence[int]) -> int:
    return sum(1 << (4 * before + after) for before in befores for after in afters)


_ALL = (OTHER, WORD, LINE_FEED, EDGE)
TEXT_START = _contexts((EDGE,), _ALL)
TEXT_END = _contexts(_ALL, (EDGE,))
LINE_START = _contexts((EDGE, LINE_FEED), _ALL)
LINE_END = _contexts(_ALL, (EDGE, LINE_FEED))
BOUNDARY = _contexts((WORD,), (OTHER, LINE_FEED, EDGE)) | _contexts((OTHER, LINE_FEED, EDGE), (WORD,))
NO_BOUNDARY = EVERYWHERE & ~BOUNDARY


class Unsupported(Exception):
    """The pattern is not one of RE2, or says something that this module cannot represent exactly."""


class Node:
    """A part of a pattern.

    depth: how deeply it is nested. product: the largest product of the nested repetition counts in it. size: the
    characters that it reads at most, repetitions written out.
    """

    __slots__ = ("depth", "product", "size")

    def __init__(self, depth: int, size: int, product: int = 1) -> None:
        self.depth = depth
        self.size = size
        self.product = product
        if depth > _MAX_DEPTH:
            raise Unsupported(f"nested deeper than {_MAX_DEPTH}")


class Chars(Node):
    """One character out of a set; out of an empty set: never matches."""

    __slots__ = ("ranges",)

    def __init__(self, ranges: Ranges) -> None:
        super().__init__(1, 1)
        self.ranges = ranges


class Look(Node):
    """An empty match, in some contexts only: `^`, `$`, word boundaries."""

    __slots__ = ("contexts",)

    def __init__(self, contexts: int) -> None:
        super().__init__(1, 0)
        self.contexts = contexts


class Many(Node):
    """What has several parts."""

    __slots__ = ("parts",)

    def __init__(self, parts: Sequence[Node]) -> None:
        super().__init__(
            1 + max((part.depth for part in parts), default=0),
            sum(part.size for part in parts),
            max((part.product for part in parts), default=1),
        )
        self.parts = tuple(parts)


class Cat(Many):
    """One part after another; without parts: the empty text."""

    __slots__ = ()


class Alt(Many):
    """Any one of the parts."""

    __slots__ = ()


class Repeat(Node):
    """A part at least `low` and at most `high` times (None: no limit)."""

    __slots__ = ("high", "low", "part")

    def __init__(self, part: Node, low: int, high: int | None) -> None:
        most = low if high is None else high
        super().__init__(part.depth + 1, part.size * max(most, 1), part.product * max(most, 1))
        self.part = part
        self.low = low
        self.high = high


def alternatives(parts: Sequence[Node]) -> Node:
    """Any one of the parts; single characters become one set."""
    if len(parts) == 1:
        return parts[0]
    chars = [part for part in parts if isinstance(part, Chars)]
    if len(chars) < 2:
        return Alt(parts)
    joined = Chars(charset.union(*(part.ranges for part in chars)))
    rest = [part for part in parts if not isinstance(part, Chars)]
    return Alt([joined, *rest]) if rest else joined
