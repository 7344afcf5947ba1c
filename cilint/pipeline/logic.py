"""What must hold between jobs: stages exist, needs and dependencies name earlier jobs, stop jobs stop the environment.

GitLab checks these after the shapes of all keywords (`lib/gitlab/ci/yaml_processor.rb`) and stops at the first; all are
reported here. Nothing is said about a keyword whose shape is wrong (that is `cilint.language`'s business), nor about
names that an include may define which could not be read.
"""

from __future__ import annotations

from cilint.finding import Finding, Related
from cilint.language.faults import is_closed, shown
from cilint.nearest import meant, nearest, respelt
from cilint.pipeline.cycles import cycles
from cilint.pipeline.environment import stop_fault
from cilint.pipeline.job import DEFAULT_STAGE, Need, needs_of
from cilint.pipeline.matrix import combinations, instance_name, instances
from cilint.tree.cut import without_item
from cilint.tree.node import Mapping, Scalar, Sequence, plain

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cilint.finding import Edit
    from cilint.pipeline.job import Job
    from cilint.pipeline.pipeline import Pipeline
    from cilint.tree.node import Key, Node
    from cilint.tree.site import Site

NAME_AT_MOST = 255  # characters of a needed job's name, instances included (Ci::BuildNeed::MAX_JOB_NAME_LENGTH)
_SHOWN_STAGES = 20
_SUGGESTIONS_AT_MOST = 100


def logic(pipeline: Pipeline) -> list[Finding]:
    """Every relation between jobs that GitLab refuses, in the order of the jobs."""
    relations = _Logic(pipeline)
    for job in pipeline.jobs.values():
        relations.check_stage(job)
        relations.check_dependencies(job)
        relations.check_needs(job)
        if job.trigger:
            relations.check_child_pipeline(job)
        relations.check_stop_job(job)
    relations.check_cycles()
    return relations.findings


