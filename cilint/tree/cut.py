"""Entries and items taken out of a text, with the line that was theirs; never with a comment or an anchor in them."""

from __future__ import annotations

from cilint.finding import Edit
from cilint.pattern import Pattern
from cilint.span import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cilint.tree.node import Node, Scalar

_KEPT = Pattern(r"(?:^|\s)#|&[^&\s]")  # a comment, or an anchor that is used elsewhere
_COMMA = Pattern(r" *, *(?=\S)")
_DASH = Pattern(r"\s*-\s+")


def without_entry(written: Scalar, value: Node, *, safe: bool = True) -> tuple[Edit, ...]:
    """The edit that takes an entry out of the map in which it is written; () where that cannot be done cleanly."""
    source = written.source
    if not source.ours or value.source is not source or (value.line, value.column) <= (written.line, written.column):
        return ()  # the value of an alias stands further up
    if not source.line(written.line)[: written.column - 1].strip():
        return _lines(written, value, safe=safe)
    rest = _COMMA.match(source.line(value.end_line)[value.end_column - 1 :])
    if rest is None:
        return ()
    span = Span(source, written.line, written.column, value.end_line, value.end_column + len(rest[0]))
    return () if _KEPT.search(span.text) else (Edit(span, "", safe=safe),)


def without_item(node: Node, *, safe: bool = True) -> tuple[Edit, ...]:
    """The edit that takes an item out of the list in which it is written, and in which others must stay."""
    source, span = node.source, node.span
    before = source.line(node.line)[: node.column - 1]
    if not source.ours:
        return ()
    if _DASH.fullmatch(before):
        return _lines(node, node, safe=safe)
    after = _COMMA.match(source.line(node.end_line)[node.end_column - 1 :])
    comma = len(before.rstrip())
    if _KEPT.search(span.text) or before[comma - 1 : comma] not in ("[", ","):
        return ()
    if after:
        return (
            Edit(Span(source, span.line, span.column, span.end_line, span.end_column + len(after[0])), "", safe=safe),
        )
    if before[comma - 1] == ",":
        start = len(before[: comma - 1].rstrip()) + 1
        return (Edit(Span(source, span.line, start, span.end_line, span.end_column), "", safe=safe),)
    return ()


def _lines(first: Node, last: Node, *, safe: bool) -> tuple[Edit, ...]:
    source = first.source
    span = Span(source, first.line, 1, last.end_line + 1, 1)
    alone = not source.line(last.end_line)[last.end_column - 1 :].strip()
    return (Edit(span, "", safe=safe),) if alone and not _KEPT.search(span.text) else ()
