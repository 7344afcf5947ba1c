"""`cilint settings`: which settings hold, where they are written, and why a rule runs or does not."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from cilint import rules as rules_package
from cilint.cli import _choice, _complete, _lint
from cilint.cli._lint import default_path
from cilint.cli._options import Request
from cilint.cli.check import OPTIONS
from cilint.errors import UnreadableError, UsageError
from cilint.nearest import did_you_mean
from cilint.report.escape import printable
from cilint.settings import fault
from cilint.settings.schema import SettingsModel
from cilint.tree.place import place_of

if TYPE_CHECKING:
    from cilint.rules import Rule, RuleSet
    from cilint.settings import Settings
    from cilint.tree import Mapping


@click.command("settings")
@click.argument("path", required=False, shell_complete=_complete.files)
@click.option(
    "--why", "rule", metavar="RULE", shell_complete=_complete.rules, help="Tell why this rule runs or does not."
)
@click.option("--settings", metavar="FILE", help="Settings file.")
@click.option("--isolated", is_flag=True, help="Read no settings file.")
@click.option("--set", "set", multiple=True, metavar="KEY=VALUE", help="One setting, as `check` takes it.")
@click.option("--policy", multiple=True, metavar="NAME_OR_DIR", help="Packs of rules, as `check` takes them.")
@click.option("--select", multiple=True, metavar="RULE", help="As `check` takes it.")
@click.option("--preview", is_flag=True, help="As `check` takes it.")
@click.option("--ignore", multiple=True, metavar="RULE", help="As `check` takes it.")
def command(path: str | None, rule: str | None, **options: Any) -> int:
    """Print the settings that a file is checked under, each with the place where it is written.

    Exit status: 0 printed, 2 the settings are wrong.

    Examples:
      cilint settings
      cilint settings --why image-missing

    """
    path = path or _checked()
    request = Request({**{option.key: option.initial for option in OPTIONS.options}, **options, "paths": (path,)})
    settings = _choice.settings_for(path, request)
    body = fault.body(settings)
    if rule is None:
        click.echo("\n".join(_lines(settings, body)))
        return 0
    click.echo("\n".join(_why(rule, settings, body, request)))
    return 0


def _checked() -> str:
    """What `cilint check` would take, so that both speak of the same settings; there need be none yet."""
    try:
        return default_path()
    except UnreadableError:
        return _lint.ENTRY


def _lines(settings: Settings, body: Mapping | None) -> list[str]:
    lines = [f"# {settings.path}" if settings.path else "# no .cilint.yaml: the defaults hold"]
    for name, field in SettingsModel.model_fields.items():
        key = field.alias or name
        value = json.dumps(getattr(settings, name), ensure_ascii=False)
        places = [str(place_of(body, (key,), key=True))] if body is not None and key in body else []
        given = [text for way, text in settings.given.items() if way[0] == key]
        whole = (key,) in settings.given and key != "required"
        origin = ", ".join([*([] if whole else places), *given])
        lines.append(printable(f"{key}: {value}" + (f"  # {origin}" if origin else "")))
    return lines


def _why(rule: str, settings: Settings, body: Mapping | None, request: Request) -> list[str]:
    run = _choice.rules_for(settings, request)
    everything = rules_package.load((*rules_package.EVERY, *settings.pack_names, *request.policy, _choice.OWN_PACK))
    known = everything.get(rule)
    if known is None:
        near = did_you_mean(rule, everything.rules).lstrip("; ")
        raise UsageError(f"no such rule: {rule}", help=near or "`cilint rules` lists them")
    rule = _choice.called(everything, rule)
    judged = run.get(rule)
    lines = [f"{rule} (pack {known.pack}) {'runs' if judged else 'does not run'}"]
    if judged:
        lines.append(f"  severity: {judged.severity}{_changed(judged.severity, known.severity)}")
        for name, value in judged.parameters.items():
            was = known.parameters.get(name)
            lines.append(f"  {name}: {json.dumps(value, ensure_ascii=False)}{_changed(value, was)}")
    lines += [f"  {reason}" for reason in _reasons(known, settings, body, request, run)]
    return [printable(line) for line in lines]


def _changed(value: object, was: object) -> str:
    return "" if value == was else f"  (the pack has {json.dumps(was, ensure_ascii=False)})"


def _reasons(known: Rule, settings: Settings, body: Mapping | None, request: Request, run: RuleSet) -> list[str]:
    """Everything that has a say in whether the rule runs, and where it is written."""
    rule, pack = known.id, known.pack
    reasons = []
    packs = request.policy or settings.packs
    if packs and pack not in {loaded.pack for loaded in run} and rule not in run.silenced:
        origin = "--policy" if request.policy else _at(settings, body, "packs")
        reasons.append(f"pack {pack} is not among {', '.join(packs)} ({origin})")
    for option in ("select", "ignore"):
        said = _named(known, _choice.words(getattr(request, option)))
        reasons += [f"--{option} {said}"] if said else []
    for key in ("select", "extend-select", "ignore", "required"):
        said = _named(known, getattr(settings, key.replace("-", "_")))
        reasons += [f"{key}: {said} ({_at(settings, body, key)})"] if said else []
    for key in ("per-file-ignores", "per-job-ignores"):
        listed = getattr(settings, key.replace("-", "_"))
        reasons += [
            f"{key}: {glob} ({_at(settings, body, key, glob)})" for glob in listed if _named(known, listed[glob])
        ]
    reasons += [
        f"{key} set ({_at(settings, body, key, rule)})"
        for key in ("severity", "parameters")
        if rule in getattr(settings, key)
    ]
    reasons += [f"required by pack {pack}"] if known.required else []
    if known.preview:
        on = "--preview" if request.preview else f"preview: true ({_at(settings, body, 'preview')})"
        off = "a preview: --preview, `preview: true` in the settings or its id in a selection runs it"
        reasons.append(on if request.preview or settings.preview else off)
    if reasons:
        return reasons
    if rule in run:
        return [f"pack {pack} is on"]
    return [
        f"select does not name it ({_at(settings, body, 'select')})"
        if settings.select
        else f"pack {pack} is not loaded"
    ]


def _named(rule: Rule, listed: list[str]) -> str:
    return next((word for word in listed if word in (rule.id, rule.pack)), "")


def _at(settings: Settings, body: Mapping | None, *keys: str) -> str:
    said = settings.said(*keys)
    if said:
        return said
    return str(place_of(body, keys, key=True)) if body is not None else "the defaults"
