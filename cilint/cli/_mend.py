"""`check --fix` and `check --diff`: mend what can be mended, and say what was done."""

from __future__ import annotations

import os
import sys

from cilint.cli import _emit, _lint
from cilint.errors import UsageError
from cilint.fix.draft import unchanged
from cilint.fix.mend import Change, Draft
from cilint.fix.mend import mend as mend_once
from cilint.fix.write import refuse_read_only, write
from cilint.report import words
from cilint.report.escape import printable
from cilint.report.secret import hidden
from cilint.report.terminal import Terminal, terminal_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cilint.cli._options import Request
    from cilint.compose.fetch import Project
    from cilint.finding import Finding
    from cilint.fix.mend import Judge
    from cilint.source import Source

_ROUNDS = 10  # a fix may open the way for another; two that undo each other must not go on for ever


def mend(request: Request) -> None:
    """Apply fixes until there are no more; what was changed, and what was refused, is told on standard error."""
    wanted = _changes(request)
    for change in wanted:
        refuse_read_only(os.path.relpath(change.path))  # all of them or none
        _refuse_changed(change)
    for change in wanted:
        write(change.path, change.text.encode("utf-8", "surrogatepass"))
        sys.stderr.write(f"mended {printable(os.path.relpath(change.path))}\n")


def _refuse_changed(change: Change) -> None:
    """What somebody has saved while the fixes were tried is not written over."""
    try:
        same = unchanged(change.path, change.source)
    except OSError:
        same = False
    if not same:
        path = printable(os.path.relpath(change.path))
        raise UsageError(f"{path} was changed while its fixes were tried, and nothing is written", help="run it again")


def show(request: Request) -> int:
    """Print what `--fix` would change, as a diff; 1 when there is something."""
    _only_a_diff(request)
    wanted = _changes(request)
    terminal = terminal_of(sys.stdout, request.color, os.environ)
    diff = "".join(change.diff() for change in wanted)
    shown = hidden(diff)
    _emit.say(_painted(shown, terminal))
    plain = _painted(shown, Terminal(ascii=terminal.ascii))
    sys.stderr.write(f"--fix would change {words.plural(len(wanted), 'file')}\n")
    if shown != diff:
        sys.stderr.write("secrets are masked with *, so git takes no such diff; --fix makes the changes\n")
    if plain != shown:
        sys.stderr.write(
            "characters that could mislead are spelt out, so git takes no such diff; --fix makes the changes\n"
        )
    return 1 if wanted and not request.exit_zero else 0


def _changes(request: Request) -> list[Change]:
    """What all rounds together make of the files."""
    _not_stdin(request)
    draft = Draft()
    entries = _lint.entries(request)
    refused: dict[str, Finding] = {}
    for _ in range(_ROUNDS):
        before = draft.texts()
        refused.clear()
        for entry in entries:
            left = mend_once(draft, entry.source, entry.project, _judge(entry, request), unsafe=request.unsafe_fixes)
            refused.update((f"{finding.span}: {finding.rule}", finding) for finding in left)
        if draft.texts() == before:
            break
    for place in refused:
        sys.stderr.write(f"not mended {printable(place)}: its fix would bring other findings\n")
    return list(draft.changes.values())


def _judge(entry: _lint.Entry, request: Request) -> Judge:
    def judge(source: Source, project: Project) -> list[Finding]:
        at = entry.at(source, project)
        return _lint.settled(at, _lint.judged(at), request)

    return judge


def _painted(diff: str, terminal: Terminal) -> str:
    lines = []
    for whole in diff.split("\n"):
        line = whole.removesuffix("\r")
        ending = whole[len(line) :]  # a file with such line breaks takes no patch without them
        shown = "".join(part if part == "\t" else printable(part, ascii=terminal.ascii) for part in _parts(line))
        style = {"+": "added", "-": "removed"}.get(line[:1])
        lines.append((terminal.paint(shown, style) if style else shown) + ending)
    return "\n".join(lines)


def _parts(line: str) -> list[str]:
    out: list[str] = []
    for index, part in enumerate(line.split("\t")):
        out += ["\t", part] if index else [part]
    return out


def _only_a_diff(request: Request) -> None:
    """Refuse what asks for a report besides."""
    for option in ("format", "output", "statistics"):
        if getattr(request, option):
            raise UsageError(f"--diff prints a diff, and makes no report: --{option} has no place beside it")


def _not_stdin(request: Request) -> None:
    if "-" in request.paths:
        raise UsageError("standard input cannot be mended", help="name the file, or leave --fix and --diff out")
