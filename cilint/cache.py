"""A cache of plain data on disk, by content: what was validated once need not be validated again.

Entries are written whole or not at all and carry their own digest; whatever is wrong with one, it counts as absent.
"""

from __future__ import annotations

import marshal
import os
import sys
from _blake2 import blake2b

from cilint import __version__

TYPE_CHECKING = False
if TYPE_CHECKING:
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
    try:
        with open(os.path.join(_folder(kind), name), "rb") as file:
            stored = file.read()
        payload = stored[_DIGEST:]
        if blake2b(payload, digest_size=_DIGEST).digest() == stored[:_DIGEST]:
            return marshal.loads(payload)  # noqa: S302  # our own writing, in the user's own folder, checked above
    except (OSError, ValueError, EOFError, TypeError):
        pass
    return None


def remember(kind: str, name: str, data: Any) -> None:
    """Write an entry. A cache that cannot be written is no fault."""
    folder = _folder(kind)
    payload = marshal.dumps(data)
    temporary = os.path.join(folder, f".{name}.{os.getpid()}")
    try:
        os.makedirs(folder, mode=0o700, exist_ok=True)
        with open(temporary, "wb") as file:
            file.write(blake2b(payload, digest_size=_DIGEST).digest() + payload)
        os.replace(temporary, os.path.join(folder, name))
    except OSError:
        return


def _folder(kind: str) -> str:
    root = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    return os.path.join(root, "cilint", kind)
