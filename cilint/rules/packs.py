"""Packs: YAML files of rules, found, validated once, and kept compiled in a cache by their content.

With unchanged packs nothing here imports pydantic: the first run validates and writes two cache entries, one with what
judging needs and one with the prose and examples that `explain`, `test` and reports read.
"""

from __future__ import annotations

import os

from cilint import cache
from cilint.errors import PackError
from cilint.nearest import did_you_mean
from cilint.opening import opened
from cilint.rules.rule import Rule, RuleSet

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

BUILT_IN = ("gitlab", "security", "enterprise")
OPTIONAL = ("shell",)  # built in, and loaded where they are asked for: they need more than cilint itself
EVERY = (*BUILT_IN, *OPTIONAL)
_HERE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
_MAX_FILES = 500
_MAX_BYTES = 4 * 1024 * 1024
_ENDINGS = (".yaml", ".yml")
_KIND = "packs"


def load(wanted: Iterable[str] = ()) -> RuleSet:
    """The rules of the named packs, in that order; the built-in ones when none is named.

    wanted: names of built-in packs, or paths of pack files and folders. A rule of a later pack replaces one of the
    same id; roles add up. Raises PackError when a pack is not there or is wrong.
    """
    rules = RuleSet()
    changes: dict[str, Any] = {}
    for name in tuple(wanted) or BUILT_IN:
        pack, files = find(name)
        compiled = _compiled(pack, files, "judge")
        rules.sources.append((pack, files))
        for data in compiled["rules"]:
            old = rules.rules.get(data["id"])
            if old is not None and old.required and old.pack != pack:
                raise PackError(f"rule {old.id} is required by pack {old.pack}, so pack {pack} cannot replace it")
            rules.rules[data["id"]] = Rule(data)
        rules.roles += compiled["roles"]
        rules.former = {was: rule.id for rule in rules for was in rule.was if was not in rules.rules}
        for said, change in compiled["override"].items():
            name = rules.now(said)
            old = rules.rules.get(name)
            if old is not None and old.required and old.pack != pack:
                raise PackError(f"rule {name} is required by pack {old.pack}, so pack {pack} cannot change it")
            changes[name] = change
    return rules.configured(changes) if changes else rules


def prose(rules: RuleSet) -> dict[str, dict[str, Any]]:
    """For each rule id of the packs: `why`, `fix`, `requirement`, `examples`, `file`, `line`, as plain data."""
    told: dict[str, dict[str, Any]] = {}
    for pack, files in rules.sources:
        for data in _compiled(pack, files, "prose")["rules"]:
            told[data["id"]] = data
    return told


def find(name: str) -> tuple[str, list[str]]:
    """The pack's name and its files, sorted. Raises PackError when there is none.

    A bare word is a built-in pack, or else one that an installed package brings, so that no folder of a checked
    repository passes for it; a folder of that name is written with a slash (`./security`). `.` and `..` are folders of
    the user's, and never those beside the built-in packs.
    """
    path = name in ("", os.curdir, os.pardir) or os.sep in name or name.endswith(_ENDINGS)
    place = name if path else _of_a_word(name)
    if os.path.isfile(place):
        return os.path.splitext(os.path.basename(place))[0], [place]
    files = _files(place) if os.path.isdir(place) else []
    if not files:
        from cilint.rules import installed

        why = "holds no .yaml file" if os.path.isdir(place) else "is neither a built-in pack nor a file or folder"
        others = installed.names()
        also = f"; installed are {', '.join(others)}" if others else ""
        hint = did_you_mean(name, (*EVERY, *others)) if os.sep not in name else ""
        raise PackError(f"no pack of rules: {name} {why}", help=f"built in are {', '.join(EVERY)}{also}{hint}")
    return os.path.basename(os.path.abspath(name)), files


def _of_a_word(name: str) -> str:
    """Where the pack of a bare word is: built in, installed, or a file or folder here."""
    place = os.path.join(built_in_folder(), name)
    if os.path.isdir(place):
        return place
    from cilint.rules import installed

    return installed.folder_of(name) or name


def built_in_folder() -> str:
    """Where the built-in packs are: inside the wheel, or `rules/` of a checkout."""
    inside = os.path.join(_HERE, "_packs")
    return inside if os.path.isdir(inside) else os.path.join(os.path.dirname(_HERE), "rules")


def _files(folder: str) -> list[str]:
    found: list[str] = []
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        found += [os.path.join(place, name) for name in sorted(names) if name.endswith(_ENDINGS)]
        if len(found) > _MAX_FILES:
            raise PackError(f"{folder} holds more than {_MAX_FILES} YAML files; a pack is a folder of rule files")
    return found


def _compiled(pack: str, files: list[str], part: str) -> Any:
    """One part ("judge" or "prose") of the compiled pack, out of the cache when it is there."""
    texts = [(path, _read(path)) for path in files]
    name = cache.key(_schema_stamp(), pack.encode(), *(part for path, text in texts for part in (path.encode(), text)))
    cached = cache.recall(_KIND, f"{name}.{part}")
    if cached is not None:
        return cached
    from cilint.rules.compiler import compile_pack  # imports pydantic: only when a pack is new

    parts = compile_pack(pack, [(path, text.decode("utf-8", "replace")) for path, text in texts])
    for one, data in parts.items():
        cache.remember(_KIND, f"{name}.{one}", data)
    return parts[part]


def _read(path: str) -> bytes:
    try:
        with opened(path) as file:
            text = file.read(_MAX_BYTES + 1)
    except OSError as error:
        raise PackError(f"cannot read {path}: {error.strerror}") from None
    if len(text) > _MAX_BYTES:
        raise PackError(f"{path} is bigger than {_MAX_BYTES} bytes")
    return text


def _schema_stamp() -> bytes:
    """Changes when the compiler of packs does, for checkouts whose version stays the same."""
    stamps = []
    for name in ("schema.py", "compiler.py", "assertions.py"):
        try:
            stat = os.stat(os.path.join(_HERE, "rules", name))
        except OSError:
            continue
        stamps.append(f"{int(stat.st_mtime)}-{stat.st_size}")
    return " ".join(stamps).encode()
