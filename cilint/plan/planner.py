"""Scenario to Plan: the jobs that GitLab would create, their attributes, or why it would create none.

The order of the steps is GitLab's (`lib/gitlab/ci/pipeline/chain/`): skip by commit message, workflow, jobs with
their needs and variables, and at last whether anything is left.
"""

from __future__ import annotations

from cilint.pattern import Pattern
from cilint.pipeline.job import Clause
from cilint.pipeline.matrix import instances
from cilint.pipeline.variables import VariableMaps, inherited
from cilint.plan.candidate import Candidate, ClauseError, JobParts, NeededJob, conditions, deciding, expand_needs
from cilint.plan.context import Context, Situation, may_circle, plain_values
from cilint.plan.planned import Absence, Plan, PlannedJob, Refusal
from cilint.tree.node import Mapping

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cilint.pipeline.pipeline import Pipeline
    from cilint.pipeline.variables import Definitions
    from cilint.plan.candidate import Condition
    from cilint.plan.scenario import Scenario
    from cilint.tree.site import Site

MAX_NEEDS = 50  # ci_needs_size_limit (lib/gitlab/ci/pipeline/seed/build.rb)
EDGE_STAGES = (".pre", ".post")
_SKIP = Pattern(r"(?i)\[(ci[ _-]skip|skip[ _-]ci)\]")
_SKIPPABLE = ("push", "merge_request_event", "external_pull_request_event")

WORKFLOW = "The pipeline did not run. Review the workflow:rules configuration for the pipeline."
EMPTY = "The resulting pipeline would have been empty. Review the rules configuration for the relevant jobs."
NEED = (
    "'{0}' job needs '{1}' job, but '{1}' does not exist in the pipeline. This might be because of the only, except, "
    "or rules keywords. To need a job that sometimes does not exist in the pipeline, use needs:optional."
)


def plan(pipeline: Pipeline, scenario: Scenario) -> Plan:
    """The plan of one scenario. For several scenarios of one pipeline make a Planner: it reads the jobs once."""
    return Planner(pipeline).plan(scenario)


