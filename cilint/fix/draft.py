"""The files of a repository as mending would have them, before any of them is written."""

from __future__ import annotations

import os

from cilint.compose.fetch import Place, Project
from cilint.fix.write import inside
from cilint.source import Source

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping


class Change:
    """A file that would change. path: where it really is. source: what was read. text: what it should hold."""

    __slots__ = ("path", "source", "text")

    def __init__(self, path: str, source: Source, text: str) -> None:
        self.path = path
        self.source = source
        self.text = text

    def diff(self) -> str:
        """The change as a unified diff that `git apply` takes."""
        from difflib import unified_diff

        name = self.source.path
        before, after = self.source.text.splitlines(keepends=True), self.text.splitlines(keepends=True)
        lines = unified_diff(before, after, f"a/{name}", f"b/{name}")
        return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)


class Draft:
    """The changes made so far, by the real path of the file. Several entry files may share one draft."""

    __slots__ = ("_sound", "changes")

    def __init__(self) -> None:
        self.changes: dict[str, Change] = {}
        self._sound: dict[str, str] = {}  # texts that were found to be those of their files

    def path(self, root: str, source: Source) -> str | None:
        """The real path of a file that may be mended; None for all others.

        Left alone is what lies outside the repository or belongs to others, what is not UTF-8, and what has changed
        since it was read. What may be mended once may be so until it is written: then it is looked at again.
        """
        path = inside(root, source.path) if source.ours else None
        if path is None or path in self.changes or self._sound.get(path) == source.text:
            return path
        if not unchanged(path, source):
            return None
        self._sound[path] = source.text
        return path

    def texts(self) -> dict[str, str]:
        """The texts of the changed files, by path."""
        return {path: change.text for path, change in self.changes.items()}

    def put(self, root: str, source: Source, text: str) -> None:
        """Note the new text of a file. source: the file as it is, or as the draft has it so far."""
        path = self.path(root, source)
        assert path is not None
        first = self.changes[path].source if path in self.changes else source
        self.changes[path] = Change(path, first, text)


def unchanged(path: str, source: Source) -> bool:
    """Whether the file at a path still holds what was read of it."""
    if os.path.getsize(path) > len(source.text) * 4 + 4:
        return False
    with open(path, "rb") as file:
        return file.read() == source.text.encode("utf-8", "surrogatepass")


class DraftPlace(Place):
    """The files of a repository, some of them with another text. texts: by real path."""

    __slots__ = ("texts",)

    def __init__(self, place: Place, texts: Mapping[str, str]) -> None:
        super().__init__(place.root, place.name, place.base)
        self.texts = texts

    def read(self, path: str, reached: str) -> Source | None:
        """See Place."""
        source = super().read(path, reached)
        text = self.texts.get(os.path.realpath(os.path.join(self.root, path.lstrip("/")))) if source else None
        return source if source is None or text is None else Source(source.path, text, reached)


def drafted(source: Source, project: Project, texts: Mapping[str, str]) -> tuple[Source, Project]:
    """An entry file and its project as a draft has them."""
    other = Project(
        project.root,
        vendored=project.vendored,
        variables=project.variables,
        inputs=project.inputs,
        changed=project.changed,
    )
    other.place = DraftPlace(project.place, texts)
    path = inside(project.root, source.path)
    return Source(source.path, texts.get(path or "", source.text), source.reached), other
