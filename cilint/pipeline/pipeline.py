"""Pipeline: the view of a Config that plans, gates and rules read."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cilint.compose.config import Config
    from cilint.pipeline.job import Job
    from cilint.tree.site import Site

DEFAULT_STAGES = (".pre", "build", "test", "deploy", ".post")


class Pipeline:
    """All jobs that the file can create, in the order in which they are written.

    stages: in run order, `.pre` and `.post` included. jobs: by name, trigger jobs included, hidden ones not.
    variables: the global `variables:` site; workflow: the `workflow:` site; both None when absent.
    """

    __slots__ = ("_earlier", "_places", "config", "jobs", "stages", "variables", "workflow")

    def __init__(self, config: Config, jobs: dict[str, Job], stages: list[str]) -> None:
        self.config = config
        self.jobs = jobs
        self.stages = stages
        self._places = {name: index for index, name in reversed(list(enumerate(stages)))}
        self._earlier: dict[int, frozenset[str]] = {}
        root = config.site
        workflow = root.set("workflow")
        self.workflow: Site | None = None if "workflow" in jobs else workflow
        self.variables: Site | None = root.set("variables")

    @property
    def complete(self) -> bool:
        """Whether every include was read; if not, what is absent here may be there for GitLab."""
        return self.config.complete

    def stage_index(self, job: Job) -> int:
        """The place of the job's stage in run order, from 0; -1 when the stage is not defined."""
        return self._places.get(job.stage, -1)

    def earlier(self, job: Job) -> frozenset[str]:
        """The names of all jobs of stages before that of the job; the same set for all jobs of a stage."""
        index = self.stage_index(job)
        if index not in self._earlier:
            self._earlier[index] = frozenset(name for name, one in self.jobs.items() if self.stage_index(one) < index)
        return self._earlier[index]
