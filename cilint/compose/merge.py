"""GitLab's deep merge: maps merge key by key, of everything else the later side wins whole.

The same merge serves `include` and `extends` (ActiveSupport's `Hash#deep_merge`, called in
lib/gitlab/ci/config/external/processor.rb and lib/gitlab/ci/config/extendable/entry.rb): lists are replaced, null wins,
`{}` adds nothing. No leaf is copied; the edges of the new maps carry how each value was reached.
"""

from __future__ import annotations

from cilint.tree.node import Mapping

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cilint.trail import Trail

# Far above any real pipeline (the largest known holds 40,000), and two seconds of work.
MAX_ENTRIES = 3_000_000


class TooBig(Exception):
    """A configuration grows as no pipeline does, and as an attack would; `str()` says what is too big."""


class Merger:
    """The merges of one composition; it counts the copied keys, so that a hostile file cannot multiply without end."""

    __slots__ = ("copied",)

    def __init__(self) -> None:
        self.copied = 0

    def merge(self, under: Mapping, over: Mapping, under_steps: Trail = (), over_steps: Trail = ()) -> Mapping:
        """`over` laid over `under`; the steps are appended to the trails of the values of either side.

        The result stands where `over` is written. Raises TooBig.
        """
        if not under.values:
            return self.reached(over, over_steps)
        self._count(len(under.values) + len(over.values))
        merged = self.reached(under, under_steps)
        keys, values = dict(merged.keys), dict(merged.values)
        trails = dict(merged.trails)
        for key, value in over.values.items():
            below = values.get(key)
            trail = over.trail(key) + over_steps
            if type(below) is Mapping and type(value) is Mapping and below.values:
                if not value.values:
                    continue
                # The new map stands on both sides' ways, so these move inwards, to the values that came by them.
                value = self.merge(below, value, trails.pop(key, ()), trail)
                trail = ()
            keys[key] = over.keys[key]
            values[key] = value
            if trail:
                trails[key] = trail
            else:
                trails.pop(key, None)
        return Mapping(keys, values, trails, flow=over.flow).at(over)

    def reached(self, node: Mapping, steps: Trail) -> Mapping:
        """The map with the steps appended to the trail of each of its values. Raises TooBig."""
        if not steps:
            return node
        self._count(len(node.values))
        old = node.trails
        trails = {key: old[key] + steps if key in old else steps for key in node.values}
        return Mapping(node.keys, node.values, trails, flow=node.flow).at(node)

    def _count(self, entries: int) -> None:
        self.copied += entries
        if self.copied > MAX_ENTRIES:
            raise TooBig(f"merging copied more than {MAX_ENTRIES} keys")
