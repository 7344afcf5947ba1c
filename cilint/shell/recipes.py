"""Recipes: the shell that files of other tools hold, read once for the same text, and only so much of it."""

from __future__ import annotations

from cilint.shell.command import Part
from cilint.shell.script import Recipe

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from cilint.shell.script import Wrappers
    from cilint.source import Source

_PLAIN = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./:@%+-,")
_MAX_RECIPES = 1_000


class Recipes:
    """The recipes of one tool's files. wrappers: see Script."""

    __slots__ = ("_known", "_wrappers")

    def __init__(self, wrappers: Wrappers) -> None:
        self._wrappers = wrappers
        self._known: dict[tuple[str, int, str], Recipe] = {}

    def of(self, parts: list[Part], source: Source, *, forgiving: bool = False) -> Iterator[Recipe]:
        """What a shell gets at once, out of its pieces; nothing where there are none, or too much was read already.

        forgiving: the tool goes on when it fails.
        """
        if not parts:
            return
        key = (source.path, parts[0].start, "".join(part.text for part in parts))
        recipe = self._known.get(key)
        if recipe is None and len(self._known) < _MAX_RECIPES:
            recipe = self._known[key] = Recipe(parts, source, self._wrappers, forgiving=forgiving)
        if recipe is not None:
            yield recipe

    @property
    def all(self) -> list[Recipe]:
        """Those that were read."""
        return list(self._known.values())


def exported(name: str, value: str, offset: int) -> list[Part]:
    """The assignment that stands for a variable of a shell's environment; nothing where it would need quotes."""
    if not value or not name.isidentifier() or not set(value) <= _PLAIN:
        return []
    return [Part("text", f"export {name}={value}", offset, offset)]
