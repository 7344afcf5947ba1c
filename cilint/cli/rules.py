"""`cilint rules`: the rules that there are, as a table or as JSON."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import click

from cilint.cli import _choice
from cilint.errors import UsageError
from cilint.report.escape import json_text, printable
from cilint.report.terminal import terminal_of
from cilint.report.words import plural
from cilint.report.wrap import wrap
from cilint.rules.packs import load, prose

if TYPE_CHECKING:
    from cilint.rules import Rule, RuleSet

_FIXES = {"": " ", "safe": "*", "unsafe": "+"}


@click.command("rules")
@click.option(
    "--policy",
    multiple=True,
    metavar="NAME_OR_DIR",
    help="Packs to list; default: the built-in ones, and those of the settings.",
)
@click.option("--pack", default=None, metavar="NAME", help="Only the rules of this pack.")
@click.option(
    "--pages", metavar="FOLDER", help="Write a page of Markdown for each rule, and an index, into this folder."
)
@click.option("--format", "form", type=click.Choice(("text", "json")), default="text", show_default=True)
def command(policy: tuple[str, ...], pack: str | None, pages: str | None, form: str) -> int:
    """List the rules: id, severity and what each asks for. `cilint explain RULE` tells one in full.

    Exit status: 0 listed, 2 a pack is wrong.

    Examples:
      cilint rules --pack security
      cilint rules --format json
      cilint rules --policy ./policy --pages docs/rules

    """
    rules = load(policy) if policy else _choice.known()
    packs = list(dict.fromkeys(rule.pack for rule in rules))
    if pack is not None:
        if pack not in packs:
            raise UsageError(f"no such pack: {pack}", help=f"packs are {', '.join(packs)}")
        packs = [pack]
    if pages is not None:
        return _write(rules.narrow(select=packs), pages)
    click.echo(_json(rules, packs) if form == "json" else _table(rules, packs))
    return 0


def _write(rules: RuleSet, folder: str) -> int:
    from cilint.cli._pages import pages
    from cilint.fix.write import write

    made = pages(rules)
    for name, text in made.items():
        write(os.path.join(folder, name), text)
    click.echo(f"wrote {len(made)} pages into {folder}", err=True)
    return 0


def _table(rules: RuleSet, packs: list[str]) -> str:
    columns = terminal_of(sys.stdout, "never", os.environ).wrapped
    width = max(len(rule.id) for rule in rules)
    lines: list[str] = []
    told = prose(rules)
    for pack in packs:
        chosen = sorted((rule for rule in rules if rule.pack == pack), key=lambda rule: rule.id)
        lines += ["", f"{pack} ({plural(len(chosen), 'rule')})"]
        for rule in chosen:
            lead = f"  {rule.id:<{width}}  {rule.severity:<7} {_FIXES[told[rule.id]['fixable']]} "
            first, *more = wrap(
                printable(rule.title) + _marked(rule), columns - len(lead), columns and columns - len(lead)
            )
            lines += [lead + first, *(f"{'':>{len(lead)}}{part}" for part in more)]
    if any(told[rule.id]["fixable"] for rule in rules):
        lines += ["", "* mended by --fix, + with --unsafe-fixes"]
    return "\n".join(lines[1:])


def _marked(rule: Rule) -> str:
    return " (preview)" if rule.preview else ""


def _json(rules: RuleSet, packs: list[str]) -> str:
    told = prose(rules)
    data = [
        {
            "id": rule.id,
            "pack": rule.pack,
            "severity": rule.severity,
            "title": rule.title,
            "requirement": told[rule.id]["requirement"],
            "why": told[rule.id]["why"],
            "fix": rule.fix,
            "fixable": told[rule.id]["fixable"],
            "preview": rule.preview,
            "controls": list(rule.controls),
            "parameters": rule.parameters,
            "file": told[rule.id]["file"],
            "line": told[rule.id]["line"],
        }
        for rule in rules
        if rule.pack in packs
    ]
    return json_text({"schema_version": 1, "rules": data})
