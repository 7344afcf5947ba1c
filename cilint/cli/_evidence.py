"""From the paths of an invocation to its evidence: population, judging, settling, waivers, provenance."""

from __future__ import annotations

import os
import platform
from typing import TYPE_CHECKING

from cilint import __version__
from cilint import rules as rules_package
from cilint.checks import hardcoded_credential
from cilint.cli import _choice, _lint, _waivers
from cilint.cli._lint import default_path, named_scenarios
from cilint.cli._options import Request
from cilint.cli._settle import epoch, now
from cilint.errors import UnreadableError, UsageError
from cilint.evidence import frameworks, since
from cilint.evidence.collect import Judged, collect
from cilint.evidence.model import Digest, Provenance, Target
from cilint.evidence.population import Population
from cilint.evidence.provenance import digest_of, program_digest, run_facts
from cilint.nearest import did_you_mean
from cilint.plan import Tree, default_scenarios
from cilint.report.secret import hidden, learn, secrets_of
from cilint.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from cilint.check import Checked
    from cilint.cli._lint import Entry
    from cilint.evidence.frameworks import Loaded
    from cilint.evidence.model import Evidence

# The options that make a report what it is: with them, whoever holds it can make it again.
_REMAKING = (
    "policy",
    "select",
    "extend_select",
    "ignore",
    "framework",
    "settings",
    "set",
    "baseline",
    "diff_base",
    "since",
    "fail_on",
    "organisation",
    "system",
    "stdin_filename",
    "isolated",
    "preview",
    "strict",
    "exit_zero",
)


def evidence_of(request: Request, exit_status: Callable[[Evidence, dict[str, tuple[str, bool]]], int]) -> Evidence:
    """The evidence of everything that the paths mean. Raises UnreadableError when nothing of it is there.

    exit_status: what the run will end with, by the evidence and what is asked of each target (see `_demands`).
    """
    started = now()
    before = since.read(request.since) if request.since else None
    population = Population(request.paths or (default_path(),))
    judged: list[Judged] = []
    opened: list[Entry] = []
    for path in population.paths:
        try:
            entry = _lint.entries(Request({**vars(request), "paths": (path,)}))[0]
        except UnreadableError as error:
            shown = os.path.normpath(path)
            population.strays.append(Target(path=shown, status="missing", why=error.message))
            continue
        opened.append(entry)
        judged.append(_judge(entry, path, request))
    if not judged and all(stray.status == "missing" for stray in population.strays):
        stray = population.strays[0]
        raise UnreadableError(f"cannot read {stray.path}: {stray.why}", help="name a file, or a folder with projects")
    named = list(zip([one.name for one in judged], opened, strict=True))
    waivers = _waivers.facts_of(named, started[:10])
    for one, (name, entry) in zip(judged, named, strict=True):
        one.findings = _waivers.useful_elsewhere(one.findings, entry, waivers, name)
    return collect(
        judged,
        population.strays,
        frameworks=_frameworks(request, opened),
        waivers=waivers,
        provenance=_provenance(named, request, started),
        hide=hidden,
        before=before,
        exit_status=lambda evidence: exit_status(evidence, _demands(named, request)),
    )


def _demands(opened: list[tuple[str, Entry]], request: Request) -> dict[str, tuple[str, bool]]:
    """The severity from which findings fail, and whether what could not be assessed does, by target.

    Under "" what holds for those of the population that could not be opened.
    """
    asked = {name: _choice.demand(entry.settings, request) for name, entry in opened}
    threshold, strict = _choice.demand(Settings(), request)
    return {"": (threshold, strict or any(strict for _, strict in asked.values())), **asked}


def _judge(entry: Entry, path: str, request: Request) -> Judged:
    """One target; its secrets are looked for whatever rules were chosen."""
    scenarios = named_scenarios(entry.settings)
    checked = _lint.judged(entry)
    findings = _lint.settled(entry, checked, request)
    learn(secrets_of(checked.findings, checked.secrets) | _secrets(checked))
    tree = Tree(entry.project.list_files)
    name = entry.source.path if path == "-" else os.path.normpath(path)
    named = scenarios or default_scenarios()
    one = Judged(
        name, checked, findings,
        project=entry.project, rules=entry.rules, scenarios=[scenario.given(tree=tree) for scenario in named],
    )  # fmt: skip
    one.variables = entry.settings.variables
    one.changed = _changes(entry, request)
    return one


def _secrets(checked: Checked) -> set[str]:
    """What the rule on credentials finds where it is not among the rules of the run: evidence shows values."""
    context = checked.context
    rule = rules_package.load().get("hardcoded-credential")
    if context is None or rule is None:
        return set()
    context.rule = rule
    return secrets_of(hardcoded_credential.check(context, rule.parameters), context.secrets)


