"""Context: everything that a rule may look at while it is judged, each thing made once and when first asked for."""

from __future__ import annotations

from cilint.compose.variables import PUSH_TO_MAIN
from cilint.finding import Finding, NotAssessed
from cilint.language.edition import COMMUNITY, Edition
from cilint.rules.expand import Expansion, expand_word
from cilint.rules.roles import Roles
from cilint.rules.scalars import Scalars
from cilint.rules.scopes import Scopes
from cilint.shell.command import shell_assignments
from cilint.shell.scripts import Scripts
from cilint.tree.node import Mapping, Sequence
from cilint.tree.site import Site

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any

    from cilint.checks._children import Child
    from cilint.compose.config import Config
    from cilint.compose.fetch import Project
    from cilint.finding import Edit, Related
    from cilint.gates.prove import Prover
    from cilint.pipeline.job import Job
    from cilint.pipeline.pipeline import Pipeline
    from cilint.plan import Plan, Planner, Scenario, Tree
    from cilint.rules.rule import Rule, RuleSet
    from cilint.rules.select import Subject
    from cilint.shell.command import Command, Word
    from cilint.source import Source
    from cilint.span import Span
    from cilint.tree.node import Node


class Context:
    """One pipeline under judgement.

    rule: the rule at work. jobs: those that run something; trigger jobs are in `pipeline.jobs` besides. project: where
    files that jobs call are read from. edition: the GitLab that it is for. scopes: the variables of each job. secrets:
    texts that no output may show. prover: made by the first rule on gates (`cilint/checks/_verdicts.py`). parent: which
    child pipeline this is, None for none. children: those that it starts, None until they are looked for.
    """

    __slots__ = (
        "_assigned", "_each", "_named", "_planner", "_plans", "_reach", "_scenarios", "_texts", "_tree", "_written", "children", "config",
        "edition", "jobs", "not_assessed", "parent", "pipeline", "project", "prover", "roles", "rule", "scalars", "scopes", "scripts", "secrets",
    )  # fmt: skip

    def __init__(
        self,
        config: Config,
        pipeline: Pipeline,
        project: Project,
        rules: RuleSet,
        scenarios: Iterable[Scenario] = (),
        *,
        edition: Edition = COMMUNITY,
    ) -> None:
        self.config = config
        self.edition = edition
        self.pipeline = pipeline
        self.project = project
        self.scopes = Scopes(pipeline)
        self.scripts = Scripts(project, self.literals)
        self.roles = Roles(rules.roles, self)
        self.scalars = Scalars()
        self.rule: Rule
        self.not_assessed: list[NotAssessed] = []
        self.secrets: set[str] = set()
        self.jobs = [job for job in pipeline.jobs.values() if not job.trigger]
        self.prover: Prover | None = None
        self.parent: Child | None = None
        self.children: list[Child] | None = None
        self._assigned: dict[str, dict[str, list[Word]]] = {}
        self._named = list(scenarios)
        self._planner: Planner | None = None
        self._scenarios: dict[str, Scenario] | None = None
        self._plans: dict[str, Plan] = {}
        self._tree: Tree | None = None
        self._each: list[tuple[Command, list[Job]]] | None = None
        self._texts: str | None = None
        self._reach: dict[int, list[tuple[Job, Site]]] | None = None
        self._written: dict[tuple[str, int, int], Node] | None = None

    def fault(
        self,
        place: Site | Span,
        message: str,
        *,
        job: Job | None = None,
        jobs: Iterable[str] = (),
        site: Site | None = None,
        related: Iterable[Related] = (),
        help: str = "",
        edits: Iterable[Edit] = (),
        about: str = "",
    ) -> Finding:
        """A finding of the rule at work, where the offending value is written. site: where that stands in the composed
        tree, when `place` is only a span of it. about: what tells it from others of the rule at the same value.
        """
        span = place.span if isinstance(place, Site) else place
        if site is None and isinstance(place, Site):
            site = place
        finding = Finding(
            self.rule.id,
            message,
            span,
            path=site.path if site else (),
            jobs=[job.name] if job else jobs,
            related=related,
            trail=site.trail if site else (),
            help=help,
            edits=edits,
        )
        finding.about = about or ("" if finding.path or finding.jobs else message)
        return finding

    @property
    def lost(self) -> str:
        """Where what is not there may stand: the end of "it may stand in ..."."""
        if self.config.complete:  # GitLab refuses such a configuration, and a finding says what is wrong with it
            return "what `extends`, `!reference` or an input names and is not there"
        return "an include that was not read"

    def unknown(self, what: str, why: str, span: Span | None = None) -> None:
        """Say that the rule at work cannot be decided for something."""
        self.not_assessed.append(NotAssessed(what, why, span, (self.rule.id,)))

    def commands(self, job: Job) -> list[Command]:
        """The shell commands of a job: those of its own scripts and of the files of the repository that they call."""
        return self.scripts.of(job)

    def matching(self, job: Job, patterns: tuple[str, ...]) -> dict[str, Command]:
        """The command patterns (see `cilint/shell/patterns.py`) that the job fits, each with the first such command."""
        return self.scripts.patterns(patterns).in_job(job)

    @property
    def each_command(self) -> list[tuple[Command, list[Job]]]:
        """Every command of all jobs once, with the jobs that run it."""
        if self._each is None:
            found: dict[int, tuple[Command, list[Job]]] = {}
            for job in self.jobs:
                for command in self.commands(job):
                    entry = found.get(id(command))
                    if entry is None:
                        found[id(command)] = (command, [job])
                    else:
                        entry[1].append(job)
            self._each = list(found.values())
        return self._each

    def command_fault(self, command: Command, jobs: list[Job], message: str, span: Span | None = None) -> Finding:
        """A finding at a command, or at a part of it, for all the jobs that run it."""
        names = list(dict.fromkeys(job.name for job in jobs))
        return self.fault(span or command.span, message, jobs=names, site=self.line(jobs[0], command))

    def word_fault(self, command: Command, word: Word, jobs: list[Job], message: str) -> Finding:
        """A finding at a word of a command, for all the jobs that run it."""
        return self.command_fault(command, jobs, message, command.script.span(word.start, word.end))

    def expand(self, job: Job, word: Word) -> list[Expansion]:
        """Every value that a word of the job's shell can take, by the variables of YAML and those the shell sets."""
        if word.static:
            return [Expansion(word.text)]
        return expand_word(self.scopes.of(job), word, self.assigned(job))

    def literals(self, job: Job, name: str) -> list[str]:
        """The values that the files give a variable of a job, those that they tell whole."""
        return [
            one.text for one in self.scopes.of(job).variable(name) if one.known == len(one.text) and "$" not in one.text
        ]

    def assigned(self, job: Job) -> dict[str, list[Word]]:
        """What the job's shell assigns to variables, by name, and gives to parameters of functions and files, by key."""
        found = self._assigned.get(job.name)
        if found is None:
            found = self._assigned[job.name] = self.scripts.arguments(job)
            for command in self.commands(job):
                for name, word in shell_assignments(command):
                    found.setdefault(name, []).append(word)
        return found

    @property
    def includes(self) -> Iterator[Site]:
        """The entries of `include` of every file that was read."""
        for reading in self.config.readings:
            site = Site(reading.body).set("include") if reading.body else None
            if site is not None:
                yield from site.flat()

    @property
    def sources(self) -> list[Source]:
        """The files of configuration that were read, and the script files that jobs call."""
        return [*self.config.sources, *self.called]

    @property
    def called(self) -> list[Source]:
        """The script files of the repository that jobs call, each once."""
        return list({source.path: source for job in self.jobs for source in self.scripts.files(job)}.values())

    def mention(self, words: Iterable[str]) -> bool:
        """Whether one of the words stands anywhere in the files: of configuration, and of scripts that jobs call."""
        if self._texts is None:
            self._texts = "\n".join(source.text for source in self.sources)
        return any(word in self._texts for word in words)

    def line(self, job: Job, command: Command) -> Site | None:
        """The entry of the job's scripts in which a command stands; None for commands of files."""
        nodes = command.script.nodes
        if not nodes:
            return None
        node = nodes[command.script.entry(command.start)[0]]
        return next((site for owner, site in self.reach(node) if owner is job), None)

    def replace(self, site: Site, value: Any, *, safe: bool = True) -> tuple[Edit, ...]:
        """The edit that writes another value where the scalar of the site is written; () where there is none."""
        from cilint.rules import rewrite

        return rewrite.replaced(self, site, value, safe=safe)

    def put(self, site: Site, key: str, value: Any, *, safe: bool = True) -> tuple[Edit, ...]:
        """The edit that puts an entry into the map of the site, where that is written; () where there is none."""
        from cilint.rules import rewrite

        return rewrite.put(self, site, key, value, safe=safe)

    def change(self, node: Node, span: Span, text: str) -> tuple[Edit, ...]:
        """The unsafe edit of a stretch of a value; () where there is none."""
        from cilint.rules import rewrite

        return rewrite.changed(self, node, span, text)

    def reword(self, command: Command, word: Word, text: str) -> tuple[Edit, ...]:
        """The unsafe edit that writes `text` in the place of a word of a script, in YAML or in a file of its own."""
        from cilint.rules import rewrite

        return rewrite.reworded(self, command, word, text)

    def mend(self, rule: Rule, subject: Subject) -> tuple[Edit, ...]:
        """The edits that a rule in data declares for what it found wrong with a subject."""
        from cilint.rules import rewrite

        return rewrite.declared(self, rule, subject)

    @property
    def written(self) -> dict[tuple[str, int, int], Node]:
        """The values of all files as they are written, each by the place of its key: path, line and column."""
        if self._written is None:
            self._written = {}
            waiting: list[Node] = [reading.body for reading in self.config.readings if reading.body is not None]
            while waiting:
                node = waiting.pop()
                if isinstance(node, Mapping):
                    for name, key in node.keys.items():
                        if name not in node.trails:
                            self._written[key.source.path, key.line, key.column] = node.values[name]
                            waiting.append(node.values[name])
                elif isinstance(node, Sequence):
                    waiting += [item for index, item in enumerate(node.items) if index not in node.trails]
        return self._written

    @property
    def planner(self) -> Planner:
        """The pipeline, read to be planned in any scenario."""
        if self._planner is None:
            from cilint.plan import Planner

            self._planner = Planner(self.pipeline)
        return self._planner

    @property
    def scenarios(self) -> dict[str, Scenario]:
        """The scenarios that rules are judged in, by name: those of the settings, or else the default set."""
        if self._scenarios is None:
            listed = self._named or [self.situated(one) for one in self._defaults()]
            self._scenarios = {one.name: one.given(tree=self._files) for one in listed}
        return self._scenarios

    def situated(self, scenario: Scenario) -> Scenario:
        """The scenario with what is known of this project: its files, and variables that the settings give."""
        return scenario.given(variables=self.given, tree=self._files)

    @property
    def _files(self) -> Tree:
        if self._tree is None:
            from cilint.plan import Tree

            self._tree = Tree(self.project.list_files)
        return self._tree

    @property
    def given(self) -> dict[str, str]:
        """Variables that the settings give to every scenario."""
        return {
            name: value
            for name, value in self.project.variables.items()
            if value is not None and PUSH_TO_MAIN.get(name) != value
        }

    def _defaults(self) -> list[Scenario]:
        from cilint.plan import default_scenarios

        return default_scenarios(default=self.given.get("CI_DEFAULT_BRANCH", "main"))

    @property
    def plans(self) -> Iterator[Plan]:
        """What GitLab would create in each of the scenarios."""
        for name in self.scenarios:
            yield self._plan(name, self.scenarios[name])

    def plan(self, scenario: str) -> Plan | None:
        """What GitLab would create in a scenario of the settings or the default set ("main" ...); None: no such one."""
        known = self.scenarios.get(scenario)
        if known is None and self._named:
            known = next((self.situated(one) for one in self._defaults() if one.name == scenario), None)
        return None if known is None else self._plan(scenario, known)

    def _plan(self, name: str, scenario: Scenario) -> Plan:
        plan = self._plans.get(name)
        if plan is None:
            plan = self._plans[name] = self.planner.plan(scenario)
        return plan

    def reach(self, node: Node) -> list[tuple[Job, Site]]:
        """The jobs whose composed form holds this very node, each with where."""
        if self._reach is None:
            self._reach = {}
            for job in self.pipeline.jobs.values():
                self._walk(job, job.site)
        return self._reach.get(id(node), [])

    def _walk(self, job: Job, site: Site) -> None:
        assert self._reach is not None
        self._reach.setdefault(id(site.node), []).append((job, site))
        node = site.node
        if isinstance(node, Mapping):
            for _, child in site.items():  # noqa: PERF102  # a site's items are no dict's
                self._walk(job, child)
        elif isinstance(node, Sequence):
            for child in site:
                self._walk(job, child)
