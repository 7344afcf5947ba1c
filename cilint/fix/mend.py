"""From findings to mended files: which files change to what, checked by reading the result again."""

from __future__ import annotations

import os

from cilint.fix.edits import edited, wanted
from cilint.fix.write import inside
from cilint.source import Source
from cilint.tree.documents import read

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from cilint.finding import Finding


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


def changes(findings: Iterable[Finding], root: str, *, unsafe: bool) -> list[Change]:
    """What the edits of the findings make of the files of a repository.

    Left alone is what lies outside the repository, what is not UTF-8 or has changed since it was read, and a file that
    the edits would make unreadable.
    """
    out: list[Change] = []
    for source, edits in wanted(findings, unsafe=unsafe).values():
        path = inside(root, source.path) if source.ours else None
        if path is None or not _unchanged(path, source):
            continue
        text = edited(source, edits)
        if text != source.text and not _worse(source, text):
            out.append(Change(path, source, text))
    return out


def _unchanged(path: str, source: Source) -> bool:
    if os.path.getsize(path) > len(source.text) * 4 + 4:
        return False
    with open(path, "rb") as file:
        return file.read() == source.text.encode("utf-8", "surrogatepass")


def _worse(source: Source, text: str) -> bool:
    return bool(read(Source(source.path, text)).findings) and not read(source).findings
