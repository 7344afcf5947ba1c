"""The entries of a map under construction, where Psych's rules are needed (to_ruby.rb, revive_hash).

`<<` merges where it stands: keys above it are overridden by the merged map, keys below override it. A key written
again wins, in the place of the first.
"""

from __future__ import annotations

from yaml.events import AliasEvent

from cilint.trail import Step
from cilint.tree.node import Mapping, Sequence
from cilint.tree.tags import STRING_TAG

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, TypeAlias

    from cilint.trail import Trail
    from cilint.tree.node import Key, Node, Scalar
    from cilint.tree.read import Builder

    Event: TypeAlias = Any
    _Taken: TypeAlias = dict[Key, tuple[Scalar, Node, Trail]]


class Entries:
    """Adds entries to one map; `close` hands over what was lost."""

    __slots__ = ("_builder", "_duplicates", "_explicit", "_node", "_trails")

    def __init__(self, builder: Builder, node: Mapping) -> None:
        self._builder = builder
        self._node = node
        self._trails: dict[Key, Trail] = {}
        node.trails = self._trails
        self._duplicates: list[tuple[Scalar, Node]] = []
        self._explicit = set(node.keys)

    def add(self, key: Key, written: Scalar, value: Node, key_event: Event, value_event: Event) -> None:
        """Add one entry, or what it merges."""
        is_text = type(key_event) is not AliasEvent and key_event.tag == STRING_TAG
        if key == "<<" and not is_text and self._merge(value, value_event):
            return
        if key in self._explicit:
            self._duplicates.append((self._node.keys[key], self._node.values[key]))
        self._explicit.add(key)
        is_alias = type(value_event) is AliasEvent
        self._put(key, written, value, (self._builder.step("alias", value_event),) if is_alias else ())

    def close(self) -> None:
        """Hand over the entries that were lost."""
        if self._duplicates:
            self._node.duplicates = tuple(self._duplicates)

    def _merge(self, value: Node, event: Event) -> bool:
        """Apply `<<: value` in place; False where Psych keeps a literal "<<" key instead."""
        if isinstance(value, Mapping):
            taken: _Taken = {}
            self._take(value, self._builder.step("merge", event), event, taken)
            self._put_all(taken)
            return True
        if type(event) is AliasEvent or not isinstance(value, Sequence):
            return False
        if not all(isinstance(item, Mapping) for item in value.items):
            return False
        taken = {}  # gathered first, for one of the list may be this very map
        for index in range(len(value.items) - 1, -1, -1):  # the first of the list wins
            item = value.items[index]
            alias = value.trail(index)
            assert isinstance(item, Mapping)
            step = Step("merge", alias[0].name, alias[0].span) if alias else Step("merge", "", item.span)
            self._take(item, step, event, taken)
        self._put_all(taken)
        return True

    def _take(self, base: Mapping, step: Step, event: Event, taken: _Taken) -> None:
        for key, written in base.keys.items():
            trail = (*base.trail(key), step)
            self._builder.merged(len(trail), event)
            taken[key] = (written, base.values[key], trail)

    def _put_all(self, taken: _Taken) -> None:
        for key, (written, value, trail) in taken.items():
            self._put(key, written, value, trail)

    def _put(self, key: Key, written: Scalar, value: Node, trail: Trail) -> None:
        self._node.keys[key] = written
        self._node.values[key] = value
        if trail:
            self._trails[key] = trail
        else:
            self._trails.pop(key, None)
