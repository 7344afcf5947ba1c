"""AWS access keys that are set in YAML, or read from the project's variables, in place of an hour's STS credentials."""

from __future__ import annotations

from cilint.rules.select import subjects
from cilint.shell.command import assignments

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from cilint.finding import Finding
    from cilint.pipeline.job import Job
    from cilint.rules.context import Context
    from cilint.shell.command import Command, Word

_CONFIGURE = {name.lower() for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")}


def check(context: Context, parameters: dict[str, Any]) -> Iterator[Finding]:
    """parameters: variables, the names that hold static credentials."""
    names = set(parameters["variables"])
    for subject in subjects(context, "variable"):
        if subject.name in names and subject.text:
            message = f"{subject.name} is set in YAML: a stored AWS credential"
            yield context.fault(subject.site, message, job=subject.job)
    words = (*names, *_CONFIGURE)
    for job in context.jobs:
        if context.scripts.mention(job, *words):
            yield from _in_script(context, job, names)


def _in_script(context: Context, job: Job, names: set[str]) -> Iterator[Finding]:
    """What the shell reads that nothing in the job has made comes from the project's variables."""
    commands = context.commands(job)
    assigned = _made(context, job, commands)
    calls_sts = any(command.name == "aws" and "sts" in command.arguments for command in commands)
    # What eval, read or a file that is not in the repository sets cannot be seen; with STS at work it comes from there.
    made_here = calls_sts and any(_is_opaque(context, job, command) for command in commands)
    for command in commands:
        for name, word in assignments(command):
            if name in names and _from_outside(word, assigned, made_here=made_here):
                message = f"{name} is set from {word.text if not word.static else 'a literal'}, a stored AWS credential"
                yield _fault(context, job, command, word, message)
        if calls_sts:
            continue
        for word in command.words:
            read = next((name for name in word.variables if name in names and name not in assigned), None)
            if read is not None:
                message = f"reads ${read}, which the job does not get from STS: a stored AWS credential"
                yield _fault(context, job, command, word, message)
        passed = [word for word in command.words if word.text in names]
        if passed and command.name in ("docker", "podman") and not assigned & names:
            message = f"hands on {passed[0].text}, which the job does not get from STS: a stored AWS credential"
            yield _fault(context, job, command, passed[0], message)
    yield from _configured(context, job, commands, made_here=made_here)


def _made(context: Context, job: Job, commands: list[Command]) -> set[str]:
    """The variables that the job's shell sets itself, those that it reads, and arguments of its functions among them."""
    read = {word.text for one in commands if one.name in ("read", "mapfile", "readarray") for word in one.argv[1:]}
    return {*context.assigned(job), *read, *"123456789"}


def _is_opaque(context: Context, job: Job, command: Command) -> bool:
    """Whether the command may set variables that nobody can read off."""
    if command.name == "eval":
        return True
    if command.name in ("source", "."):
        name = command.argv[1].text.rpartition("/")[2] if len(command.argv) > 1 else ""
        return not any(source.path.rpartition("/")[2] == name for source in context.scripts.files(job))
    return command.name in ("export", "declare") and any(word.commands for word in command.argv[1:])


def _configured(context: Context, job: Job, commands: list[Command], *, made_here: bool) -> Iterator[Finding]:
    """`aws configure set aws_access_key_id VALUE`."""
    assigned = _made(context, job, commands)
    for command in commands:
        words = command.argv
        if command.name != "aws" or [word.text for word in words[1:3]] != ["configure", "set"] or len(words) < 5:
            continue
        if words[3].text in _CONFIGURE and _from_outside(words[4], assigned, made_here=made_here):
            message = f"configures {words[3].text} with a stored AWS credential"
            yield _fault(context, job, command, words[4], message)


def _from_outside(word: Word, assigned: set[str], *, made_here: bool) -> bool:
    """Whether a value is written out, or read from variables that nothing in the job has made."""
    if not word.text:
        return False
    if word.static:
        return True
    if any(part.kind not in ("text", "variable") for part in word.parts) or made_here:
        return False
    return not any(name in assigned for name in word.variables)


def _fault(context: Context, job: Job, command: Command, word: Word, message: str) -> Finding:
    return context.fault(command.script.span(word.start, word.end), message, job=job, site=context.line(job, command))
