"""The shapes of collections: lists, maps with given keys, maps with free keys, and the choice between shapes."""

from __future__ import annotations

from cilint.language.faults import hint
from cilint.language.shapes import TEXT, Shape, Tiered, is_string
from cilint.nearest import nearest
from cilint.tree.node import Mapping, Reference, Scalar, Sequence

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeAlias

    from cilint.language.faults import Faults, Way
    from cilint.tree.node import Key, Node

    MapCheck: TypeAlias = Callable[[Mapping, Way, Faults], None]

_ITEMS = "should hold strings only (an array of strings)"
NESTING = 10  # levels of lists, the outer one included (lib/gitlab/config/entry/validators/nested_array_helpers.rb)


class Either(Shape):
    """One of several shapes; the kind of the node decides which of them judges it."""

    __slots__ = ("shapes",)

    def __init__(self, *shapes: Shape, words: str = "") -> None:
        super().__init__(words or " or ".join(dict.fromkeys(shape.words for shape in shapes)))
        self.shapes = shapes

    def accepts(self, node: Node) -> bool:
        """See Shape."""
        return any(shape.accepts(node) for shape in self.shapes)

    def check(self, node: Node, path: Way, faults: Faults) -> None:
        """See Shape."""
        for shape in self.shapes:
            if shape.accepts(node):
                shape.check(node, path, faults)
                return
        faults.type(path, node, self.words)


class _List(Shape):
    """What all lists have in common: how many items there may be, and whether lists in them are flattened."""

    __slots__ = ("least", "most", "nested")

    def __init__(self, words: str, *, most: int, least: int, nested: bool) -> None:
        super().__init__(words)
        self.most = most
        self.least = least
        self.nested = nested

    def accepts(self, node: Node) -> bool:
        """See Shape."""
        return type(node) is Sequence

    def check(self, node: Node, path: Way, faults: Faults) -> None:
        """See Shape."""
        if type(node) is not Sequence:
            faults.type(path, node, self.words)
            return
        if self.most and len(node.items) > self.most:
            faults.add(
                "limit-exceeded", path, f"has too many entries (maximum {self.most}, here are {len(node.items)})"
            )
        if len(node.items) < self.least:
            faults.add("keyword-missing", path, "can't be blank")
        self._items(node, path, faults, 1)

    def _items(self, node: Sequence, path: Way, faults: Faults, level: int) -> None:
        raise NotImplementedError


class Listing(_List):
    """A list of one shape.

    most, least: how many items. nested: whether lists in it are flattened. holes: whether null items are passed over,
    as where GitLab makes an entry of each item; else null is a wrong item.
    """

    __slots__ = ("holes", "item")

    def __init__(
        self, item: Shape, words: str, *, most: int = 0, least: int = 0, nested: bool = False, holes: bool = False
    ) -> None:
        super().__init__(words, most=most, least=least, nested=nested)
        self.item = item
        self.holes = holes

    def _items(self, node: Sequence, path: Way, faults: Faults, level: int) -> None:
        check = self.item.check
        for index, item in enumerate(node.items):
            kind = type(item)
            if kind is Sequence and self.nested:
                if level >= NESTING:
                    faults.add("limit-exceeded", (*path, index), f"is nested deeper than {NESTING} levels")
                else:
                    self._items(item, (*path, index), faults, level + 1)  # type: ignore[arg-type]
            elif kind is not Reference and not (self.holes and kind is Scalar and item.value is None):  # type: ignore[attr-defined]
                check(item, (*path, index), faults)