def _frameworks(request: Request, opened: list[Entry]) -> list[Loaded]:
    """The frameworks of the options: names, or files and folders with more of them; all without any."""
    words = _choice.words(request.framework)
    places = [word for word in words if os.path.exists(word)]
    housed = [place for entry in opened for place in _housed(entry)]
    loaded = frameworks.load([*dict.fromkeys(housed), *places])
    names = [word for word in words if word not in places]
    known = {one.framework.framework: one for one in loaded}
    for name in names:
        if name not in known:
            hint = f"there are {', '.join(known)}"
            raise UsageError(f"there is no framework {name}{did_you_mean(name, list(known))}", help=hint)
    named = [one for one in loaded if one.framework.framework in names or one.path.startswith(tuple(places) or ("\0",))]
    return named if words else loaded


def _housed(entry: Entry) -> Iterator[str]:
    """The files and folders with frameworks that the settings name. Raises SettingsError for one that is not there."""
    for number, path in enumerate(entry.settings.frameworks):
        place = entry.settings.place(path)
        if not os.path.exists(place):
            from cilint.settings.fault import fault

            raise fault(entry.settings, ("frameworks", number), f"there is no file or folder {path}")
        yield place


def _provenance(opened: list[tuple[str, Entry]], request: Request, started: str) -> Provenance:
    """opened: every entry with the name of its target."""
    packs: dict[str, Digest] = {}
    settings: dict[str, Digest] = {}
    overrides: dict[str, None] = {}
    for name, entry in opened:
        for pack, files in entry.rules.sources:
            for file in files:
                shown = f"{pack}/{os.path.basename(file)}"
                packs[shown] = digest_of(file, shown)
        path = entry.settings.path
        if path:
            settings[path] = digest_of(path)
        said = _overrides(entry, request)
        where = f"{name}: " if len({entry.settings.path for _, entry in opened}) > 1 else ""
        overrides.update(dict.fromkeys(f"{where}{text}" for text in said))
    read = {path: (name, shown) for name, entry in opened for path, shown in _waivers.registers(entry)}
    names = [shown for _, shown in read.values()]
    registers = {
        path: digest_of(path, f"{name}: {shown}" if names.count(shown) > 1 else shown)
        for path, (name, shown) in read.items()
    }
    command = ["cilint", "report", *request.paths]
    for key in _REMAKING:
        value, option = getattr(request, key), f"--{key.replace('_', '-')}"
        if value is True:
            command.append(option)
            continue
        given = value if isinstance(value, tuple) else (value,) if value else ()
        command += [word for one in given for word in (option, str(one))]
    told = {name: getattr(request, name) for name in ("organisation", "system") if getattr(request, name)}
    return Provenance(
        tool="cilint",
        version=__version__,
        tool_sha256=program_digest(),
        python=platform.python_version(),
        as_of=started,
        ended=now(),
        clock="SOURCE_DATE_EPOCH" if epoch() is not None else "clock",
        command=command,
        packs=list(packs.values()),
        settings=list(settings.values()),
        registers=list(registers.values()),
        overrides=list(overrides),
        project={**told, **run_facts(os.environ)},
    )


def _overrides(entry: Entry, request: Request) -> list[str]:
    """What settings and options made of the packs: every rule that is off, and every one that is changed."""
    known = rules_package.load((*_choice.packs_of(entry.settings, request), _choice.OWN_PACK))
    told = [f"{rule.id}: off{' (a preview)' if rule.preview else ''}" for rule in known if rule.id not in entry.rules]
    told += [f"{rule}: {text}" for rule, texts in _changes(entry, request).items() for text in texts]
    where = entry.settings
    told += [f"waivers: {key}: {_words(value)}" for key, value in sorted(where.waivers.items())]
    told += [f"ignored in {pattern}: {', '.join(words)}" for pattern, words in where.per_file_ignores.items()]
    told += [f"ignored in jobs {pattern}: {', '.join(words)}" for pattern, words in where.per_job_ignores.items()]
    return told


def _words(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict):
        return ", ".join(f"{key}: {_words(one)}" for key, one in value.items())
    return ", ".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)


def _changes(entry: Entry, request: Request) -> dict[str, list[str]]:
    """What settings and options made of the rules that are on: another severity, other parameters."""
    found: dict[str, list[str]] = {}
    for rule in rules_package.load((*_choice.packs_of(entry.settings, request), _choice.OWN_PACK)):
        kept = entry.rules.get(rule.id)
        if kept is None:
            continue
        texts = [f"{kept.severity} instead of {rule.severity}"] if kept.severity != rule.severity else []
        texts += [f"parameter {name} changed" for name in _changed(rule.parameters, kept.parameters)]
        if texts:
            found[rule.id] = texts
    return found


def _changed(before: dict[str, object], after: dict[str, object]) -> list[str]:
    return [name for name in after if before.get(name) != after[name]]
