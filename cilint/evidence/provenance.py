"""Where evidence comes from: digests of what was read, the commit, and the run in GitLab.

git is asked for objects only (`rev-parse`, `ls-tree`): no hook, filter or file of the checked repository is run.
"""

from __future__ import annotations

import json
import os
from hashlib import sha1, sha256
from typing import TYPE_CHECKING

from cilint.evidence.model import Digest, FileFacts
from cilint.git import answer
from cilint.tree import plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from cilint.compose.config import Config
    from cilint.source import Source

# What a job of GitLab knows of its run; see doc/ci/variables/predefined_variables.md. No value of it is a secret.
_RUN = (
    "CI_PROJECT_PATH", "CI_PROJECT_ID", "CI_PROJECT_URL", "CI_COMMIT_SHA", "CI_COMMIT_REF_NAME", "CI_PIPELINE_ID",
    "CI_PIPELINE_URL", "CI_PIPELINE_SOURCE", "CI_JOB_URL", "CI_MERGE_REQUEST_IID", "GITLAB_USER_LOGIN",
)  # fmt: skip


def run_facts(environment: Mapping[str, str]) -> dict[str, str]:
    """What GitLab says of the job in which the report is made; nothing elsewhere."""
    return {name: environment[name] for name in _RUN if environment.get("GITLAB_CI") and environment.get(name)}


def digest_of(path: str, shown: str = "") -> Digest:
    """The digest of a file on disk; of nothing when it cannot be read."""
    try:
        with open(path, "rb") as file:
            data = file.read()
    except OSError:
        return Digest(path=shown or path, sha256="")
    return Digest(path=shown or path, sha256=sha256(data).hexdigest())


def program_digest() -> str:
    """sha256 over the program's own files: what `sha256sum` prints for them, in order of their paths in the package."""
    home = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    lines: list[str] = []
    for folder, folders, names in os.walk(home):
        folders[:] = sorted(one for one in folders if one != "__pycache__")
        for name in names:
            if not name.endswith((".pyc", ".tmp")):
                path = os.path.join(folder, name)
                lines.append(f"{digest_of(path).sha256}  {os.path.relpath(path, home).replace(os.sep, '/')}\n")
    lines.sort(key=lambda line: line[66:])
    return sha256("".join(lines).encode()).hexdigest()


def merged_digest(config: Config) -> str:
    """The digest of the configuration after everything: canonical JSON of the composed tree; "" when there is none."""
    if config.root is None:
        return ""
    text = json.dumps(plain(config.root), sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=str)
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


class Commit:
    """The commit that a repository stands at. sha: "" where git does not know any. ref: its branch, "" for none."""

    __slots__ = ("blobs", "ref", "sha")

    def __init__(self, root: str) -> None:
        self.sha = answer(root, "rev-parse", "--verify", "--quiet", "HEAD^{commit}")
        self.ref = answer(root, "symbolic-ref", "--quiet", "--short", "HEAD")
        self.blobs: dict[str, str] = {}
        if self.sha:
            prefix = answer(root, "rev-parse", "--show-prefix")
            for line in answer(root, "ls-tree", "-r", "-z", "--full-tree", self.sha).split("\0"):
                meta, _, path = line.partition("\t")
                if path and path.startswith(prefix):
                    self.blobs[path[len(prefix) :]] = meta.split()[2]

    def holds(self, path: str, data: bytes) -> bool | None:
        """Whether the commit holds exactly these bytes at a path; None where nothing is known."""
        if not self.sha:
            return None
        known = self.blobs.get(path, "")
        kind = sha256 if len(known) == 64 else sha1  # an object name of git, no protection
        return known == kind(b"blob %d\0" % len(data) + data).hexdigest()


def files_of(root: str, sources: Iterable[Source], commit: Commit) -> list[FileFacts]:
    """Every file that was read, with the digest of its bytes."""
    found: dict[str, FileFacts] = {}
    for source in sources:
        data = _bytes(root, source)
        found.setdefault(
            source.path,
            FileFacts(
                path=source.path,
                sha256=sha256(data).hexdigest(),
                bytes=len(data),
                reached=source.reached,
                committed=commit.holds(source.path, data) if source.ours else None,
            ),
        )
    return list(found.values())


def _bytes(root: str, source: Source) -> bytes:
    """The file's own bytes where they are what was read; else (standard input, a file that changed) the text's."""
    text = source.text.encode("utf-8", "surrogatepass")
    try:
        with open(os.path.join(root, source.path), "rb") as file:
            data = file.read()
    except (OSError, ValueError):
        return text
    return data if data.decode("utf-8-sig", "replace") == source.text.removeprefix("\ufeff") else text
