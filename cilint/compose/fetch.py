"""Where files of CI configuration come from: the working tree, and a folder of vendored copies.

Nothing is fetched over a network. A file that lies outside the repository (also behind a symbolic link) is not there.
The folder of vendored copies is laid out like this; a ref or a version that holds a slash makes more folders:

    project/<group>/<name>/<ref>/<file>        include:project; ref "HEAD" where the entry names none
    component/<host>/<path>/<name>/<version>.yml
    remote/<host>/<path>
    template/<name>
"""

from __future__ import annotations

import os

from cilint.compose.variables import PUSH_TO_MAIN
from cilint.errors import UnreadableError
from cilint.opening import asked, git_root, opened
from cilint.source import Source
from cilint.tree.bounds import MAX_BYTES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any

FILES_AT_MOST = 200_000  # what one listing of a repository may hold


class Place:
    """What a file's `include:local` is relative to.

    root: absolute path of the folder; "" where there is none, as for files from a URL. name: "" for the checked
    repository, else `group/project@ref` of a vendored copy, of which some files may be missing.
    """

    __slots__ = ("_files", "base", "name", "root")

    def __init__(self, root: str, name: str = "", base: str = "") -> None:
        self.root = root
        self.name = name
        self.base = base or root  # paths are shown relative to the checked repository
        self._files: list[str] | None = None

    def read(self, path: str, reached: str) -> Source | None:
        """The file at a path inside the folder; None when it is not there. Leading slashes are dropped."""
        if not self.root:
            return None
        return _read_inside(self.root, path.lstrip("/"), self.base, reached)

    def list_files(self) -> list[str]:
        """The paths of all files, in the order in which git lists them."""
        if self._files is None:
            self._files = sorted(_walk(self.root)) if self.root else []
        return self._files


class Project:
    """The checked repository and what is known about it.

    root: absolute path of its folder. vendored: absolute path of the folder of vendored includes, or None.
    variables: known when includes are expanded; None as value: known not to exist.
    inputs: values for the entry's own `spec:inputs`. changed: changed files, or None when no diff is known.
    """

    __slots__ = ("changed", "inputs", "place", "root", "variables", "vendored")

    def __init__(
        self,
        root: str,
        *,
        vendored: str | None = None,
        variables: Mapping[str, str | None] | None = None,
        inputs: Mapping[str, Any] | None = None,
        changed: Iterable[str] | None = None,
    ) -> None:
        self.root = root
        self.vendored = vendored
        self.variables: dict[str, str | None] = dict(PUSH_TO_MAIN if variables is None else variables)
        self.inputs: dict[str, Any] = dict(inputs or {})
        self.changed = None if changed is None else list(changed)
        self.place = Place(root)

    def read_local(self, path: str, reached: str = "include local") -> Source | None:
        """A file of the repository by its path from the root; None when it is not there, or lies outside."""
        return self.place.read(path, reached)

    def list_files(self) -> list[str]:
        """The paths of all files of the repository, sorted, `.git` left out."""
        return self.place.list_files()

    def read_vendored(self, kind: str, path: str, reached: str) -> Source | None:
        """A vendored copy; kind: "project", "component", "remote" or "template"."""
        if self.vendored is None:
            return None
        return _read_inside(os.path.join(self.vendored, kind), path, self.root, reached)

    @property
    def no_copy(self) -> str:
        """Why there is no vendored copy of a file, when there is none."""
        if self.vendored is None or os.path.isdir(self.vendored):
            return "no copy at hand"
        return f"no copy at hand, for there is no folder {_shown(self.vendored, self.root)}, where `vendored` looks"

    def vendored_place(self, project: str, ref: str) -> Place:
        """The place of another project's files, as far as there are copies of them."""
        name = f"{project}@{ref}"
        if self.vendored is None:
            return Place("", name)
        return Place(os.path.join(self.vendored, "project", *project.split("/"), *ref.split("/")), name, self.root)


class Surroundings:
    """Where an including file stands: what its local includes mean, what variables are known, who included it."""

    __slots__ = ("above", "place", "variables")

    def __init__(self, place: Place, variables: dict[str, str | None], above: tuple[str, ...]) -> None:
        self.place = place
        self.variables = variables
        self.above = above


class Fetched:
    """A file that an entry names, where it was found, and the facts of the component that it is."""

    __slots__ = ("around", "facts", "source")

    def __init__(self, source: Source, around: Surroundings, facts: dict[str, str] | None = None) -> None:
        self.source = source
        self.around = around
        self.facts = facts or {}


def open_project(
    path: str,
    *,
    text: str | None = None,
    root: str | None = None,
    vendored: str | None = None,
    variables: Mapping[str, str | None] | None = None,
    inputs: Mapping[str, Any] | None = None,
    changed: Iterable[str] | None = None,
) -> tuple[Project, Source]:
    """The project in which an entry file lies, and the file.

    text: what stands for the file, which need not be there. root: the repository's folder where it is known; else it is
    found upwards from the entry, by its `.git`; without one it is the entry's own folder. Raises UnreadableError when
    the entry is not there or cannot be read.
    """
    whole = os.path.abspath(path)
    folder = os.path.abspath(root) if root is not None else git_root(os.path.dirname(whole)) or os.path.dirname(whole)
    project = Project(folder, vendored=vendored, variables=variables, inputs=inputs, changed=changed)
    return project, Source(_shown(whole, folder), _entry_text(path) if text is None else text)


def _entry_text(path: str) -> str:
    if os.path.isdir(path):
        raise UnreadableError(f"{path} is a folder", help="name the file, such as .gitlab-ci.yml")
    try:
        return _text(path)
    except OSError as error:
        raise UnreadableError(
            f"cannot read {path}: {error.strerror or error}",
            help="name a file that is there, or - for standard input; without one cilint looks for .gitlab-ci.yml in this folder",
        ) from None


def _read_inside(root: str, path: str, base: str, reached: str) -> Source | None:
    if not path or "\0" in path or path.split("/", 1)[0] == ".git":
        return None
    whole = os.path.join(root, path)
    asked.add(whole)
    try:
        if not os.path.isfile(whole):  # most that scripts seem to call is not there; only what is, is worth a real path
            return None
        real, home = os.path.realpath(whole), os.path.realpath(root)
        if not real.startswith(home.rstrip(os.sep) + os.sep):
            return None
        text = _text(real)
    except (OSError, ValueError):  # ValueError: a name that the locale's encoding cannot spell
        return None
    return Source(_shown(os.path.normpath(whole), base), text, reached)


def _text(path: str) -> str:
    """The text of a file; of one that is too big for GitLab anyway only as much as shows that."""
    with opened(path) as file:
        return file.read(MAX_BYTES + 1).decode("utf-8", "replace")


def _shown(whole: str, base: str) -> str:
    return os.path.relpath(whole, base) if whole.startswith(base.rstrip(os.sep) + os.sep) else whole


def _walk(root: str) -> list[str]:
    found: list[str] = []
    for folder, folders, names in os.walk(root):
        asked.add(folder)  # a file that appears in it may be one that a glob means
        folders[:] = [name for name in folders if name != ".git"]
        prefix = os.path.relpath(folder, root)
        found += names if prefix == "." else [f"{prefix}/{name}" for name in names]
        if len(found) > FILES_AT_MOST:
            break
    return found
