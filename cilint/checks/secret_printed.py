"""Secrets that reach the job's log: by echo, by printing the environment, by tracing the shell."""

from __future__ import annotations

from cilint.checks._secrets import is_secret_name
from cilint.shell.command import TO_FILE
from cilint.shell.holders import SHELLS, setting

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from cilint.finding import Finding
    from cilint.pipeline.job import Job
    from cilint.rules.context import Context
    from cilint.shell.command import Command, Word

_MAX_JOBS = 50  # of those that share a command, whose variables are looked at
_PRINTERS = ("echo", "printf", "env", "printenv", "export", "declare", "set")
_PAGERS = ("cat", "sort", "less", "more", "tee", "head", "tail", "uniq", "column")


def check(context: Context, parameters: dict[str, Any]) -> Iterator[Finding]:
    """parameters: not_secret, variables that are named like secrets and are none."""
    harmless = set(parameters["not_secret"])
    tracing: dict[str, Job] = {}
    for command, jobs in context.each_command:
        if command.name in _PRINTERS and command.parent is None:
            message = _printed(command, harmless)
            if not message and command.name in ("echo", "printf"):
                through = {
                    job.name: _secret_through(command, harmless, context.assigned(job)) for job in jobs[:_MAX_JOBS]
                }
                jobs = [job for job in jobs if through.get(job.name)]
                message = _echoed(command, through[jobs[0].name]) if jobs else ""
            if message and _reaches_log(command):
                yield context.command_fault(command, jobs, message)
        if command.name == "set":
            tracing.update((job.name, job) for job in jobs)
    for job in tracing.values():
        yield from _traced(context, job, harmless)


def _echoed(command: Command, secret: str) -> str:
    return f"{command.name} prints ${secret} into the job's log" if secret else ""


def _printed(command: Command, harmless: set[str]) -> str:
    """What a printing command gives away; "" for nothing."""
    texts = [word.text for word in command.argv[1:]]
    if command.name in ("echo", "printf"):
        return _echoed(command, _secret_in(command.words[1:], harmless))
    if command.name in ("env", "printenv") and not texts:
        return f"{command.name} prints every variable into the job's log"
    if command.name == "printenv":
        secret = next((text for text in texts if _is_secret(text, harmless)), "")
        return f"printenv prints ${secret} into the job's log" if secret else ""
    if texts == ["-p"] or (not texts and command.name in ("export", "set")):
        return f"{_shown(command)} prints every variable into the job's log"
    return ""


def _traced(context: Context, job: Job, harmless: set[str]) -> Iterator[Finding]:
    """Commands with a secret among their words, while the shell prints every command."""
    traced: Command | None = None
    for command in context.commands(job):
        traced = _trace(command, traced)
        if traced is None or command is traced or command.name in ("echo", "printf"):
            continue
        secret = _secret_in(command.words[1:], harmless)
        if secret:
            message = f"{_shown(traced)} prints every command, and a later one holds ${secret}"
            yield context.command_fault(traced, [job], message)
            return


def _reaches_log(command: Command) -> bool:
    """Whether what the command prints ends in the log: not in a file, not in another program that swallows it."""
    if any(
        redirect.op in (">", ">>", ">|", "&>", "&>>") and redirect.word.text != "/dev/stderr"
        for redirect in command.redirects
    ):
        return False
    around = command.group or command.outer  # `(echo x) | login`, `bash -c 'echo x' > file`
    if around is not None and not _reaches_log(around):  # nesting has a bound (`cilint/shell/read.py`)
        return False
    place = command.pipe.index(command)
    return all(later.name in _PAGERS and not later.redirected(TO_FILE) for later in command.pipe[place + 1 :])


def _secret_in(words: list[Word], harmless: set[str]) -> str:
    for word in words:
        for part in word.parts:
            if (
                part.kind == "variable"
                and _is_secret(part.text, harmless)
                and part.end - part.start <= len(part.text) + 3
            ):
                return part.text
    return ""


def _secret_through(command: Command, harmless: set[str], assigned: dict[str, list[Word]]) -> str:
    """A secret in the place of a variable or a parameter that is nothing else: `T=$TOKEN; echo $T`, `say "$TOKEN"`."""
    for word in command.words[1:]:
        for part in word.parts:
            whole = part.kind == "variable" and part.end - part.start <= len(part.text) + 3
            for value in assigned.get(part.key or part.text, ()) if whole else ():
                if len(value.variables) == 1 and value.text == f"${value.variables[0]}":
                    secret = _secret_in([value], harmless)
                    if secret:
                        return secret
    return ""


def _is_secret(name: str, harmless: set[str]) -> bool:
    return name not in harmless and is_secret_name(name)


def _trace(command: Command, traced: Command | None) -> Command | None:
    """The command that switched tracing on, while it is on."""
    if command.name == "set":
        on = setting(command, "x", "xtrace")
        return traced if on is None else command if on else None
    if command.name in SHELLS and setting(command, "x", "xtrace"):
        return None  # the trace ends with the other shell; what that one runs is in its own file
    return traced


def _shown(command: Command) -> str:
    return " ".join(word.text for word in command.argv[:3])
