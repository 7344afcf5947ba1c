"""Step "interpolation": `$[[ ... ]]` in the parsed body of one file that has a header.

It works on values, keys included, never on text, so that a value cannot inject YAML
(lib/gitlab/ci/config/interpolation/: template.rb, block.rb, access.rb, config.rb).
"""

from __future__ import annotations

from cilint.compose.blocks import BLOCK_START, blocks
from cilint.compose.functions import FunctionFault, apply_function
from cilint.compose.given import Given
from cilint.compose.merge import TooBig
from cilint.compose.ruby import TooLong, gsub, shown
from cilint.finding import Finding
from cilint.nearest import did_you_mean
from cilint.pattern import Pattern
from cilint.span import Span
from cilint.trail import Step
from cilint.tree.lines import Filling
from cilint.tree.node import Mapping, Node, Reference, Scalar, Sequence, key_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cilint.trail import Trail
    from cilint.tree.node import Key

_INDEXED = Pattern(r"(?a)\A(\w*)((?:\[\d+\])+)\Z")
_INDEX = Pattern(r"(?a)\[(\d+)\]")
MAX_BLOCKS = 10_000
MAX_FUNCTIONS = 3
MAX_PARTS = 5
MAX_INDEXES = 5
MAX_EXPRESSION = 1024  # bytes
MAX_VALUE = 1024 * 1024  # characters of one value before interpolation, and of what we let it become
MAX_FILLED = 8 * 1024 * 1024  # characters of all texts with filled blocks together; GitLab sets no limit to them


# Stands for a block that is left alone: `matrix.*` is filled in by the needs step (block.rb).
_SKIPPED = Given("matrix", Scalar(None, ""))


class Unknown(Exception):
    """The value of a block is not known because its input has a fault, which is reported there."""


class BlockFault(Exception):
    """A block that GitLab refuses; the text says why."""


