"""What `simulate` and `graph` share: the options that describe a situation, and the way from a file to its plans."""

from __future__ import annotations

from cilint import rules as rules_package
from cilint.cli._choice import settings_for
from cilint.cli._lint import ENTRY, default_path, edition_of, prefix_of, standard_input
from cilint.cli._options import Option, Request, settings_options
from cilint.compose import compose
from cilint.compose.fetch import open_project
from cilint.compose.variables import PUSH_TO_MAIN
from cilint.errors import UsageError
from cilint.language import COMMUNITY, validate
from cilint.nearest import did_you_mean
from cilint.pattern import Pattern
from cilint.pipeline import build
from cilint.pipeline.logic import logic
from cilint.plan import Planner, Scenario, Tree
from cilint.plan.scenario import described, named
from cilint.report.secret import learn_config
from cilint.rules.judge import settle

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from cilint.compose.fetch import Project
    from cilint.finding import Finding
    from cilint.language import Edition
    from cilint.settings import Settings
    from cilint.source import Source

_WHAT, _INPUT = "Scenario", "Input"
_NAME = Pattern(r"(?a)\w+")  # app/models/concerns/ci/has_variable.rb

OPTIONS = (
    Option("--branch", "A pipeline of this branch; with --merge-request, the source branch.",
           kind="text", metavar="NAME", group=_WHAT),
    Option("--tag", "A pipeline of this tag.", kind="text", metavar="NAME", group=_WHAT),
    Option("--merge-request", "A merge request pipeline.", group=_WHAT),
    Option("--schedule", "A scheduled pipeline.", group=_WHAT),
    Option("--source", "What started it: push, web, api, trigger, pipeline, parent_pipeline, chat ...",
           kind="text", metavar="CI_PIPELINE_SOURCE", group=_WHAT),
    Option("--scenario", "A named scenario: of the settings, or one of the default set.",
           kind="text", metavar="NAME", group=_WHAT),
    Option("--var", "Set a variable. With a predefined one and none of the options above, the context is exactly what "
           "is given; others come from outside, as from the person who starts the pipeline. Repeatable.",
           kind="many", metavar="NAME=VALUE", group=_WHAT),
    Option("--changed", "A changed file. Repeatable. Without it there is no diff, and `changes` clauses are true.",
           kind="many", metavar="FILE", group=_WHAT),
    Option("--no-changes", "There is a diff, and it is empty.", group=_WHAT),
    *settings_options(_INPUT),
)  # fmt: skip


class Subject:
    """One file made ready to be planned.

    errors: why GitLab would not take the configuration at all; planner is None then. prefix: what stands before its
    paths when they are seen from the working directory.
    """

    __slots__ = ("errors", "not_assessed", "planner", "prefix", "project")

    def __init__(self, source: Source, project: Project, edition: Edition = COMMUNITY) -> None:
        self.project = project
        self.prefix = prefix_of({project.root})
        config = compose(source, project)
        learn_config(config)
        self.not_assessed = config.not_assessed
        self.planner: Planner | None = None
        self.errors: list[Finding] = list(config.findings)
        if config.root is not None:
            pipeline = build(config)
            self.errors += [*validate(config, edition), *logic(pipeline)]
            self.errors = _errors(self.errors)
            if not self.errors:
                self.planner = Planner(pipeline)


def _errors(findings: list[Finding]) -> list[Finding]:
    """What GitLab refuses; the packs know which findings are only warnings."""
    if not findings:
        return []
    settled = settle(findings, rules_package.load(("gitlab",)), unreadable=True)
    return [finding for finding in settled if finding.severity == "error"]


def opener_of(request: Request) -> Opener:
    """The path that was asked for, with its settings. Raises UsageError for more than one path."""
    if len(request.paths) > 1:
        raise UsageError("one file at a time", help="name one file, as in cilint simulate .gitlab-ci.yml")
    path = request.paths[0] if request.paths else default_path()
    return Opener(path, settings_for(ENTRY if path == "-" else path, request))


