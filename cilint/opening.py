"""Opening what somebody names: files, and nothing that only passes for one.

A pipe nobody writes to is waited for without end, and a device (`/dev/zero`) has no end. Whoever pipes something in
says `-`.
"""

from __future__ import annotations

import os
from stat import S_ISBLK, S_ISCHR, S_ISDIR, S_ISFIFO, S_ISREG

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import BinaryIO

# What is no file, in words. The rest are sockets and what some system adds.
_KINDS = (
    (S_ISDIR, "it is a folder"),
    (S_ISFIFO, "it is a pipe"),
    (S_ISCHR, "it is a device"),
    (S_ISBLK, "it is a device"),
)
# Every file that was asked for, there or not, and every folder that was listed: `check --watch` waits for a change.
asked: set[str] = set()
# Without O_NONBLOCK, which Windows has not, the opening of a pipe waits for somebody who writes.
_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


def from_here(path: str) -> str:
    """A path as a person would write it: from the working directory, absolute for what is outside of that."""
    relative = os.path.relpath(path)
    return path if relative.startswith("..") else relative


def git_root(folder: str) -> str | None:
    """The nearest folder upwards that holds `.git`, be it a folder or the file of a worktree; None when there is none."""
    while not os.path.exists(os.path.join(folder, ".git")):
        above = os.path.dirname(folder)
        if above == folder:
            return None
        folder = above
    return folder


def opened(path: str) -> BinaryIO:
    """A file, to be read. Raises OSError, with what is wrong in its `strerror`, also for what is no regular file."""
    asked.add(path)
    descriptor = os.open(path, _FLAGS)
    mode = os.fstat(descriptor).st_mode
    if S_ISREG(mode):
        return os.fdopen(descriptor, "rb")
    os.close(descriptor)
    raise OSError(0, next((words for test, words in _KINDS if test(mode)), "it is no file"), path)
