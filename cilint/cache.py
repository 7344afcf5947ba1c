"""A cache of plain data on disk, by content: what was validated once need not be validated again.

Entries are written whole or not at all and carry their own digest; whatever is wrong with one, it counts as absent.
"""

from __future__ import annotations

import marshal
import os
import sys
from _blake2 import blake2b
from _frozen_importlib_external import cache_from_source

from cilint import __version__
from cilint.opening import git_root
from cilint.recent import recent

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

_DIGEST = 32  # bytes


def key(*parts: bytes) -> str:
    """The name of the entry that belongs to these inputs, this version of cilint and this Python."""
    digest = blake2b(digest_size=16)
    for part in (__version__.encode(), sys.version.encode(), *parts):
        digest.update(len(part).to_bytes(8, "big"))
        digest.update(part)
    return digest.hexdigest()


def recall(kind: str, name: str) -> Any:
    """The data of an entry, or None."""
    for folder in _folders(kind):
        try:
            with open(os.path.join(folder, name), "rb") as file:
                stored = file.read()
            payload = stored[_DIGEST:]
            if blake2b(payload, digest_size=_DIGEST).digest() == stored[:_DIGEST]:
                return marshal.loads(payload)  # noqa: S302  # our own writing, in a folder of our own, checked above
        except (OSError, ValueError, EOFError, TypeError):
            continue
    return None


def remember(kind: str, name: str, data: Any) -> None:
    """Write an entry to the first folder that takes it. A cache that cannot be written is no fault."""
    payload = marshal.dumps(data)
    for folder in _folders(kind):
        temporary = os.path.join(folder, f".{name}.{os.getpid()}")
        try:
            os.makedirs(folder, mode=0o700, exist_ok=True)
            with open(temporary, "wb") as file:
                file.write(blake2b(payload, digest_size=_DIGEST).digest() + payload)
            os.replace(temporary, os.path.join(folder, name))
        except OSError:
            continue
        return


def _folders(kind: str) -> Iterator[str]:
    """Where entries of a kind may lie: beside cilint's own compiled code, or in the user's cache folder."""
    if not sys.dont_write_bytecode:
        yield os.path.join(os.path.dirname(cache_from_source(__file__)), kind)
    root = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    if not _is_shared(root):
        yield os.path.join(root, "cilint", kind)


@recent(4)
def _is_shared(root: str) -> bool:
    """Whether a cache folder belongs to a repository, be it the one that is checked.

    GitLab's `cache:` keeps only folders of the project, pipelines share them, and a merge request may bring its own:
    whoever writes there would decide what counts as a valid rule.
    """
    return git_root(os.path.realpath(root)) is not None
