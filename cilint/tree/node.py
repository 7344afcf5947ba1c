"""Positioned YAML values: Scalar, Sequence, Mapping and Reference.

Nodes are immutable by convention: every step that changes a tree makes new collections and shares the leaves, so a
leaf always knows where it was written. How a value was reached is kept on the edge that leads to it (`trails`).
"""

from __future__ import annotations

from cilint.span import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any, Protocol, Self, TypeAlias

    from cilint.source import Source
    from cilint.trail import Trail
    from cilint.tree.lines import Filling

    class Place(Protocol):
        """A point of a text as libyaml marks it: line and column count from 0."""

        line: int
        column: int

    Value: TypeAlias = "str | int | float | bool | Symbol | Compound | None"
    # Strings stand for themselves; other keys as (type name, value), for 1, 1.0 and true are three keys in Ruby.
    Key: TypeAlias = str | tuple[str, object]

NO_TRAILS: dict[Any, Trail] = {}  # one empty dict serves every node that needs none
_NO_DUPLICATES: tuple[tuple[Scalar, Node], ...] = ()


class Symbol:
    """A Ruby symbol (`:name`): neither a string nor anything else to GitLab's validations."""

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Symbol) and self.name == other.name

    def __hash__(self) -> int:
        return hash((Symbol, self.name))

    def __str__(self) -> str:
        return self.name

    def __repr__(self) -> str:
        return f":{self.name}"


class Compound:
    """A list or a map that is written as the key of a map: legal YAML, and no name to GitLab.

    kind: "a list", "a map" or "a !reference". text: its plain value as Python prints it, by which two are told apart.
    """

    __slots__ = ("kind", "text")

    def __init__(self, kind: str, text: str) -> None:
        self.kind = kind
        self.text = text

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Compound) and (self.kind, self.text) == (other.kind, other.text)

    def __hash__(self) -> int:
        return hash((Compound, self.kind, self.text))

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        return f"<{self.kind} as a key: {self.text}>"


class Node:
    """A value and the stretch of source in which it is written.

    start: the parser's own mark. end: the mark behind the last character; or the node with which this one ends, as a
    block map ends with its last value. `line`, `column`, `end_line` and `end_column` (from 1, the end exclusive) are
    worked out when asked for: most nodes of a file are never asked.
    """

    __slots__ = ("end", "source", "start")

    source: Source
    start: Place
    end: Place | Node

    @property
    def line(self) -> int:
        """The line of the first character, from 1."""
        return self.start.line + 1

    @property
    def column(self) -> int:
        """The column of the first character, from 1."""
        return self.start.column + 1

    @property
    def end_line(self) -> int:
        """The line of the last character, from 1."""
        return self._ending()[0]

    @property
    def end_column(self) -> int:
        """The column behind the last character, from 1."""
        return self._ending()[1]

    @property
    def span(self) -> Span:
        """Where the value is written."""
        return Span(self.source, self.start.line + 1, self.start.column + 1, *self._ending())

    @property
    def kind(self) -> str:
        """The type in the words of a message: "a string", "a list", "nothing" ..."""
        raise NotImplementedError

    def at(self, place: Node) -> Self:
        """Take the position of another node; for building nodes, before they are shared."""
        self.source, self.start, self.end = place.source, place.start, place.end
        return self

    def _ending(self) -> tuple[int, int]:
        end = self.end
        return end._ending() if isinstance(end, Node) else (end.line + 1, end.column + 1)  # noqa: SLF001  # a node's own


class Scalar(Node):
    """A leaf.

    value: typed as Psych types it. text: the characters after YAML's own unescaping.
    style: "" plain, "'" or '"' quoted, "|" literal, ">" folded.
    filling: set only where interpolation has filled blocks of the text (see tree/lines.py, filling_of).
    """

    __slots__ = ("filling", "style", "text", "value")

    filling: Filling

    def __init__(self, value: Value, text: str, style: str = "") -> None:
        self.value = value
        self.text = text
        self.style = style

    @property
    def kind(self) -> str:
        """See Node."""
        return kind_of(self.value)

    def _ending(self) -> tuple[int, int]:
        """A block scalar's mark stands at the next token; it ends with its last line that is not blank."""
        line, column = super()._ending()
        if self.style not in ("|", ">"):
            return line, column
        first = self.start.line + 1
        line -= column == 1
        while line > first and not self.source.line(line).strip():
            line -= 1
        if line > first:
            return line, len(self.source.line(line)) + 1
        header = self.source.line(first).partition(" #")[0].rstrip()
        return first, len(header) + 1

    def __repr__(self) -> str:
        return f"Scalar({self.value!r})"


