"""The composed tree of one pipeline: what GitLab has in hand after inputs, include, extends, references, defaults."""

from __future__ import annotations

from cilint.tree.node import Mapping
from cilint.tree.site import Site

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cilint.clock import Clock
    from cilint.finding import Finding, NotAssessed
    from cilint.source import Source
    from cilint.tree.documents import Reading
    from cilint.tree.node import Node

# Everything else at the top level is a job, hidden if it starts with "." (lib/gitlab/ci/config/entry/root.rb).
ROOT_KEYWORDS = (
    "default", "include", "before_script", "image", "services", "after_script", "variables", "stages", "cache",
    "workflow",
)  # fmt: skip


def job_kind(name: str, node: Node) -> str:
    """What a top-level key makes: "job", "trigger", or "" for hidden keys, root keywords and maps that are neither.

    A map with `script` or `run` is a job, else one with `trigger` or `needs` is a trigger job, be the value null
    (lib/gitlab/ci/config/entry/job.rb, bridge.rb: `matching?`). `default` and `workflow` are not reserved: with a
    script inside they are jobs (lib/gitlab/ci/config/entry/jobs.rb).
    """
    if name.startswith(".") or not isinstance(node, Mapping):
        return ""
    keys = node.values
    if name in ROOT_KEYWORDS and name not in {"default", "workflow"}:
        return ""
    if "script" in keys or "run" in keys:
        return "job"
    if name in ROOT_KEYWORDS:
        return ""
    return "trigger" if "trigger" in keys or "needs" in keys else ""


class Config:
    """The composed tree.

    root: everything, hidden jobs included, references resolved, `default:` and the deprecated globals applied to jobs;
    None when the entry file could not be read at all. entry: the file that was asked for.
    readings: every file that was read, in the order of reading; the entry first.
    findings: what GitLab refuses on the way. not_assessed: includes that could not be read, and their like.
    open_jobs: names of jobs that extend a base, or hold a reference, which may stand in an unread include.
    clock: what measures the time of composing; None unless somebody asked.
    """

    __slots__ = ("clock", "entry", "findings", "not_assessed", "open_jobs", "readings", "root")

    def __init__(self, entry: Source, clock: Clock | None = None) -> None:
        self.entry = entry
        self.clock = clock
        self.root: Mapping | None = None
        self.readings: list[Reading] = []
        self.findings: list[Finding] = []
        self.not_assessed: list[NotAssessed] = []
        self.open_jobs: set[str] = set()

    @property
    def complete(self) -> bool:
        """Whether every include was read, so that what is absent here is absent for GitLab too."""
        return not self.not_assessed

    @property
    def site(self) -> Site:
        """The root as a site. Only for a config that has a root."""
        assert self.root is not None, "an unreadable config has no site"
        return Site(self.root)

    @property
    def sources(self) -> list[Source]:
        """Every file that was read, the entry first, each once."""
        return list({reading.source.path: reading.source for reading in self.readings}.values())
