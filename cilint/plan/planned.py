"""What planning gives: a Plan with its PlannedJobs, the Absences of the others, and the Refusals of GitLab."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cilint.finding import NotAssessed
    from cilint.pipeline.job import Clause, Job
    from cilint.plan.candidate import Candidate, NeededJob
    from cilint.plan.scenario import Scenario
    from cilint.span import Span


class PlannedJob:
    """One job of a pipeline.

    when: on_success, on_failure, always, manual or delayed. needs: names of the jobs of this pipeline that it waits
    for; None when it waits for stages; needed: the same as asked for, optional and missing ones included. variables:
    its YAML variables after workflow, job and clause, unexpanded. environment: the expanded name. clause: the entry of
    `rules` that decided; None without rules. exit_codes: the codes with which it may fail, where only they are allowed.
    """

    __slots__ = (
        "allow_failure", "clause", "environment", "exit_codes", "interruptible", "job", "name", "needed", "needs",
        "stage", "stage_index", "start_in", "variables", "when",
    )  # fmt: skip

    def __init__(self, candidate: Candidate, when: str, clause: Clause | None) -> None:
        self.name: str = candidate.name
        self.job: Job = candidate.job
        self.stage = candidate.stage
        self.stage_index = candidate.stage_index
        self.when = when
        self.clause = clause
        self.allow_failure = candidate.allow_failure
        self.exit_codes = candidate.exit_codes
        self.needed: list[NeededJob] | None = candidate.needs
        self.needs: list[str] | None = None
        self.variables: dict[str, str] = {}
        self.environment: str | None = None
        self.start_in: str | None = candidate.start_in
        self.interruptible = candidate.interruptible

    @property
    def span(self) -> Span:
        """Where it is written that the job is there: the clause that decided, else the job's name."""
        return self.clause.span if self.clause is not None else self.job.span

    @property
    def is_gate(self) -> bool:
        """Whether it is manual and later stages wait for it."""
        return self.when == "manual" and not self.allow_failure

    def __repr__(self) -> str:
        return f"PlannedJob({self.name})"


class Absence:
    """Why a job is not in the pipeline.

    reason: in words. clause: the deciding entry of `rules`, where there is one. span: where what decided is written.
    """

    __slots__ = ("clause", "job", "reason", "span")

    def __init__(self, job: Job, reason: str, span: Span, clause: Clause | None = None) -> None:
        self.job = job
        self.reason = reason
        self.span = span
        self.clause = clause

    def __repr__(self) -> str:
        return f"Absence({self.job.name}: {self.reason})"


class Refusal:
    """Why GitLab would create no pipeline.

    kind: "configuration", "skipped", "workflow", "clause", "needs", "needs-limit", "variables" or "empty". message: GitLab's words.
    span: where the cause is written. job: the job that causes it; need: the missing job.
    """

    __slots__ = ("job", "kind", "message", "need", "span")

    def __init__(self, kind: str, message: str, span: Span, job: str = "", need: str = "") -> None:
        self.kind = kind
        self.message = message
        self.span = span
        self.job = job
        self.need = need

    def __repr__(self) -> str:
        return f"Refusal({self.kind}: {self.message})"


class Plan:
    """One pipeline.

    jobs: in run order (stage, then needs, then as written); empty when there are errors. absent: by name, the jobs
    that are not created. errors: why there is no pipeline. workflow: the deciding clause of `workflow:rules`.
    title: `workflow:name`, expanded. created: the jobs whose rules let them in, errors or not.
    """

    __slots__ = ("absent", "created", "errors", "jobs", "not_assessed", "scenario", "stages", "title", "workflow")

    def __init__(self, scenario: Scenario, stages: list[str]) -> None:
        self.scenario = scenario
        self.stages = stages
        self.jobs: list[PlannedJob] = []
        self.created: list[PlannedJob] = []
        self.absent: dict[str, Absence] = {}
        self.errors: list[Refusal] = []
        self.workflow: Clause | None = None
        self.title = ""
        self.not_assessed: list[NotAssessed] = []

    @property
    def names(self) -> list[str]:
        """The names of the jobs, in run order."""
        return [job.name for job in self.jobs]

    def get(self, name: str) -> PlannedJob | None:
        """The job of that name; None when the pipeline has none."""
        return next((job for job in self.jobs if job.name == name), None)

    def __repr__(self) -> str:
        return f"Plan({self.scenario.name}: {len(self.jobs)} jobs)"
