"""The value of one input, or of one fact about a component, as interpolation uses it."""

from __future__ import annotations

from cilint.tree.node import Mapping, Node, Scalar, Sequence

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from cilint.trail import Trail
    from cilint.tree.node import Key

MAX_NODES = 10_000  # in one value; a file that includes itself could double a list with every round
MAX_DEPTH = 100


class Given:
    """A value and how it came: `node` stands where the value is written, be it the include entry or the default."""

    __slots__ = ("name", "node", "trail")

    def __init__(self, name: str, node: Node, trail: Trail = ()) -> None:
        self.name = name
        self.node = node
        self.trail = trail

    def with_node(self, node: Node) -> Given:
        """The same with another value: a part of it, or what a function made of it."""
        return Given(self.name, node, self.trail)


def node_of(value: Any, place: Node) -> Node:
    """Plain data (from JSON, or from the command line) as nodes that stand at a place."""
    if isinstance(value, dict):
        keys: dict[Key, Scalar] = {}
        for name in value:
            keys[str(name)] = Scalar(str(name), str(name)).at(place)
        values: dict[Key, Node] = {str(name): node_of(item, place) for name, item in value.items()}
        return Mapping(keys, values).at(place)
    if isinstance(value, (list, tuple)):
        return Sequence(tuple(node_of(item, place) for item in value)).at(place)
    if value is None or isinstance(value, (bool, int, float, str)):
        return Scalar(value, "" if value is None else str(value)).at(place)
    return Scalar(str(value), str(value)).at(place)


def is_bounded(node: Node) -> bool:
    """Whether a value is small enough to be put in many places."""
    count = 0
    waiting = [(node, 0)]
    while waiting:
        current, depth = waiting.pop()
        count += 1
        if count > MAX_NODES or depth > MAX_DEPTH:
            return False
        if isinstance(current, Sequence):
            waiting += [(item, depth + 1) for item in current.items]
        elif isinstance(current, Mapping):
            waiting += [(item, depth + 1) for item in current.values.values()]
    return True
