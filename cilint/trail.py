"""How a value came to stand where a job sees it: alias, merge key, reference, extends, include, default, input.

A trail belongs to an edge of the tree (a key of a mapping, an index of a sequence), never to the value itself: one
value may be reached by many roads, and it always knows only where it was written.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cilint.span import Span


class Step:
    """One step of a trail.

    kind: "alias", "merge", "reference", "extends", "include", "default" or "input".
    span: what asked for the step: the `*alias`, the `extends` entry, the `!reference`, the include entry ...
    name: what was asked for: the anchor, the base, the path of the file, the input.
    """

    __slots__ = ("kind", "name", "span")

    def __init__(self, kind: str, name: str, span: Span) -> None:
        self.kind = kind
        self.name = name
        self.span = span

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Step) and (self.kind, self.name, self.span) == (other.kind, other.name, other.span)

    def __hash__(self) -> int:
        return hash((self.kind, self.name, self.span))

    def __repr__(self) -> str:
        return f"Step({self.kind} {self.name} at {self.span})"


if TYPE_CHECKING:
    from typing import TypeAlias

    # From the place where the value is written outwards, to the job that uses it.
    Trail: TypeAlias = tuple[Step, ...]
