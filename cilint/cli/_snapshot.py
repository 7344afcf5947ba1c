"""The compiled code of cilint in one file, so that a start opens one file instead of two hundred; with the compiled
patterns.

A cold check imports some 180 modules. For each of them Python asks every finder, looks into a folder, and opens, reads
and closes a file. With the snapshot, a check of 22 kB takes 499 instead of 583 million instructions, and 1,670 instead
of 3,710 system calls. It holds the same code, and what Python looks at before it believes a compiled file is looked at
here, too: whether the source is of the same time and size.

It lies among Python's own compiled files and is trusted as they are; never in a cache folder, which a pipeline may
share with strangers. A run that had to import modules the usual way adds those at its end of which a compiled file is
kept. Where there are none, or nothing can be written, everything is imported the usual way.
"""

from __future__ import annotations

import marshal
import os
import sys
from _frozen_importlib import ModuleSpec
from _frozen_importlib_external import MAGIC_NUMBER, cache_from_source

from cilint import __version__, pattern

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import ModuleType
    from typing import Any

    # Of a module: its file below the root, the file's time and size, and where its code begins and how long it is.
    Entry = tuple[str, int, int, int, int]

_PACKAGE = __name__.partition(".")[0]
_ROOT = __file__[: -len(f"{__name__.replace('.', os.sep)}.py")]
_LENGTH = 8  # bytes that tell how long the table of entries is


class Snapshot:
    """The snapshot of this installation and this Python, as a finder and loader of modules.

    missed: modules that were asked for, of which it holds nothing, or something stale.
    """

    def __init__(self) -> None:
        self._place = f"{cache_from_source(__file__).removesuffix('.pyc')}.all"
        self._entries: dict[str, Entry] = {}
        self._file = -1
        self._start = 0
        self.missed: list[str] = []
        try:
            self._file = os.open(self._place, os.O_RDONLY)
            size = int.from_bytes(os.pread(self._file, _LENGTH, 0), "big")
            key, entries, patterns = marshal.loads(os.pread(self._file, size, _LENGTH))  # noqa: S302  # like a .pyc
        except (OSError, ValueError, EOFError, TypeError, OverflowError):
            return  # there is none yet, or it is broken
        if key == _key() and os.stat(self._file).st_size == _LENGTH + size + sum(
            entry[4] for entry in entries.values()
        ):
            self._entries = entries
            self._start = _LENGTH + size
            pattern.ready.update(patterns)

    def find_spec(self, name: str, path: Sequence[str] | None = None, target: object = None) -> ModuleSpec | None:  # noqa: ARG002
        """How to load a module of cilint; None: the usual way."""
        entry = self._entries.get(name)
        if entry is None or not _fresh(entry):
            if name.startswith(f"{_PACKAGE}."):
                self.missed.append(name)
            return None
        loader: Any = self
        spec = ModuleSpec(name, loader, origin=_ROOT + entry[0])
        if entry[0].endswith("__init__.py"):
            spec.submodule_search_locations = [os.path.dirname(_ROOT + entry[0])]
        spec.has_location = True
        spec.cached = self._place
        return spec

    def create_module(self, spec: ModuleSpec) -> None:
        """Modules are made as Python makes them."""

    def exec_module(self, module: ModuleType) -> None:
        """Run a module's code."""
        exec(marshal.loads(self._read(self._entries[module.__name__])), module.__dict__)  # noqa: S102, S302

    def renew(self) -> None:
        """Write it anew with what this run had to import and compile the usual way. Nothing may come of a failure."""
        found = {name: _code(name) for name in self.missed}
        codes = {name: code for name, code in found.items() if code is not None}
        pattern.ready.update((key, parts) for key in pattern.missed if (parts := pattern.prepared(key)) is not None)
        if not codes and pattern.ready.keys().isdisjoint(pattern.missed):
            return
        codes |= {name: (entry[:3], self._read(entry)) for name, entry in self._entries.items() if name not in codes}
        entries: dict[str, Entry] = {}
        start = 0
        for name, (stamp, text) in codes.items():
            entries[name] = (*stamp, start, len(text))
            start += len(text)
        table = marshal.dumps((_key(), entries, pattern.ready))
        temporary = f"{self._place}.{os.getpid()}"
        try:
            with open(temporary, "wb") as file:
                file.write(len(table).to_bytes(_LENGTH, "big") + table)
                file.writelines(text for _, text in codes.values())
            os.replace(temporary, self._place)
        except OSError:
            return

    def _read(self, entry: Entry) -> bytes:
        return os.pread(self._file, entry[4], self._start + entry[3])


def begin() -> Snapshot:
    """Have the modules of cilint come out of the snapshot from here on, as far as it holds them."""
    snapshot = Snapshot()
    sys.meta_path.insert(0, snapshot)
    return snapshot


def _key() -> tuple[bytes, int, str, str]:
    return MAGIC_NUMBER, pattern.VERSION, __version__, _ROOT


def _fresh(entry: Entry) -> bool:
    try:
        stat = os.stat(_ROOT + entry[0])
    except OSError:
        return False
    return int(stat.st_mtime) == entry[1] and stat.st_size == entry[2]


def _code(name: str) -> tuple[tuple[str, int, int], bytes] | None:
    """The code of a module that was imported the usual way, with file, time and size of its source."""
    spec: Any = getattr(sys.modules.get(name), "__spec__", None)
    if spec is None or not spec.has_location or not os.path.isfile(spec.cached or ""):
        return None
    try:
        stat = os.stat(spec.origin)
        code = spec.loader.get_code(name)
    except (OSError, ImportError, SyntaxError):
        return None
    return (spec.origin.removeprefix(_ROOT), int(stat.st_mtime), stat.st_size), marshal.dumps(code)
