"""Jobs that may fail without stopping the pipeline, by whatever road, and are not of those that may."""

from __future__ import annotations

from cilint.checks import _excuses
from cilint.checks._excuses import SAYING, reads_status, swallows
from cilint.checks._jobs import default_counts
from cilint.checks._masks import masked
from cilint.shell.holders import SHELLS, SOURCING, setting
from cilint.shell.scripts import DECISIVE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from cilint.finding import Finding
    from cilint.pipeline.job import Job
    from cilint.rules.context import Context
    from cilint.shell.command import Command
    from cilint.shell.script import Script

_KEYWORDS = (
    "case",
    "for",
    "select",
    "while",
    "until",
    "if",
    "((",
    "in",
    "function",
    "break",
    "continue",
    "umask",
    "mapfile",
    "let",
    ":",
    "true",
)
_SETTING = ("set", "shopt", "export", "local", "readonly", "declare", "trap", "shift", "exit", "return", "exec", "eval")


def check(context: Context, parameters: dict[str, Any]) -> Iterator[Finding]:
    """parameters: permitted, roles that may fail; harmless, programs whose failure means nothing (rm, grep ...);
    excusing: {program: options with which it ends well whatever it finds}; failing: {program: options of which one
    makes it fail at all}.
    """
    permitted: list[str] = parameters["permitted"]
    harmless = set(parameters["harmless"])
    for job in context.pipeline.jobs.values():
        if any(context.roles.has(job, role) for role in permitted):
            continue
        yield from _keywords(context, job)
        if not job.trigger:
            yield from _script(context, job, harmless)
            reached = context.scripts.reached(job, DECISIVE)
            yield from _called(context, job, reached, harmless)
            commands = [one for script in reached for one in script.commands]
            yield from _tools(context, job, commands, parameters)
            yield from _masked(context, job, commands)


def _keywords(context: Context, job: Job) -> Iterator[Finding]:
    own = job.get("allow_failure")
    if own is not None and own.value is True:
        message = "allow_failure: true: a failure does not stop the pipeline"
        yield context.fault(own, message, job=job, edits=context.replace(own, value=False))
    elif own is not None and own.has("exit_codes"):
        message = "allow_failure: exit_codes: failures with these codes do not stop the pipeline"
        yield context.fault(own.key_span, message, job=job, site=own)
    for clause in job.clauses or ():
        site = clause.get("allow_failure")
        if site is not None and site.value is True:
            message = "rules: allow_failure: true: a failure does not stop the pipeline"
            yield context.fault(site, message, job=job, edits=context.replace(site, value=False))
    when = job.get("when")
    if own is None and when is not None and when.text == "manual" and default_counts(job):
        message = (
            "when: manual without allow_failure: false: GitLab lets such a job fail or wait without stopping anything"
        )
        edits = context.put(job.site, "allow_failure", value=False, safe=False)  # the job may be meant as an offer
        yield context.fault(when, message, job=job, edits=edits)


def _script(context: Context, job: Job, harmless: set[str]) -> Iterator[Finding]:
    """`|| true`, `set +e` and their like in what the job runs; a failing after_script stops nothing anyway."""
    commands = [command for command in context.scripts.written(job, DECISIVE) if _decides(command)]
    yield from _swallowed(context, job, commands, harmless)
    yield from _unguarded(context, job, commands)
    yield from _excused(context, job, commands, harmless, pipes=any(_pipefail(one) is False for one in commands))


def _decides(command: Command) -> bool:
    """Whether its status may be the script's: not in a substitution, nor in what `trap` does at the end."""
    return command.parent is None and (command.outer is None or command.outer.name != "trap")


