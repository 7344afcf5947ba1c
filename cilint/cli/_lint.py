"""One run of `check`: settings, rules, every entry file judged, its findings settled, and all of it as one Report."""

from __future__ import annotations

import os
import sys

from cilint import rules as rules_package
from cilint import settings as settings_package
from cilint.check import Checked, check
from cilint.compose.fetch import Project, open_project
from cilint.errors import SettingsError, UnreadableError, UsageError
from cilint.fingerprint import stamp
from cilint.report.report import Report, RuleFacts
from cilint.report.secret import SECRET_RULES, mask, secrets_of
from cilint.settings import Settings
from cilint.source import Source

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from cilint.cli._options import Request
    from cilint.finding import Finding
    from cilint.rules import Rule, RuleSet

ENTRY = ".gitlab-ci.yml"
OWN_PACK = "cilint"  # rules about cilint's own comments and baselines; loaded beside every choice of packs


class Entry:
    """One file that was asked for, opened. root: the repository's absolute folder."""

    __slots__ = ("project", "rules", "settings", "source")

    def __init__(self, project: Project, source: Source, settings: Settings, rules: RuleSet) -> None:
        self.project = project
        self.source = source
        self.settings = settings
        self.rules = rules


def entries(request: Request) -> list[Entry]:
    """The entry files of a request, each with its settings and rules. Raises CilintError for what is not there."""
    return [_open(path, request) for path in request.paths or (_default(),)]


def _default() -> str:
    """The pipeline of the working directory, or else of the repository around it."""
    if os.path.isfile(ENTRY):
        return ENTRY
    root = settings_package.git_root(os.getcwd())
    if root and os.path.isfile(os.path.join(root, ENTRY)):
        return os.path.relpath(os.path.join(root, ENTRY))
    raise UnreadableError(
        f"there is no {ENTRY} in {os.getcwd()}" + (f" nor in {root}" if root and root != os.getcwd() else ""),
        help="name the file: cilint check path/to/file.yml",
    )


def _open(path: str, request: Request) -> Entry:
    if path != "-" and os.path.isdir(path):
        path = os.path.join(path, ENTRY)
    place = (request.stdin_filename or ENTRY) if path == "-" else path
    settings = settings_for(place, request)
    vendored = settings.vendored_folder
    if path == "-":
        whole = os.path.abspath(place)
        folder = os.path.dirname(whole)
        root = settings_package.git_root(folder) or folder
        project = Project(root, vendored=vendored, inputs=settings.inputs)
        source = Source(os.path.relpath(whole, root), _stdin())
    else:
        project, source = open_project(path, vendored=vendored, inputs=settings.inputs)
    project.variables.update(settings.variables)
    return Entry(project, source, settings, rules_for(settings, request))


def _stdin() -> str:
    return sys.stdin.buffer.read().decode("utf-8", "replace")


def settings_for(place: str, request: Request) -> Settings:
    """The settings that a file is checked under."""
    if request.settings:
        return settings_package.load(request.settings)
    path = None if request.isolated else settings_package.find(place)
    return settings_package.load(path) if path else Settings()


def rules_for(settings: Settings, request: Request) -> RuleSet:
    """The rules of a run: packs, then settings, then options. Raises CilintError for words that mean nothing."""
    packs = tuple(request.policy) or tuple(settings.pack_names) or rules_package.BUILT_IN
    rules = rules_package.load((*packs, OWN_PACK))
    try:
        rules = _configured(rules, settings)
    except UsageError as error:
        raise SettingsError(f"{settings.path}: {error.message}", help=error.help) from None
    select, ignore = words(request.select), words(request.ignore)
    required = set(settings.required)
    refused = sorted(required & set(ignore))
    if refused:
        raise UsageError(f"{refused[0]} is required by {settings.path} and cannot be ignored")
    if not (select or ignore or request.extend_select):
        return rules
    narrowed = rules.narrow(select, ignore, words(request.extend_select))
    narrowed.rules.update({name: rules.rules[name] for name in required if name in rules})
    return narrowed


