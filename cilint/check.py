"""The whole of `check` for one file: compose, validate, build, judge."""

from __future__ import annotations

from cilint.checks import _hidden
from cilint.compose import compose
from cilint.finding import NotAssessed
from cilint.language import COMMUNITY, validate
from cilint.pipeline import build
from cilint.pipeline.logic import logic
from cilint.rules.context import Context
from cilint.rules.judge import judge, refused_values, settle, settle_unknown, unread
from cilint.shell.words import MAX_COMMANDS, MAX_WORDS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from cilint.clock import Clock
    from cilint.compose.config import Config
    from cilint.compose.fetch import Project
    from cilint.finding import Finding
    from cilint.language import Edition
    from cilint.pipeline.pipeline import Pipeline
    from cilint.plan import Scenario
    from cilint.rules.rule import RuleSet
    from cilint.shell.scripts import Scripts
    from cilint.source import Source


class Checked:
    """What checking one file gave.

    pipeline, context: None when the file cannot be read at all. findings: grouped, with severity, in order of place.
    not_assessed: what no verdict can be given on, each with the rules that are open for it; a rule that is named here
    and finds nothing has not passed.
    """

    __slots__ = ("_secrets", "config", "context", "findings", "not_assessed", "pipeline")

    def __init__(self, config: Config) -> None:
        self.config = config
        self.pipeline: Pipeline | None = None
        self.context: Context | None = None
        self.findings: list[Finding] = []
        self.not_assessed: list[NotAssessed] = []
        self._secrets: set[str] | None = None

    @property
    def secrets(self) -> set[str]:
        """Texts found in the files that no output may show, whatever is said of them, and by whichever rule."""
        if self._secrets is None:
            called = [source.text for source in self.context.called] if self.context else []
            self._secrets = _hidden.of_config(self.config, called)
        return self._secrets | self.context.secrets if self.context else self._secrets


def _unread_scripts(scripts: Scripts) -> Iterator[NotAssessed]:
    """The scripts too long to be read whole: what stands further down, no rule has seen."""
    why = f"a script is read as far as {MAX_COMMANDS:,} commands and {MAX_WORDS:,} words go"
    for script in scripts.cut:
        if script.cut is not None:
            yield NotAssessed("the rest of a script", why, script.span(script.cut, script.cut + 1))


def check(
    entry: Source,
    project: Project,
    rules: RuleSet,
    scenarios: Iterable[Scenario] = (),
    edition: Edition = COMMUNITY,
    *,
    clock: Clock | None = None,
) -> Checked:
    """Judge one file by the rules. What is wrong with it is in the findings; nothing is raised for it.

    scenarios: the named ones of the settings; without any, rules are judged in the default set.
    edition: the GitLab that the files are for. clock: told of the end of every step and every rule.
    """
    config = compose(entry, project, clock)
    if clock:
        clock.lap("composing")
    checked = Checked(config)
    findings = list(config.findings)
    unknown = list(config.not_assessed)
    shapes: list[Finding] = []
    if config.root is not None:
        shapes = validate(config, edition)
        findings += shapes
        checked.pipeline = build(config)
        findings += logic(checked.pipeline)
        if clock:
            clock.lap("validating")
        checked.context = Context(config, checked.pipeline, project, rules, scenarios, edition=edition)
        findings += judge(checked.context, rules, clock)
        unknown += [*checked.context.not_assessed, *_unread_scripts(checked.context.scripts)]
    checked.findings = settle(findings, rules, unreadable=config.root is None)
    if config.root is None:
        unknown.append(unread(entry, checked.findings, rules))
    unknown += refused_values(shapes, checked.findings, rules)
    checked.not_assessed = settle_unknown(unknown, rules)
    return checked
