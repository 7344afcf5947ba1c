"""What shellcheck says of the scripts of jobs, each remark where it is written; see `cilint/shell/shellcheck.py`."""

from __future__ import annotations

from cilint.errors import UsageError
from cilint.like import like_any
from cilint.pattern import Pattern
from cilint.plan.predefined import is_predefined
from cilint.shell.scripts import SECTIONS
from cilint.shell.shellcheck import Text, Unavailable, find, remarks
from cilint.tree.node import Scalar, ruby_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from cilint.finding import Finding
    from cilint.pipeline.job import Job
    from cilint.rules.context import Context
    from cilint.shell.shellcheck import Remark

LEVELS = ("style", "info", "warning", "error")
SHELLS = ("sh", "bash", "dash", "ksh", "busybox")
_NAMED = 3  # jobs that are named of those for another shell
_ORDER = ("error", "warning", "info")
_SEVERITIES = {"style": "info", "info": "info", "warning": "warning", "error": "error"}
_WIKI = "https://www.shellcheck.net/wiki/SC"
# A command as PowerShell writes it, or its variables of the environment.
_POWERSHELL = Pattern(
    r"(?m)\$env:\w|^[ \t]*(?:Add|Clear|Compress|Copy|Expand|Get|Import|Install|Invoke|Move|New|Remove|Rename|Select|Set|Start|Stop|"
    r"Test|Wait|Write)-[A-Z]\w+",
)


def check(context: Context, parameters: dict[str, Any]) -> Iterator[Finding]:
    """parameters: minimum, the least level of a remark; ignore, codes; shell, what jobs run in where nothing tells;
    powershell_images, powershell_tags: what shows that a job runs in another shell.
    """
    ignored, least = _wanted(parameters)
    texts = _texts(context, parameters)
    if not texts:
        return
    try:
        program = find(context.project.root)
    except Unavailable as error:
        context.unknown("scripts of jobs", str(error))
        return
    told: set[tuple[str, str]] = set()
    for text, answer in remarks(texts, program):
        if isinstance(answer, str):
            what = text.source.path
            if (what, answer) not in told:
                told.add((what, answer))
                context.unknown(f"scripts in {what}", answer, text.nodes[0].span if text.nodes else None)
            continue
        for remark in answer:
            if remark.code not in ignored and LEVELS.index(remark.level) >= least:
                yield _finding(context, text, remark, texts[text])


def _wanted(parameters: dict[str, Any]) -> tuple[set[int], int]:
    """The codes to leave out and the least level. Raises UsageError for what shellcheck does not know."""
    for name, known in (("minimum", LEVELS), ("shell", SHELLS)):
        if parameters[name] not in known:
            raise UsageError(f"shellcheck: {name} is one of {', '.join(known)}, not {parameters[name]!r}")
    codes = [str(code).upper().removeprefix("SC") for code in parameters["ignore"]]
    wrong = next((code for code in codes if not code.isdecimal()), None)
    if wrong is not None:
        raise UsageError(f"shellcheck: ignore lists codes as SC2086, not {wrong!r}")
    return set(map(int, codes)), LEVELS.index(parameters["minimum"])


def _finding(context: Context, text: Text, remark: Remark, jobs: list[Job]) -> Finding:
    span = text.span(remark)
    node = text.node(remark)
    reach = context.reach(node) if node is not None else []
    finding = context.fault(
        span,
        f"{remark.message} (SC{remark.code})",
        jobs=[job.name for job in jobs],
        site=next((site for owner, site in reach if owner is jobs[0]), None),
        help=f"{_WIKI}{remark.code}",
    )
    highest = context.rule.severity  # a house that calls the rule a warning gets no errors from it
    finding.severity = max(_SEVERITIES[remark.level], highest, key=_ORDER.index)
    return finding


def _texts(context: Context, parameters: dict[str, Any]) -> dict[Text, list[Job]]:
    """What shellcheck is to see, each with the jobs that run it: the scripts of jobs as GitLab joins them, and the files
    that they call.
    """
    found: dict[tuple[int, ...] | str, Text] = {}
    foreign: list[Job] = []
    jobs: dict[Text, list[Job]] = {}
    for job in context.jobs:
        if _is_powershell(context, job, parameters):
            foreign.append(job)
            continue
        for sections in (("before_script", "script"), ("after_script",)):
            nodes = tuple(
                site.node for section in sections for site in job.script(section) if isinstance(site.node, Scalar)
            )
            if nodes:
                key = tuple(map(id, nodes))
                text = found.setdefault(key, Text(nodes, nodes[0].source, parameters["shell"]))
                jobs.setdefault(text, []).append(job)
                scope = context.scopes.of(job)
                text.declared |= {name for name in text.names if is_predefined(name) or scope.values(name)}
        for script in context.scripts.texts(job):
            if script.is_file:
                text = found.setdefault(script.source.path, Text((), script.source, parameters["shell"]))
                jobs.setdefault(text, []).append(job)
    if foreign:
        named = ", ".join(job.name for job in foreign[:_NAMED])
        more = f" and {len(foreign) - _NAMED} more" if len(foreign) > _NAMED else ""
        what = f"scripts of {named}{more}"
        context.unknown(what, "they are for PowerShell, which shellcheck does not read", foreign[0].span)
    for text in [text for text in jobs if text.foreign]:
        context.unknown(f"script {text.source.path}", "it is for a shell that shellcheck does not read")
        del jobs[text]
    return jobs


def _is_powershell(context: Context, job: Job, parameters: dict[str, Any]) -> bool:
    image = job.get("image")
    name = image.short_for("name") if image is not None else None
    if name is not None:
        text = context.scopes.of(job).expand(ruby_text(name.value))[0].text.lower()
        if like_any(text, parameters["powershell_images"]):
            return True
    tags = job.get("tags")
    if tags is not None and any(
        like_any((tag.text or "").lower(), parameters["powershell_tags"]) for tag in tags.flat()
    ):
        return True
    return any(_POWERSHELL.search(site.text or "") for section in SECTIONS for site in job.script(section))
