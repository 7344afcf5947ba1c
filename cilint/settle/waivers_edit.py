"""Edits of the register of waivers: comments and order stay, and two edits at once do not lose each other.

The file is read, changed and replaced under a lock on its folder, in one step: whoever is killed on the way leaves
the register as it was.
"""

from __future__ import annotations

import fcntl
import io
import os
import time
from contextlib import contextmanager
from datetime import date
from typing import TYPE_CHECKING, Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq

from cilint.errors import UsageError
from cilint.opening import opened
from cilint.settle.waivers import parse
from cilint.source import Source

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import TypeAlias

    Writer: TypeAlias = Callable[[str, str], None]

_PATIENCE = 20.0  # seconds to wait for another edit
_PAUSE = 0.02
_WIDE = 4096  # columns; no line is folded
_HEAD = """\
# Findings that were accepted until a day. `cilint waive` writes entries; reports tell of every one of them.
version: 1
waivers: []
"""


@contextmanager
def locked(path: str) -> Iterator[None]:
    """Hold the only right to change the files of a folder. Raises UsageError when somebody else does not let go."""
    folder = os.path.dirname(os.path.realpath(path))
    handle = os.open(folder, os.O_RDONLY)
    try:
        end = time.monotonic() + _PATIENCE
        while True:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except OSError:
                if time.monotonic() > end:
                    raise UsageError(f"somebody else has been changing {path} for {_PATIENCE:.0f} seconds") from None
                time.sleep(_PAUSE)
        yield
    finally:
        os.close(handle)


def add(path: str, entry: dict[str, Any], shown: str, write: Writer) -> str:
    """Add a waiver to the register, which is made when it is not there; the waiver's id.

    write: replaces the content of a file in one step. entry: as the register has it; without an `id`, the next free one of the year is taken. Raises UsageError when the
    entry, or the register as it is, is wrong.
    """

    def change(entries: CommentedSeq) -> str:
        known = {str(one.get("id")) for one in entries if isinstance(one, dict)}
        name = entry.get("id") or _next(known, str(entry["created"])[:4])
        if name in known:
            raise UsageError(f"there is a waiver {name} already", help="leave --id out, and the next free one is taken")
        entries.append(_map({"id": name, **{key: value for key, value in entry.items() if key != "id"}}))
        return name

    return _edit(path, change, shown, write)


def close(path: str, name: str, shown: str, write: Writer) -> str:
    """Close a waiver: it stays in the register for the record and settles nothing any more. Raises UsageError."""

    def change(entries: CommentedSeq) -> str:
        for one in entries:
            if isinstance(one, dict) and one.get("id") == name:
                one["status"] = "closed"
                return name
        raise UsageError(f"there is no waiver {name} in {shown}")

    return _edit(path, change, shown, write)


def _edit(path: str, change: Callable[[CommentedSeq], str], shown: str, write: Writer) -> str:
    os.makedirs(os.path.dirname(os.path.realpath(path)), exist_ok=True)
    with locked(path):
        before = _HEAD
        if os.path.exists(path):
            with io.TextIOWrapper(opened(path), encoding="utf-8") as file:
                before = file.read() or _HEAD
        known = parse(Source(shown, before, "waivers"))
        if known.faults:
            told = "; ".join(f"{fault.span}: {fault.message}" for fault in known.faults)
            raise UsageError(told, help="correct the register first; nothing was written")
        yaml = _yaml(before)
        data = yaml.load(before)
        entries = data.get("waivers")
        if not isinstance(entries, CommentedSeq) or not entries:
            entries = data["waivers"] = CommentedSeq()
        name = change(entries)
        out = io.StringIO()
        yaml.dump(data, out)
        after = parse(Source(shown, out.getvalue(), "waivers"))
        if after.faults:
            told = "; ".join(fault.message for fault in after.faults)
            raise UsageError(f"the waiver is not whole: {told}", help="nothing was written")
        write(path, out.getvalue())
    return name


def _yaml(text: str) -> YAML:
    """A writer that indents lists as the text does."""
    yaml = YAML(typ="rt")
    yaml.preserve_quotes = True
    yaml.width = _WIDE
    dash = 2
    for line in text.splitlines():
        if line.lstrip().startswith("- "):
            dash = len(line) - len(line.lstrip())
            break
    yaml.indent(mapping=2, sequence=dash + 2, offset=dash)
    return yaml


def _map(data: dict[str, Any]) -> CommentedMap:
    """A block map with lists in one line; days as YAML has them."""
    found = CommentedMap()
    for key, value in data.items():
        if isinstance(value, dict):
            found[key] = _map(value)
        elif isinstance(value, list):
            found[key] = CommentedSeq(value)
            found[key].fa.set_flow_style()
        elif key in ("created", "expires"):
            found[key] = date.fromisoformat(value)
        else:
            found[key] = value
    return found


def _next(known: set[str], year: str) -> str:
    number = 1
    while f"W-{year}-{number:03}" in known:
        number += 1
    return f"W-{year}-{number:03}"
