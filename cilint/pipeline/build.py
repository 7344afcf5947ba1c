"""Config to Pipeline: which top-level keys are jobs, and in which order the stages run."""

from __future__ import annotations

from cilint.compose.config import ROOT_KEYWORDS
from cilint.pipeline.job import Job
from cilint.pipeline.pipeline import DEFAULT_STAGES, Pipeline
from cilint.tree.node import Mapping

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cilint.compose.config import Config
    from cilint.tree.site import Site

# `default` and `workflow` are not reserved: with a script inside they are jobs (lib/gitlab/ci/config/entry/jobs.rb).
_NOT_RESERVED = ("default", "workflow")


def build(config: Config) -> Pipeline:
    """The pipeline view of a composed config. The config must have a root."""
    jobs: dict[str, Job] = {}
    for written, site in config.site.items():
        name = site.path[-1]
        if not isinstance(name, str) or (
            not isinstance(written.value, str) and name != getattr(written.value, "name", "")
        ):
            continue
        kind = job_kind(name, site)
        if kind:
            jobs[name] = Job(name, site, trigger=kind == "trigger", open=name in config.open_jobs)
    return Pipeline(config, jobs, stages_of(config))


def job_kind(name: str, site: Site) -> str:
    """ "job", "trigger", or "" for hidden keys, root keywords and maps that are neither.

    A map with `script` or `run` is a job, else one with `trigger` or `needs` is a trigger job, be the value null
    (lib/gitlab/ci/config/entry/job.rb, bridge.rb: `matching?`).
    """
    if name.startswith(".") or not isinstance(site.node, Mapping):
        return ""
    keys = site.node.values
    if name in ROOT_KEYWORDS and name not in _NOT_RESERVED:
        return ""
    if "script" in keys or "run" in keys:
        return "job"
    if name in ROOT_KEYWORDS:
        return ""
    return "trigger" if "trigger" in keys or "needs" in keys else ""


def stages_of(config: Config) -> list[str]:
    """Stage names in run order, each once; compose has put `.pre` and `.post` at the ends already."""
    site = config.site.set("stages")
    if site is None:
        return list(DEFAULT_STAGES)
    names = [item.text for item in site.flat()]
    return list(dict.fromkeys(name for name in names if name is not None))
