"""Writing files: whole or not at all, and only where it is allowed."""

from __future__ import annotations

import os

from cilint.errors import UnreadableError


def inside(root: str, path: str) -> str | None:
    """The real path of a file of the repository; None when it lies outside, also behind a symbolic link."""
    real, home = os.path.realpath(os.path.join(root, path)), os.path.realpath(root)
    return real if real.startswith(home.rstrip(os.sep) + os.sep) and os.path.isfile(real) else None


def refuse_read_only(path: str) -> None:
    """Raise UnreadableError for a file that nobody may write, though its folder lets it be replaced."""
    try:
        mode = os.stat(path).st_mode
    except OSError:
        return  # not there yet
    if not mode & 0o222:
        raise UnreadableError(f"cannot write {path}: it is read-only")


def write(path: str, text: str | bytes) -> None:
    """Replace the content of a file in one step; its permissions stay. Raises UnreadableError when it cannot be.

    A device or pipe (`/dev/stderr`) is written to as it is, for it cannot be replaced.
    """
    refuse_read_only(path)
    data = text.encode("utf-8", "backslashreplace") if isinstance(text, str) else text
    target = os.path.realpath(path)
    temporary = f"{target}.{os.getpid()}.tmp"
    try:
        if os.path.exists(path) and not os.path.isfile(path):
            with open(path, "wb") as file:
                file.write(data)
            return
        folder = os.path.dirname(target)
        os.makedirs(folder, exist_ok=True)
        _clear_leavings(target)
        with open(temporary, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if os.path.exists(target):
            os.chmod(temporary, os.stat(target).st_mode & 0o7777)
        os.replace(temporary, target)
    except OSError as error:
        if os.path.exists(temporary):
            os.unlink(temporary)
        raise UnreadableError(f"cannot write {path}: {error.strerror}") from None


def _clear_leavings(target: str) -> None:
    """Take away what a process that was killed while it wrote this very file has left."""
    folder, name = os.path.split(target)
    for left in os.listdir(folder):
        number = left.removeprefix(f"{name}.").removesuffix(".tmp")
        if left == f"{name}.{number}.tmp" and number.isdigit() and not _lives(int(number)):
            os.unlink(os.path.join(folder, left))


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):
        return True
    return True
