"""`cilint check`: judge CI configurations and say what is wrong, where it is written, and how it came there."""

from __future__ import annotations

import sys

from cilint.cli._emit import FORMATS
from cilint.cli._options import (
    Option,
    Options,
    color_option,
    failing_options,
    rule_options,
    settings_options,
    stdin_option,
)
from cilint.errors import UsageError
from cilint.notes import note

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from cilint.cli._lint import Entry
    from cilint.cli._options import Request
    from cilint.clock import Clock
    from cilint.report.report import Report

_MANY = 10  # jobs of the house's list that are not there: this pipeline was not made by it

_RULES, _INPUT, _OUTPUT, _SETTLED, _FIXES = "Rules", "Input", "Output", "Known findings", "Fixes"

OPTIONS = Options(
    *rule_options(_RULES),
    *failing_options(_RULES),
    *settings_options(_INPUT),
    stdin_option(_INPUT),
    Option("--format", "Format on standard output; default: full on a terminal and in GitLab jobs, concise in a pipe.",
           kind="text", choices=FORMATS, group=_OUTPUT),
    Option("--output", "Write one more format to a file, as in --output junit=report.xml. Repeatable.",
           kind="many", metavar="FORMAT=FILE", group=_OUTPUT),
    color_option(_OUTPUT),
    Option("--watch", "Check again whenever a file that was read changes, until Ctrl-C.", group=_OUTPUT),
    Option("--quiet -q", "Findings only, without the summary.", group=_OUTPUT),
    Option("--statistics", "Count findings by rule instead of showing each.", group=_OUTPUT),
    Option("--timings", "Tell on standard error where the time went: steps, the slowest rules and files.",
           group=_OUTPUT),
    Option("--baseline", "Leave out the findings that this file records (see `cilint baseline`).",
           kind="text", metavar="FILE", group=_SETTLED),
    Option("--diff-base", "Report only what is new since this git revision.",
           kind="text", metavar="REVISION", group=_SETTLED),
    Option("--no-ignores", "Report what comments and settings ignore, too.", group=_SETTLED),
    Option("--fix", "Mend what has a safe fix, where it is written.", group=_FIXES),
    Option("--unsafe-fixes", "With --fix or --diff: take the fixes that may change what the pipeline does, too.",
           group=_FIXES),
    Option("--diff", "Print what --fix would change, and change nothing.", group=_FIXES),
)  # fmt: skip

_HELP = """Check CI configurations (default: .gitlab-ci.yml).

Exit status: 0 nothing at or above --fail-on, 1 findings, 2 the work could not be done.

Examples:
  cilint check
  cilint check --fix ci/deploy.yml
  cilint check --output gitlab=gl-code-quality-report.json --output junit=cilint.xml
  cilint check --diff-base origin/main
"""


def run(request: Request) -> int:
    """Check every path of the request; the exit status."""
    if request.watch:
        from cilint.cli import _watch

        return _watch.watch(request, run)
    from cilint.cli import _choice, _emit, _lint

    if request.statistics and request.format:
        raise UsageError(
            "--statistics prints counts, and makes no report: --format has no place beside it",
            help=f"--output {request.format}=FILE writes the report to a file",
        )
    if request.timings and request.diff:
        raise UsageError("--timings times a check, and --diff makes none that is told", help="leave one of them out")
    _emit.outputs(request)  # refuses what is wrong with them before the work
    clock = _clock() if request.timings else None
    if request.fix or request.diff:
        from cilint.cli import _mend

        if request.diff:
            return _mend.show(request)
        _mend.mend(request)
        if clock:
            clock.lap("mending")
    opened = _lint.entries(request)
    if clock:
        clock.lap("settings and packs")
    report = _lint.lint(opened, request, clock)
    demands = {entry.source.path: _choice.demand(entry.settings, request) for entry in opened}
    report.thresholds = {path: threshold for path, (threshold, _) in demands.items()}
    _emit.emit(report, request)
    _propose(report, opened, request)
    if clock:
        clock.lap("reporting")
        _emit.tell_timings(clock)
    return int(any(report.fails(severity, strict=strict, entry=path) for path, (severity, strict) in demands.items()))


def _propose(report: Report, opened: list[Entry], request: Request) -> None:
    """Who runs cilint for the first time meets all packs, and a house's whole list of jobs in one of them."""
    if request.policy or any(entry.settings.path for entry in opened) or not sys.stderr.isatty():
        return
    missing = sum(finding.rule == "required-job" for finding in report.open)
    if missing >= _MANY:
        note(f"{missing} of these ask for jobs of a whole delivery pipeline; `cilint init` proposes settings without")


def _clock() -> Clock:
    from cilint.clock import Clock

    return Clock()


def __getattr__(name: str) -> Any:
    """`command` is made when click asks for it, for click costs more than reading the file."""
    if name == "command":
        return OPTIONS.command("check", run, _HELP)
    raise AttributeError(name)
