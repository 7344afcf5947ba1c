"""Settings: cilint's own configuration, `.cilint.yaml`; found, validated once, and kept in a cache by content."""

from __future__ import annotations

import os

from cilint import cache
from cilint.errors import SettingsError, UnreadableError
from cilint.opening import from_here, git_root, opened
from cilint.settings.settings import Settings
from cilint.source import Source
from cilint.span import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

__all__ = ["NAME", "Settings", "find", "home", "load", "parse"]

NAME = ".cilint.yaml"
_MISSPELT = (".cilint.yml", ".cilint.toml", "cilint.toml")
_DOTLESS = ("cilint.yaml", "cilint.yml")  # deeper in the repository these are pipelines, such as templates/cilint.yml
_MAX_BYTES = 1024 * 1024


def find(start: str) -> str | None:
    """The path of the settings file that belongs to a file or folder: the nearest one up to its `home`.

    Raises SettingsError for a file whose name is nearly right, and for what is no file of the repository.
    """
    folder = os.path.abspath(start if os.path.isdir(start) else os.path.dirname(start))
    limit = home(folder)
    while True:
        path = os.path.join(folder, NAME)
        if os.path.lexists(path):
            return _sound(path, limit)
        for name in (*_MISSPELT, *(_DOTLESS if folder == limit else ())):
            wrong = os.path.join(folder, name)
            if os.path.isfile(wrong) and wrong != os.path.abspath(start):
                raise SettingsError(f"{from_here(wrong)} is not read", help=f"settings belong in {NAME}")
        if folder == limit:
            return None
        folder = os.path.dirname(folder)


def _sound(path: str, limit: str) -> str:
    """The path of settings that were found. What is no file, or one from outside, is not passed over in silence."""
    real = os.path.realpath(path)
    if not os.path.isfile(real):
        why = "is a link to nothing" if not os.path.exists(real) else "is no file"
        raise SettingsError(f"{from_here(path)} {why}", help="--isolated reads no settings")
    if not (real + os.sep).startswith(os.path.realpath(limit).rstrip(os.sep) + os.sep):
        raise SettingsError(
            f"{from_here(path)} leads out of the repository",
            help="name the file with --settings if it is to be trusted",
        )
    return path


def load(path: str) -> Settings:
    """The settings in a file. Raises SettingsError, with the place, when they are wrong."""
    try:
        with opened(path) as file:
            text = file.read(_MAX_BYTES + 1)
    except OSError as error:
        raise UnreadableError(f"cannot read settings {path}: {error.strerror}") from None
    return parse(text, from_here(path), os.path.dirname(os.path.abspath(path)))


def parse(text: bytes, shown: str, folder: str) -> Settings:
    """The settings that a text holds. shown: its path in messages; folder: absolute, the one that its paths begin at.

    Raises SettingsError, with the place, when they are wrong.
    """
    if len(text) > _MAX_BYTES:
        raise SettingsError(f"{shown} is bigger than {_MAX_BYTES} bytes")
    name = cache.key(b"settings", _stamp(), text)
    data: dict[str, Any] | None = cache.recall("settings", name)
    if data is None:
        from cilint.settings.schema import validate  # imports pydantic: only when the settings are new

        try:
            source = Source(shown, text.decode("utf-8-sig"), "settings")
        except UnicodeDecodeError:
            place = Span(Source(shown, "", "settings"), 1, 1, 1, 1)
            raise SettingsError("not UTF-8", span=place) from None
        data = validate(source)
        cache.remember("settings", name, data)
    return Settings(data, path=shown, folder=folder)


def home(folder: str) -> str:
    """The topmost folder whose settings hold for a folder: the root of its git repository; without one the working
    directory if it is above, else the folder itself.
    """
    here = os.getcwd()
    is_below = (folder + os.sep).startswith(here.rstrip(os.sep) + os.sep)
    return git_root(folder) or (here if is_below else folder)


def _stamp() -> bytes:
    """Changes when the schema does, for checkouts whose version stays the same."""
    stat = os.stat(os.path.join(os.path.dirname(__file__), "schema.py"))
    return f"{int(stat.st_mtime)}-{stat.st_size}".encode()
