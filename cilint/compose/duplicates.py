"""Keys that are written twice in one map: the last one wins whole, and nobody is told (ruby/psych revive_hash)."""

from __future__ import annotations

from cilint.finding import Finding, Related
from cilint.tree.node import Mapping, Scalar, Sequence, key_of, key_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from cilint.tree.documents import Reading
    from cilint.tree.node import Node


def duplicate_keys(reading: Reading) -> Iterator[Finding]:
    """A finding at every key of a file whose value is lost to the same key further down."""
    seen: set[int] = set()
    waiting: list[Node] = [root for root in (reading.header, reading.body) if root is not None]
    while waiting:
        node = waiting.pop()
        if type(node) is Mapping:
            children = node.values.values()
            for written, _ in node.duplicates:
                yield _finding(node, written)
        elif type(node) is Sequence:
            children = node.items  # type: ignore[assignment]
        else:
            continue
        for child in children:
            if type(child) is not Scalar and id(child) not in seen:
                seen.add(id(child))
                waiting.append(child)


def _finding(node: Mapping, written: Scalar) -> Finding:
    name = key_text(written)
    winner = node.keys[key_of(written)]
    message = f"`{name}` is written again in line {winner.line}; this value is lost"
    return Finding("duplicate-key", message, written.span, related=[Related("this one counts", winner.span)])
