"""How big and how deep a value may be: GitLab weighs every document after it has parsed it.

`lib/gitlab/utils/deep_size.rb` sums what Ruby holds for the value, every use of an alias counted, and gives up past
the limits. The sum depends on the release of Ruby; ours is that of 3.1, rounded down where it could be either.
"""

from __future__ import annotations

from cilint.tree.node import Mapping, Node, Reference, Scalar, Sequence

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

# GitLab's defaults (db/structure.sql, application_settings.max_yaml_depth and max_yaml_size_bytes).
MAX_DEPTH = 100
MAX_BYTES = 2 * 1024 * 1024
# No value within MAX_BYTES has more parts: the slot of a list alone takes 8 bytes. Bounds what we hold, as well.
MAX_PARTS = MAX_BYTES // 8

_STRING = 40  # bytes of Ruby's object
_LIST = 40
_MAP = 168
_EMBEDDED = 24  # a string shorter than this needs no memory beside its object
_HEAVIEST = 100  # bytes for one character of a text, at most; `{},` in a list comes nearest
_MARKS = ":?{-[,"  # no part of a value comes without one of these


class TooDeep(Exception):
    """The value is nested deeper than MAX_DEPTH, or contains itself."""


class Scales:
    """Weighs nodes, each collection once."""

    __slots__ = ("_known",)

    def __init__(self) -> None:
        # (bytes, depth) by identity; the node is kept beside them so that no identity is used twice.
        self._known: dict[int, tuple[int, int, Node]] = {}

    def weigh(self, node: Node, around: int = 0) -> tuple[int, int]:
        """About how many bytes Ruby holds for the value, and how many collections deep it is.

        around: the number of collections around the value. Raises TooDeep.
        """
        if type(node) is Scalar:
            return weigh_scalar(node), 0
        if isinstance(node, Reference):  # one object to GitLab, but whoever resolves it walks through it
            node = node.argument
            if type(node) is Scalar:
                return weigh_scalar(node), 0
        assert isinstance(node, (Mapping, Sequence))
        known = self._known.get(id(node))
        if around + (known[1] if known else 1) > MAX_DEPTH:
            raise TooDeep
        if known is None:
            known = self._known[id(node)] = (*self._weigh_collection(node, around + 1), node)
        return known[0], known[1]

    def _weigh_collection(self, node: Mapping | Sequence, around: int) -> tuple[int, int]:
        children: Iterable[Node]
        if isinstance(node, Mapping):
            children = node.values.values()
            size = _MAP + sum(map(weigh_scalar, node.keys.values()))
        else:
            children = node.items
            size = _LIST + 8 * len(node.items)
        deepest = 0
        for child in children:
            more, depth = self.weigh(child, around)
            size += more
            deepest = max(deepest, depth)
        return size, deepest + 1


def weigh_scalar(node: Scalar) -> int:
    """What Ruby's ObjectSpace.memsize_of says of the value, about; nothing for numbers, booleans and null."""
    value = node.value
    if not isinstance(value, str):
        return 0
    return _STRING if len(value) < _EMBEDDED else _STRING + 1 + len(value)


def weighs_at_most(text: str) -> int:
    """A bound, at the price of a few searches, on what the value of a text without aliases can weigh."""
    if len(text) * _HEAVIEST < MAX_BYTES:
        return len(text) * _HEAVIEST
    return 4 * len(text) + (_MAP + 2 * _STRING) * (1 + sum(map(text.count, _MARKS)))