def _configured(rules: RuleSet, settings: Settings) -> RuleSet:
    """The rules as the settings want them. What they say of rules that other packs have is passed over."""
    if not settings.path:
        return rules
    elsewhere = _elsewhere(rules, settings)
    changes = {rule: change for rule, change in settings.changes().items() if rule not in elsewhere}
    if changes:
        rules = rules.configured(changes)
    chosen = [
        [word for word in listed if word not in elsewhere]
        for listed in (settings.select, settings.ignore, settings.extend_select)
    ]
    required = [name for name in settings.required if name not in elsewhere]
    rules.narrow(required)  # refuses words that mean nothing
    if not any(chosen):
        return rules
    narrowed = rules.narrow(*chosen)
    narrowed.rules.update({name: rules.rules[name] for name in required if name in rules})
    return narrowed


def _elsewhere(rules: RuleSet, settings: Settings) -> set[str]:
    """Rules and packs that the settings name, which exist but are not part of this run."""
    named = {*settings.select, *settings.ignore, *settings.extend_select, *settings.required, *settings.changes()}
    packs = {rule.pack for rule in rules}
    missing = {word for word in named if word not in rules and word not in packs}
    if not missing:
        return set()
    everything = rules_package.load((*rules_package.BUILT_IN, *settings.pack_names, OWN_PACK))
    return missing & ({rule.id for rule in everything} | {rule.pack for rule in everything})


def words(options: Iterable[str]) -> list[str]:
    """The words of a repeatable option that takes commas, too."""
    return [word.strip() for option in options for word in option.split(",") if word.strip()]


def lint(opened: list[Entry], request: Request) -> Report:
    """Check the entry files and settle what is found."""
    report = Report()
    roots = {entry.project.root for entry in opened}
    found: dict[tuple[object, ...], Finding] = {}
    for entry in opened:
        checked = check(entry.source, entry.project, entry.rules)
        if len(roots) > 1:
            _name_from_here(checked, entry.project.root)
        report.secrets |= secrets_of(checked.findings, checked.secrets)
        for finding in settled(entry, checked, request):
            first = found.setdefault((finding.rule, *finding.span.key, finding.message), finding)
            first.jobs = tuple(dict.fromkeys((*first.jobs, *finding.jobs)))
        report.not_assessed += checked.not_assessed
        report.jobs += len(checked.pipeline.jobs) if checked.pipeline else 0
        report.entries.append(entry.source.path)
        report.files += [source.path for source in checked.config.sources or [entry.source]]
        report.rules.update({rule.id: _facts(rule) for rule in entry.rules})
        report.docs = report.docs or entry.settings.docs
    report.files = list(dict.fromkeys(report.files))
    report.findings = list(found.values())
    report.prefix = _prefix(roots)
    report.sort()
    mask(report)
    return report


def settled(entry: Entry, checked: Checked, request: Request) -> list[Finding]:
    """The findings of one entry with fingerprints, and with what comments, settings and baselines say of them."""
    from cilint.cli import _settle

    stamp(checked.findings, checked.config.readings, SECRET_RULES)
    own = _settle.settle(entry, checked, request)
    stamp(own, checked.config.readings, SECRET_RULES)
    return [*checked.findings, *own]


def _facts(rule: Rule) -> RuleFacts:
    return RuleFacts(rule.id, rule.severity, rule.title, fix=rule.fix, controls=rule.controls, pack=rule.pack)


def _prefix(roots: set[str]) -> str:
    if len(roots) != 1:
        return ""
    relative = os.path.relpath(next(iter(roots)))
    return "" if relative == "." else f"{relative}/"


def _name_from_here(checked: Checked, root: str) -> None:
    """Name the files of one of several repositories by their way from the working directory."""
    prefix = _prefix({root})
    for source in {id(source): source for source in checked.config.sources}.values():
        if not os.path.isabs(source.path) and "://" not in source.path:
            source.path = f"{prefix}{source.path}"
