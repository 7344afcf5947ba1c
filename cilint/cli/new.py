"""`cilint new`: start a rule of your own."""

from __future__ import annotations

import os
import re

import click

from cilint.errors import UsageError
from cilint.fix.write import write

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
    """Start something of your own."""


@command.command("rule")
@click.argument("name", metavar="ID")
@click.option("--folder", default="policy", show_default=True, help="The pack to put it in.")
def rule(name: str, folder: str) -> int:
    """Write a rule with examples, ready to be changed: FOLDER/ID.yaml."""
    if not _ID.fullmatch(name):
        raise UsageError(f"{name} is no id for a rule", help="ids are words joined by dashes: image-names-version")
    path = os.path.join(folder, f"{name}.yaml")
    if os.path.exists(path):
        raise UsageError(f"there is a {path} already")
    write(path, _RULE.format(id=name))
    click.echo(f"wrote {path}", err=True)
    click.echo(f"next: `cilint test {folder}` runs its examples; `cilint check --policy ./{folder}` uses it", err=True)
    return 0
