"""Write the pages that are made from the program itself: a page a rule, the settings, the words of rules."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from cilint.cli import _pages
from cilint.rules import EVERY, RuleSet, load
from cilint.rules.assertions import OPTIONS, TYPES, WORDS
from cilint.rules.packs import prose
from cilint.rules.select import SUBJECTS
from cilint.settings.schema import json_schema

NOTE = "<!-- Made by `make docs`. -->"
HERE = Path(__file__).resolve().parent


def generated() -> dict[Path, str]:
    """The text of every page that is made, by where it belongs."""
    rules = load((*EVERY, "cilint"))
    found = {HERE / "rules" / name: text for name, text in _pages.pages(rules, str(HERE.parent)).items()}
    return {
        **found,
        HERE / "settings.md": settings(),
        HERE / "words.md": words(),
        HERE / "requirements.md": requirements(rules),
    }


_SECTIONS = {
    "A": "Authentication and credentials", "B": "Images", "C": "Stages and jobs", "D": "Gates", "E": "allow_failure",
    "F": "Artifacts, reports, coverage", "G": "Scripts", "H": "Environments, notifications, cache",
}  # fmt: skip


def requirements(rules: RuleSet) -> str:
    """The requirements that pack enterprise enforces, each with its rules."""
    told = prose(rules)
    found: dict[str, list[str]] = {}
    for rule in rules:
        for row in told[rule.id]["requirement"]:
            found.setdefault(row, []).append(f"[{rule.id}](rules/{rule.id}.md) ({rule.title})")
    lines = [
        "# Requirements",
        "",
        NOTE,
        "",
        "What pack enterprise asks of a pipeline, by the rows of its brief, and the rules that enforce it.",
    ]
    for letter, title in _SECTIONS.items():
        rows = sorted((row for row in found if row[0] == letter), key=lambda row: int(row[1:]))
        lines += ["", f"## {letter}. {title}", "", "| | enforced by |", "|---|---|"]
        lines += [f"| {row} | {_cell('; '.join(sorted(found[row])))} |" for row in rows]
    return "\n".join(lines) + "\n"


def settings() -> str:
    """The reference of `.cilint.yaml`: every key of its schema, and an example that a test plays."""
    schema = json_schema()
    keys = ["| key | takes | default | |", "|---|---|---|---|"]
    nested: list[str] = []
    for name, field in schema["properties"].items():
        whole = _resolved(field, schema)
        keys.append(
            f"| `{name}` | {_kind(field, schema)} | {_default(field)} | {_cell(whole.get('description', ''))} |"
        )
        inner = whole if "properties" in whole else _resolved(_items(whole), schema)
        if inner.get("properties"):
            nested += [
                "",
                f"### {name}{'' if inner is whole else ': each'}",
                "",
                "| key | takes | default | |",
                "|---|---|---|---|",
            ]
            nested += [
                f"| `{key}` | {_kind(one, schema)} | {_default(one)} | {_cell(one.get('description', ''))} |"
                for key, one in inner["properties"].items()
            ]
    return "\n".join([_SETTINGS_HEAD, *keys, *nested, _written(HERE / "settings.md")])


_SETTINGS_HEAD = f"""\
# Settings

{NOTE}

The settings of a configuration are the nearest `.cilint.yaml` from it up to the root of the git repository; no other file and
no variable is read, so a laptop and a pipeline agree. Options of a call come before settings, settings before packs. Unknown
keys are refused at their line; `cilint schema settings` prints the schema for your editor.

`--set KEY=VALUE` gives one setting for one call, in YAML, over what the file says: names below a key follow behind dots, as
in `--set severity.image-missing=warning`, and paths begin at the working directory. It cannot switch off, soften or leave
out a rule that is required, and `--set required=...` only adds to the file's.

## Keys
"""


def _written(page: Path) -> str:
    """The part of a page that people write: from its heading on."""
    _, heading, rest = page.read_text(encoding="utf-8").partition("\n## An example")
    return heading + rest


def _resolved(field: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    return {**schema["$defs"][field["$ref"].rpartition("/")[2]], **field} if "$ref" in field else field


def _items(field: dict[str, Any]) -> dict[str, Any]:
    """What the values of a map must be."""
    inner = field.get("additionalProperties")
    return inner if isinstance(inner, dict) else {}


def _kind(field: dict[str, Any], schema: dict[str, Any]) -> str:
    """What a key takes, in words."""
    field = _resolved(field, schema)
    if "enum" in field:
        return " or ".join(f"`{word}`" for word in field["enum"])
    if "anyOf" in field:
        kinds = list(dict.fromkeys(_kind(one, schema) for one in field["anyOf"]))
        return "a text or a list" if set(kinds) == {"text", "list"} else " or ".join(kinds)
    if isinstance(field.get("additionalProperties"), dict):
        return f"a map to {_kind(field['additionalProperties'], schema)}"
    names = {"string": "text", "array": "list", "object": "map", "boolean": "`true` or `false`", "null": "nothing"}
    kinds = field.get("type", "anything")
    return "text" if isinstance(kinds, list) else names.get(kinds, kinds)


def _default(field: dict[str, Any]) -> str:
    return f"`{json.dumps(field['default'])}`" if field.get("default") not in (None, "", [], {}) else ""


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def words() -> str:
    """The vocabulary of `select` and `assert`, told by the functions that do the work."""
    lines = ["# The words of rules", "", NOTE, "", "## select", ""]
    lines += ["| word | selects |", "|---|---|"]
    for name, select in SUBJECTS.items():
        lines.append(f"| `{name}` | {_cell(_told(select.__doc__) or f'The `{name}` of every job.')} |")
    lines.append("| `$...` | A JSONPath over what `cilint resolve --format json` prints. |")
    lines += [
        "",
        "## assert",
        "",
        "All words of one `assert` must hold. An option written `{name}` is the parameter of that name.",
        "",
    ]
    lines += ["| word | takes | holds when |", "|---|---|---|"]
    takes = {"texts": "a text or a list of texts", "values": "a list", "type": f"one of {', '.join(TYPES)}"}
    for name, word in WORDS.items():
        lines.append(f"| `{name}` | {takes.get(OPTIONS[name], f'a {OPTIONS[name]}')} | {_cell(_told(word.__doc__))} |")
    return "\n".join(lines) + "\n"


def _told(docstring: str | None) -> str:
    return " ".join((docstring or "").split("\n\n")[0].split())


def main() -> int:
    """Write what has changed, and take out the pages of rules that are gone."""
    wanted = generated()
    for path in set((HERE / "rules").glob("*.md")) - set(wanted):
        path.unlink()
    for path, text in wanted.items():
        path.parent.mkdir(exist_ok=True)
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
            sys.stdout.write(f"wrote {path.relative_to(HERE.parent)}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
