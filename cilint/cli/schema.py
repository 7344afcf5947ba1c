"""`cilint schema`: the JSON Schemas from which editors complete settings and packs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from pydantic import BaseModel


@click.command("schema")
@click.argument("name", type=click.Choice(["settings", "pack", "waivers", "framework", "evidence"]))
def command(name: str) -> int:
    """Print the JSON Schema of .cilint.yaml (settings), of a file of rules (pack), of the register of waivers
    (.cilint-waivers.yaml), of a file of controls (framework), or of the JSON of `cilint report` (evidence).

    A YAML editor uses it with a first line such as: # yaml-language-server: $schema=cilint-settings.json

    Exit status: 0 printed, 2 there is no such schema.

    Examples:
      cilint schema settings > cilint-settings.json

    """
    if name == "settings":
        from cilint.settings.schema import json_schema

        schema = json_schema()
    else:
        schema = {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            **_model(name).model_json_schema(by_alias=True),
        }
    click.echo(json.dumps(schema, indent=2, ensure_ascii=False))
    return 0


def _model(name: str) -> type[BaseModel]:
    if name == "pack":
        from cilint.rules.schema import PackFile

        return PackFile
    if name == "waivers":
        from cilint.settle.waivers_schema import RegisterModel

        return RegisterModel
    if name == "framework":
        from cilint.evidence.frameworks import Framework

        return Framework
    from cilint.evidence.model import Evidence

    return Evidence
