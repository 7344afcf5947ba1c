"""libyaml's events to nodes: GitLab's parser is libyaml under Psych, and so is ours (through PyYAML).

The builder owns what Psych owns above libyaml: aliases and the redefinition of anchors, `<<` in document order,
duplicate keys, scalar types (ruby/psych lib/psych/visitors/to_ruby.rb). It never raises on any text: a fault ends
the reading and is returned as a Finding.
"""

from __future__ import annotations

from cilint.finding import Finding
from cilint.span import Span
from cilint.trail import Step
from cilint.tree.node import Mapping, Node, Reference, Scalar, Sequence, key_of
from cilint.tree.scalars import Unloadable, type_plain, type_tagged

try:
    from yaml.cyaml import CParser as _Parser  # type: ignore[attr-defined]  # the stubs do not know it
except ImportError:  # PyYAML built without libyaml: its own parser gives the same events and marks, slower
    from yaml import Loader as _Parser  # type: ignore[assignment]

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from cilint.source import Source
    from cilint.trail import Trail
    from cilint.tree.node import Key, Value

    Event = Any  # PyYAML's events carry no types

# GitLab's defaults (db/structure.sql, application_settings.max_yaml_depth; lib/gitlab/utils/deep_size.rb).
MAX_DEPTH = 100
MAX_BYTES = 2 * 1024 * 1024

_REFERENCE_TAG = "!reference"
# Tags on collections that Psych turns into classes which GitLab's loader does not permit.
_REFUSED_TAGS = ("!ruby/object", "!ruby/struct", "!ruby/exception", "!ruby/range", "!ruby/marshalable", "!ruby/array:")
_SET_TAGS = ("!set", "tag:yaml.org,2002:set")


