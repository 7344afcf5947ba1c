"""How many values a configuration comes to when every shared part is written out: the bound on `!reference` bombs."""

from __future__ import annotations

from cilint.tree.node import Mapping, Node, Scalar, Sequence

MAX_NODES = 5_000_000  # the largest known pipeline comes to 60,000


def weigh(root: Node) -> int:
    """The number of values below a node and itself, shared ones counted at every use."""
    return _weigh(root, {})


def _weigh(node: Node, known: dict[int, int]) -> int:
    total = 1
    for child in node.values.values() if type(node) is Mapping else node.items if type(node) is Sequence else ():
        if type(child) is Scalar:
            total += 1
        else:
            weight = known.get(id(child))
            total += _weigh(child, known) if weight is None else weight
    known[id(node)] = total
    return total
