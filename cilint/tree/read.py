"""libyaml's events to nodes: GitLab's parser is libyaml under Psych, and so is ours (through PyYAML).

The builder owns what Psych owns above libyaml: aliases and the redefinition of anchors, `<<` in document order,
duplicate keys, tags, scalar types (ruby/psych lib/psych/visitors/to_ruby.rb). What is wrong ends the reading with a
Fault, which carries the finding.
"""

from __future__ import annotations

from yaml.events import AliasEvent, MappingEndEvent, ScalarEvent, SequenceEndEvent, SequenceStartEvent

from cilint.finding import Finding
from cilint.span import Span
from cilint.trail import Step
from cilint.tree.bounds import MAX_BYTES, MAX_DEPTH, MAX_PARTS, Scales, TooDeep, weigh_scalar
from cilint.tree.entries import Entries
from cilint.tree.node import NO_TRAILS, Compound, Mapping, Node, Reference, Scalar, Sequence, key_of, plain
from cilint.tree.scalars import LONGEST_WORD, NUMBER_STARTS, SHORT_STARTS, Unloadable, type_plain, type_tagged
from cilint.tree.tags import REFERENCE_TAG, refusal_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, TypeAlias

    from cilint.source import Source
    from cilint.tree.node import Key

    Event: TypeAlias = Any  # PyYAML's events carry no types

_new = object.__new__
_SLOT = 8  # bytes that a list takes for each item
_SHOWN = 80  # characters of what the file holds in a message


def _short(text: str) -> str:
    return text if len(text) <= _SHOWN else text[:_SHOWN] + "..."


