"""`cilint waive`: accept a finding until a day, in the register of waivers."""

from __future__ import annotations

import os
import re
import sys
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import click

from cilint.checks._hidden import conceal
from cilint.cli import _choice, _complete, _lint, _waivers
from cilint.cli._options import Request
from cilint.cli._settle import today
from cilint.cli.check import OPTIONS
from cilint.errors import UsageError
from cilint.fix.write import write
from cilint.nearest import did_you_mean
from cilint.report import words
from cilint.report.escape import printable
from cilint.settle import waivers_edit
from cilint.settle.waivers_schema import text_faults

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cilint.cli._lint import Entry


@click.command("waive")
@click.argument("rule", required=False, shell_complete=_complete.rules)
@click.argument("path", required=False, shell_complete=_complete.files)
@click.option("--job", "jobs", multiple=True, metavar="NAME", help="Only in this job. Repeatable.")
@click.option("--keyword", metavar="PATH", help="Only at this keyword of the job, as image or artifacts.expire_in.")
@click.option("--file", metavar="GLOB", help="Only what is written in this file.")
@click.option("--value", metavar="GLOB", help="Only while the value is this.")
@click.option("--fingerprint", metavar="HEX", help="Only this one finding, as `check --format json` names it.")
@click.option("--project", metavar="GROUP/NAME", help="For a register that serves several projects.")
@click.option("--reason", help="Why the finding is acceptable for now.")
@click.option("--compensating", help="What lowers the risk meanwhile.")
@click.option("--requested-by", metavar="NAME", help="Who asks for it.")
@click.option("--approved-by", multiple=True, metavar="NAME", help="Who accepts the risk. Repeatable.")
@click.option("--ticket", help="Where it was decided.")
@click.option(
    "--expires", metavar="DAY", help="The last day on which it holds: YYYY-MM-DD, or a number of days as 30d."
)
@click.option("--id", metavar="ID", help="Default: the next free one of the year, as W-2026-014.")
@click.option("--close", metavar="ID", help="Close this waiver instead: it stays for the record and settles nothing.")
@click.option("--settings", metavar="FILE", help="Settings file.")
@click.option("--set", "set", multiple=True, metavar="KEY=VALUE", help="One setting, as `check` takes it.")
def command(rule: str | None, path: str | None, **options: Any) -> int:
    """Accept the findings of RULE until a day, in the register of the pipeline at PATH (default: .gitlab-ci.yml).

    The register is .cilint-waivers.yaml beside the pipeline, or the file that the settings name. Comments in it stay.
    A waiver is only a claim until somebody else has approved it; reports show it as waived, never as passed.

    Exit status: 0 written, 2 a part of it is wrong or missing, and nothing was written.

    Examples:
      cilint waive image-unpinned --job build --reason "mirror is late" --approved-by ann --expires 30d

    """
    if options["close"] and not path:
        path = rule
    paths = (path,) if path else ()
    initial = {option.key: option.initial for option in OPTIONS.options}
    request = Request({**initial, "settings": options["settings"], "set": options["set"], "paths": paths})
    entry = _lint.entries(request)[0]
    register = _waivers.path_of(entry)
    shown = os.path.relpath(register)
    if options["close"]:
        name = waivers_edit.close(register, options["close"], shown, write)
        sys.stderr.write(f"{shown}: {name} is closed\n")
        return 0
    if rule is None:
        raise UsageError("which rule?", help="as in cilint waive image-unpinned --job build --reason ...")
    rule = _choice.called(entry.rules, rule)
    name = waivers_edit.add(register, _entry(rule, entry, options), shown, write)
    sys.stderr.write(printable(f"{shown}: {name} added; {_effect(name, entry, request)}") + "\n")
    return 0


def _entry(rule: str, entry: Entry, options: dict[str, Any]) -> dict[str, Any]:
    """The entry that the options describe, as the register has it. Raises UsageError for all that is wrong with it."""
    scope = {
        "project": options["project"],
        "jobs": list(options["jobs"]),
        "file": options["file"],
        "path": options["keyword"],
        "value": options["value"],
        "fingerprint": options["fingerprint"],
    }
    faults = [*_rule_faults(rule, entry), *_text_faults(options), *_day_faults(options["expires"])]
    faults += text_faults(options)
    if not any(value for key, value in scope.items() if key != "project"):
        faults.append(f"say what it is about: {', '.join(f'--{name}' for name in _NARROWING)}")
    if faults:
        raise UsageError("; ".join(faults), help="nothing was written")
    data = {
        "id": options["id"],
        "rule": rule,
        "scope": {key: value for key, value in scope.items() if value},
        "reason": options["reason"],
        "compensating": options["compensating"],
        "requested_by": options["requested_by"],
        "approved_by": list(options["approved_by"]),
        "ticket": options["ticket"],
        "created": today(),
        "expires": _day(options["expires"]),
    }
    return {key: value for key, value in data.items() if value}


_NARROWING = ("job", "keyword", "file", "value", "fingerprint")
_NEEDED = ("reason", "approved_by", "ticket", "expires")


def _rule_faults(rule: str, entry: Entry) -> Iterator[str]:
    if rule not in entry.rules and rule not in entry.rules.silenced:
        yield f"there is no rule {rule}{did_you_mean(rule, list(entry.rules.rules))} (`cilint rules` lists them)"
    elif rule in _choice.required_of(entry.rules, entry.settings):
        yield f"{rule} is required and cannot be waived"


def _text_faults(options: dict[str, Any]) -> Iterator[str]:
    """What is missing, and what could make the register, or a report, say something else than it seems to."""
    missing = [f"--{name.replace('_', '-')}" for name in _NEEDED if not options[name]]
    if missing:
        verb = "are" if len(missing) > 1 else "is"
        yield f"{', '.join(missing)} {verb} missing: a waiver has a reason, an approver, a ticket and an end"
    for name, given in options.items():
        option = "--" + {"jobs": "job"}.get(name, name.replace("_", "-"))
        for text in (given,) if isinstance(given, str) else given or ():
            if not text.strip():
                yield f"{option} is blank"
            elif not text.isprintable():
                yield f"{option} holds a line break, or a character that nobody can see"
            elif conceal(text) != text:
                yield f"{option} holds a secret, which would stand in the register"


def _day_faults(text: str | None) -> Iterator[str]:
    day = _day(text or "9999-12-31")
    if not day:
        yield f"--expires {text}: no day; write YYYY-MM-DD, or a number of days as 30d"
    elif day < today():
        yield f"--expires {text}: that day is over"


def _day(text: str) -> str:
    """The day that `--expires` means, as YYYY-MM-DD; "" for none."""
    try:
        if re.fullmatch(r"\d{1,4}d", text):
            return (date.fromisoformat(today()) + timedelta(days=int(text[:-1]))).isoformat()
        return date.fromisoformat(text).isoformat()
    except (ValueError, OverflowError):
        return ""


def _effect(name: str, entry: Entry, request: Request) -> str:
    """What the new waiver does to the findings of the pipeline."""
    checked = _lint.judged(entry)
    _lint.settled(entry, checked, request)
    waiver = next(one for one in entry.register.waivers if one.id == name) if entry.register else None
    if waiver is None:
        return "it is not read here"
    if waiver.state == "applied":
        return f"it settles {words.plural(waiver.covers, 'finding')}"
    return f"it settles nothing ({waiver.state}{': ' + waiver.why if waiver.why else ''})"