def _called(context: Context, job: Job, reached: list[Script], harmless: set[str]) -> Iterator[Finding]:
    """The same in what the job calls: npm scripts, and script files, functions that clean up left out."""
    own = {id(script) for section in DECISIVE for script in context.scripts.chunks(job, section)}
    sourced = _sourced(context, job)
    for script in reached:
        if id(script) in own:
            continue
        cleaning = _cleaning(script.commands)
        decisive = [one for one in script.commands if _decides(one)]
        commands = [one for one in decisive if one.function not in cleaning]
        called_so = script.source.path.rpartition("/")[2]
        pipes = (
            called_so not in sourced
            and not any(_pipefail(one) for one in decisive)
            and "pipefail" not in script.source.line(1)
        )
        yield from _excused(context, job, decisive, harmless, pipes=pipes)
        if script.forgiving:
            yield from _forgiven(context, job, decisive, harmless)
        elif not script.is_file or _stops_at_errors(script):
            yield from _swallowed(context, job, commands, harmless)
            yield from _unguarded(context, job, commands)
        elif called_so not in sourced:
            yield from _goes_on(context, job, commands, harmless)


def _forgiven(context: Context, job: Job, commands: list[Command], harmless: set[str]) -> Iterator[Finding]:
    """`-kubectl apply` in a Makefile: make goes on whatever comes of the line (GNU make's manual, "Errors")."""
    for command in commands:
        if command.words and command.outer is None and _matters(command, harmless):
            message = f"make goes on: a failure of {_name(command)} does not stop the pipeline"
            yield context.command_fault(command, [job], message)
            return


def _sourced(context: Context, job: Job) -> set[str]:
    """The names of files that run in the shell of another, and under its settings; or in one that is told `-e`."""
    found: set[str] = set()
    for command in context.commands(job):
        name = command.name
        if name in SOURCING or (name in SHELLS and setting(command, "e", "errexit")):
            found.update(word.rpartition("/")[2] for word in command.arguments)
    return found


def _goes_on(context: Context, job: Job, commands: list[Command], harmless: set[str]) -> Iterator[Finding]:
    """A file without `set -e`: the first command that nobody asks how it ended, and behind which others come."""
    functions = {one.function for one in context.commands(job)}  # what they do about failures is their own business
    outer = [one for one in commands if not one.function and (one.words or one.inner)]
    if any(_looks_at_status(one) for one in outer):
        return
    final = _final(outer)
    for command in outer:
        last = command.pipe[-1]
        if (
            id(command) in final
            or command is not last
            or command.followed == "&"
            or command.followed in ("||", "&&")
            or command.joined in ("||", "&&")
            or command.negated
        ):
            continue
        if command.name in functions or command.name in (*_SETTING, *SAYING, *_KEYWORDS):
            continue
        if command.words and _matters(command, harmless):
            message = f"no set -e: a failure of {_name(command)} does not stop the pipeline"
            yield context.command_fault(command, [job], message)
            return


def _final(commands: list[Command]) -> set[int]:
    """The commands that may be the last to run, whose status is the script's: those at the end of a branch as well.

    What a loop runs last is followed by its next round.
    """
    waiting = commands[-1:]
    found: set[int] = set()
    while waiting:
        command = waiting.pop()
        found.add(id(command))
        if command.inner and not command.script.text.startswith("done", command.start):
            waiting += [one for one in command.inner if one.ends and not one.condition]
    return found


def _stops_at_errors(script: Script) -> bool:
    if script.source.line(1).startswith("#!") and " -e" in script.source.line(1):
        return True
    return any(_errexit(command) is True for command in script.commands)


def _tools(context: Context, job: Job, commands: list[Command], parameters: dict[str, Any]) -> Iterator[Finding]:
    """Tools that report without failing: told to, or not told to fail."""
    for command, word, message in _excuses.by_option(commands, parameters["excusing"]):
        yield context.word_fault(command, word, [job], message)
    for command, message in _excuses.by_default(commands, parameters["failing"]):
        yield context.command_fault(command, [job], message)


def _masked(context: Context, job: Job, commands: list[Command]) -> Iterator[Finding]:
    """What the job is there for, run so that nobody hears how it ended."""
    cleaning = _cleaning(commands)
    for command, message in masked(commands, lambda one: context.roles.shown_by(job, one)):
        if command.function not in cleaning:
            yield context.command_fault(command, [job], message)