class _Logic:
    """The jobs of one pipeline by the names that needs may use, and what was found."""

    __slots__ = (
        "closed",
        "findings",
        "instances",
        "needs",
        "owners",
        "pipeline",
        "places",
        "stages_known",
        "suggested",
        "written",
    )

    def __init__(self, pipeline: Pipeline) -> None:
        self.pipeline = pipeline
        self.findings: list[Finding] = []
        self.closed = is_closed(pipeline.config)
        self.suggested = 0
        # A job with `parallel` is known by its own name (all instances) and by those of its instances.
        self.instances: dict[str, list[str]] = {}
        self.owners: dict[str, str] = {}
        self.needs: dict[str, list[Need]] = {}
        for job in pipeline.jobs.values():
            if job.get("parallel") is not None:
                self.instances[job.name] = [instance.name for instance in instances(job)]
                self.owners.update(dict.fromkeys(self.instances[job.name], job.name))
        for name in pipeline.jobs:
            self.owners.setdefault(name, name)
        root = pipeline.config.root
        self.written = root.values if root is not None else {}
        self.places = {stage: index for index, stage in enumerate(pipeline.stages)}
        stages = pipeline.config.site.set("stages")
        self.stages_known = stages is None or (
            isinstance(stages.node, Sequence) and all(item.text is not None for item in stages.flat())
        )

    # Stages.

    def check_stage(self, job: Job) -> None:
        """The stage must be one of `stages`."""
        if _stage(job) in self.places:
            return
        site = job.get("stage")
        name = DEFAULT_STAGE if site is None else site.text
        if name is None or name in self.places or not self.stages_known or not self._is_final(job, site):
            return
        stages = self.pipeline.stages
        listed = ", ".join(stages[:_SHOWN_STAGES]) + (", ..." if len(stages) > _SHOWN_STAGES else "")
        near = self._near(name, stages) if site is not None else None
        default = "" if site is not None else " (the stage of a job that names none)"
        message = (
            f"chosen stage {shown(name)}{default} does not exist; available stages are {listed or 'none'}{meant(near)}"
        )
        self._add("stage-undefined", message, job, site, near=near)

    def _is_final(self, job: Job, stage: Site | None) -> bool:
        """Whether no unread include could change the stage of the job or the list of stages."""
        if self.closed and not job.open:
            return True
        stages = self.pipeline.config.site.set("stages")
        entry = self.pipeline.config.entry
        # What the entry file itself writes is merged last and wins.
        return (
            stage is not None
            and stages is not None
            and stages.node.source is entry
            and stage.node.source is entry
            and not any(step.kind in {"include", "extends", "default"} for step in (*stage.trail, *stages.trail))
        )

    def _place(self, job: Job) -> int | None:
        """The place of the job's stage; None when it is not known for certain."""
        if not self.closed or job.open or not self.stages_known:
            site = job.get("stage")
            if not self.stages_known or not self._is_final(job, site):
                return None
        name = _stage(job)
        return None if name is None else self.places.get(name)

    # Needs and dependencies.

    def check_needs(self, job: Job) -> None:
        """Needs of the job and of its clauses: defined, not later, not twice."""
        values = _values(job)
        needs = job.get("needs") if "needs" in values else None
        if needs is not None:
            self.needs[job.name] = list(needs_of(needs))
            self._check_list(job, self.needs[job.name], expanded=True)
        if "rules" in values and _holds_key(values["rules"], "needs"):
            for clause in job.clauses or ():
                site = clause.get("needs")
                if site is not None:
                    self._check_list(job, list(needs_of(site)), expanded=False)

    def _check_list(self, job: Job, needs: list[Need], *, expanded: bool) -> None:
        """One list of needs. expanded: whether the name of a job with `parallel` stands for its instances."""
        seen: dict[str, Need] = {}  # names of jobs and of instances
        partly: dict[str, Need] = {}  # jobs of which an instance was named
        for need in needs:
            whole = need.matrix is None or need.job not in self.instances or not expanded
            for name in [need.job] if whole else self._picked(need):
                self._check_name(job, name, need.site, "need", optional=need.optional, expanded=expanded)
                owner = self.owners.get(name, name)
                first = seen.get(name) or seen.get(owner) or (partly.get(name) if expanded else None)
                if first is not None:
                    message = f"has the following needs duplicated: {shown(name)}"
                    related = [Related("needed here already", first.site.span)]
                    self._add("needs-duplicate", message, job, _name_site(need.site), related=related)
                    self.findings[-1].edits = _without(need, first)
                seen.setdefault(name, need)
                partly.setdefault(owner, need)

    def _picked(self, need: Need) -> list[str]:
        """The names of the instances that a need's own matrix picks."""
        rows = combinations(need.matrix) if need.matrix and isinstance(need.matrix.node, Sequence) else None
        return [instance_name(need.job, row) for row in rows or ()]

    def check_dependencies(self, job: Job) -> None:
        """Dependencies: defined, not later, and part of the needs where there are some."""
        site = job.get("dependencies") if "dependencies" in _values(job) else None
        if site is None or not isinstance(site.node, Sequence):
            return
        needs = job.get("needs")
        needed = None if needs is None else {need.job for need in needs_of(needs)}
        for item in site:
            name = item.text
            if name is None:
                continue
            self._check_name(job, name, item, "dependency")
            if needed and name not in needed:
                self._add("dependency-not-needed", f"the dependency {shown(name)} should be part of needs", job, item)
        if needs is not None and not needed and site.node.items and _crosses(needs):
            message = "needs corresponding to dependencies must be from the same pipeline"
            self._add("dependency-not-needed", message, job, site)

    def _check_name(
        self, job: Job, name: str, site: Site, what: str, *, optional: bool = False, expanded: bool = True
    ) -> None:
        """Report a name that is no job of this or an earlier stage. expanded: see `_check_list`."""
        rule = "needs" if what == "need" else "dependency"
        owner = self.owners.get(name)
        if owner is None or (not expanded and name in self.instances):
            if not optional and (owner is not None or self._is_absent(job, name)):
                why, near = self._why_undefined(name)
                place = _picking_site(site) if owner is None else _name_site(site)
                self._add(f"{rule}-undefined", f"undefined {what}: {shown(name)}{why}", job, place, near=near)
            return
        if what == "need" and len(name) > NAME_AT_MOST:
            message = (
                f"need {shown(name)} name is too long (maximum is {NAME_AT_MOST} characters, this has {len(name)})"
            )
            self._add("limit-exceeded", message, job, _name_site(site))
        mine, other = self._place(job), self._place(self.pipeline.jobs[owner])
        if mine is None or other is None or other <= mine:
            return
        stages = self.pipeline.stages
        later = f"it runs in stage {stages[other]}, and this job in {stages[mine]}"
        message = f"{what} {shown(name)} is not defined in current or prior stages"
        related = [Related(later, self.pipeline.jobs[owner].span)]
        self._add(f"{rule}-later-stage", message, job, _name_site(site), related=related)

    def _why_undefined(self, name: str) -> tuple[str, str | None]:
        """Why there is no such job, and the one that was probably meant."""
        if name in self.instances:
            some = next(iter(self.instances[name]), "")
            return f"; here only instances of a job with `parallel` can be named, like {shown(some)}", None
        if name.startswith(".") and name in self.written:
            return "; a hidden job cannot be named, it never runs", None
        near = self._near(name, self.owners)
        return meant(near), near

    def _is_absent(self, job: Job, name: str) -> bool:
        """Whether the name is certainly no job: all was read, and nothing of that name was refused as a job."""
        if not self.closed or job.open or not name.strip() or "$[[" in name:
            return False
        return name.startswith(".") or name not in self.written or name in self.pipeline.jobs

    # The rest.

    def check_child_pipeline(self, job: Job) -> None:
        """The job that makes the file of a dynamic child pipeline: defined, not later."""
        include = job.site.dig("trigger", "include")
        if include is None:
            return
        for entry in include if isinstance(include.node, Sequence) else (include,):
            maker = entry.set("job")
            if maker is not None and maker.text:
                self._check_name(job, maker.text, maker, "dependency", expanded=False)

    def check_stop_job(self, job: Job) -> None:
        """`on_stop` names a job that stops the same environment; names are compared before variables are expanded."""
        environment = job.get("environment") if "environment" in _values(job) else None
        site = environment.set("on_stop") if environment is not None else None
        name = site.text if site is not None else None
        if environment is None or site is None or name is None:
            return
        stop = self.pipeline.jobs.get(self.owners.get(name, ""))
        if stop is None or (name in self.instances):
            if stop is None and not self._is_absent(job, name):
                return
            near = self._near(name, self.owners)
            self._add("on-stop-invalid", f"on_stop job {shown(name)} is not defined{meant(near)}", job, site, near=near)
            return
        fault = stop_fault(stop, environment)
        if fault and not ((stop.open or not self.closed) and fault.endswith("defined")):
            related = [Related("the stop job", stop.span)]
            self._add("on-stop-invalid", f"on_stop job {shown(name)} {fault}", job, site, related=related)

    def check_cycles(self) -> None:
        """Needs may not run in a circle; those of clauses are not looked at, as in GitLab."""
        graph: dict[str, dict[str, Need]] = {}
        for name, needs in self.needs.items():
            owners = ((self.owners.get(need.job), need) for need in needs)
            graph[name] = {owner: need for owner, need in owners if owner is not None}
        for circle in cycles({name: list(needs) for name, needs in graph.items()}):
            first = circle[0]
            need = graph[first][circle[1 % len(circle)]]
            way = " needs ".join(shown(name) for name in (*circle, first))
            message = "needs itself: circular dependencies" if len(circle) == 1 else f"has circular dependencies: {way}"
            self.findings.append(
                Finding(
                    "needs-cycle",
                    f"`needs` {message}",
                    _name_site(need.site).span,
                    path=need.site.path,
                    jobs=sorted(circle, key=list(self.pipeline.jobs).index),
                    trail=need.site.trail,
                )
            )

    def _add(
        self,
        rule: str,
        message: str,
        job: Job,
        site: Site | None,
        *,
        related: list[Related] | None = None,
        near: str | None = None,
    ) -> None:
        at = job.site if site is None else site
        span = job.span if site is None else site.span
        edits = respelt(span, site.text, near) if site is not None and site.text else ()
        found = Finding(rule, message, span, path=at.path, jobs=(job.name,), trail=at.trail, related=related or ())
        found.edits = edits
        self.findings.append(found)

    def _near(self, name: str, choices: list[str] | dict[str, str]) -> str | None:
        self.suggested += 1
        return nearest(name, choices) if self.suggested <= _SUGGESTIONS_AT_MOST else None


