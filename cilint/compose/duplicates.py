"""Keys that are written twice in one map: the last one wins whole, and nobody is told (ruby/psych revive_hash)."""

from __future__ import annotations

from itertools import islice

from cilint.finding import Finding, Related
from cilint.tree.cut import without_entry
from cilint.tree.node import Mapping, Scalar, Sequence, key_of, key_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from cilint.tree.documents import Reading
    from cilint.tree.node import Node

_AT_MOST = 1000  # in one file: nobody reads more, and a hostile one can hold a million


def duplicate_keys(reading: Reading) -> Iterator[Finding]:
    """A finding at every key of a file whose value is lost to the same key further down."""
    lost = _lost(reading)
    for node, written, value in islice(lost, _AT_MOST):
        yield _finding(node, written, value)
    for _, written, _ in lost:
        more = 1 + sum(1 for _ in lost)
        message = f"{more:,} more keys of this file are written again further down: {_AT_MOST:,} are listed one by one"
        yield Finding("duplicate-key", message, written.span)


def _lost(reading: Reading) -> Iterator[tuple[Mapping, Scalar, Node]]:
    seen: set[int] = set()
    waiting: list[Node] = [root for root in (reading.header, reading.body) if root is not None]
    while waiting:
        node = waiting.pop()
        if type(node) is Mapping:
            children = node.values.values()
            for written, lost in node.duplicates:
                yield node, written, lost
        elif type(node) is Sequence:
            children = node.items  # type: ignore[assignment]
        else:
            continue
        for child in children:
            if type(child) is not Scalar and id(child) not in seen:
                seen.add(id(child))
                waiting.append(child)


def _finding(node: Mapping, written: Scalar, lost: Node) -> Finding:
    name = key_text(written)
    winner = node.keys[key_of(written)]
    message = f"`{name}` is written again in line {winner.line}; this value is lost"
    related = [Related("this one counts", winner.span)]
    return Finding("duplicate-key", message, written.span, related=related, edits=without_entry(written, lost))
