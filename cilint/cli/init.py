"""`cilint init`: propose settings for a repository."""

from __future__ import annotations

import os
import sys

import click

from cilint.cli import _complete, _lint
from cilint.cli._lint import default_path
from cilint.cli._options import Request
from cilint.cli.check import OPTIONS
from cilint.errors import UsageError
from cilint.fix.write import write
from cilint.report import words
from cilint.settings import NAME, home
from cilint.settle import baseline

_HEAD = """\
# Settings of cilint. `cilint schema settings` prints what may stand here; `cilint settings` what holds, and why.
"""
_ALL = "packs: [gitlab, security, enterprise]\n"
_WITHOUT = """\
# The third pack, enterprise, asks for a whole delivery pipeline of a regulated house ({missing} of its jobs are not
# here). `cilint check --policy enterprise` shows what it finds, `cilint rules --pack enterprise` what it asks.
packs: [gitlab, security]
"""
_FEW = 10  # more missing jobs than this, and the pipeline is not of the kind that the pack is for
_VENDORED = """
# Files that are included from elsewhere are not read over the network: copies of them are looked for here, as
# project/<group>/<name>/<ref>/<file>, component/<host>/<path>/<name>/<version>.yml, remote/<host>/<path>.
# Missing so far:
{missing}
vendored: .gitlab/vendored
"""
_BASELINE = """
# What was found when cilint came: {count}. It shall become fewer: `cilint baseline --prune`.
baseline: {file}
"""


@click.command("init")
@click.argument("path", required=False, shell_complete=_complete.files)
@click.option("--no-baseline", is_flag=True, help="Write no baseline of the findings that are there.")
@click.option("--dry-run", is_flag=True, help="Print the settings instead of writing anything.")
def command(path: str | None, *, no_baseline: bool, dry_run: bool) -> int:
    """Write a .cilint.yaml that fits this repository, and a baseline of what is found today.

    From then on, `cilint check` is green until something gets worse.

    Exit status: 0 written, 2 there are settings already, or the file cannot be read.

    Examples:
      cilint init
      cilint init --dry-run

    """
    path = path or default_path()
    folder = _home(path)
    settings, known = (os.path.join(folder, name) for name in (NAME, baseline.DEFAULT))
    if os.path.lexists(settings) and not dry_run:
        raise UsageError(f"there is a {settings} already", help="edit it; `cilint init --dry-run` prints a proposal")
    initial = {option.key: option.initial for option in OPTIONS.options}
    request = Request({**initial, "isolated": True, "paths": (path,)})
    report = _lint.lint(_lint.entries(request), request)
    if not report.jobs and _lint.judged(_lint.entries(request)[0]).pipeline is None:
        raise UsageError(f"{path} cannot be read", help=f"mend it first: `cilint check {path}` tells what is wrong")
    missing_jobs = sum(finding.rule == "required-job" for finding in report.open)
    if missing_jobs > _FEW:
        request = Request({**initial, "isolated": True, "paths": (path,), "policy": ("gitlab", "security")})
        report = _lint.lint(_lint.entries(request), request)
    text = _HEAD + (_WITHOUT.format(missing=missing_jobs) if missing_jobs > _FEW else _ALL)
    if report.not_assessed:
        missing = dict.fromkeys(item.what for item in report.not_assessed if item.what.startswith("include"))
        if missing:
            text += _VENDORED.format(missing="\n".join(f"#   {what}" for what in missing))
    entries = [baseline.entry_of(finding, report.reach[finding.fingerprint]) for finding in report.open]
    if entries and not no_baseline:
        text += _BASELINE.format(count=words.plural(len(entries), "finding"), file=baseline.DEFAULT)
    if dry_run:
        click.echo(text, nl=False)
        return 0

    write(settings, text)
    sys.stderr.write(f"wrote {settings}\n")
    if entries and not no_baseline:
        write(known, baseline.text_of(entries))
        sys.stderr.write(f"wrote {known}: {words.plural(len(entries), 'finding')}\n")
    sys.stderr.write("next: `cilint check`, and commit what was written\n")
    return 0


def _home(path: str) -> str:
    """Where settings for a pipeline belong, as a person would write it: "" for the working directory."""
    relative = os.path.relpath(home(os.path.dirname(os.path.abspath(path))))
    return "" if relative == os.curdir else relative
