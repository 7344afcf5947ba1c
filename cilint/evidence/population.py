"""Population: every pipeline that the paths of an invocation mean, and the projects among them that have none."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from cilint.evidence.model import Target

if TYPE_CHECKING:
    from collections.abc import Iterable

ENTRY = ".gitlab-ci.yml"
_DEPTH = 8  # folders below a given one; groups of GitLab nest to 20, working copies of them hardly do
_FOLDERS = 20_000
_STRANGERS = ("node_modules", "vendor", "venv")


class Population:
    """paths: entry files to check, in order. strays: projects without a pipeline, and names that mean nothing."""

    __slots__ = ("_seen", "paths", "strays")

    def __init__(self, given: Iterable[str]) -> None:
        self.paths: list[str] = []
        self.strays: list[Target] = []
        self._seen = 0
        for path in given:
            if path == "-" or os.path.isfile(path):
                self.paths.append(path)
            elif os.path.isdir(path):
                if not self._search(path, 0):
                    self._without(path)
            else:
                why = "there is no such file or folder"
                self.strays.append(Target(path=os.path.normpath(path), status="missing", why=why))
        self.paths = list(dict.fromkeys(os.path.normpath(path) for path in self.paths))

    def _without(self, folder: str) -> None:
        why = f"there is no {ENTRY}"
        self.strays.append(Target(path=os.path.normpath(folder), status="no-pipeline", why=why))

    def _search(self, folder: str, depth: int) -> bool:
        """Look for projects in a folder; whether it is one or holds any."""
        entry = os.path.join(folder, ENTRY)
        if os.path.isfile(entry):
            self.paths.append(entry)
            return True
        if os.path.exists(os.path.join(folder, ".git")):
            self._without(folder)
            return True
        if depth == _DEPTH or self._seen > _FOLDERS:
            return False
        below = _folders(folder)
        self._seen += len(below)
        found = [(one, self._search(one, depth + 1)) for one in below]
        if any(holds for _, holds in found):
            for one, holds in found:
                if not holds:
                    self._without(one)
            return True
        return False


def _folders(folder: str) -> list[str]:
    """The folders in a folder, sorted; hidden ones and links left out, for a link may lead anywhere."""
    try:
        with os.scandir(folder) as entries:
            names = sorted(
                entry.name
                for entry in entries
                if entry.is_dir(follow_symlinks=False) and entry.name[0] != "." and entry.name not in _STRANGERS
            )
    except OSError:
        return []
    return [os.path.join(folder, name) for name in names]
