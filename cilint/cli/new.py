"""`cilint new`: start a rule of your own."""

from __future__ import annotations

import os
import re

import click

from cilint.errors import UsageError
from cilint.fix.write import write
from cilint.rules import BUILT_IN, EVERY, load
from cilint.rules.packs import prose
from cilint.settings import NAME

_ID = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_RULE = """\
# yaml-language-server: $schema=pack.schema.json   (written by: cilint schema pack > pack.schema.json)
rules:
  - id: {id}
    severity: warning
    title: Images name a version
    select: image
    assert: {{matches: ":[^/:]+$"}}
    message: "{{value}} names no version"
    why: >-
      Without a version, what runs tomorrow is not what was reviewed today.
    fix: >-
      Name the version: node:22.3.
    examples:
      bad:
        - |
          test:
            image: node  # finding
            script: make test
      good:
        - |
          test:
            image: node:22.3
            script: make test
"""


@click.group("new")
def command() -> None:
    """Start something of your own.

    Exit status: 0 written, 2 the name is taken or is none.

    Examples:
      cilint new rule image-from-our-registry

    """


@command.command("rule")
@click.argument("name", metavar="ID")
@click.option("--folder", default="policy", show_default=True, help="The pack to put it in.")
def rule(name: str, folder: str) -> int:
    """Write a rule with examples, ready to be changed: FOLDER/ID.yaml.

    Exit status: 0 written, 2 the name is taken or is none.

    Examples:
      cilint new rule image-from-our-registry
      cilint new rule job-timeout --folder house/policy

    """
    if not _ID.fullmatch(name):
        raise UsageError(f"{name} is no id for a rule", help="ids are words joined by dashes: image-names-version")
    path = os.path.join(folder, f"{name}.yaml")
    if os.path.exists(path):
        raise UsageError(f"there is a {path} already", help="edit it, or choose another id")
    _refuse_taken(name, folder)
    write(path, _RULE.format(id=name))
    pack = folder if os.path.isabs(folder) or folder.startswith(".") else f"./{folder}"
    click.echo(f"wrote {path}", err=True)
    click.echo(f"next: `cilint test {pack}` runs its examples; `cilint check --policy {pack}` uses it,", err=True)
    click.echo(f"and `packs: [{', '.join(BUILT_IN)}, {pack}]` in {NAME} does so for good", err=True)
    return 0


def _refuse_taken(name: str, folder: str) -> None:
    """Ids are the names by which people ignore, select and waive: two rules cannot share one."""
    built_in = load((*EVERY, "cilint")).get(name)
    if built_in is not None:
        raise UsageError(
            f"{name} is a rule of the pack {built_in.pack} already",
            help=f"choose another id, or change that rule under severity and parameters in {NAME}",
        )
    if any(file.endswith((".yaml", ".yml")) for _, _, files in os.walk(folder) for file in files):
        own = load((os.path.join(folder, ""),))
        if name in own:
            place = prose(own)[name]
            raise UsageError(f"{name} is a rule already, at {place['file']}:{place['line']}", help="edit it there")
