"""`cilint schema`: the JSON Schemas from which editors complete settings and packs."""

from __future__ import annotations

import json

import click


@click.command("schema")
@click.argument("name", type=click.Choice(["settings", "pack"]))
def command(name: str) -> int:
    """Print the JSON Schema of .cilint.yaml (settings) or of a file of rules (pack).

    A YAML editor uses it with a first line such as: # yaml-language-server: $schema=cilint-settings.json
    """
    if name == "settings":
        from cilint.settings.schema import json_schema

        schema = json_schema()
    else:
        from cilint.rules.schema import PackFile

        schema = {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            **PackFile.model_json_schema(by_alias=True),
        }
    click.echo(json.dumps(schema, indent=2, ensure_ascii=False))
    return 0
