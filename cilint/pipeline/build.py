"""Config to Pipeline: which top-level keys are jobs, and in which order the stages run."""

from __future__ import annotations

from cilint.compose.config import job_kind
from cilint.pipeline.job import Job
from cilint.pipeline.pipeline import DEFAULT_STAGES, Pipeline

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cilint.compose.config import Config


def build(config: Config) -> Pipeline:
    """The pipeline view of a composed config. The config must have a root."""
    jobs: dict[str, Job] = {}
    for written, site in config.site.items():
        name = site.path[-1]
        if not isinstance(name, str) or (
            not isinstance(written.value, str) and name != getattr(written.value, "name", "")
        ):
            continue
        kind = job_kind(name, site.node)
        if kind:
            # A map that does nothing itself refines a job of that name, which an unread include holds.
            refines = not config.complete and not any(site.has(key) for key in ("script", "run", "trigger"))
            jobs[name] = Job(name, site, trigger=kind == "trigger", open=refines or name in config.open_jobs)
    return Pipeline(config, jobs, stages_of(config))


def stages_of(config: Config) -> list[str]:
    """Stage names in run order, each once; compose has put `.pre` and `.post` at the ends already."""
    site = config.site.set("stages")
    if site is None:
        return list(DEFAULT_STAGES)
    names = [item.text for item in site.flat()]
    return list(dict.fromkeys(name for name in names if name is not None))