class Strings(_List):
    """A list of strings; the commonest shape, so it has a short way.

    most, least: how many; nested: whether lists in it are flattened. item: what else each string must be.
    """

    __slots__ = ("item",)

    def __init__(self, *, most: int = 0, least: int = 0, nested: bool = False, item: Shape | None = None) -> None:
        super().__init__("a list of strings", most=most, least=least, nested=nested)
        self.item = item

    def _items(self, node: Sequence, path: Way, faults: Faults, level: int) -> None:
        check = None if self.item is None else self.item.check
        for index, item in enumerate(node.items):
            if is_string(item):
                if check is not None:
                    check(item, (*path, index), faults)
            elif type(item) is Sequence and self.nested:
                if level >= NESTING:
                    faults.add("limit-exceeded", (*path, index), f"is nested deeper than {NESTING} levels")
                else:
                    self._items(item, (*path, index), faults, level + 1)
            elif type(item) is not Reference:
                faults.add("keyword-type", (*path, index), f"{_ITEMS}, not {item.kind}{hint(item)}")


class Fields(Shape):
    """A map with given keys.

    fields: what each key holds. required: keys that must be there and not null. exclusive: sets of keys of which only
    one may be written. needed_one: sets of keys of which exactly one must be written. filled: whether it must hold
    something. hints: a word on keys that people write here. checks: what a table cannot say. outer: whether what is
    missing is reported one level further out, as by GitLab where a list is judged whole.
    """

    __slots__ = ("checks", "exclusive", "fields", "filled", "hints", "needed_one", "outer", "required")

    def __init__(
        self,
        fields: dict[str, Shape],
        *,
        required: tuple[str, ...] = (),
        exclusive: tuple[tuple[str, ...], ...] = (),
        needed_one: tuple[tuple[str, ...], ...] = (),
        filled: bool = False,
        hints: dict[str, str] | None = None,
        checks: tuple[MapCheck, ...] = (),
        outer: bool = False,
        words: str = "a map (hash)",
    ) -> None:
        super().__init__(words)
        self.fields = fields
        self.required = required
        self.exclusive = exclusive
        self.needed_one = needed_one
        self.filled = filled
        self.hints = hints or {}
        self.checks = checks
        self.outer = outer

    def accepts(self, node: Node) -> bool:
        """See Shape."""
        return type(node) is Mapping

    def check(self, node: Node, path: Way, faults: Faults) -> None:
        """See Shape."""
        if type(node) is not Mapping:
            faults.type(path, node, self.words)
            return
        fields = self.fields
        for key, child in node.values.items():
            shape = fields.get(key)  # type: ignore[arg-type]
            if shape is None:
                self._unknown(key, (*path, key), faults)
            elif type(child) is Scalar:
                if child.value is not None or shape.null:
                    shape.check(child, (*path, key), faults)
            elif type(child) is not Reference:
                shape.check(child, (*path, key), faults)
        if self.filled and not node.values:
            faults.add("keyword-missing", path, "can't be blank")
        elif self.required or self.exclusive or self.needed_one:
            self._check_keys(node, path, faults)
        for check in self.checks:
            check(node, path, faults)

    def _unknown(self, key: Key, path: Way, faults: Faults) -> None:
        reason = self.hints.get(key, "") if isinstance(key, str) else ""
        known = [
            name for name, shape in self.fields.items() if not isinstance(shape, Tiered) or shape.known(faults.edition)
        ]
        faults.unknown(path, known, f"; {reason}" if reason else "")

    def _is_misspelt(self, node: Mapping, lacking: list[str]) -> bool:
        """Whether an unknown key is most like the one that is missing: then that is the one fault."""
        unknown = [key for key in node.values if isinstance(key, str) and key not in self.fields]
        return len(unknown) == 1 and nearest(unknown[0], self.fields) in lacking

    def _check_keys(self, node: Mapping, path: Way, faults: Faults) -> None:
        lacking = [key for key in self.required if node.set(key) is None]
        if lacking and not self._is_misspelt(node, lacking):
            faults.missing(path[:-1] if self.outer else path, lacking)
        values = node.values
        for keys in self.exclusive:
            if keys[0] in values and (len(keys) > 2 or keys[1] in values):
                check_exclusive(node, keys, path, faults)
        for keys in self.needed_one:
            if sum(key in node.values for key in keys) != 1:
                names = ", ".join(f"`{key}`" for key in keys)
                faults.missing(path[:-1] if self.outer else path, keys, f"must use exactly one of these keys: {names}")