def _values(job: Job) -> dict[Key, Node]:
    node = job.site.node
    assert isinstance(node, Mapping)
    return node.values


def _stage(job: Job) -> str | None:
    """The job's stage as written, `test` without one; None when it is no string."""
    node = _values(job).get("stage")
    if node is None or (isinstance(node, Scalar) and node.value is None):
        return DEFAULT_STAGE
    return node.value if isinstance(node, Scalar) and isinstance(node.value, str) else None


def _holds_key(node: Node, key: str) -> bool:
    """Whether a map in these nested lists holds the key."""
    if isinstance(node, Mapping):
        return key in node.values
    return isinstance(node, Sequence) and any(_holds_key(item, key) for item in node.items)


def _crosses(needs: Site) -> bool:
    """Whether the needs name jobs of other pipelines."""
    return any(isinstance(item.node, Mapping) and item.has("pipeline") for item in needs.flat()) or (
        isinstance(needs.node, Mapping) and needs.has("pipeline")
    )


def _name_site(site: Site) -> Site:
    """The part of a need that names the job."""
    job = site.set("job")
    return site if job is None else job


def _without(need: Need, first: Need) -> tuple[Edit, ...]:
    """The second of two needs taken out of its list; safe when they say the same, and nobody else may use the list."""
    if need.matrix is not None or first.matrix is not None or not isinstance(need.site.path[-1], int):
        return ()
    shared = any(step.kind in ("alias", "merge", "reference") for step in need.site.trail)
    return without_item(need.site.node, safe=not shared and plain(need.site.node) == plain(first.site.node))


def _picking_site(site: Site) -> Site:
    """The part of a need that picks what is not there: the combinations of a matrix, else the name."""
    parallel = site.set("parallel")
    return _name_site(site) if parallel is None or isinstance(parallel.node, Scalar) else parallel
