"""Jobs that read the files or variables of another job without getting its artifacts, and needs that bring nothing."""

from __future__ import annotations

import os

from cilint.checks._artifacts import WILD, Handed, handed, hands_on_all, kept, received, tidy
from cilint.pattern import Pattern
from cilint.plan.predefined import is_predefined
from cilint.shell.command import TO_FILE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from cilint.finding import Finding
    from cilint.pipeline.job import Job
    from cilint.rules.context import Context
    from cilint.shell.command import Command, Word

_TELLING = ("echo", "printf", "test", "[", "[[")
_MAKING = ("mkdir", "touch", "tee", "rm", "meson", "git")  # what they name is theirs from then on
_COPYING = ("cp", "mv", "ln", "rsync", "install")  # ... and what these name last
_OUTPUTS = ("-o", "--output", "--out", "--out-file", "--output-file", "--output-dir", "-d", "--outDir", "-B")
_DEEPEST = 12  # folders of a path that are looked at
_VARIABLE = Pattern(r"(?m)^[ \t]*([A-Za-z_]\w*)=")


def check(context: Context, parameters: dict[str, Any]) -> Iterator[Finding]:
    """parameters: shared, folders that every job makes for itself and nobody hands on."""
    jobs = context.pipeline.jobs
    makers = _makers(context, set(parameters["shared"]))
    variables = _variables(context)
    paths = _Paths()
    open_handed = {name for name, job in jobs.items() if hands_on_all(job)}
    for job in context.jobs:
        dependencies = job.get("dependencies")
        for site in dependencies.flat() if dependencies else ():
            needed = jobs.get(site.text or "")
            if needed is not None and needed.get("artifacts") is None and not needed.open and not needed.trigger:
                yield context.fault(site, f"depends on the artifacts of {needed.name}, which makes none", job=job)
        got = received(context.pipeline, job)
        if got is None or job.open or not got.isdisjoint(open_handed):
            continue
        if makers:
            yield from _files(context, job, got, makers, paths)
        if variables:
            yield from _unset(context, job, got, variables)


def _makers(context: Context, shared: set[str]) -> dict[str, tuple[Handed, set[str]]]:
    """What jobs hand on, by pattern, each with the jobs that make it."""
    found: dict[str, tuple[Handed, set[str]]] = {}
    for job in context.jobs:
        for one in handed(job):
            # Of a pattern without a folder (`*.log`) nobody can tell whose file it is that a job reads.
            if one.plain and one.plain not in shared and len(one.pattern) > 3:
                found.setdefault(one.pattern, (one, set()))[1].add(job.name)
    return found


def _files(
    context: Context,
    job: Job,
    got: set[str] | frozenset[str],
    makers: dict[str, tuple[Handed, set[str]]],
    paths: _Paths,
) -> Iterator[Finding]:
    jobs = context.pipeline.jobs
    index = context.pipeline.stage_index(job)
    withheld = {pattern: entry for pattern, entry in makers.items() if job.name not in entry[1] and not entry[1] & got}
    if not withheld:
        return
    wild = [entry for entry in withheld.values() if entry[0].plain != entry[0].pattern]
    at_hand: list[Handed] | None = None
    told: set[str] = set()
    for path, (command, word) in _read_paths(context, job, paths).items():
        whole = [withheld[part] for part in _around(path) if part in withheld]
        for one, names in (*whole, *wild):
            if one.pattern in told or not one.holds(path):
                continue
            if at_hand is None:
                at_hand = _at_hand(context, job, got, paths)
            if any(other.touches(path) for other in at_hand):
                continue
            earlier = all(context.pipeline.stage_index(jobs[name]) < index for name in names)
            if earlier and not os.path.exists(os.path.join(context.project.root, one.plain)):
                told.add(one.pattern)
                message = f"reads {one.pattern} of {_either(names)}, and does not get its artifacts"
                yield context.word_fault(command, word, [job], message)


def _at_hand(context: Context, job: Job, got: set[str] | frozenset[str], paths: _Paths) -> list[Handed]:
    """What a job has without those artifacts: what it keeps or makes itself, and what the jobs that it needs hand on."""
    jobs = context.pipeline.jobs
    made = {path for command in context.commands(job) for path in paths.made(command)}
    brought = [one for name in got if name in jobs for one in handed(jobs[name])]
    return [*kept(job), *(Handed(path) for path in made if not WILD & set(path)), *brought]