class Fault(Exception):
    """Reading has to stop here; carries the finding."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.message)
        self.finding = finding


class Builder:
    """Builds the nodes of one YAML document out of the events of one parser.

    source: the text that the nodes belong to. shift: (line, columns), 0-based line of the parsed text whose columns
    stand `columns` further right in the source, because the text before them was cut away.
    """

    __slots__ = ("_anchors", "_next", "_shift", "_weights", "hashes", "source")

    def __init__(self, source: Source, next_event: Any, shift: tuple[int, int] = (-1, 0)) -> None:
        self.source = source
        self._next = next_event
        self._shift = shift
        self._anchors: dict[str, Node] = {}
        # (size, depth) by identity; the node is kept beside them so that no identity is used twice.
        self._weights: dict[int, tuple[int, int, Node]] = {}
        self.hashes: list[Span] = []  # scalars that hold a "#", which is no comment there

    def build(self, event: Event, depth: int) -> Node:
        """The node that starts with `event`; `depth` is the number of collections around it."""
        name = type(event).__name__
        if name == "ScalarEvent":
            return self._scalar(event)
        if name == "AliasEvent":
            return self._alias(event)
        if depth >= MAX_DEPTH:
            raise self._fault("yaml-too-big", f"nested deeper than the {MAX_DEPTH} levels that GitLab allows", event)
        return self._sequence(event, depth) if name == "SequenceStartEvent" else self._mapping(event, depth)

    def size(self, node: Node) -> int:
        """About how many bytes Ruby would hold for the value, every use of an alias counted."""
        return _scalar_size(node) if isinstance(node, Scalar) else self._weights[id(node)][0]

    def depth(self, node: Node) -> int:
        """How many collections deep the value is, aliases followed."""
        return 0 if isinstance(node, Scalar) else self._weights[id(node)][1]

    def _place(self, node: Node, start: Any, end: Any) -> None:
        node.source = self.source
        node.line, node.column = start.line + 1, start.column + 1
        node.end_line, node.end_column = end.line + 1, end.column + 1
        line, columns = self._shift
        if start.line == line:
            node.column += columns
        if end.line == line:
            node.end_column += columns

    def _span(self, event: Event) -> Span:
        node = Scalar(None, "")
        self._place(node, event.start_mark, event.end_mark)
        return node.span

    def _fault(self, rule: str, message: str, event: Event) -> Fault:
        return Fault(Finding(rule, message, self._span(event)))

    def _scalar(self, event: Event) -> Scalar:
        text: str = event.value
        style = event.style or ""
        node = Scalar(self._type(event, text), text, style)
        self._place(node, event.start_mark, event.end_mark)
        if style in ("|", ">"):
            self._end_block(node)
        if "#" in text:
            self.hashes.append(node.span)
        if event.anchor is not None:
            self._anchors[event.anchor] = node
        return node

    def _type(self, event: Event, text: str) -> Value:
        if event.implicit[1]:  # quoted, a block, or tagged "!": a string whatever it looks like
            return text
        try:
            return type_plain(text) if event.tag is None else type_tagged(text, event.tag)
        except Unloadable as refusal:
            message = f"{refusal}: GitLab refuses an unquoted {text!r}; quote it"
            raise self._fault("yaml-unloadable", message, event) from None

    def _alias(self, event: Event) -> Node:
        node = self._anchors.get(event.anchor)
        if node is None:
            raise self._fault("yaml-alias-unknown", f"Unknown alias: {event.anchor}", event)
        if id(node) not in self._weights and not isinstance(node, Scalar):
            message = f"alias *{event.anchor} stands inside its own anchor; GitLab gives up on the endless depth"
            raise self._fault("yaml-too-big", message, event)
        return node

    def _sequence(self, event: Event, depth: int) -> Node:
        tag = event.tag
        node = Sequence((), flow=bool(event.flow_style))
        wrapper: Node = Reference(node) if tag == _REFERENCE_TAG else node
        self._refuse_tag(tag, event)
        if event.anchor is not None:
            self._anchors[event.anchor] = wrapper
        items: list[Node] = []
        trails: dict[int, Trail] = {}
        size, deepest = 40, 0
        while type(child := self._next()).__name__ != "SequenceEndEvent":
            item = self.build(child, depth + 1)
            if type(child).__name__ == "AliasEvent":
                trails[len(items)] = (Step("alias", child.anchor, self._span(child)),)
            items.append(item)
            size += 8 + self.size(item)
            deepest = max(deepest, self.depth(item))
        node.items = tuple(items)
        if trails:
            node.trails = trails
        self._finish(node, event, child, items[-1] if items and not trails.get(len(items) - 1) else None)
        if wrapper is not node:
            wrapper.at(node)
        return self._weigh(wrapper, event, depth, size, deepest)

    def _mapping(self, event: Event, depth: int) -> Node:
        self._refuse_tag(event.tag, event)
        keys: dict[Key, Scalar] = {}
        node = Mapping(keys, {}, flow=bool(event.flow_style))
        wrapper: Node = Reference(node) if event.tag == _REFERENCE_TAG else node
        if event.anchor is not None:
            self._anchors[event.anchor] = wrapper
        entries = _Entries(node)
        last: Node | None = None
        size, deepest = 168, 0
        while type(child := self._next()).__name__ != "MappingEndEvent":
            written = self._key(child, depth)
            child = self._next()
            value = self.build(child, depth + 1)
            step = None
            if type(child).__name__ == "AliasEvent":
                step = Step("alias", child.anchor, self._span(child))
            if written.value == "<<" and entries.merge(value, step, self._span(child)):
                last = None if step else value
            else:
                entries.set(written, value, step)
                last = None if step else value
            size += _scalar_size(written) + self.size(value)
            deepest = max(deepest, self.depth(value))
        entries.close()
        self._finish(node, event, child, last)
        if wrapper is not node:
            wrapper.at(node)
        return self._weigh(wrapper, event, depth, size, deepest)

    def _key(self, event: Event, depth: int) -> Scalar:
        node = self.build(event, depth + 1)
        if isinstance(node, Scalar):
            return node
        # A collection as a key is legal YAML and means nothing to GitLab; keep its text as the key.
        key = Scalar(self.source.slice(node.span), "")
        key.text = str(key.value)
        key.at(node)
        return key

    def _finish(self, node: Node, event: Event, end: Event, last: Node | None) -> None:
        """A block collection's end event stands at the next token; the value ends where its last item ends."""
        self._place(node, event.start_mark, end.end_mark)
        if event.flow_style:
            return
        if last is not None:
            node.end_line, node.end_column = last.end_line, last.end_column
        elif end.end_mark.column == 0 or end.end_mark.line > event.start_mark.line:
            line = self._last_written(node.line, node.end_line if node.end_column > 1 else node.end_line - 1)
            node.end_line, node.end_column = line, len(self.source.line(line).rstrip()) + 1

    def _end_block(self, node: Scalar) -> None:
        """A block scalar's end mark stands at the next token; the value ends with its last line that is not blank."""
        last = node.end_line - 1 if node.end_column == 1 else node.end_line
        while last > node.line and not self.source.line(last).strip():
            last -= 1
        node.end_line, node.end_column = last, len(self.source.line(last)) + 1

    def _last_written(self, first: int, last: int) -> int:
        """The last line between two that holds more than blanks and comments."""
        for number in range(last, first, -1):
            if (text := self.source.line(number).strip()) and not text.startswith("#"):
                return number
        return first

    def _weigh(self, node: Node, event: Event, depth: int, size: int, deepest: int) -> Node:
        self._weights[id(node)] = (size, deepest + 1, node)
        if size > MAX_BYTES:
            raise self._fault("yaml-too-big", "The parsed YAML is too big: aliases multiply it past 2 MiB", event)
        if depth + deepest + 1 > MAX_DEPTH:
            raise self._fault("yaml-too-big", f"nested deeper than the {MAX_DEPTH} levels that GitLab allows", event)
        return node

    def _refuse_tag(self, tag: str | None, event: Event) -> None:
        if tag is None or tag == _REFERENCE_TAG:
            return
        if tag in _SET_TAGS:
            raise self._fault("yaml-unloadable", "Tried to load unspecified class: Psych::Set", event)
        if tag.startswith(_REFUSED_TAGS):
            name = tag.partition(":")[2] or tag.rpartition("/")[2].capitalize()
            raise self._fault("yaml-unloadable", f"Tried to load unspecified class: {name}", event)


