"""Where a report goes: one format on standard output, and more of them into files."""

from __future__ import annotations

import os
import sys

from cilint.errors import UsageError
from cilint.nearest import did_you_mean
from cilint.report.secret import hidden
from cilint.report.terminal import Terminal, terminal_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cilint.cli._options import Request
    from cilint.clock import Clock
    from cilint.report.report import Report

FORMATS = ("full", "concise", "grouped", "json", "gitlab", "junit", "sarif", "markdown")
_FOR_PEOPLE = ("full", "concise", "grouped")


def outputs(request: Request) -> list[tuple[str, str]]:
    """(format, path) of every `--output`. Raises UsageError for one that is not FORMAT=FILE, and for two that are one."""
    pairs: list[tuple[str, str]] = []
    taken: dict[str, str] = {}
    for text in request.output:
        name, equals, path = text.partition("=")
        if name not in FORMATS:
            known = f"formats are {', '.join(FORMATS)}{did_you_mean(name, FORMATS)}"
            raise UsageError(f"--output {text}: there is no format {name}", help=known)
        if not equals or not path:
            raise UsageError(f"--output {text}: no file is named", help=f"as in --output {name}=report.{name}")
        if _is_standard_output(path):
            raise UsageError(
                f"--output {text}: standard output takes one format alone", help=f"--format {name} chooses it"
            )
        refuse_twice(path, text, taken)
        pairs.append((name, path))
    return pairs


def _is_standard_output(path: str) -> bool:
    """Whether a path means the file, pipe or terminal that standard output goes to; `-` does, as elsewhere."""
    if path == "-":
        return True
    try:
        return path != os.devnull and os.path.samestat(os.stat(path), os.fstat(1))
    except OSError:
        return False


def default_format() -> str:
    """`full` where a person reads: a terminal, a GitLab job log, pre-commit. `concise` in other pipes."""
    if sys.stdout.isatty() or os.environ.get("GITLAB_CI") or os.environ.get("PRE_COMMIT"):
        return "full"
    return "concise"


def emit(report: Report, request: Request) -> None:
    """Write the report as the request has it. Raises UsageError rather than write over a file that was read."""
    read = {os.path.realpath(report.prefix + path) for path in report.files}
    pairs = outputs(request)
    for _, path in pairs:
        refuse_to_replace(path, read)
    for name, path in pairs:
        from cilint.fix.write import write

        if name in _FOR_PEOPLE:
            write(path, hidden(text_of(name, report, Terminal(), quiet=request.quiet)))
        else:
            write(path, hidden(text_of(name, report)))
    terminal = terminal_of(sys.stdout, request.color, os.environ)
    if request.statistics:
        say(text_of("statistics", report, terminal, quiet=request.quiet))
        return
    name = request.format or default_format()
    if name in _FOR_PEOPLE:
        say(text_of(name, report, terminal, quiet=request.quiet))
    else:
        say(text_of(name, report))


def tell_timings(clock: Clock) -> None:
    """Where the time went, on standard error."""
    from cilint.report.timings import render

    sys.stderr.write(hidden(render(clock, ascii=terminal_of(sys.stderr, "never", os.environ).ascii)))


def refuse_to_replace(path: str, read: set[str]) -> None:
    """Raises UsageError when `path` is one of the files (real paths) that were read."""
    if os.path.realpath(path) in read:
        raise UsageError(f"{path} is a file that was checked: it is not written over", help="name another file")


def refuse_twice(path: str, text: str, taken: dict[str, str]) -> None:
    """Raises UsageError when another `--output` has the file already. taken: their texts by real path."""
    first = taken.get(os.path.realpath(path))
    if first is not None:
        raise UsageError(
            f"--output {text}: --output {first} writes to that file already", help="name another file for each"
        )
    taken[os.path.realpath(path)] = text


def text_of(name: str, report: Report, terminal: Terminal | None = None, *, quiet: bool = False) -> str:
    """The report in one format."""
    module = __import__(f"cilint.report.{name}", fromlist=["render"])
    text: str = module.render(report) if terminal is None else module.render(report, terminal, quiet=quiet)
    return text


def say(text: str) -> None:
    """Write to standard output as UTF-8, whatever the locale; text for people was made fit for it before."""
    sys.stdout.flush()
    data = hidden(text).encode("utf-8", "backslashreplace")
    buffer = getattr(sys.stdout, "buffer", None)
    if buffer is None:
        sys.stdout.write(data.decode())
        return
    buffer.write(data)
    buffer.flush()
