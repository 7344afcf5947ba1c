"""`cilint baseline`: record the findings that are there, so that only new ones count."""

from __future__ import annotations

import os
import sys
from typing import Any

import click

from cilint.cli import _lint
from cilint.cli._options import Request
from cilint.cli.check import OPTIONS
from cilint.errors import UsageError
from cilint.fix.write import write
from cilint.report import words
from cilint.settings import NAME
from cilint.settle import baseline


@click.command("baseline")
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@click.option("--output", "-o", metavar="FILE", help=f"Baseline file; default: of the settings, or {baseline.DEFAULT}.")
@click.option("--prune", is_flag=True, help="Take out the entries that nothing is found for any more, and add none.")
@click.option("--accept-new", is_flag=True, help="Add findings to a baseline that exists already.")
@click.option("--policy", multiple=True, metavar="NAME_OR_DIR", help="Packs of rules, as `check` takes them.")
@click.option("--settings", metavar="FILE", help="Settings file.")
@click.option("--set", "set", multiple=True, metavar="KEY=VALUE", help="One setting, as `check` takes it.")
def command(paths: tuple[str, ...], output: str | None, *, prune: bool, accept_new: bool, **options: Any) -> int:
    """Record the findings that are there in a baseline file, so that `check` counts only new ones.

    A baseline that exists never grows unasked: with findings that it does not hold, nothing is written and the exit
    status is 1.

    Exit status: 0 recorded, 1 it would have to grow, 2 the work could not be done.

    Examples:
      cilint baseline
      cilint baseline --prune
      cilint baseline --accept-new

    """
    request = Request({**{option.key: option.initial for option in OPTIONS.options}, **options, "paths": paths})
    opened = _lint.entries(request)
    settings = opened[0].settings
    named = settings.baseline and os.path.relpath(settings.place(settings.baseline))
    path = output or named or baseline.DEFAULT
    for entry in opened:
        entry.settings.baseline = ""  # what it settles today must not hide from it
    report = _lint.lint(opened, request)
    if report.unread:
        raise UsageError(f"{report.unread[0]} cannot be read, so there is nothing to record", help="see `cilint check`")
    if prune and len(report.whole) < len(opened):
        raise UsageError("something could not be read, so nothing can be called gone", help="see `cilint check`")
    found = {mark: baseline.entry_of(one, report.reach[mark]) for one in report.open if (mark := one.fingerprint)}
    held = baseline.read(path) if os.path.exists(path) else None
    known = held.entries if held else None
    if known is None and prune:
        raise UsageError(f"there is no baseline {path} to prune")
    kept = found
    if held is not None and known is not None:
        new = found.keys() - known.keys()
        kept = held.kept(report, opened[0].project.root)
        if not prune:
            kept |= {mark: found[mark] for mark in new}
        if new and not accept_new and not prune:
            sys.stderr.write(
                f"{words.plural(len(new), 'finding')} not in {path}, and nothing was written:\n"
                "  `cilint check --baseline` shows them; --accept-new adds them; --prune only takes out what is gone\n"
            )
            return 1
    write(path, baseline.text_of(kept.values()))
    gone = len(known.keys() - kept.keys()) if known is not None else 0
    added = len(kept.keys() - (known or {}).keys())
    sys.stderr.write(f"{path}: {words.plural(len(kept), 'finding')}, {added} added, {gone} taken out\n")
    if path != named:
        sys.stderr.write(f"next: `cilint check --baseline {path}`, or `baseline: {path}` in {NAME} for good\n")
    return 0