class Planner:
    """A pipeline read once, to be planned in many scenarios."""

    __slots__ = ("_instances", "candidates", "globals", "pipeline", "stages", "workflow")

    def __init__(self, pipeline: Pipeline) -> None:
        self.pipeline = pipeline
        maps = VariableMaps()
        self.globals = maps.read(pipeline.variables)
        self.stages = _stages(pipeline)
        rules = None if pipeline.workflow is None else pipeline.workflow.set("rules")
        self.workflow = conditions(None if rules is None else _clauses(rules), maps)
        # Even `rules: null` counts here: the key is there (lib/gitlab/ci/config/entry/workflow.rb, `has_rules?`).
        joins_all = pipeline.workflow is not None and pipeline.workflow.has("rules")
        index = {name: number for number, name in enumerate(self.stages)}
        made = {job.name: instances(job) for job in pipeline.jobs.values()}
        self._instances = {
            name: [instance.name for instance in listed]
            for name, listed in made.items()
            if pipeline.jobs[name].get("parallel") is not None
        }
        self.candidates: list[Candidate] = []
        for job in pipeline.jobs.values():
            shared = JobParts(job, maps, joins_all=joins_all)
            needs = expand_needs(job.needs, self._instances.get)
            self.candidates += [Candidate(item, shared, needs, index[job.stage]) for item in made[job.name]]
        self.candidates.sort(key=lambda candidate: candidate.stage_index)

    def instances_of(self, name: str) -> list[str]:
        """The names of the jobs that GitLab makes of a written one."""
        return self._instances.get(name, [name])

    def plan(self, scenario: Scenario) -> Plan:
        """The pipeline that GitLab creates in a scenario."""
        situation = Situation(scenario)
        result = Plan(scenario, self.stages)
        result.not_assessed = situation.not_assessed
        start = self.pipeline.config.site.span
        if scenario.source in _SKIPPABLE and _SKIP.search(scenario.variables.get("CI_COMMIT_MESSAGE", "")):
            message = "The commit message holds [skip ci]: GitLab records the pipeline as skipped, without jobs."
            result.errors.append(Refusal("skipped", message, start))
            return result
        globals_ = self._workflow(situation, result)
        if globals_ is None:
            return result
        shared = _Shared(situation, globals_)
        for candidate in self.candidates:
            self._judge(candidate, shared, result)
        _check_needs(result)
        if not result.errors and all(job.stage in EDGE_STAGES for job in result.created):
            result.errors.append(Refusal("empty", EMPTY, start))
        if not result.errors:
            result.jobs = in_run_order(result.created)
        return result

    def _workflow(self, situation: Situation, result: Plan) -> Definitions | None:
        """The global variables after `workflow:rules`; None when it lets no pipeline run."""
        workflow = self.pipeline.workflow
        context = Context(situation, self.globals, {})
        globals_ = self.globals
        if self.workflow is not None and workflow is not None:
            visible = {k: v for k, v in self.globals.items() if not k.startswith(("CI_JOB", "CI_BUILD"))}
            try:
                condition = deciding(self.workflow, Context(situation, visible, {}))
            except ClauseError:
                condition = None
            result.workflow = condition.clause if condition else None
            if condition is None or condition.when == "never":
                span = condition.clause.span if condition else workflow.span
                result.errors.append(Refusal("workflow", WORKFLOW, span))
                return None
            globals_ = {**self.globals, **condition.variables}
            context = Context(situation, globals_, {})
        name = None if workflow is None else workflow.set("name")
        if name is not None and name.text:
            result.title = context.resolve(name.text, keep_unknown=False).strip()
        return globals_

    def _judge(self, candidate: Candidate, shared: _Shared, result: Plan) -> None:
        job = candidate.job
        context = shared.context_of(candidate)
        yaml, environment = context.yaml, candidate.environment
        if environment is not None:
            environment = context.resolve(environment, keep_unknown=False)
            context.surround(candidate.surroundings(environment))
        condition: Condition | None = None
        if candidate.conditions is not None:
            try:
                condition = deciding(candidate.conditions, context)
            except ClauseError as error:
                message = f"Failed to parse rule for {candidate.name}: {error}"
                result.errors.append(Refusal("clause", message, error.site.span, candidate.name))
                return
            absence = _refused_by_rules(candidate, condition)
        else:
            absence = _refused_by_policy(candidate, context)
        if absence is not None:
            result.absent[candidate.name] = absence
            return
        planned = PlannedJob(
            candidate,
            (condition.when if condition else None) or candidate.when,
            condition.clause if condition else None,
        )
        planned.environment = environment
        _apply(planned, condition)
        own = {} if condition is None else plain_values(condition.variables)
        planned.variables = {**context.plain, **own} if own else context.plain
        result.created.append(planned)
        for cycle in context.cycles() if shared.circles_in(candidate, yaml) else ():
            node = next((yaml[name].node for name in cycle if name in yaml), None)
            listed = ", ".join(f'"{name}"' for name in cycle)
            message = f"{candidate.name}: circular variable reference detected: [{listed}]"
            result.errors.append(Refusal("variables", message, node.span if node else job.span, candidate.name))


class _Shared:
    """What the jobs of one plan share. globals: the global variables after `workflow`."""

    __slots__ = ("_known", "_may_circle", "_plain", "_referred", "globals", "situation")

    def __init__(self, situation: Situation, globals_: Definitions) -> None:
        self.situation = situation
        self.globals = globals_
        self._plain = plain_values(globals_)
        self._may_circle = situation.has_references or may_circle(globals_)
        # By the variables of jobs and by what they inherit, which jobs have in common.
        self._known: dict[tuple[int, int], tuple[Definitions, dict[str, str]]] = {}
        self._referred: dict[int, list[str]] = {}

    def context_of(self, candidate: Candidate) -> Context:
        """The variables of a job."""
        inherit = candidate.inherit
        place = (id(candidate.variables), 0 if inherit is None else id(inherit.node))
        known = self._known.get(place)
        if known is None:
            known = self._known[place] = self._variables_of(candidate)
        return Context(self.situation, known[0], candidate.own, known[1])

    def _variables_of(self, candidate: Candidate) -> tuple[Definitions, dict[str, str]]:
        yaml, plain = self.globals, self._plain
        if candidate.inherit is not None:
            yaml = inherited(yaml, candidate.inherit)
            plain = plain_values(yaml)
        if candidate.variables:
            yaml = {**yaml, **candidate.variables}
            plain = {**plain, **candidate.plain}
        return yaml, plain

    def circles_in(self, candidate: Candidate, yaml: Definitions) -> bool:
        """Whether it takes a closer look to see that a job's variables do not refer to each other in a circle.

        yaml: with those that it inherits. A circle that the inherited ones do not make goes through one of its own.
        """
        if self._may_circle:
            return True
        own = candidate.variables  # often the very map of many jobs
        if id(own) not in self._referred:
            self._referred[id(own)] = [name for variable in own.values() for name in variable.refers]
        return any(name in yaml and yaml[name].refers for name in self._referred[id(own)])