class Opener:
    """A path that may be composed again for every scenario, for includes look at the scenario's variables, too.

    text: of a file that need not be there; else it is read at the path, or from standard input.
    """

    __slots__ = ("_text", "path", "settings")

    def __init__(self, path: str, settings: Settings, text: str | None = None) -> None:
        self.path = path
        self.settings = settings
        self._text = text

    def open(self, scenario: Scenario) -> tuple[Subject, Scenario]:
        """The file, composed as in this scenario, and the scenario with the files of the repository."""
        known: dict[str, str | None] = dict.fromkeys(PUSH_TO_MAIN)
        known.update({**self.settings.variables, **scenario.variables, **scenario.outside})
        if self.path == "-" and self._text is None:
            self._text = standard_input()
        project, source = open_project(
            ENTRY if self.path == "-" else self.path,
            text=self._text,
            vendored=self.settings.vendored_folder,
            inputs=self.settings.inputs,
            variables=known,
            changed=scenario.changed,
        )
        return Subject(source, project, edition_of(self.settings)), scenario.given(tree=Tree(project.list_files))


def scenario_of(request: Request, settings: Settings) -> Scenario:
    """The situation that the options describe; a push to main without any."""
    variables = dict(assignment("--var", text) for text in request.var)
    scenario = _start(request, settings, variables)
    changed = request.changed or (() if request.no_changes else None)
    weaker = {} if request.scenario else settings.variables  # a named scenario knows them already
    return scenario.given(variables={**weaker, **variables}, changed=changed)


def is_described(request: Request) -> bool:
    """Whether any option describes a situation."""
    given = (request.branch, request.tag, request.source, request.scenario, request.var, request.changed)
    return any(given) or request.merge_request or request.schedule or request.no_changes


def scenarios_of(settings: Settings) -> list[Scenario]:
    """The named scenarios: those of the settings, or else the default set."""
    return named(settings.scenarios, settings.variables)


def _start(request: Request, settings: Settings, variables: dict[str, str]) -> Scenario:
    shorts = [
        name
        for name, given in (
            ("--scenario", request.scenario),
            ("--merge-request", request.merge_request),
            ("--tag", request.tag),
            ("--branch", request.branch),
        )
        if given
    ]
    if "--scenario" in shorts and (len(shorts) > 1 or request.schedule or request.source):
        raise UsageError("--scenario stands alone: it says already what kind of pipeline it is")
    if "--tag" in shorts and len(shorts) > 1:
        raise UsageError(f"{shorts[0]} and {shorts[1]} exclude each other", help="a pipeline has one ref")
    if request.merge_request and (request.schedule or request.source):
        raise UsageError("a merge request pipeline is started by the merge request: leave --schedule and --source out")
    if request.source:
        from cilint.plan.possible import REQUEST, SOURCES

        check_source(f"--source {request.source}", request.source, (*SOURCES, REQUEST))
    if request.scenario:
        return _named(request.scenario, settings)
    return described(
        variables,
        branch_name=request.branch or "",
        tag_name=request.tag or "",
        of_merge_request=request.merge_request,
        scheduled=request.schedule,
        source=request.source or "",
        default=settings.variables.get("CI_DEFAULT_BRANCH", "main"),
    )


def _named(name: str, settings: Settings) -> Scenario:
    known = {scenario.name: scenario for scenario in [*named({}, settings.variables), *scenarios_of(settings)]}
    if name not in known:
        raise UsageError(
            f"there is no scenario {name}{did_you_mean(name, list(known))}", help=f"there are {', '.join(known)}"
        )
    return known[name]


def assignment(option: str, text: str) -> tuple[str, str]:
    """Name and value of `NAME=VALUE`. option: by which it was given. Raises UsageError."""
    name, equals, value = text.partition("=")
    if not equals or not name:
        raise UsageError(f"{option} {text}: a variable is written NAME=VALUE", help=f"as in {option} NAME=main")
    if not _NAME.fullmatch(name):
        raise UsageError(
            f"{option} {text}: `{name}` cannot be the name of a variable",
            help="names hold letters, digits and _",
        )
    return name, value


def check_source(given: str, source: str, known: Sequence[str]) -> None:
    """Raises UsageError for what never starts a pipeline. given: the option, as typed; known: what may start one."""
    if source not in known:
        raise UsageError(
            f"{given}: nothing of that name starts pipelines{did_you_mean(source, known)}",
            help=f"CI_PIPELINE_SOURCE is one of {', '.join(known)}",
        )
