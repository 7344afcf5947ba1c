"""What a pipeline's jobs say, read once and used in every scenario: conditions, needs, failure, environment."""

from __future__ import annotations

from cilint.notation.expression import ExpressionError, parse
from cilint.pipeline.job import needs_of
from cilint.pipeline.matrix import needed_names
from cilint.pipeline.variables import Variable
from cilint.plan.only_except import OnlyExcept
from cilint.plan.predefined import of_job, tier_of
from cilint.tree.node import Mapping, Scalar, ruby_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from cilint.notation.expression import Expression
    from cilint.pipeline.job import Clause, Job, Need
    from cilint.pipeline.matrix import Instance
    from cilint.pipeline.variables import Definitions, VariableMaps
    from cilint.plan.context import Context
    from cilint.tree.site import Site

DEFAULT_WHEN = "on_success"


class ClauseError(Exception):
    """A clause that GitLab cannot read in this situation, so that it refuses the pipeline. site: the faulty value."""

    def __init__(self, message: str, site: Site) -> None:
        super().__init__(message)
        self.site = site


class Condition:
    """One clause of `rules`, ready to be asked.

    clause: as written. looks_at_files: whether it asks for `changes` or `exists`. The other attributes are those of
    the clause, None where it has none.
    """

    __slots__ = (
        "_tests", "allow_failure", "clause", "expression", "interruptible", "looks_at_files", "needs", "variables",
        "when",
    )  # fmt: skip

    def __init__(self, clause: Clause, maps: VariableMaps) -> None:
        self.clause = clause
        self.when = clause.text("when")
        self.allow_failure = _boolean(clause.get("allow_failure"))
        self.interruptible = _boolean(clause.get("interruptible"))
        self.variables: Definitions = maps.read(clause.get("variables"))
        needs = clause.get("needs")
        self.needs: list[Need] = [] if needs is None else list(needs_of(needs))
        self.expression: Expression | None = None
        self.looks_at_files = False
        self._tests: list[Callable[[Context], bool]] = []
        for written, site in clause.site.items():
            key = written.text
            if isinstance(site.node, Scalar) and site.node.value is None:
                continue
            if key == "if":
                self._tests.append(self._if(site))
            elif key in ("changes", "exists"):
                self.looks_at_files = True
                self._tests.append(_changes(site) if key == "changes" else _exists(site))

    def _if(self, site: Site) -> Callable[[Context], bool]:
        try:
            expression = parse(site.text or "")
        except ExpressionError:
            return lambda _: False
        self.expression = expression
        return lambda context: context.holds(expression)

    def matches(self, context: Context) -> bool:
        """Whether all of `if`, `changes` and `exists` hold; a clause without any always matches.

        Raises ClauseError.
        """
        for test in self._tests:  # noqa: SIM110  # a plain loop: this is asked for every job in every scenario
            if not test(context):
                return False
        return True

    @property
    def start_in(self) -> str | None:
        """The delay, as written."""
        return self.clause.text("start_in")


def conditions(clauses: list[Clause] | None, maps: VariableMaps) -> list[Condition] | None:
    """The conditions of a list of clauses; None without `rules`."""
    return None if clauses is None else [Condition(clause, maps) for clause in clauses]


def deciding(listed: list[Condition], context: Context) -> Condition | None:
    """The first condition that matches: the only one that counts. Raises ClauseError."""
    for condition in listed:
        if condition.matches(context):
            return condition
    return None


def _changes(site: Site) -> Callable[[Context], bool]:
    paths = site.short_for("paths")
    compare = site.set("compare_to")
    globs = tuple(item.text for item in paths.flat() if item.text is not None) if paths is not None else ()

    def test(context: Context) -> bool:
        situation = context.situation
        if compare is not None:
            ref = context.resolve(compare.text or "", keep_unknown=True)
            if not _may_be_ref(ref):
                raise ClauseError("rules:changes:compare_to is not a valid ref", compare)
            if situation.scenario.changed is None:
                situation.leave_open(f"the difference to {ref}", "no changed files are given", compare.span)
        if situation.scenario.changed is None:
            return True
        return situation.changed(tuple(context.resolve(glob, keep_unknown=True) for glob in globs))

    return test


def _may_be_ref(text: str) -> bool:
    """Whether a text could name a commit; only git itself knows whether it does."""
    return bool(text.strip()) and not any(char in " ?*[\\$" or char < " " for char in text) and ".." not in text


def _exists(site: Site) -> Callable[[Context], bool]:
    paths = site.short_for("paths")
    globs = tuple(item.text for item in paths.flat() if item.text is not None) if paths is not None else ()
    project = site.set("project")
    top = all("/" not in glob and "**" not in glob for glob in globs)

    def test(context: Context) -> bool:
        scenario, situation = context.situation.scenario, context.situation
        if not globs:
            return False
        if project is not None:
            path = context.resolve(project.text or "", keep_unknown=True)
            if site.has("ref") or path != scenario.variables.get("CI_PROJECT_PATH"):
                situation.leave_open(f"rules:exists in project {path}", "its files are not at hand", project.span)
                return False
        if scenario.tree is None:
            situation.leave_open("rules:exists", "the files of the commit are not known", site.span)
            return False
        return scenario.tree.holds(tuple(context.resolve(glob, keep_unknown=True) for glob in globs), top=top)

    return test