def _cleaning(commands: list[Command]) -> set[str]:
    """The words of what `trap` does, names of functions among them."""
    return {word for one in commands if one.name == "trap" for text in one.arguments[:1] for word in text.split()}


def _excused(
    context: Context, job: Job, commands: list[Command], harmless: set[str], *, pipes: bool
) -> Iterator[Finding]:
    """pipes: whether the status of a pipe is that of its last command."""
    found = [
        *_excuses.by_trap(commands),
        *_excuses.by_exit(commands),
        *_excuses.by_branch(commands, lambda one: _counts(one, harmless)),
    ]
    if pipes:
        found += _excuses.by_pipe(
            commands, lambda one: _counts(one, harmless), lambda one: context.roles.shown_by(job, one)
        )
    for command, message in found:
        yield context.command_fault(command, [job], message)


def _pipefail(command: Command) -> bool | None:
    return setting(command, "", "pipefail") if command.name == "set" else None


def _swallowed(context: Context, job: Job, commands: list[Command], harmless: set[str]) -> Iterator[Finding]:
    before = {id(one.next): one for one in commands if one.followed == "&&"}
    for command in commands:
        branch, end = _branch(command) if command.followed == "||" else ([], None)
        if end is None or end.followed in ("||", "&&") or not all(map(swallows, branch)):
            continue
        while not _matters(command, harmless) and id(command) in before:  # `make test && echo well || echo badly`
            command = before[id(command)]
        if _matters(command, harmless):
            span = command.script.span(command.start, end.end)
            message = f"|| {_shown(branch[0])}: a failure of {_name(command)} does not stop the pipeline"
            yield context.command_fault(command, [job], message, span)


def _branch(command: Command) -> tuple[list[Command], Command | None]:
    """What runs where a command fails, `{ ... }` and `( ... )` as all that they hold; and the command it ends with."""
    following = command.next
    if following is None:
        return [], None
    block = following if following.inner else following.group
    if block is None or block is command.group:
        return [following], following
    return block.inner, block


def _matters(command: Command, harmless: set[str]) -> bool:
    return not command.condition and _counts(command, harmless)


def _counts(command: Command, harmless: set[str]) -> bool:
    if command.inner:
        return any(_matters(inner, harmless) for inner in command.inner)
    name = command.name
    if name in ("xargs", "docker", "podman", "git", "kubectl", "helm") and command.operands:
        first = command.operands[0].text
        return f"{name} {first}" not in harmless and not (name == "xargs" and first in harmless)
    return bool(name) and name not in harmless


def _name(command: Command) -> str:
    return command.name or "the commands before"


def _shown(command: Command) -> str:
    return " ".join([command.name, *command.arguments[:1]]) if command.name in ("exit", "return") else command.name


def _unguarded(context: Context, job: Job, commands: list[Command]) -> Iterator[Finding]:
    """`set +e` where nobody looks at `$?` before errors count again."""
    off: Command | None = None
    looked = ran = False
    for command in commands:
        switch = _errexit(command)
        if switch is False and off is None:
            off, looked, ran = command, False, False
        elif switch is True and off is not None:
            if ran and not looked:
                yield _set_e(context, job, off)
            off = None
        elif off is not None:
            ran = ran or not (command.condition or command.followed == "||" or command.name in SAYING)
            looked = looked or _looks_at_status(command)
    if off is not None and ran and not looked:
        yield _set_e(context, job, off)


def _set_e(context: Context, job: Job, command: Command) -> Finding:
    return context.command_fault(command, [job], "set +e: failures of what follows do not stop the pipeline")


def _errexit(command: Command) -> bool | None:
    return setting(command, "e", "errexit") if command.name == "set" else None


def _looks_at_status(command: Command) -> bool:
    if command.joined in ("&&", "||"):
        return False  # `--help) usage && exit 0`, `make || status=$?`: that looks at the one command before it
    return reads_status(command) or (command.name == "exit" and command.arguments[:1] not in (["0"], ["1"], ["2"]))
