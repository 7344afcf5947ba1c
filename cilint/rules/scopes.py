"""Scopes: which variables each job of a pipeline sees, and which jobs see one of the pipeline's."""

from __future__ import annotations

from cilint.rules.expand import Layer, Scope
from cilint.tree.node import Sequence

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cilint.pipeline.job import Job
    from cilint.pipeline.pipeline import Pipeline

_MAX_NAMED = 1_000_000


class Scopes:
    """The scope of every job of a pipeline, each made when it is asked for.

    handed: the variables that the trigger job of a child pipeline hands down, strongest first; they outrank its own.
    """

    __slots__ = ("_choosy", "_everyone", "_global", "_named", "_pipeline", "_scopes", "_setting", "_workflow", "handed")

    def __init__(self, pipeline: Pipeline) -> None:
        self._pipeline = pipeline
        self.handed: list[Layer] = []
        self._scopes: dict[str, Scope] = {}
        self._everyone = tuple(pipeline.jobs)
        self._setting: dict[str, set[str]] | None = None  # who sets a variable of its own
        self._choosy: list[tuple[str, set[str | None]]] = []  # who takes but these
        self._named = 0
        self._global = Layer(certain=True).take(pipeline.variables)
        self._workflow = Layer(certain=False)
        rules = pipeline.workflow.set("rules") if pipeline.workflow else None
        for rule in rules.flat() if rules else ():
            self._workflow.take(rule.set("variables"))

    @property
    def shared(self) -> Scope:
        """The variables that every job has before it says anything: the workflow's over the global ones."""
        return Scope([*self.handed, self._workflow, self._global])

    def of(self, job: Job) -> Scope:
        """The variables of a job: its clauses' over its own and its matrix's, the workflow's, the global ones."""
        scope = self._scopes.get(job.name)
        if scope is None:
            scope = self._scopes[job.name] = Scope([*self.handed, *self.written(job)])
        return scope

    def heirs(self, name: str) -> tuple[str, ...]:
        """The jobs that take the pipeline's own value of a variable: they set none, and let it through.

        None any more when a million were named: a file with that many is no pipeline.
        """
        if self._setting is None:
            self._setting = {}
            for job in self._pipeline.jobs.values():
                _, matrix, own, _, shared = self.written(job)
                for one in {*matrix.names(), *own.names()}:
                    self._setting.setdefault(one, set()).add(job.name)
                if shared.lets is not None:
                    self._choosy.append((job.name, shared.lets))
        deaf = self._setting.get(name, set()).union(job for job, lets in self._choosy if name not in lets)
        if not deaf:
            return self._everyone
        self._named += len(self._everyone)
        return tuple(one for one in self._everyone if one not in deaf) if self._named < _MAX_NAMED else ()

    def written(self, job: Job) -> list[Layer]:
        """The variables that the job's own pipeline gives it: by clauses, matrix, job, workflow and for all jobs."""
        clauses, matrix, own = Layer(certain=False), Layer(certain=True), Layer(certain=True)
        for clause in job.clauses or ():
            clauses.take(clause.get("variables"))
        parallel = job.get("parallel")
        entries = parallel.set("matrix") if parallel else None
        for entry in entries.flat() if entries else ():
            matrix.take_matrix(entry)
        own.take(job.get("variables"))
        inherit = job.get("inherit")
        wanted = inherit.set("variables") if inherit else None
        if wanted is None or wanted.value is True:
            return [clauses, matrix, own, self._workflow, self._global]
        names = {item.text for item in wanted.flat()} if isinstance(wanted.node, Sequence) else set()
        return [clauses, matrix, own, self._workflow.only(names), self._global.only(names)]
