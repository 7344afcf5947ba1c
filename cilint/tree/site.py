"""A node where it stands in the composed tree: with the path from the root and the whole trail behind it.

A node knows only where it was written; a site adds how one reader comes to it. Rules and messages work on sites.
"""

from __future__ import annotations

from cilint.tree.node import Mapping, Node, Scalar, Sequence

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any, TypeAlias

    from cilint.span import Span
    from cilint.trail import Trail
    from cilint.tree.node import Key, Value

    Path: TypeAlias = tuple[str | int, ...]


class Site:
    """A node at its place: a root, or what stands under a key, or at an index, of the site above.

    written: the key under which it stands, as written; None for a root and for items of a list.
    """

    __slots__ = ("_above", "_key", "_path", "_trail", "node", "written")

    def __init__(
        self, node: Node, above: Site | None = None, key: Key | int | None = None, written: Scalar | None = None
    ) -> None:
        self.node = node
        self.written = written
        self._above = above
        self._key = key
        # Most sites are only looked at and passed: how they are reached is put together when somebody asks.
        self._path: Path | None = None
        self._trail: Trail | None = None

    @property
    def path(self) -> Path:
        """Keys and 0-based indexes from the root."""
        if self._path is None:
            above, key = self._above, self._key
            if isinstance(key, tuple):  # no text
                key = str(self.written.text) if self.written is not None else ""
            self._path = () if above is None or key is None else (*above.path, key)
        return self._path

    @property
    def trail(self) -> Trail:
        """All steps, from where the node was written outwards."""
        if self._trail is None:
            above: Any = self._above
            steps = () if above is None else above.node.trail(self._key)
            # From `default:` a value goes straight into the job: by which way the job came is not its way.
            whole = above is None or (steps and steps[-1].kind == "default")
            self._trail = steps if whole else (*steps, *above.trail)
        return self._trail

    @property
    def span(self) -> Span:
        """Where the value is written."""
        return self.node.span

    @property
    def key_span(self) -> Span:
        """Where the key is written; the value's span where there is no key."""
        return self.written.span if self.written is not None else self.node.span

    @property
    def value(self) -> Value:
        """The typed value of a scalar; None for collections."""
        return self.node.value if isinstance(self.node, Scalar) else None

    @property
    def text(self) -> str | None:
        """The value where it is a string, else None."""
        value = self.value
        return value if isinstance(value, str) else None

    def has(self, key: Key) -> bool:
        """Whether the key is written here, be it as null."""
        return isinstance(self.node, Mapping) and key in self.node.values

    def get(self, key: Key) -> Site | None:
        """The value of a key of a map; None when this is no map or the key is absent."""
        node = self.node
        if not isinstance(node, Mapping):
            return None
        value = node.values.get(key)
        return None if value is None else Site(value, self, key, node.keys[key])

    def set(self, key: Key) -> Site | None:
        """Like `get`, but null counts as absent, as GitLab has it."""
        node = self.node
        if not isinstance(node, Mapping):
            return None
        value = node.values.get(key)
        # Rules ask this thousands of times a file: `is_null`, spelt out.
        if value is None or (isinstance(value, Scalar) and value.value is None):
            return None
        return Site(value, self, key, node.keys[key])

    def short_for(self, key: Key) -> Site | None:
        """The value of a key of a map, like `set`; what is no map is short for one with that key alone.

        `image: ruby` is short for `image: {name: ruby}` (`doc/ci/yaml/_index.md`).
        """
        return self.set(key) if isinstance(self.node, Mapping) else self

    def dig(self, *keys: str) -> Site | None:
        """The value at the end of several keys; None when one of them is absent or null."""
        site: Site | None = self
        for key in keys:
            if site is None:
                return None
            site = site.set(key)
        return site

    def items(self) -> Iterator[tuple[Scalar, Site]]:
        """The keys of a map as written, each with its value's site; nothing for other nodes."""
        node = self.node
        if isinstance(node, Mapping):
            for key, written in node.keys.items():
                yield written, Site(node.values[key], self, key, written)

    def __iter__(self) -> Iterator[Site]:
        """The items of a list; nothing for other nodes."""
        node = self.node
        if isinstance(node, Sequence):
            for index, item in enumerate(node.items):
                yield Site(item, self, index)

    def flat(self, levels: int = 10) -> Iterator[Site]:
        """The leaves of nested lists, `levels` deep as GitLab flattens them; the site itself when it is no list."""
        if not isinstance(self.node, Sequence) or levels < 0:
            yield self
            return
        for item in self:
            yield from item.flat(levels - 1)

    def __repr__(self) -> str:
        return f"Site({'.'.join(map(str, self.path))} = {self.node!r})"
