"""The command line. A command `foo` is the module `cilint/cli/foo.py` with a click command named `command` in it.

Modules whose names begin with an underscore are no commands. `--version` and the usual calls of `check` never import
click: start-up is a feature.
"""

from __future__ import annotations

import gc
import os
import sys

from cilint import __version__
from cilint.errors import CilintError
from cilint.notes import take

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import NoReturn

_BROKEN = 2  # the exit status when the work could not be done
_OBJECTS = 200_000  # between two runs of the garbage collector
_INTERRUPTED = 130  # 128 + SIGINT, as shells have it


def start() -> NoReturn:
    """The console script: run the command line of the process, and leave without tidying up.

    Python's own farewell, which takes every object apart, costs as much as parsing the file. Nothing is left to do by
    then: files are written and closed where they are written.
    """
    if sys.stderr is None:  # as Python leaves it where the shell says `2>&-`
        sys.stderr = open(os.devnull, "w")  # noqa: SIM115  # the process ends with it
    if sys.stdout is None:
        complain("cannot write to standard output: it is closed")
        os._exit(_BROKEN)
    from cilint.cli import _snapshot

    snapshot = _snapshot.begin()
    status = main(sys.argv[1:])
    try:
        sys.stderr.flush()
    except OSError:
        status = status or _BROKEN
    snapshot.renew()
    os._exit(status)


def main(arguments: Sequence[str]) -> int:
    """Run `cilint ARGUMENTS`; the exit status. Never raises for what a user can do."""
    try:
        status = _run(list(arguments))
        sys.stdout.flush()
        for line in take():
            complain(line, kind="note")
    except CilintError as error:
        status = _refuse(error)
    except KeyboardInterrupt:
        status = _INTERRUPTED
    except BrokenPipeError:
        # The reader has gone (`cilint ... | head`). Python would complain once more when it closes the stream.
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        status = _BROKEN
    except OSError as error:
        # Files are named in their errors, and those that may fail are told where they are opened.
        status = _apologise(error) if error.filename else _unwritten(error)
    except Exception as error:  # whatever it is, the user gets a sentence and not a traceback
        if os.environ.get("CILINT_DEBUG"):
            raise
        status = _apologise(error)
    return status


def _run(arguments: list[str]) -> int:
    if arguments in (["--version"], ["-V"]):
        print(f"cilint {__version__}")
        return 0
    if arguments[:1] == ["check"]:
        # A check makes many objects and drops few; looking for cycles among them all the time finds none.
        gc.set_threshold(_OBJECTS)
        from cilint.cli import check

        request = check.OPTIONS.parse(arguments[1:])
        if request is not None:
            return check.run(request)
    from cilint.cli import _group

    return _group.run(arguments)


def _refuse(error: CilintError) -> int:
    for one in (error, *error.further):
        place = f"{one.span}: " if one.span else ""
        complain(f"{place}{one.message}", one.help)
    return _BROKEN


def _unwritten(error: OSError) -> int:
    """Standard output takes no more: the disk is full, or it is closed. What was written of it is worth nothing."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    complain(f"cannot write to standard output: {error.strerror}")
    return _BROKEN


def _apologise(error: Exception) -> int:
    kind = type(error).__name__
    complain(
        f"a fault in cilint {__version__} itself: {kind}: {error}",
        "please report it, with the file that shows it and the traceback that CILINT_DEBUG=1 prints",
    )
    return _BROKEN


def complain(message: str, help: str = "", kind: str = "error") -> None:
    """Say on standard error what is wrong (kind "error") or to be known ("note"), and what to do about it."""
    from cilint.report.escape import printable
    from cilint.report.secret import hidden
    from cilint.report.terminal import terminal_of
    from cilint.report.wrap import wrap

    columns = terminal_of(sys.stderr, "never", os.environ).wrapped
    texts = [(f"cilint: {kind}: ", message, 4), ("  help: ", help, 8)]
    lines = [
        (indent * " " if number else head) + part
        for head, text, indent in texts
        if text
        for number, part in enumerate(wrap(hidden(printable(text)), columns - len(head), columns and columns - indent))
    ]
    text = "\n".join(lines) + "\n"
    encoding = getattr(sys.stderr, "encoding", None) or "utf-8"
    try:
        sys.stderr.write(text.encode(encoding, "backslashreplace").decode(encoding))
    except OSError:
        return  # nobody can be told; the exit status says it