class _Entries:
    """The entries of a mapping under construction, with Psych's `<<` and last-key-wins."""

    __slots__ = ("_explicit", "duplicates", "node", "trails")

    def __init__(self, node: Mapping) -> None:
        self.node = node
        self.trails: dict[Key, Trail] = {}
        self.duplicates: list[tuple[Scalar, Node]] = []
        self._explicit: set[Key] = set()

    def set(self, written: Scalar, value: Node, step: Step | None) -> None:
        key = key_of(written)
        if key in self._explicit:
            self.duplicates.append((self.node.keys[key], self.node.values[key]))
        self._explicit.add(key)
        self._put(key, written, value, (step,) if step else ())

    def merge(self, value: Node, step: Step | None, at: Span) -> bool:
        """Apply `<<: value` in place; False where Psych keeps a literal "<<" key instead."""
        merge = Step("merge", step.name if step else "", at)
        if isinstance(value, Mapping):
            self._take(value, merge)
            return True
        if step is not None or not isinstance(value, Sequence):
            return False
        if not all(isinstance(item, Mapping) for item in value.items):
            return False
        for index in range(len(value.items) - 1, -1, -1):  # the first of the list wins
            item = value.items[index]
            alias = value.trail(index)
            assert isinstance(item, Mapping)
            self._take(item, Step("merge", alias[0].name, alias[0].span) if alias else Step("merge", "", item.span))
        return True

    def close(self) -> None:
        if self.trails:
            self.node.trails = self.trails
        if self.duplicates:
            self.node.duplicates = tuple(self.duplicates)

    def _take(self, base: Mapping, step: Step) -> None:
        for key, written in base.keys.items():
            self._put(key, written, base.values[key], (*base.trail(key), step))

    def _put(self, key: Key, written: Scalar, value: Node, trail: Trail) -> None:
        self.node.keys[key] = written
        self.node.values[key] = value
        if trail:
            self.trails[key] = trail
        else:
            self.trails.pop(key, None)


def _scalar_size(node: Scalar) -> int:
    """What Ruby's ObjectSpace.memsize_of says of a string, about: 40 bytes, more when it is not embedded."""
    return 40 if len(node.text) < 24 else 41 + len(node.text)


def events(text: str) -> Any:
    """A function that gives the next libyaml event of a text; it raises yaml.YAMLError where the text is no YAML."""
    return _Parser(text).get_event