def _read_paths(context: Context, job: Job, paths: _Paths) -> dict[str, tuple[Command, Word]]:
    """Every path in the job's own scripts, with the word where it stands first."""
    found: dict[str, tuple[Command, Word]] = {}
    for command in context.scripts.written(job):
        for path, word in paths.read(command):
            found.setdefault(path, (command, word))
    return found


class _Paths:
    """The paths that commands name. Each command is looked at once, however many jobs run it."""

    __slots__ = ("_made", "_read")

    def __init__(self) -> None:
        # By the command's id, each with the command, so that it stays and its id with it.
        self._read: dict[int, tuple[Command, list[tuple[str, Word]]]] = {}
        self._made: dict[int, tuple[Command, set[str]]] = {}

    def read(self, command: Command) -> list[tuple[str, Word]]:
        """The paths that it may read, with their words."""
        known = self._read.get(id(command))
        if known is None:
            known = self._read[id(command)] = command, list(_reads(command))
        return known[1]

    def made(self, command: Command) -> set[str]:
        """The paths, and the folders around them, that it makes or replaces."""
        known = self._made.get(id(command))
        if known is None:
            known = self._made[id(command)] = command, set(_makes(command))
        return known[1]


def _reads(command: Command) -> Iterator[tuple[str, Word]]:
    if command.name in (*_TELLING, *_MAKING):
        return
    output = command.option(*_OUTPUTS)
    inputs = command.redirected(("<",))
    for word in (*command.argv[1:], *inputs):
        text = word.text.partition("=")[2] if word.text.startswith("-") else word.text
        path = tidy(text.removeprefix("@").removeprefix("file://"))
        if word is not output and path and "://" not in path:
            yield path, word


def _makes(command: Command) -> Iterator[str]:
    words = command.redirected(TO_FILE)
    if command.name in _MAKING:
        words += command.operands
    elif command.name in _COPYING:
        words += command.operands[-1:]
    for word in words:
        yield from _around(tidy(word.text))
    output = command.option(*_OUTPUTS)
    if output is not None:
        around = _around(tidy(output.text))
        yield from around if command.name == "cmake" else around[-1:]


def _around(path: str) -> list[str]:
    """The folders around a path, from the outermost one, and the path; none for one from the root."""
    parts = path.split("/")[:_DEEPEST]
    return ["/".join(parts[:length]) for length in range(1, len(parts) + 1)] if parts[0] else []


def _either(names: set[str]) -> str:
    return " or ".join(sorted(names))


def _variables(context: Context) -> dict[str, set[str]]:
    """The variables that jobs hand on in a dotenv report, as far as their commands tell, with those jobs."""
    found: dict[str, set[str]] = {}
    for job in context.jobs:
        report = job.site.dig("artifacts", "reports", "dotenv")
        files = {tidy(one.text) for one in report.flat() if one.text} if report else set()
        for command in context.commands(job) if files else ():
            targets = command.redirected(TO_FILE)
            targets += command.operands if command.name == "tee" else []
            if not any(tidy(one.text) in files for word in targets for one in context.expand(job, word)):
                continue
            written = [word for one in command.pipe for word in one.argv[1:]]
            written += [word for one in command.pipe for word in one.redirected(("<<",))]
            for word in written:
                for match in _VARIABLE.finditer(word.text):
                    found.setdefault(match[1], set()).add(job.name)
    return found


def _unset(
    context: Context, job: Job, got: set[str] | frozenset[str], variables: dict[str, set[str]]
) -> Iterator[Finding]:
    """Variables of dotenv reports in the job's own scripts, for which nothing that reaches the job has a value.

    Whoever asks first whether a variable is there expects that it may not be.
    """
    scope, assigned = context.scopes.of(job), context.assigned(job)
    index = context.pipeline.stage_index(job)
    jobs = context.pipeline.jobs
    asking = (command for command in context.commands(job) if command.name in _TELLING[2:])
    told = {name for command in asking for word in command.words for name in word.variables}
    for command in context.scripts.written(job):
        for word in command.all_words:
            for name in word.variables:
                makers = variables.get(name)
                if makers is None or makers & got or job.name in makers or name in told or is_predefined(name):
                    continue
                earlier = all(context.pipeline.stage_index(jobs[maker]) < index for maker in makers)
                if earlier and not scope.values(name) and name not in assigned:
                    told.add(name)
                    message = f"uses ${name} of {_either(makers)}, and does not get its dotenv report"
                    yield context.word_fault(command, word, [job], message)