class Interpolation:
    """The interpolation of one file.

    contexts: "inputs" and "component", each with its values by name; None as value: not known.
    variables: what `expand_vars` knows. findings: what GitLab refuses. open_names: top-level keys with such a fault.
    filled: how many characters the texts with filled blocks come to, those of the files before this one included.
    """

    __slots__ = ("_blocks", "_contexts", "_done", "_prefix", "_top", "_variables", "filled", "findings", "open_names")

    def __init__(
        self,
        contexts: dict[str, dict[str, Given | None]],
        variables: dict[str, str | None],
        prefix: str,
        filled: int = 0,
    ) -> None:
        self._contexts = contexts
        self._variables = variables
        self._prefix = prefix
        self._blocks: set[str] = set()
        self._done: dict[int, Node] = {}
        self._top = ""
        self.filled = filled
        self.findings: list[Finding] = []
        self.open_names: set[str] = set()

    def fill(self, body: Mapping) -> Mapping:
        """The body with every block replaced; what cannot be replaced stays, or is left out where it stands alone.

        Raises merge.TooBig.
        """
        filled = self._mapping(body, top=True)
        assert isinstance(filled, Mapping)
        return filled

    def _node(self, node: Node) -> Node:
        if isinstance(node, Scalar) or type(node) is Reference:
            return node
        done = self._done.get(id(node))
        if done is None:
            done = self._mapping(node) if isinstance(node, Mapping) else self._sequence(node)
            self._done[id(node)] = done
        return done

    def _mapping(self, node: Mapping, *, top: bool = False) -> Node:
        keys: dict[Key, Scalar] = {}
        values: dict[Key, Node] = {}
        trails: dict[Key, Trail] = {}
        changed = False
        for key, value in node.values.items():
            written = node.keys[key]
            if top:
                self._top = str(written.text)
            new_key, trail = key, node.trail(key)
            if isinstance(key, str) and BLOCK_START in key:
                written, trail = self._key(written, trail)
                new_key = key_of(written)
                if top:
                    self._top = str(written.text)
            new: Node | None = value
            if isinstance(value, Scalar):
                if isinstance(value.value, str) and BLOCK_START in value.value:
                    new, trail = self._scalar(value, trail)
            else:
                new = self._node(value)
            changed = changed or new is not value or new_key != key
            if new is None:
                continue
            keys[new_key], values[new_key] = written, new
            if trail:
                trails[new_key] = trail
            else:
                trails.pop(new_key, None)
        return Mapping(keys, values, trails, node.duplicates, flow=node.flow).at(node) if changed else node

    def _sequence(self, node: Node) -> Node:
        assert isinstance(node, Sequence)
        items: list[Node] = []
        trails: dict[int, Trail] = {}
        changed = False
        for index, item in enumerate(node.items):
            trail = node.trail(index)
            new: Node | None = item
            if isinstance(item, Scalar):
                if isinstance(item.value, str) and BLOCK_START in item.value:
                    new, trail = self._scalar(item, trail)
            else:
                new = self._node(item)
            changed = changed or new is not item
            if isinstance(item, Scalar) and isinstance(new, Sequence):  # a list in a list's place is spliced
                for inner, value in enumerate(new.items):
                    trails[len(items)] = new.trail(inner) + trail
                    items.append(value)
                continue
            if trail:
                trails[len(items)] = trail
            items.append(item if new is None else new)
        return Sequence(tuple(items), trails, flow=node.flow).at(node) if changed else node

    def _key(self, written: Scalar, trail: Trail) -> tuple[Scalar, Trail]:
        new, trail = self._scalar(written, trail)
        if new is None or new is written:
            return written, trail
        if not isinstance(new, Scalar):
            return _text(shown(new), written), trail
        # A job's name stands in its own file, whoever gave it.
        return Scalar(new.value, new.text, written.style).at(written), trail

    def _scalar(self, scalar: Scalar, trail: Trail) -> tuple[Node | None, Trail]:
        """The value that takes the scalar's place; None where it stands alone and is not known."""
        text = scalar.value
        assert isinstance(text, str)
        if len(text) > MAX_VALUE:
            self._fault(scalar, text, "config node too large")
            return scalar, trail
        found = list(dict.fromkeys((text[start:end], data) for start, end, data in blocks(text)))
        values: list[tuple[str, Given]] = []
        for block, data in found:
            value = self._value(block, data, scalar)
            if value is None:
                return (None if block == text else scalar), trail
            if value is not _SKIPPED:
                values.append((block, value))
        if not values:
            return scalar, trail
        if found[0][0] == text:
            given = values[0][1]
            return given.node, (*given.trail, Step("input", given.name, scalar.span), *trail)
        for block, given in values:
            try:
                text = gsub(text, block, shown(given.node), MAX_VALUE)
            except TooLong:
                self._fault(scalar, block, "config node too large")
                return scalar, trail
        self.filled += len(text)
        if self.filled > MAX_FILLED:
            raise TooBig(f"its inputs fill in more than {MAX_FILLED} characters")
        steps = tuple(Step("input", given.name, scalar.span) for _, given in values)
        filled = _text(text, scalar)
        filled.filling = Filling(scalar, _pieces(scalar.text, dict(values), text))
        return filled, (*steps, *trail)

    def _value(self, block: str, data: str, scalar: Scalar) -> Given | None:
        """The value of one block; None where it has none, which is noted."""
        self._blocks.add(block)
        if len(self._blocks) > MAX_BLOCKS:
            self._fault(scalar, block, "too many interpolation blocks")
            return None
        try:
            return self._evaluate(data, scalar)
        except BlockFault as fault:
            self._fault(scalar, block, str(fault))
        except Unknown:
            self.open_names.add(self._top)
        return None

    def _evaluate(self, data: str, scalar: Scalar) -> Given:
        access, *functions = [part.strip() for part in data.split("|")]
        if access.split(".")[0] == "matrix":
            return _SKIPPED
        given = self._access(access)
        if len(functions) > MAX_FUNCTIONS:
            raise BlockFault("too many functions in interpolation block")
        for function in functions:
            try:
                node = apply_function(function, given.node, scalar, self._variables)
            except FunctionFault as fault:
                raise BlockFault(str(fault)) from None
            given = given.with_node(node)
        return given

    def _access(self, access: str) -> Given:
        parts = access.split(".", MAX_PARTS - 1)
        if len(parts) <= 1:
            raise BlockFault("invalid pattern used for interpolation. valid pattern is $[[ inputs.input ]]")
        if len(access.encode()) > MAX_EXPRESSION:
            raise BlockFault("maximum interpolation expression size exceeded")
        context = self._contexts.get(parts[0])
        if context is None:
            near = did_you_mean(parts[0], self._contexts)
            raise BlockFault(f"unknown interpolation provided: `{parts[0]}` in `{access}`{near}")
        name, indexes = _indexes(parts[1], access)
        if name not in context:
            near = did_you_mean(name, context)
            raise BlockFault(f"unknown interpolation provided: `{name}` in `{access}`{near}")
        given = context[name]
        if given is None:
            raise Unknown
        node = _dig(given.node, indexes, access)
        for part in parts[2:]:
            name, indexes = _indexes(part, access)
            below = node.get(name) if isinstance(node, Mapping) else None
            if below is None:
                raise BlockFault(f"unknown interpolation provided: `{name}` in `{access}`")
            node = _dig(below, indexes, access)
        return given.with_node(node) if node is not given.node else given

    def _fault(self, scalar: Scalar, block: str, message: str) -> None:
        self.open_names.add(self._top)
        jobs = () if self._top.startswith(".") else (self._top,)
        span = _block_span(scalar, block)
        self.findings.append(Finding("interpolation-invalid", self._prefix + message, span, jobs=jobs))