class Sequence(Node):
    """A list. `trails[i]` tells how item i was reached, where it was not written in place."""

    __slots__ = ("flow", "items", "trails")

    def __init__(self, items: tuple[Node, ...], trails: dict[int, Trail] | None = None, *, flow: bool = False) -> None:
        self.items = items
        self.trails: dict[int, Trail] = trails or NO_TRAILS
        self.flow = flow

    @property
    def kind(self) -> str:
        """See Node."""
        return "a list"

    def __len__(self) -> int:
        return len(self.items)

    def __iter__(self) -> Iterator[Node]:
        return iter(self.items)

    def trail(self, index: int) -> Trail:
        """The steps by which item `index` (from 0) came to be here; () when it is written here."""
        return self.trails.get(index, ())

    def __repr__(self) -> str:
        return f"Sequence({list(self.items)!r})"


class Mapping(Node):
    """A map in the order that Ruby's Hash has after Psych built it.

    keys: the key as it is written, by key. values: the value, by key. trails: how a value was reached.
    duplicates: keys that were written again further down, with the value that was lost.
    """

    __slots__ = ("duplicates", "flow", "keys", "trails", "values")

    def __init__(
        self,
        keys: dict[Key, Scalar],
        values: dict[Key, Node],
        trails: dict[Key, Trail] | None = None,
        duplicates: tuple[tuple[Scalar, Node], ...] = _NO_DUPLICATES,
        *,
        flow: bool = False,
    ) -> None:
        self.keys = keys
        self.values = values
        self.trails: dict[Key, Trail] = trails or NO_TRAILS
        self.duplicates = duplicates
        self.flow = flow

    @property
    def kind(self) -> str:
        """See Node."""
        return "a map"

    def get(self, key: Key) -> Node | None:
        """The value of a key; None when the key is not there."""
        return self.values.get(key)

    def set(self, key: str) -> Node | None:
        """The value of a key that is there and is not null: null is how GitLab unsets a keyword."""
        node = self.values.get(key)
        return None if node is None or (type(node) is Scalar and node.value is None) else node

    def trail(self, key: Key) -> Trail:
        """The steps by which the value of `key` came to be here; () when it is written here."""
        return self.trails.get(key, ())

    def items(self) -> Iterator[tuple[Scalar, Node]]:
        """Keys as written, with their values."""
        values = self.values
        return ((written, values[key]) for key, written in self.keys.items())

    def __len__(self) -> int:
        return len(self.values)

    def __contains__(self, key: Key) -> bool:
        return key in self.values

    def __repr__(self) -> str:
        return f"Mapping({self.values!r})"


class Reference(Node):
    """`!reference ARGUMENT`, until compose has resolved it."""

    __slots__ = ("argument",)

    def __init__(self, argument: Node) -> None:
        self.argument = argument

    @property
    def kind(self) -> str:
        """See Node."""
        return "a !reference"

    def __repr__(self) -> str:
        return f"Reference({self.argument!r})"


def kind_of(value: object) -> str:
    """The type of a typed scalar in the words of a message."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "a boolean"
    if isinstance(value, str):
        return "a string"
    if isinstance(value, Symbol):
        return "a symbol"
    if isinstance(value, Compound):
        return value.kind
    return "an integer" if isinstance(value, int) else "a number"


def is_null(node: Node | None) -> bool:
    """Whether a keyword is absent or written as null, which GitLab treats alike nearly everywhere."""
    return node is None or (type(node) is Scalar and node.value is None)


def key_of(scalar: Scalar) -> Key:
    """The key under which a mapping holds the value of a written key (strings and symbols become one)."""
    value = scalar.value
    if isinstance(value, str):
        return value
    if isinstance(value, Symbol):
        return value.name
    return (type(value).__name__, value)


def plain(node: Node) -> object:
    """The value as plain Python data (dict, list, str, int, float, bool, None), for JSON and for selectors.

    Keys become the text that Ruby would print for them; symbols become their name.
    """
    if isinstance(node, Scalar):
        return str(node.value) if isinstance(node.value, (Symbol, Compound)) else node.value
    if isinstance(node, Sequence):
        return [plain(item) for item in node.items]
    if isinstance(node, Mapping):
        return {key_text(written): plain(value) for written, value in node.items()}
    assert isinstance(node, Reference)
    return {"!reference": plain(node.argument)}


def key_text(written: Scalar) -> str:
    """A key as text: strings and symbols as they are, true, 1 and 1.5 as Ruby prints them, null as empty."""
    return written.value if isinstance(written.value, str) else ruby_text(written.value)


def ruby_text(value: Value) -> str:
    """Ruby's `to_s` of a typed scalar: true, 8, 1.1, Infinity, and nothing for null."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return ruby_float(value)
    return str(value)


def ruby_float(value: float) -> str:
    """Ruby's `Float#to_s`: fixed notation from 1e-4 up to 1e16, scientific outside, always with a point."""
    if value != value:  # noqa: PLR0124  # only NaN differs from itself
        return "NaN"
    if value in (float("inf"), float("-inf")):
        return "Infinity" if value > 0 else "-Infinity"
    if value != 0 and not 1e-4 <= abs(value) < 1e16:
        mantissa, _, exponent = repr(value).partition("e")
        return f"{mantissa if '.' in mantissa else mantissa + '.0'}e{int(exponent):+03d}"
    text = repr(value)
    return text if "e" not in text else f"{value:.1f}"