class NeededJob:
    """One entry of `needs` after the expansion of `parallel`. name: of the instance; need: as written."""

    __slots__ = ("name", "need")

    def __init__(self, name: str, need: Need) -> None:
        self.name = name
        self.need = need


class Candidate:
    """One job that GitLab may create, be it an instance of a parallel job; the same in every scenario.

    when, allow_failure, exit_codes, needs: at job level. needs is None for a job that waits for stages.
    own: its predefined variables; variables: those of `variables:` and of its place in the matrix;
    plain: their values.
    """

    __slots__ = (
        "action", "allow_failure", "conditions", "environment", "exit_codes", "inherit", "instance", "interruptible",
        "job", "name", "needs", "own", "plain", "policy", "rules_span", "stage", "stage_index", "start_in", "tier", "url",
        "variables", "when",
    )  # fmt: skip

    def __init__(self, instance: Instance, shared: JobParts, needs: list[NeededJob] | None, stage_index: int) -> None:
        job = shared.job
        self.instance = instance
        self.name = instance.name
        self.job: Job = job
        self.stage = job.stage
        self.stage_index = stage_index
        self.when = shared.when
        self.allow_failure = shared.allow_failure
        self.exit_codes = shared.exit_codes
        self.conditions = shared.conditions
        self.policy = shared.policy
        self.needs = needs
        self.variables, self.plain = shared.variables, shared.plain
        if instance.variables:
            rows = {name: Variable(name, value) for name, value in instance.variables.items()}
            self.variables, self.plain = {**shared.variables, **rows}, {**shared.plain, **instance.variables}
        self.own = of_job(instance, self.stage, self.when)
        self.start_in = shared.start_in
        self.inherit = shared.inherit
        self.interruptible = shared.interruptible
        self.rules_span = shared.rules_span
        self.environment, self.action, self.tier, self.url = shared.environment

    def surroundings(self, environment: str) -> dict[str, str]:
        """The predefined variables that come with an environment (16.4), its name expanded."""
        found = {
            "CI_ENVIRONMENT_NAME": environment,
            "CI_ENVIRONMENT_ACTION": self.action,
            "CI_ENVIRONMENT_TIER": self.tier or tier_of(environment),
        }
        if self.url:
            found["CI_ENVIRONMENT_URL"] = self.url
        return found

    def __repr__(self) -> str:
        return f"Candidate({self.name})"


class JobParts:
    """What all instances of one job share.

    joins_all: whether `workflow:rules` drops the default of `only`. rules_span: where the key `rules` is written.
    """

    __slots__ = (
        "allow_failure", "conditions", "environment", "exit_codes", "inherit", "interruptible", "job", "plain",
        "policy", "rules_span", "start_in", "variables", "when",
    )  # fmt: skip

    def __init__(self, job: Job, maps: VariableMaps, *, joins_all: bool) -> None:
        self.job = job
        self.when = job.text("when") or DEFAULT_WHEN
        self.allow_failure, self.exit_codes = _failure(job, self.when)
        self.conditions = conditions(job.clauses, maps)
        policy = OnlyExcept(job, default=not joins_all and not job.site.has("rules"))
        self.policy = None if self.conditions is not None or policy.says_nothing else policy
        self.variables = maps.read(job.get("variables"))
        self.plain = maps.plain(self.variables)
        rules = job.get("rules")
        self.rules_span = job.span if rules is None else rules.key_span
        self.start_in = job.text("start_in")
        self.inherit = job.get("inherit")
        self.interruptible = _boolean(job.get("interruptible"))
        self.environment = _environment(job.get("environment"))


def expand_needs(needs: list[Need] | None, named: Callable[[str], list[str] | None]) -> list[NeededJob] | None:
    """Job-level needs by instance. named: see `pipeline.matrix.needed_names`."""
    if needs is None:
        return None
    return [NeededJob(name, need) for need in needs for name in needed_names(need, named)]


def _failure(job: Job, when: str) -> tuple[bool, tuple[int, ...]]:
    """allow_failure and exit codes from the job's own keys (entry/job.rb and bridge.rb, `ignored?`)."""
    site = job.get("allow_failure")
    if site is None:
        return when == "manual", ()
    if isinstance(site.node, Mapping):
        codes = site.set("exit_codes")
        listed = [] if codes is None else [item.value for item in codes.flat()]
        return False, tuple(code for code in listed if isinstance(code, int) and not isinstance(code, bool))
    return site.value is True, ()


def _boolean(site: Site | None) -> bool | None:
    value = None if site is None else site.value
    return value if isinstance(value, bool) else None


def _environment(site: Site | None) -> tuple[str | None, str, str, str]:
    """Name as written, action, tier and url; a string is a name with `action: start`."""
    if site is None:
        return None, "", "", ""
    if isinstance(site.node, Scalar):
        return ruby_text(site.value), "start", "", ""
    name = site.set("name")
    action, tier, url = (site.set(key) for key in ("action", "deployment_tier", "url"))
    return (
        None if name is None else ruby_text(name.value),
        (action.text if action is not None else None) or "start",
        (tier.text if tier is not None else None) or "",
        (url.text if url is not None else None) or "",
    )
