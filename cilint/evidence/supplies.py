"""What a pipeline is made of besides its own file: includes, images, services and the pipelines that it starts.

Each with the version that is named, and how fast that name holds: an assessor's inventory of components.
"""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

from cilint.checks import image_unpinned, include_unpinned
from cilint.checks._children import project_started
from cilint.checks._references import images
from cilint.compose.include_entry import EntryFault, entries_of
from cilint.evidence.examined import place_of
from cilint.evidence.parts import Supply
from cilint.rules import load
from cilint.tree import Mapping, Scalar

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cilint.compose.include_entry import Entry
    from cilint.evidence.parts import Fixed
    from cilint.pipeline.job import Job
    from cilint.rules.context import Context
    from cilint.rules.rule import RuleSet
    from cilint.tree.site import Site

_CHILD = "a pipeline of its own: its jobs count here only where its file is a target"


def supplies_of(context: Context, rules: RuleSet) -> list[Supply]:
    """Everything that one pipeline draws in, each thing once, with all jobs that use it."""
    found: dict[tuple[str, str, str], Supply] = {}
    for one in (*_includes(context, rules), *_images(context, rules), *_pipelines(context, rules)):
        known = found.setdefault((one.kind, one.name, one.ref), one)
        known.jobs = list(dict.fromkeys((*known.jobs, *one.jobs)))
    return list(found.values())


def _fixed_variables(rules: RuleSet, id: str) -> tuple[list[str], list[str]]:
    """The variables that name one build, and the names of releases, as the rule of that id has them."""
    rule = rules.get(id) or load().get(id)
    parameters = rule.parameters if rule is not None else {}
    return parameters.get("fixed_variables") or [], parameters.get("releases") or []


def _images(context: Context, rules: RuleSet) -> Iterator[Supply]:
    fixed, releases = _fixed_variables(rules, "image-unpinned")
    for subject, reference in images(context):
        moves = image_unpinned.moves(reference, fixed, releases)
        held: Fixed = "digest" if reference.is_pinned and "$" not in reference.digest else "version"
        if reference.digest and held != "digest":
            held = "unknown"  # a variable, or no reference that a registry would take
        elif moves and not reference.digest:
            held = "unknown" if subject.known < len(subject.text) and not reference.tag else "moves"
        yield Supply(
            kind="service" if "services" in subject.site.path else "image",
            name=reference.repository,
            ref="@".join(part for part in (reference.tag, reference.digest) if part),
            fixed=held,
            note=moves if held == "moves" else "",
            jobs=[subject.job.name] if subject.job else [],
            place=place_of(subject.place.span),
        )


def _includes(context: Context, rules: RuleSet) -> Iterator[Supply]:
    for site in context.includes:
        for entry in _entries(site, context):
            yield _include(entry, site, context, rules)


def _entries(site: Site, context: Context) -> list[Entry]:
    try:
        return entries_of(site.node, dict(context.project.variables))
    except EntryFault:
        return []  # GitLab refuses it, and a finding says so


def _include(entry: Entry, site: Site, context: Context, rules: RuleSet) -> Supply:
    name, ref = f"{entry.kind} {entry.place.value if entry.unknown else entry.location}", ""
    held: Fixed = "moves"
    note = ""
    fixed, _ = _fixed_variables(rules, "include-unpinned")
    if entry.kind == "local":
        held = "repository"
    elif entry.kind == "project":
        name = f"project {entry.text('project') or _raw(entry, 'project')}:/{entry.location.lstrip('/')}"
        ref = entry.text("ref") or _raw(entry, "ref")
        held, note = _held(ref, fixed) if ref else ("moves", "it follows that project's default branch")
    elif entry.kind == "component":
        name, _, ref = name.partition("@")
        held, note = _held(ref, fixed, whole=True)
    elif entry.kind == "remote":
        ref = entry.text("integrity")
        held, note = ("digest", "") if ref else ("moves", "whoever runs the server can change it")
    elif entry.kind == "template":
        note = "it comes with GitLab and changes with its version"
    else:
        held, note = "unknown", "a job of the pipeline makes it"
    return Supply(
        kind="include", name=name, ref=ref, fixed=held, note=note, sha256=_sum(entry, context), jobs=[],
        place=place_of(site.span),
    )  # fmt: skip


def _raw(entry: Entry, key: str) -> str:
    """A text of the entry as it is written: with variables that nobody knows here."""
    node = entry.node.set(key) if isinstance(entry.node, Mapping) else None
    return str(node.value) if isinstance(node, Scalar) else ""


def _held(ref: str, fixed: list[str], *, whole: bool = False) -> tuple[Fixed, str]:
    """How fast a ref holds, and why not. whole: only a full version names one release."""
    why = include_unpinned.moves(ref, fixed, whole=whole)
    if why:
        return ("unknown" if "$" in ref else "moves"), why
    return ("commit" if include_unpinned.is_commit(ref) else "version"), ""


def _sum(entry: Entry, context: Context) -> str:
    """sha256 of the text that was read for an include; "" where none was, or where a wildcard stands for several."""
    wanted = {
        "local": f"include local {entry.location}",
        "project": f"include project {entry.text('project').strip('/').lower()}@{entry.text('ref') or 'HEAD'}",
    }.get(entry.kind, f"include {entry.kind} {entry.location}")
    end = entry.location.lstrip("/") if entry.kind == "project" else ""
    for source in context.config.sources:
        if source.reached == wanted and source.path.endswith(end):
            return sha256(source.text.encode("utf-8", "surrogatepass")).hexdigest()
    return ""


def _pipelines(context: Context, rules: RuleSet) -> Iterator[Supply]:
    """The pipelines that trigger jobs start, here and in other projects."""
    for job in context.pipeline.jobs.values():
        trigger = job.get("trigger") if job.trigger else None
        if trigger is None:
            continue
        include = trigger.set("include")
        for site in include.flat() if include is not None else ():
            for entry in _entries(site, context):
                one = _include(entry, site, context, rules)
                one.kind, one.jobs, one.note = "pipeline", [job.name], "; ".join(filter(None, (_CHILD, one.note)))
                yield one
        if include is None:
            yield _downstream(job, trigger, rules)


def _downstream(job: Job, trigger: Site, rules: RuleSet) -> Supply:
    project = project_started(job)
    branch = trigger.set("branch")
    ref = str(branch.value) if branch is not None else ""
    held, _ = _held(ref, _fixed_variables(rules, "include-unpinned")[0]) if ref else ("moves", "")
    return Supply(
        kind="pipeline", name=f"project {project.value if project is not None else ''}", ref=ref, fixed=held,
        note="a pipeline of another project, which is judged there", jobs=[job.name], place=place_of(trigger.span),
    )  # fmt: skip
