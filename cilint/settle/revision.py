"""What a git revision held, so that only findings which are new since then count.

git is asked for objects only (`ls-tree`, `cat-file`): no hook, filter or file of the checked repository is run.
"""

from __future__ import annotations

import os

from cilint.compose.fetch import Place, Project
from cilint.errors import UsageError
from cilint.git import GitFault, ask
from cilint.source import Source
from cilint.tree.bounds import MAX_BYTES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any

_SECONDS = 60


class RevisionPlace(Place):
    """The files of a repository as they were in one revision."""

    __slots__ = ("blobs", "prefix", "top")

    def __init__(self, root: str, revision: str) -> None:
        super().__init__(root)
        top = _git(root, "rev-parse", "--show-toplevel").decode().strip()
        self.top = top
        self.prefix = "" if os.path.samefile(top, root) else os.path.relpath(root, top) + "/"
        commit = _git(root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
        listing = _git(root, "ls-tree", "-r", "-z", "--full-tree", commit.decode().strip()).split(b"\0")
        self.blobs: dict[str, str] = {}
        for line in filter(None, listing):
            meta, _, name = line.partition(b"\t")
            mode, kind, *rest = meta.split()
            path = name.decode("utf-8", "replace")
            if kind == b"blob" and mode != b"120000" and path.startswith(self.prefix):
                self.blobs[path[len(self.prefix) :]] = rest[0].decode()

    def read(self, path: str, reached: str) -> Source | None:
        """See Place."""
        path = os.path.normpath(path.lstrip("/"))
        blob = self.blobs.get(path)
        if blob is None:
            return None
        data = _git(self.root, "cat-file", "blob", blob)
        return Source(path, data[: MAX_BYTES + 1].decode("utf-8", "replace"), reached)

    def list_files(self) -> list[str]:
        """See Place."""
        return sorted(self.blobs)


class RevisionProject(Project):
    """The project as it was in a revision. Raises UsageError when git does not know it."""

    __slots__ = ()

    def __init__(
        self, root: str, revision: str, *, vendored: str | None, variables: Mapping[str, str | None], inputs: Mapping[str, Any],
        changed: Iterable[str] | None,
    ) -> None:  # fmt: skip
        super().__init__(root, vendored=vendored, variables=variables, inputs=inputs, changed=changed)
        self.place = RevisionPlace(root, revision)


def entry_at(project: Project, path: str) -> Source | None:
    """The entry file as it was; None when there was none."""
    source = project.place.read(path, "entry")
    return source if source is None else Source(source.path, source.text)


def _git(root: str, *arguments: str) -> bytes:
    try:
        return ask(root, *arguments, seconds=_SECONDS)
    except GitFault as fault:
        raise UsageError(
            f"--diff-base: {str(fault) or 'git does not know that revision'}",
            help="it takes git, and a branch, tag or commit that this clone has (fetch it first)",
        ) from None