class Named(Shape):
    """A map of names that people choose to values of one shape.

    name: a check of the name. most: how many.
    """

    __slots__ = ("item", "most", "name")

    def __init__(
        self, item: Shape, words: str = "a map (hash)", *, most: int = 0, name: MapCheck | None = None
    ) -> None:
        super().__init__(words)
        self.item = item
        self.most = most
        self.name = name

    def accepts(self, node: Node) -> bool:
        """See Shape."""
        return type(node) is Mapping

    def check(self, node: Node, path: Way, faults: Faults) -> None:
        """See Shape."""
        if type(node) is not Mapping:
            faults.type(path, node, self.words)
            return
        if self.most and len(node.values) > self.most:
            faults.add(
                "limit-exceeded", path, f"has too many entries (maximum {self.most}, here are {len(node.values)})"
            )
        if self.name is not None:
            self.name(node, path, faults)
        item = self.item
        for key, child in node.values.items():
            if type(child) is not Reference and (item.null or type(child) is not Scalar or child.value is not None):
                item.check(child, (*path, key), faults)


class Deciding(Shape):
    """A shape chosen by looking at the node, where its kind alone does not decide."""

    __slots__ = ("choose", "taken")

    def __init__(self, choose: Callable[[Node], Shape], words: str, taken: tuple[type, ...] = (Mapping,)) -> None:
        super().__init__(words)
        self.choose = choose
        self.taken = taken

    def accepts(self, node: Node) -> bool:
        """See Shape."""
        return type(node) in self.taken

    def check(self, node: Node, path: Way, faults: Faults) -> None:
        """See Shape."""
        self.choose(node).check(node, path, faults)


class Later(Shape):
    """A shape whose table few files need: its module is imported with the first value that asks for it.

    place: "module.NAME" below `cilint/language/tables`.
    """

    __slots__ = ("_place", "_shape")

    def __init__(self, place: str) -> None:
        super().__init__("")
        self._place = place
        self._shape: Shape | None = None

    def shape(self) -> Shape:
        """The shape itself."""
        if self._shape is None:
            module, name = self._place.split(".")
            self._shape = getattr(__import__(f"cilint.language.tables.{module}", fromlist=[name]), name)
        assert self._shape is not None
        return self._shape

    def accepts(self, node: Node) -> bool:
        """See Shape."""
        return self.shape().accepts(node)

    def check(self, node: Node, path: Way, faults: Faults) -> None:
        """See Shape."""
        self.shape().check(node, path, faults)


def check_exclusive(node: Mapping, keys: tuple[str, ...], path: Way, faults: Faults) -> None:
    """Report keys that may not stand together; null counts, what only a `default:` put there does not."""
    present = [key for key in keys if key in node.values and not is_inherited(node, key)]
    if len(present) < 2:
        return
    written = max(present, key=lambda key: (node.keys[key].line, node.keys[key].column))
    names = ", ".join(f"`{key}`" for key in present)
    faults.add(
        "keyword-conflict",
        (*path, written),
        f"cannot stand here: these keys cannot be used together: {names}",
        at_key=True,
    )


def is_inherited(node: Mapping, key: str) -> bool:
    """Whether the value came from `default:` (or the globals that are its old form)."""
    return any(step.kind == "default" for step in node.trail(key))


def check_names(node: Mapping, path: Way, faults: Faults) -> None:
    """Names of variables and inputs are strings or integers (`AlphanumericValidator`)."""
    for key, written in node.keys.items():
        if not isinstance(key, str) and key[0] != "int":
            faults.add("keyword-type", (*path, key), f"must have an alphanumeric name, not {written.kind}", at_key=True)


STRINGS = Strings()
SCRIPT = Either(
    TEXT, Strings(nested=True), words="a string or a nested list of strings (an array of strings) up to 10 levels deep"
)
STRING_OR_STRINGS = Either(TEXT, STRINGS)
