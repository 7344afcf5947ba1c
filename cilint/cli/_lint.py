"""One run of `check`: settings, rules, every entry file judged, its findings settled, and all of it as one Report."""

from __future__ import annotations

import os
import sys

from cilint.check import Checked, check
from cilint.cli import _choice
from cilint.compose.fetch import open_project
from cilint.errors import UnreadableError
from cilint.fingerprint import stamp
from cilint.language import COMMUNITY, Edition
from cilint.opening import git_root
from cilint.report.report import Report, RuleFacts
from cilint.report.secret import SECRET_RULES, learn, mask, secrets_of
from cilint.rules import EVERY

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from cilint.cli._options import Request
    from cilint.clock import Clock
    from cilint.compose.fetch import Project
    from cilint.finding import Finding
    from cilint.plan import Scenario
    from cilint.rules import Rule, RuleSet
    from cilint.settings import Settings
    from cilint.settle.waivers import Register
    from cilint.source import Source

ENTRY = ".gitlab-ci.yml"


class Entry:
    """One file that was asked for, opened. required: ids of the rules that nothing can switch off.

    register: its waivers, once they have settled findings; None where there is none.
    """

    __slots__ = ("project", "register", "required", "rules", "settings", "source")

    def __init__(self, project: Project, source: Source, settings: Settings, rules: RuleSet) -> None:
        self.project = project
        self.source = source
        self.settings = settings
        self.rules = rules
        self.required = _choice.required_of(rules, settings)
        self.register: Register | None = None

    def at(self, source: Source, project: Project) -> Entry:
        """The same entry with another text, or in another state of its project."""
        other = Entry.__new__(Entry)
        other.project, other.source = project, source
        other.settings, other.rules, other.required = self.settings, self.rules, self.required
        return other


def entries(request: Request) -> list[Entry]:
    """The entry files of a request, each with its settings and rules. Raises CilintError for what is not there."""
    files = [_file(path) for path in request.paths or (default_path(),)]
    once = {file if file == "-" else os.path.abspath(file): file for file in reversed(files)}
    return [_open(path, request) for path in reversed(once.values())]


def default_path() -> str:
    """The pipeline of the working directory, or else of the repository around it."""
    if os.path.isfile(ENTRY):
        return ENTRY
    root = git_root(os.getcwd())
    if root and os.path.isfile(os.path.join(root, ENTRY)):
        return os.path.relpath(os.path.join(root, ENTRY))
    raise UnreadableError(
        f"there is no {ENTRY} in {os.getcwd()}" + (f" nor in {root}" if root and root != os.getcwd() else ""),
        help="name the file: cilint check path/to/file.yml",
    )


def _file(path: str) -> str:
    return os.path.join(path, ENTRY) if path != "-" and os.path.isdir(path) else path


def _open(path: str, request: Request) -> Entry:
    if path == "-":
        return entry_at(request.stdin_filename or ENTRY, request, standard_input())
    return entry_at(path, request)


def entry_at(path: str, request: Request, text: str | None = None) -> Entry:
    """The entry file at a path. text: what stands for the file, which need not be there."""
    settings = _choice.settings_for(path, request)
    project, source = open_project(path, text=text, vendored=settings.vendored_folder, inputs=settings.inputs)
    project.variables.update(settings.variables)
    return Entry(project, source, settings, _choice.rules_for(settings, request))


def standard_input() -> str:
    """The text of standard input. Raises UnreadableError when there is none."""
    if sys.stdin is None:  # as Python leaves it where the shell says `<&-`
        raise UnreadableError("cannot read standard input: it is closed", help="pipe the file in, or name it")
    return sys.stdin.buffer.read().decode("utf-8", "replace")


