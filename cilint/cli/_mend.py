"""`check --fix` and `check --diff`: mend what can be mended, and say what was done."""

from __future__ import annotations

import os
import sys

from cilint.check import check
from cilint.cli import _emit, _lint
from cilint.errors import UsageError
from cilint.fix.mend import Change, changes
from cilint.fix.write import write
from cilint.report import words
from cilint.report.escape import printable
from cilint.report.terminal import Terminal, terminal_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cilint.cli._options import Request

_ROUNDS = 10  # a fix may open the way for another; two that undo each other must not go on for ever


def mend(request: Request) -> None:
    """Apply fixes until there are no more; what was changed is told on standard error."""
    _not_stdin(request)
    mended: dict[str, int] = {}
    for _ in range(_ROUNDS):
        wanted = _changes(request)
        if not wanted:
            break
        for change in wanted:
            write(change.path, change.text.encode("utf-8", "surrogatepass"))
            mended[os.path.relpath(change.path)] = mended.get(os.path.relpath(change.path), 0) + 1
    for path in mended:
        sys.stderr.write(f"mended {printable(path)}\n")


def show(request: Request) -> int:
    """Print what `--fix` would change, as a diff; 1 when there is something."""
    _not_stdin(request)
    wanted = _changes(request)
    terminal = terminal_of(sys.stdout, request.color, os.environ)
    _emit.say("".join(_painted(change.diff(), terminal) for change in wanted))
    sys.stderr.write(f"--fix would change {words.plural(len(wanted), 'file')}\n")
    return 1 if wanted and not request.exit_zero else 0


def _changes(request: Request) -> list[Change]:
    found: dict[str, Change] = {}
    for entry in _lint.entries(request):
        checked = check(entry.source, entry.project, entry.rules)
        findings = _lint.settled(entry, checked, request)
        for change in changes(findings, entry.project.root, unsafe=request.unsafe_fixes):
            found.setdefault(change.path, change)  # a file that two entries share is mended in the next round again
    return list(found.values())


def _painted(diff: str, terminal: Terminal) -> str:
    lines = []
    for line in diff.split("\n"):
        shown = "".join(part if part == "\t" else printable(part, ascii=terminal.ascii) for part in _parts(line))
        style = {"+": "added", "-": "removed"}.get(line[:1])
        lines.append(terminal.paint(shown, style) if style else shown)
    return "\n".join(lines)


def _parts(line: str) -> list[str]:
    out: list[str] = []
    for index, part in enumerate(line.split("\t")):
        out += ["\t", part] if index else [part]
    return out


def _not_stdin(request: Request) -> None:
    if "-" in request.paths:
        raise UsageError("standard input cannot be mended", help="name the file, or leave --fix and --diff out")