def _indexes(part: str, access: str) -> tuple[str, list[int]]:
    """`list[0][1]` as its name and indexes (access.rb, parse_indexed_segment)."""
    if "[" not in part:
        return part, []
    found = _INDEXED.match(part)
    if found is None:
        if part.count("[") != part.count("]"):
            raise BlockFault(f"invalid array index in `{access}`: missing closing bracket")
        raise BlockFault(f"invalid array index syntax in `{access}`")
    if not found[1]:
        raise BlockFault(f"invalid indexed access without a key in `{access}`")
    indexes = [int(index[:9]) for index in _INDEX.findall(part)]
    if len(indexes) > MAX_INDEXES:
        raise BlockFault(f"too many array indices in `{access}` (maximum depth: {MAX_INDEXES})")
    return found[1], indexes


def _dig(node: Node, indexes: list[int], access: str) -> Node:
    for index in indexes:
        if not isinstance(node, Sequence):
            raise BlockFault(f"cannot index into non-array value at [{index}] in `{access}`")
        if index >= len(node.items):
            raise BlockFault(f"array index {index} out of bounds (size: {len(node.items)}) in `{access}`")
        node = node.items[index]
    return node


def _text(text: str, place: Scalar) -> Scalar:
    return Scalar(text, text, place.style).at(place)


def _pieces(written: str, values: dict[str, Given], text: str) -> list[tuple[int, int, int, bool]]:
    """What of the text stood in the written one, and what fills a block of it; [] where a value brought blocks in."""
    pieces: list[tuple[int, int, int, bool]] = []
    made: list[str] = []
    offset = place = 0
    fillings = {block: gsub(block, block, shown(given.node), MAX_VALUE) for block, given in values.items()}
    for start, end, _ in blocks(written):
        filling = fillings.get(written[start:end])
        if filling is None:
            continue
        between = written[place:start]
        pieces.append((offset, place, len(between), False))
        offset += len(between)
        pieces.append((offset, start, end - start, True))
        offset += len(filling)
        made += (between, filling)
        place = end
    pieces.append((offset, place, len(written) - place, False))
    made.append(written[place:])
    return pieces if "".join(made) == text else []


def _block_span(scalar: Scalar, block: str) -> Span:
    """Where the block stands inside the scalar; the whole scalar where its text is written otherwise."""
    source = scalar.source
    for number in range(scalar.line, scalar.end_line + 1):
        column = source.line(number).find(block, scalar.column - 1 if number == scalar.line else 0)
        if column >= 0:
            return Span(source, number, column + 1, number, column + 1 + len(block))
    return scalar.span
