"""Where settings are wrong: from a key of theirs to its place in the file. Only imported once something is wrong."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from cilint.errors import CilintError, SettingsError
from cilint.opening import opened
from cilint.settings.schema import body_of
from cilint.source import Source
from cilint.tree import Mapping
from cilint.tree.place import place_of

if TYPE_CHECKING:
    from cilint.settings.settings import Settings
    from cilint.tree import Node


def body(settings: Settings) -> Mapping | None:
    """The settings as they are written; None where there is no file, or nothing in it."""
    if not settings.path:
        return None
    path = os.path.join(settings.folder, os.path.basename(settings.path))
    with opened(path) as file:
        return body_of(Source(settings.path, file.read().decode("utf-8-sig"), "settings"))


def fault(
    settings: Settings, way: tuple[str | int, ...], message: str, *, help: str = "", key: bool = False
) -> SettingsError:
    """The error to raise for what is written under `way`, a list of keys and indexes; with `key`, for the key itself."""
    tree = body(settings)
    said = settings.said(*way)
    if said and (tree is None or any(way[: len(given)] == given for given in settings.given) or not _holds(tree, way)):
        return SettingsError(f"{said}: {message}", help=help)
    return SettingsError(message, help=help, span=place_of(tree, way, key=key) if tree is not None else None)


def named(settings: Settings, way: tuple[str | int, ...], error: CilintError) -> SettingsError:
    """The error about a file that the settings name under `way`, told where they name it."""
    return fault(settings, way, error.message, help=error.help)


def _holds(tree: Mapping, way: tuple[str | int, ...]) -> bool:
    node: Node | None = tree
    for part in way:
        node = node.values.get(part) if isinstance(node, Mapping) and isinstance(part, str) else None
    return node is not None
