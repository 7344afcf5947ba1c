"""How many values a configuration comes to when every shared part is written out: the bound on `!reference` bombs."""

from __future__ import annotations

from cilint.tree.node import Mapping, Node, Scalar, Sequence

MAX_NODES = 5_000_000  # the largest known pipeline comes to 60,000


def weigh(root: Node) -> int:
    """The number of values below a node, shared ones counted at every use."""
    weights: dict[int, int] = {}
    waiting = [root]
    while waiting:
        node = waiting[-1]
        if id(node) in weights:
            waiting.pop()
            continue
        children = _children(node)
        open_children = [child for child in children if type(child) is not Scalar and id(child) not in weights]
        if open_children:
            waiting += open_children
            continue
        waiting.pop()
        weights[id(node)] = 1 + sum(1 if type(child) is Scalar else weights[id(child)] for child in children)
    return weights[id(root)]


def _children(node: Node) -> list[Node]:
    if isinstance(node, Mapping):
        return list(node.values.values())
    return list(node.items) if isinstance(node, Sequence) else []
