"""What several checks ask of jobs: how they start, whether they may fail, where a fault of all stands, their bases."""

from __future__ import annotations

from cilint.span import Span
from cilint.tree.node import Mapping, Sequence

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from cilint.pipeline.job import Clause, Job
    from cilint.rules.context import Context
    from cilint.tree.site import Site


class Start:
    """One way in which a job can come to be: by a clause, or as the job says itself (clause None).

    when: on_success, manual ... site: where `when` is written; the clause, or None, where it is not.
    """

    __slots__ = ("clause", "site", "when")

    def __init__(self, when: str, site: Site | None, clause: Clause | None) -> None:
        self.when = when
        self.site = site
        self.clause = clause


def starts(job: Job) -> Iterator[Start]:
    """Every way in which the job can be created; clauses with `when: never` create nothing."""
    own = job.get("when")
    clauses = job.clauses
    if clauses is None:
        yield Start((own.text if own else None) or "on_success", own, None)
        return
    for clause in clauses:
        when = clause.get("when")
        text = (when.text if when else None) or (own.text if own else None) or "on_success"
        if text != "never":
            yield Start(text, when or own or clause.site, clause)


def default_counts(job: Job) -> bool:
    """Whether a manual job that says nothing of `allow_failure` is let fail: some clause leaves it at that, too.

    GitLab's default for manual jobs is true (`ignored?` in lib/gitlab/ci/config/entry/job.rb).
    """
    clauses = job.clauses
    return clauses is None or any(
        clause.text("when") != "never" and clause.get("allow_failure") is None for clause in clauses
    )


def top(context: Context) -> Span:
    """Where a fault of the whole pipeline stands: at `stages`, else at the beginning of the file."""
    stages = context.config.site.set("stages")
    if stages is not None and stages.written is not None:
        return stages.key_span
    source = context.config.entry
    return Span(source, 1, 1, 1, max(2, len(source.line(1)) + 1))


def bases(context: Context, job: Job) -> set[str]:
    """The names of everything that a job extends, however far up, and of the anchors that are merged into it."""
    found: set[str] = set()
    root = context.config.site
    waiting = [job.site]
    while waiting and len(found) < 200:
        site = waiting.pop()
        extends = site.set("extends")
        for base in extends.flat() if extends else ():
            if base.text is not None and base.text not in found:
                found.add(base.text)
                above = root.get(base.text)
                if above is not None:
                    waiting.append(above)
    if isinstance(job.site.node, Mapping):
        found.update(step.name for trail in job.site.node.trails.values() for step in trail)
    return found


def keyword_place(job: Job, *path: str) -> Site:
    """The deepest of the named keywords that the job has; the job itself when it has none."""
    site = job.site
    for key in path:
        inner = site.set(key)
        if inner is None:
            break
        site = inner
    return site


def place_span(site: Site) -> Span:
    """The key of a map or list, the value of anything else: what a reader should look at."""
    return site.key_span if isinstance(site.node, (Mapping, Sequence)) else site.span
