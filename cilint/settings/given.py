"""`--set KEY=VALUE`: single settings from the command line, over those of the file. Only imported when there are some."""

from __future__ import annotations

import json
import os
import re

from cilint.errors import CilintError, SettingsError, UsageError
from cilint.settings import Settings, parse
from cilint.source import Source

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

# How many names may stand behind a key; what is left is part of the last one, for names have dots, too.
_DEPTH = {
    "per-file-ignores": 1, "per-job-ignores": 1, "severity": 1, "variables": 1, "inputs": 1,
    "parameters": 2, "waivers": 2, "scenarios": 3,
}  # fmt: skip
_LINE = re.compile(r"(\bline )(\d+)")
_PATHS = frozenset({"baseline", "vendored", "frameworks", "packs"})
_SHAPE = "write KEY=VALUE with a value in YAML, as in --set strict=true"


def over(settings: Settings, assignments: Iterable[str]) -> Settings:
    """The settings with these in place of their own; rules that the file requires stay required.

    Raises UsageError for what is no assignment, and SettingsError for one that the schema does not allow.
    """
    result = settings.copy()
    result.beneath = settings
    for text in assignments:
        key, equals, value = text.partition("=")
        first, *names = key.split(".", _DEPTH.get(key.partition(".")[0], 0))
        if not equals or not all((first, *names)):
            raise UsageError(f"--set {key}: {'a key has no name' if equals else 'no value is given'}", help=_SHAPE)
        way = (first, *names)
        given = _validated(key, _written(way, value), above=len(way))
        _put(result, way, _from_here(first, names, _at(given, way), settings.folder))
        if first == "scenarios":  # its keys exclude one another
            _validated(key, json.dumps({first: result.scenarios}, ensure_ascii=False))
        result.given[way] = f"--set {key}"
    result.required = list(dict.fromkeys((*settings.required, *result.required)))
    return result


def _written(way: tuple[str, ...], value: str) -> str:
    """The assignment as a settings file has it, the value on lines of its own."""
    lines = [f"{'  ' * depth}{json.dumps(name, ensure_ascii=False)}:" for depth, name in enumerate(way)]
    indent = "  " * len(way)
    return "\n".join([*lines, *(indent + line for line in Source("", value).lines)])


def _validated(key: str, text: str, above: int = 0) -> Settings:
    """above: lines of the text that are not of the value; no message counts them."""
    try:
        return parse(text.encode("utf-8", "surrogateescape"), f"--set {key}", os.getcwd())
    except SettingsError as error:
        first, *others = (_of_call(key, one, above) for one in (error, *error.further))
        raise SettingsError(first.message, help=first.help, further=others) from None


def _of_call(key: str, error: CilintError, above: int) -> SettingsError:
    """The fault without its place in a file that nobody wrote."""
    message = _LINE.sub(lambda line: f"{line[1]}{int(line[2]) - above}", error.message)
    return SettingsError(f"--set {key}: {message.removeprefix(f'{key}: ')}", help=error.help)


def _at(settings: Settings, way: tuple[str, ...]) -> Any:
    value = getattr(settings, way[0].replace("-", "_"))
    for name in way[1:]:
        value = value[name]
    return value


def _put(settings: Settings, way: tuple[str, ...], value: Any) -> None:
    """Set one value; the maps on the way to it are copied, for the file's settings stay what they are."""
    for depth in range(len(way) - 1, 0, -1):
        value = {**_held(settings, way[:depth]), way[depth]: value}
    setattr(settings, way[0].replace("-", "_"), value)


def _held(settings: Settings, way: tuple[str, ...]) -> dict[str, Any]:
    value = getattr(settings, way[0].replace("-", "_"))
    for name in way[1:]:
        value = value.get(name, {}) if isinstance(value, dict) else {}
    return value if isinstance(value, dict) else {}


def _from_here(first: str, names: list[str], value: Any, folder: str) -> Any:
    """Paths of a call begin where it is made, those of settings at their file."""
    if first in _PATHS or (first == "waivers" and names == ["file"]):
        if isinstance(value, list):
            bare = first == "packs"  # a bare word is a built-in pack
            return [_path(one, folder) if one[:1] == "." or "/" in one or not bare else one for one in value]
        return _path(value, folder) if value else value
    return value


def _path(path: str, folder: str) -> str:
    relative = os.path.relpath(os.path.abspath(path), folder)
    return relative if relative.startswith(".") else os.path.join(".", relative)
