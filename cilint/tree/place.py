"""From a way of keys and indexes, as validators give it, to the place in the file."""

from __future__ import annotations

from cilint.tree.node import Mapping, Sequence

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cilint.span import Span
    from cilint.tree.node import Node


def place_of(node: Node, loc: tuple[str | int, ...], *, key: bool = False) -> Span:
    """Where the value (or its key) is written; the nearest place around it where it is not."""
    span = node.span
    for part in loc:
        if isinstance(node, Mapping) and isinstance(part, str):
            # Validators see every key as text, also 3 and true.
            held = part if part in node else next((k for k in node.keys if node.keys[k].text == part), None)
            if held is not None:
                span, node = node.keys[held].span, node.values[held]
        elif isinstance(node, Sequence) and isinstance(part, int) and part < len(node):
            node = node.items[part]
            span = node.span
    return span if key else node.span
