"""Secret detection that may fail, may be left out, or cannot fail at all."""

from __future__ import annotations

from cilint.checks._jobs import place_span, starts
from cilint.pipeline.variables import references
from cilint.tree.node import ruby_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from cilint.finding import Finding
    from cilint.pipeline.job import Clause, Job
    from cilint.rules.context import Context


def check(context: Context, parameters: dict[str, Any]) -> Iterator[Finding]:
    """parameters: role; failing_options: {program: options of which one makes it fail when it finds something};
    harmless_options: {program: options with which it never fails}; narrow: {program: option=value, with which it looks
    at no more than the last commit}; histories: {program: subcommands that look at the history}.
    """
    for job in context.roles.jobs(parameters["role"]):
        yield from _stated(context, job)
        yield from _can_be_left_out(context, job)
        yield from _cannot_fail(context, job, parameters)
        yield from _cannot_find(context, job, parameters)


def _stated(context: Context, job: Job) -> Iterator[Finding]:
    own = job.get("allow_failure")
    if own is None:
        if job.open:
            context.unknown(f"allow_failure of job {job.name}", f"it may stand in {context.lost}", job.span)
        else:
            edits = context.put(job.site, "allow_failure", value=False)
            message = "secret detection does not state allow_failure: false"
            yield context.fault(job.span, message, job=job, site=job.site, edits=edits)
    elif own.value is not False:
        edits = context.replace(own, value=False)
        message = "secret detection may fail: allow_failure is not false"
        yield context.fault(place_span(own), message, job=job, site=own, edits=edits)
    for clause in job.clauses or ():
        site = clause.get("allow_failure")
        if site is not None and site.value is not False:
            message = "secret detection may fail in this case: allow_failure is not false"
            edits = context.replace(site, value=False)
            yield context.fault(place_span(site), message, job=job, site=site, edits=edits)


def _can_be_left_out(context: Context, job: Job) -> Iterator[Finding]:
    for start in starts(job):
        if start.when in ("manual", "delayed", "on_failure") and start.site is not None:
            message = f"secret detection does not run by itself: when: {start.when}"
            yield context.fault(start.site, message, job=job)
    for clause in job.clauses or ():
        yield from _narrow(context, job, clause)
    for key in ("only", "except"):
        policy = job.get(key)
        for inner in ("changes", "variables"):
            site = policy.set(inner) if policy else None
            if site is not None:
                yield context.fault(site.key_span, f"secret detection is left out by {key}:{inner}", job=job, site=site)


def _narrow(context: Context, job: Job, clause: Clause) -> Iterator[Finding]:
    """Clauses that leave the job out by the files of a commit, or by a variable that somebody can set."""
    never = clause.text("when") == "never"
    for key in ("changes", "exists"):
        site = clause.get(key)
        if site is not None:
            yield context.fault(site.key_span, f"secret detection depends on rules:{key}", job=job, site=site)
    condition = clause.get("if")
    if never and condition is not None and condition.text is not None:
        names = [name for name in references(condition.text) if not name.startswith(("CI_", "GITLAB_"))]
        if names:
            yield context.fault(condition, f"secret detection can be switched off by ${names[0]}", job=job)


def _cannot_fail(context: Context, job: Job, parameters: dict[str, Any]) -> Iterator[Finding]:
    needed: dict[str, list[str]] = parameters["failing_options"]
    harmless: dict[str, list[str]] = parameters["harmless_options"]
    for command in context.commands(job):
        options = harmless.get(command.name, ())
        for word in command.argv[1:]:
            if (
                any(word.text == option or word.text.startswith(option + "=") for option in options)
                and "=1" not in word.text
            ):
                message = f"{command.name} {word.text} reports secrets without failing"
                yield context.word_fault(command, word, [job], message)
    calls = [command for command in context.commands(job) if command.name in needed and len(command.argv) > 1]
    if calls and not any(command.has(*needed[command.name]) for command in calls):
        command = calls[0]
        message = f"{command.name} without {' or '.join(needed[command.name])} ends well whatever it finds"
        yield context.command_fault(command, [job], message)


def _cannot_find(context: Context, job: Job, parameters: dict[str, Any]) -> Iterator[Finding]:
    """Scans of the history that see its end alone: a push may bring a secret and take it out again."""
    histories: dict[str, list[str]] = parameters["histories"]
    depth = next(iter(context.scopes.of(job).values("GIT_DEPTH")), None)
    shallow = depth is not None and ruby_text(depth.site.value) == "1"
    for command in context.commands(job):
        for option in parameters["narrow"].get(command.name, ()):
            name, _, wanted = option.partition("=")
            word = command.option(name)
            if word is not None and word.text == wanted:
                message = f"{command.name} {option} looks at the last commit only: a push may bring more"
                yield context.word_fault(command, word, [job], message)
        if (
            shallow
            and depth is not None
            and command.arguments[:1]
            and command.arguments[0] in histories.get(command.name, ())
        ):
            if not _fetches(context, job):
                message = f"GIT_DEPTH is 1: {command.name} sees no commit but the last, and a push may bring more"
                yield context.fault(depth.site, message, job=job)
            return


def _fetches(context: Context, job: Job) -> bool:
    """Whether the job brings more of the history itself."""
    return any(
        one.name == "git" and one.arguments[:1] in (["fetch"], ["pull"], ["clone"]) for one in context.commands(job)
    )