def _apply(planned: PlannedJob, condition: Condition | None) -> None:
    """The attributes of the deciding clause over those of the job (seed/build.rb, build/rules.rb)."""
    if condition is not None:
        if condition.allow_failure is not None:
            planned.allow_failure, planned.exit_codes = condition.allow_failure, ()
        if condition.interruptible is not None:
            planned.interruptible = condition.interruptible
        if condition.start_in is not None:
            planned.start_in = condition.start_in
        if condition.needs:  # an empty list leaves the job's own ones in place
            planned.needed = [NeededJob(need.job, need) for need in condition.needs]
    if planned.when != "delayed":
        planned.start_in = None


def _stages(pipeline: Pipeline) -> list[str]:
    """The stages in run order. A stage that is not defined, as in an incomplete config, comes late but before .post."""
    stages = list(pipeline.stages)
    unknown = dict.fromkeys(job.stage for job in pipeline.jobs.values() if job.stage not in stages)
    end = len(stages) - 1 if stages and stages[-1] == EDGE_STAGES[1] else len(stages)
    return [*stages[:end], *unknown, *stages[end:]]


def _clauses(rules: Site) -> list[Clause]:
    return [Clause(site, index) for index, site in enumerate(rules.flat()) if isinstance(site.node, Mapping)]


def _refused_by_rules(candidate: Candidate, condition: Condition | None) -> Absence | None:
    job = candidate.job
    if condition is None:
        count = len(candidate.conditions or ())
        reason = "its only rule does not match" if count == 1 else f"none of its {count} rules matches"
        return Absence(job, reason, candidate.rules_span)
    when = condition.when or candidate.when
    if when != "never":
        return None
    return Absence(job, "the first rule that matches says never", condition.clause.span, condition.clause)


def _refused_by_policy(candidate: Candidate, context: Context) -> Absence | None:
    refusal = None if candidate.policy is None else candidate.policy.refusal(context)
    if refusal is None:
        return None
    reason, site = refusal
    return Absence(candidate.job, reason, candidate.job.span if site is None else site.span)


def _check_needs(result: Plan) -> None:
    """Needs by name, those that are not there reported in the order of the jobs (seed/build.rb, `needs_errors`)."""
    created = {job.name: job for job in result.created}
    found: list[Refusal] = []
    for job in result.created:
        if job.needed is None:
            continue
        job.needs = [needed.name for needed in job.needed if needed.name in created]
        if len(job.needed) > MAX_NEEDS:
            message = (
                f"{job.name}: one job can only need {MAX_NEEDS} others, but you have listed {len(job.needed)}. "
                "See needs keyword documentation for more details"
            )
            found.append(Refusal("needs-limit", message, job.needed[MAX_NEEDS].need.site.span, job.name))
            continue
        for needed in job.needed:
            other = created.get(needed.name)
            if not needed.need.optional and (other is None or other.stage_index > job.stage_index):
                message = NEED.format(job.name, needed.name)
                found.append(Refusal("needs", message, needed.need.site.span, job.name, needed.name))
    result.errors += found


def in_run_order(jobs: list[PlannedJob]) -> list[PlannedJob]:
    """Jobs by stage; within a stage a job stands behind those that it needs, else as they are written."""
    inside = {job.name: job for job in jobs}
    placed: dict[str, PlannedJob] = {}
    for job in sorted(jobs, key=lambda job: job.stage_index):
        waiting = [job]
        entered: set[str] = set()
        while waiting:
            current = waiting[-1]
            before = [
                inside[name]
                for name in current.needs or ()
                if name in inside
                and name not in placed
                and name not in entered
                and inside[name].stage_index == current.stage_index
            ]
            entered.add(current.name)
            if before:
                waiting += reversed(before)
            else:
                waiting.pop()
                placed.setdefault(current.name, current)
    return list(placed.values())