def lint(opened: list[Entry], request: Request, clock: Clock | None = None) -> Report:
    """Check the entry files and settle what is found. clock: told where the time goes."""
    report = Report()
    roots = {entry.project.root for entry in opened}
    found: dict[tuple[object, ...], Finding] = {}
    for entry in opened:
        checked = judged(entry, clock)
        if len(roots) > 1:
            _name_from_here(checked, entry.project.root)
        report.secrets |= secrets_of(checked.findings, checked.secrets)
        if clock:
            clock.lap("judging")
        for finding in settled(entry, checked, request):
            first = found.setdefault((finding.rule, *finding.span.key, finding.message, finding.status), finding)
            first.jobs = tuple(dict.fromkeys((*first.jobs, *finding.jobs)))
            report.reach.setdefault(finding.fingerprint, []).append(entry.source.path)
        for item in checked.not_assessed:
            item.entry = entry.source.path
        report.not_assessed += checked.not_assessed
        if checked.config.root is None:
            report.unread.append(entry.source.path)
        elif checked.config.complete:
            report.whole.append(entry.source.path)
        report.jobs += len(checked.pipeline.jobs) if checked.pipeline else 0
        report.entries.append(entry.source.path)
        report.files += [source.path for source in checked.config.sources or [entry.source]]
        report.rules.update({rule.id: _facts(rule) for rule in entry.rules})
        brought = zip(request.policy, entry.rules.sources, strict=False)  # theirs come first
        report.packs.update({name: word for word, (name, _) in brought if word not in EVERY})
        report.former.update(entry.rules.former)
        report.docs = report.docs or entry.settings.docs
    report.files = list(dict.fromkeys(report.files))
    report.findings = [*found.values(), *_stale(opened, report, request)]
    report.prefix = prefix_of(roots)
    report.sort()
    learn(report.secrets)
    mask(report)
    if clock:
        clock.lap("settling")
    return report


def _stale(opened: list[Entry], report: Report, request: Request) -> Iterator[Finding]:
    """What the baselines hold and nobody finds any more. Several entries may share one."""
    from cilint.cli._settle import baseline_of, baseline_path, judge_marks

    start = os.getcwd() if len({entry.project.root for entry in opened}) > 1 else ""
    paths = {baseline_path(entry, request): entry for entry in reversed(opened)}
    for entry in reversed(paths.values()):
        known = baseline_of(entry, request, start)
        if known:
            gone = known.gone(report, entry.project.root)
            yield from judge_marks([known.stale_finding(gone)] if gone else [], entry, [])


def judged(entry: Entry, clock: Clock | None = None) -> Checked:
    """One entry, checked as its settings want it."""
    settings = entry.settings
    checked = check(
        entry.source, entry.project, entry.rules, named_scenarios(settings), edition_of(settings), clock=clock
    )
    learn(checked.secrets)
    return checked


def edition_of(settings: Settings) -> Edition:
    """The GitLab that the settings name; every command judges for this one."""
    if settings.edition == "community" and not settings.gitlab_version:
        return COMMUNITY
    major, _, minor = settings.gitlab_version.partition(".")
    version = (int(major), int(minor)) if major else COMMUNITY.version
    tier = "free" if settings.edition == "community" else settings.edition
    return Edition(tier, version, enterprise=settings.edition != "community")


def named_scenarios(settings: Settings) -> list[Scenario]:
    """The scenarios that the settings name; without any, rules use the default set."""
    if not settings.scenarios:
        return []
    from cilint.plan.scenario import named

    return named(settings.scenarios, settings.variables)


def settled(entry: Entry, checked: Checked, request: Request) -> list[Finding]:
    """The findings of one entry with fingerprints, and with what comments, settings and baselines say of them."""
    from cilint.cli import _settle

    stamp(checked.findings, checked.config.readings, SECRET_RULES, entry.rules.origins)
    own = _settle.settle(entry, checked, request)  # a waiver for one of many jobs makes two findings of one
    return [*checked.findings, *own]


def _facts(rule: Rule) -> RuleFacts:
    return RuleFacts(rule.id, rule.severity, rule.title, fix=rule.fix, controls=rule.controls, pack=rule.pack)


def prefix_of(roots: set[str]) -> str:
    """What stands before the paths of one repository when they are seen from here; "" for several."""
    if len(roots) != 1:
        return ""
    relative = os.path.relpath(next(iter(roots)))
    return "" if relative == "." else f"{relative}/"


def _name_from_here(checked: Checked, root: str) -> None:
    """Name the files of one of several repositories by their way from the working directory."""
    prefix = prefix_of({root})
    for source in {id(source): source for source in checked.config.sources}.values():
        if not os.path.isabs(source.path) and "://" not in source.path:
            source.path = f"{prefix}{source.path}"