class Fault(Exception):
    """Reading has to stop here; carries the finding."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.message)
        self.finding = finding


class Builder:
    """Builds the nodes of one YAML document out of the events of one parser.

    source: the text that the nodes belong to. next_event: gives the parser's next event.
    """

    __slots__ = (
        "_anchors",
        "_cycle",
        "_merged",
        "_next",
        "_open",
        "_scales",
        "_shared",
        "_too_many",
        "source",
    )

    def __init__(self, source: Source, next_event: Callable[[], Event]) -> None:
        self.source = source
        self._next = next_event
        self._anchors: dict[str, Node] = {}
        self._open: set[int] = set()  # identities of anchored collections whose end has not come yet
        self._scales = Scales()
        self._shared = 0  # bytes that aliases add
        self._cycle: Event | None = None  # the first alias that stood inside its own anchor
        self._too_many: Event | None = None  # the first alias with which the shared bytes passed the limit
        self._merged = 0  # entries that `<<` has copied, and the steps of their trails

    def build(self, event: Event, weighs_at_most: int) -> Node:
        """The root node, which starts with `event`; the bound is for the weight of the text without its aliases."""
        root = self._collection(event, 0) if type(event) not in (ScalarEvent, AliasEvent) else self._leaf(event)
        if self._cycle is None and weighs_at_most + self._shared <= MAX_BYTES:
            return root
        try:
            size, _ = (self._scales if self._cycle is None else Scales()).weigh(root)
        except TooDeep:
            raise (self._endless(self._cycle) if self._cycle is not None else self._too_deep(event)) from None
        if size > MAX_BYTES:
            raise self._too_big(size, self._too_many or event)
        return root

    def _leaf(self, event: Event) -> Node:
        return self._alias(event) if type(event) is AliasEvent else self._scalar(event)

    # The next three are the hot road: one call for each scalar and one for each collection, nothing made that only
    # a rare document needs. Hence __new__ without __init__, the class of an event by identity, and marks kept as
    # they come.

    def _scalar(self, event: Event) -> Any:
        """A Scalar; a Reference where the tag says so."""
        node: Scalar = _new(Scalar)
        node.source = self.source
        node.start = event.start_mark
        node.end = event.end_mark
        node.text = node.value = text = event.value
        node.style = style = event.style or ""
        if event.tag is not None:
            return self._tagged(node, event)
        if not style and (
            text[0] in NUMBER_STARTS if len(text) > LONGEST_WORD else not text or text[0] in SHORT_STARTS
        ):
            try:
                node.value = type_plain(text)
            except Unloadable as refusal:
                raise self._unloadable(refusal, f"an unquoted {_short(text)}; quote it", event) from None
        if event.anchor is not None:
            self._anchors[event.anchor] = node
        return node

    def _sequence(self, start: Event, depth: int) -> Node:
        """The list that `start` opens, `depth` collections deep, itself counted."""
        node: Sequence = _new(Sequence)
        node.source = self.source
        node.start = start.start_mark
        node.end = end = start.end_mark
        node.items = ()
        node.trails = NO_TRAILS
        node.flow = start.flow_style
        marked = start.anchor is not None or start.tag is not None
        whole = self._opened(node, start) if marked else node
        next_event = self._next
        items: list[Node] = []
        while (kind := type(event := next_event())) is not SequenceEndEvent:
            if kind is ScalarEvent:
                end = self._scalar(event)
                items.append(end)
            elif kind is AliasEvent:
                if node.trails is NO_TRAILS:
                    node.trails = {}
                node.trails[len(items)] = (self.step("alias", event),)
                items.append(self._alias(event))
                end = event.end_mark
            else:
                end = self._collection(event, depth)
                items.append(end)
        node.items = tuple(items)
        node.end = event.end_mark if node.flow else end
        return self._closed(whole, node) if marked else node

    def _mapping(self, start: Event, depth: int) -> Node:
        """The map that `start` opens, `depth` collections deep, itself counted.

        The first entry that is more than a new key with a value written in place (an alias, a `<<`, a key written
        again) brings in Entries for the rest of the map.
        """
        keys: dict[Key, Scalar] = {}
        values: dict[Key, Node] = {}
        node: Mapping = _new(Mapping)
        node.source = self.source
        node.start = start.start_mark
        node.end = end = start.end_mark
        node.keys = keys
        node.values = values
        node.trails = NO_TRAILS
        node.duplicates = ()
        node.flow = start.flow_style
        marked = start.anchor is not None or start.tag is not None
        whole = self._opened(node, start) if marked else node
        next_event = self._next
        scalar = self._scalar
        written: Scalar
        key: Any
        entries: Entries | None = None
        value: Node
        while (kind := type(event := next_event())) is not MappingEndEvent:
            written = scalar(event) if kind is ScalarEvent and event.tag is None else self._key(event, depth)
            key = written.value
            if type(key) is not str:
                key = key_of(written)
            kind = type(value_event := next_event())
            if kind is ScalarEvent:
                value = end = scalar(value_event)
            elif kind is AliasEvent:
                value, end = self._alias(value_event), value_event.end_mark
                entries = entries or Entries(self, node)
            else:
                value = end = self._collection(value_event, depth)
            if entries is None:
                if key not in values and key != "<<":
                    keys[key] = written
                    values[key] = value
                    continue
                entries = Entries(self, node)
            entries.add(key, written, value, event, value_event)
        if entries is not None:
            entries.close()
        # An end event of no width closes what no bracket closes: a block, or the lone pair of `[a: b]`.
        node.end = event.end_mark if event.end_mark.index > event.start_mark.index else end
        return self._closed(whole, node) if marked else node

    def _collection(self, event: Event, depth: int) -> Node:
        if depth >= MAX_DEPTH:
            raise self._too_deep(event)
        return (
            self._sequence(event, depth + 1) if type(event) is SequenceStartEvent else self._mapping(event, depth + 1)
        )

    # Rare from here on.

    def _opened(self, node: Sequence | Mapping, start: Event) -> Node:
        """What a collection with an anchor or a tag is to those around it: itself, or a !reference around it."""
        is_map = isinstance(node, Mapping)
        whole: Node = node
        if start.tag == REFERENCE_TAG:
            whole = Reference(node)
        elif start.tag is not None and (refusal := refusal_of(start.tag, is_map=is_map)):
            raise self._fault("yaml-unloadable", _short(refusal), start)
        # Psych forgets the anchor of a `!reference [list]`; an alias to it is unknown, or finds an older anchor.
        if start.anchor is not None and (whole is node or is_map):
            self._anchors[start.anchor] = whole
            self._open.add(id(whole))
        return whole

    def _closed(self, whole: Node, node: Node) -> Node:
        self._open.discard(id(whole))
        return whole if whole is node else whole.at(node)

    def _tagged(self, node: Scalar, event: Event) -> Node:
        whole: Node = Reference(node).at(node) if event.tag == REFERENCE_TAG else node
        if whole is node and not event.implicit[1]:  # but tagged "!", it is a string whatever it looks like
            try:
                node.value = type_tagged(node.text, event.tag)
            except Unloadable as refusal:
                raise self._unloadable(refusal, f"the tag {_short(event.tag)}", event) from None
        if event.anchor is not None:
            self._anchors[event.anchor] = whole
        return whole

    def _unloadable(self, refusal: Unloadable, what: str, event: Event) -> Fault:
        return self._fault("yaml-unloadable", f"{_short(str(refusal))}: GitLab refuses {what}", event)

    def _alias(self, event: Event) -> Node:
        node = self._anchors.get(event.anchor)
        if node is None:
            raise self._fault("yaml-alias-unknown", f"Unknown alias: {_short(event.anchor)}", event)
        if id(node) in self._open:
            self._cycle = self._cycle or event
        elif type(node) is not Scalar:
            if self._cycle is not None:  # weights inside a cycle mean nothing; the whole is weighed at the end
                return node
            try:
                self._shared += self._scales.weigh(node)[0]
            except TooDeep:
                raise self._too_deep(event) from None
            if self._shared > MAX_BYTES:
                self._too_many = self._too_many or event
        else:
            self._shared += _SLOT + weigh_scalar(node)
        if self._shared > 2 * MAX_BYTES:  # not the verdict yet: what is overwritten further down counts for nothing
            raise self._too_big(self._shared, self._too_many or event)
        return node

    def _key(self, event: Event, depth: int) -> Scalar:
        """A key that is more than an untagged scalar written in place."""
        node = self._leaf(event) if type(event) in (AliasEvent, ScalarEvent) else self._collection(event, depth)
        if isinstance(node, Scalar):
            return node
        text = self._text_of_key(node, event)
        return Scalar(Compound(node.kind, text), text).at(node)

    def _text_of_key(self, node: Node, event: Event) -> str:
        if self._cycle is not None:
            raise self._endless(self._cycle)
        try:
            size, _ = self._scales.weigh(node)
        except TooDeep:
            raise self._too_deep(event) from None
        self.merged(size // 8, event)  # text is made of it, so it counts like what a `<<` copies
        return repr(plain(node))

    def merged(self, entries: int, event: Event) -> None:
        """Count what a `<<` copies; raises Fault when it is more than any value that GitLab accepts can hold."""
        self._merged += entries
        if self._merged > MAX_PARTS:
            raise self._fault(
                "yaml-too-big", "The parsed YAML is too big: `<<` multiplies it past what GitLab reads", event
            )

    def step(self, kind: str, event: Event) -> Step:
        """The step of a trail that an event asks for; its name is the alias's anchor."""
        return Step(kind, str(event.anchor) if type(event) is AliasEvent else "", self._span(event))

    def _span(self, event: Event) -> Span:
        start, end = event.start_mark, event.end_mark
        return Span(self.source, start.line + 1, start.column + 1, end.line + 1, end.column + 1)

    def _fault(self, rule: str, message: str, event: Event) -> Fault:
        return Fault(Finding(rule, message, self._span(event)))

    def _too_deep(self, event: Event) -> Fault:
        return self._fault("yaml-too-big", f"nested deeper than the {MAX_DEPTH} levels that GitLab allows", event)

    def _too_big(self, size: int, event: Event) -> Fault:
        message = f"The parsed YAML is too big: {size} bytes with every alias counted, and GitLab reads {MAX_BYTES}"
        return self._fault("yaml-too-big", message, event)

    def _endless(self, event: Event) -> Fault:
        message = f"alias *{_short(event.anchor)} stands inside its own anchor; GitLab gives up on the endless depth"
        return self._fault("yaml-too-big", message, event)
