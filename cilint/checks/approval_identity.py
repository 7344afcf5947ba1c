"""Approvals that do not look at who pressed play, or leave no record of it; two that one person can give."""

from __future__ import annotations

from cilint.checks._gates import guarded
from cilint.checks._jobs import starts
from cilint.checks._verdicts import judge
from cilint.like import like_any
from cilint.pattern import Pattern

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from cilint.checks._gates import Gate
    from cilint.finding import Finding
    from cilint.pipeline.job import Job
    from cilint.rules.context import Context
    from cilint.shell.command import Command
    from cilint.tree.site import Site

_SAYING = ("echo", "printf", "export", "true", ":")
_WRITING = ("touch", "mkdir", "cat", "tee", "date", "set", "sleep", "exit")
_TESTS = ("[", "[[", "test", "case")
_OTHER_JOBS = Pattern(r"/jobs\b(?!/\$\{?CI_JOB_ID)")
_PEOPLE = Pattern(r"(?i)approv|user|login|/jobs")
_CASE = Pattern(r"\bcase\s+[\"']?\$\{?(\w+)")


def gates(context: Context, parameters: dict[str, Any]) -> Iterator[Gate]:
    """Where a job compares who gave the approvals, what they are for waits for it."""
    verifying = _verifying(context, parameters)
    if verifying:
        for subject in guarded(context, parameters["waiting"], parameters, places=False):
            if subject.doubt is None:
                yield subject.after(verifying, "check")


def check(context: Context, parameters: dict[str, Any]) -> Iterator[Finding]:
    """parameters: roles, those of approvals; variables, by which GitLab says who started the job; two: roles of
    approvals that two people give; verifying: names of jobs and programs that compare who did (* stands for anything);
    waiting: roles of the deployments that wait for the comparison.
    """
    variables = set(parameters["variables"])
    yield from judge(context, gates, parameters)
    verifying = _verifying(context, parameters)
    yield from _idle(context, verifying)
    yield from _alike(context, parameters, variables, verifying)
    for job in context.roles.jobs(*parameters["roles"]):
        if job.trigger:
            context.unknown(f"who may start job {job.name}", "it runs in another pipeline", job.span)
            continue
        if not _looks(context, job, variables):
            place = _place(job)
            message = "nobody looks at who pressed play: Community Edition lets every developer do so"
            yield context.fault(place.key_span, message, job=job, site=place)
        if job.site.dig("artifacts", "paths") is None and job.site.dig("artifacts", "reports") is None:
            if job.open:
                context.unknown(f"artifacts of job {job.name}", f"they may stand in {context.lost}", job.span)
            else:
                yield context.fault(job.span, "no artifact records who approved", job=job, site=job.site)


def _place(job: Job) -> Site:
    """Where a look at people is missing: in the script, or in a job without one."""
    return job.get("script") or job.site


def _looks(context: Context, job: Job, variables: set[str]) -> bool:
    """Whether something else than a message reads who started the job, be it through other variables."""
    names = _names(context, job, variables)
    if next(_looking(context, job, names), None) is not None:
        return True
    for script in context.scripts.texts(job):
        if any(found[1] in names for found in _CASE.finditer(script.text)):
            return True
    # What is no shell is not read, but says the name somewhere.
    return any(name in source.text for source in context.scripts.programs(job) for name in variables)


def _names(context: Context, job: Job, variables: set[str]) -> set[str]:
    """The variables, and those that the job's shell fills from them."""
    assigned = context.assigned(job).items()
    return variables | {
        name for name, words in assigned if any(variables.intersection(word.variables) for word in words)
    }


def _looking(context: Context, job: Job, names: set[str]) -> Iterator[Command]:
    """The commands that do something with who started the job."""
    for command in context.commands(job):
        if command.name not in _SAYING and any(names.intersection(word.variables) for word in command.words):
            yield command


def _verifying(context: Context, parameters: dict[str, Any]) -> list[Job]:
    """The jobs that start by themselves and, by their names or programs, compare who gave the approvals."""
    patterns = parameters["verifying"]
    approving = set(context.roles.jobs(*parameters["roles"]))
    fitting: dict[str, bool] = {}  # most jobs run the same few programs

    def fits(text: str) -> bool:
        if text not in fitting:
            fitting[text] = like_any(text.lower(), patterns)
        return fitting[text]

    return [
        job
        for job in context.jobs
        if job not in approving
        and any(start.when == "on_success" for start in starts(job))
        and (fits(job.name) or any(fits(command.name) for command in context.commands(job)))
    ]


def _idle(context: Context, verifying: list[Job]) -> Iterator[Finding]:
    """Jobs that are named for the comparison, and make none."""
    for job in verifying:
        files = {source.path.rpartition("/")[2] for source in context.scripts.files(job)}
        working = [one for one in context.commands(job) if one.name not in (*_SAYING, *_WRITING, *files)]
        if any(_PEOPLE.search(word.text) for one in working for word in one.all_words):
            continue
        if job.open:
            context.unknown(f"what job {job.name} compares", f"it may stand in {context.lost}", job.span)
            continue
        place = _place(job)
        message = "nothing here compares who gave the approvals: one person can give them all"
        yield context.fault(place.key_span, message, job=job, site=place)


def _alike(
    context: Context, parameters: dict[str, Any], variables: set[str], verifying: list[Job]
) -> Iterator[Finding]:
    """Two approvals that one person can give: both make the same check, or ask for groups in which one may be twice."""
    if verifying:
        return
    by_role = [context.roles.jobs(role) for role in parameters["two"]]
    for one in by_role[0]:
        for other in by_role[-1]:
            if one is other or one.trigger or other.trigger:
                continue
            checks = [_checks(context, job, variables) for job in (one, other)]
            if not all(checks) or any(_compares(context, job) for job in (one, other)):
                continue
            if checks[0] == checks[1]:
                message = (
                    "both approvals pass the same check, and nothing compares who gave them: one person can give both"
                )
            elif any(_names_people(context, job, variables) for job in (one, other)):
                continue
            else:
                message = (
                    "nothing compares who gave the two approvals: whoever passes both of their checks can give both"
                )
            place = other.get("script") or other.site
            yield context.fault(place.key_span, message, jobs=[one.name, other.name], site=place)


def _compares(context: Context, job: Job) -> bool:
    """Whether the job looks at other jobs than itself."""
    return any(_OTHER_JOBS.search(word.text) for command in context.commands(job) for word in command.all_words)


def _names_people(context: Context, job: Job, variables: set[str]) -> bool:
    """Whether the job says itself who may approve: lists of people that can be seen to differ."""
    names = _names(context, job, variables)
    if any(command.name in _TESTS for command in _looking(context, job, names)):
        return True
    texts = context.scripts.texts(job)
    return any(found[1] in names for script in texts for found in _CASE.finditer(script.text))


def _checks(context: Context, job: Job, variables: set[str]) -> set[tuple[str, ...]]:
    """What the job asks of who started it, with the values that its variables have there."""
    found = set()
    for command in _looking(context, job, _names(context, job, variables)):
        found.add(tuple(context.expand(job, word)[0].text for word in command.words))
    return found
