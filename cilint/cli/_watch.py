"""`cilint check --watch`: check again whenever a file changes that the last check read, or looked for in vain, or a
folder that it listed has another file.
"""

from __future__ import annotations

import os
import sys
import time

from cilint.cli import _refuse
from cilint.cli._options import Request
from cilint.errors import CilintError, UsageError
from cilint.opening import asked
from cilint.report.escape import printable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import NoReturn, TypeAlias

    Stamp: TypeAlias = tuple[int, int, int] | None

_SECONDS = 0.5  # between two looks
_WRITING = 0.05  # seconds that whoever writes a file may still need
_CLEAR = "\033[2J\033[3J\033[H"  # the screen, what was scrolled away, and the cursor to the top
_CHANGED = (-1, -1, -1)  # no file has this stamp
_NAMED = 3  # files of those that are watched


def watch(request: Request, check: Callable[[Request], int]) -> NoReturn:
    """Check, wait for a change, check again, until KeyboardInterrupt.

    A fault of the invocation that comes up later, such as settings that are wrong by now, is told and waited out.
    Raises CilintError for what the first check cannot do, and UsageError for options that write files.
    """
    _sound(request)
    once = Request({**vars(request), "watch": False})
    stamps: dict[str, Stamp] = {}
    while True:
        _clear()
        stamps = _checked(once, check, stamps)
        _say(stamps)
        while all(_stamp(path) == stamp for path, stamp in stamps.items()):
            time.sleep(_SECONDS)
        time.sleep(_WRITING)


def _sound(request: Request) -> None:
    if "-" in request.paths:
        raise UsageError("--watch waits for files to change, and standard input is none", help="name the file")
    for name, given in (("--output", request.output), ("--fix", request.fix), ("--diff", request.diff)):
        if given:
            raise UsageError(
                f"--watch only checks and shows: {name} has no place beside it", help="leave one of them out"
            )


def _checked(request: Request, check: Callable[[Request], int], known: dict[str, Stamp]) -> dict[str, Stamp]:
    """Check once; the files to look at from now on, each with the stamp that it had when it was read."""
    asked.clear()
    started = time.time_ns()
    before = {path: _stamp(path) for path in known}
    try:
        check(request)
    except CilintError as error:
        if not known:
            raise
        _refuse(error)
        asked.update(known)  # the check has not come as far as most of them
    return {path: before[path] if path in before else _new(path, started) for path in asked}


def _new(path: str, started: int) -> Stamp:
    """The stamp of a file that is looked at for the first time; one written since the check began has changed."""
    stamp = _stamp(path)
    return _CHANGED if stamp and stamp[0] >= started else stamp


def _stamp(path: str) -> Stamp:
    """What tells that a file is another: time of change in ns, size in bytes, inode; None for one that is not there."""
    try:
        stat = os.stat(path)
    except (OSError, ValueError):
        return None
    return stat.st_mtime_ns, stat.st_size, stat.st_ino


def _clear() -> None:
    if sys.stdout.isatty() and os.environ.get("TERM") != "dumb":
        sys.stdout.write(_CLEAR)
        sys.stdout.flush()


def _say(stamps: dict[str, Stamp]) -> None:
    """Which files are waited for: those of the working directory by name."""
    there = {os.path.realpath(path) for path, stamp in stamps.items() if stamp and not os.path.isdir(path)}
    near = sorted(path for path in map(os.path.relpath, there) if not path.startswith(os.pardir))[:_NAMED]
    others = len(there) - len(near)
    names = ", ".join(near) + (f" and {others} other files" if near and others else f"{others} files" if others else "")
    sys.stderr.write(f"cilint: waiting for a change of {printable(names)}; Ctrl-C ends\n")
    sys.stderr.flush()
