"""Excuses: what makes good the failure of a command, other than `|| true` and `set +e`."""

from __future__ import annotations

from cilint.pattern import Pattern

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import TypeAlias

    from cilint.shell.command import Command, Word

    Told: TypeAlias = tuple[Command, str]

SAYING = ("echo", "printf")
# Programs that pass on what they get, and end well whatever that is.
PASSING = (
    "tee",
    "cat",
    "tail",
    "head",
    "sed",
    "awk",
    "sort",
    "uniq",
    "tr",
    "cut",
    "wc",
    "column",
    "ts",
    "gzip",
    "less",
)
_SILENT = ("true", ":")
_WELL = Pattern(r"\bexit[ \t]+0[ \t]*[;}]?[ \t]*$")
_ENDS = ("EXIT", "0", "ERR")  # the conditions of `trap` under which a failing script comes by
_REPORTS = (".json", ".sarif", ".xml", ".txt")
_LOGS = ("1", "2", "/dev/stderr", "/dev/stdout", "/dev/null")


def swallows(command: Command) -> bool:
    """Whether a branch of this one command does nothing but make a failure good."""
    name, arguments = command.name, command.arguments
    return name in _SILENT or name in SAYING or (name in ("exit", "return") and arguments == ["0"])


def reads_status(command: Command) -> bool:
    """Whether a command reads how the one before it ended."""
    return any(name in ("?", "PIPESTATUS") for word in command.all_words for name in word.variables)


def by_trap(commands: list[Command]) -> Iterator[Told]:
    """`trap 'exit 0' EXIT`, and functions that end so without a look at the status."""
    if not any(one.name == "trap" for one in commands):
        return
    asking = {one.function for one in commands if any("?" in word.variables for word in one.all_words)}
    ending = {one.function for one in commands if one.name == "exit" and one.arguments == ["0"] and _always(one)}
    for command in commands:
        words = command.arguments
        if command.name == "trap" and any(word in _ENDS for word in words[1:]):
            told = words[0].split()
            if _WELL.search(words[0]) or (len(told) == 1 and told[0] in ending - asking):
                yield command, "trap: the script ends well whatever fails"


def _always(command: Command) -> bool:
    """Whether a command of a function runs whenever the function does."""
    body = command.group
    return body is not None and body.group is None and command.joined not in ("&&", "||")


def by_exit(commands: list[Command]) -> Iterator[Told]:
    """`exit 0` that nothing decides, with commands behind it that nobody will see run."""
    for index, command in enumerate(commands[:-1]):
        if (
            command.name == "exit"
            and command.arguments in ([], ["0"])
            and command.joined in ("", ";")
            and not (command.group or command.function or command.condition or command.outer)
            and not commands[index + 1].function
        ):
            yield command, "exit 0: nothing behind it runs"
            return


def by_branch(commands: list[Command], matters: Callable[[Command], bool]) -> Iterator[Told]:
    """`if ! make test; then echo failed; fi`: asked for its status, of which then nothing comes."""
    for command in commands:
        if not command.inner or not command.script.text.startswith("fi", command.start):
            continue
        asked = [one for one in command.inner if one.condition and one.pipe[-1] is one]
        branches = [one for one in command.inner if not one.condition]
        # Who leaves in one case and goes on in the other asks a question: `if ! ./is_release.sh; then exit 0; fi`.
        if branches and all(one.name in (*SAYING, *_SILENT) and not _writes(one) for one in branches):
            for one in asked:
                if one.name and matters(one) and not one.redirects:  # whoever drops the output asks a question
                    yield one, f"if: a failure of {one.name} does not stop the pipeline"
                    break


def _writes(command: Command) -> bool:
    return len(command.pipe) > 1 or any(word.text.lstrip("&") not in _LOGS for word in command.redirected())


def by_pipe(
    commands: list[Command], matters: Callable[[Command], bool], shows: Callable[[Command], bool]
) -> Iterator[Told]:
    """`make test | tee log` where the status of a pipe is that of its last command.

    shows: whether a command is what the job is there for; then whatever else passes its output on counts, too.
    """
    if any("PIPESTATUS" in word.text for command in commands for word in command.all_words):
        return
    for command in commands:
        if command.name in PASSING and command.pipe[-1] is command and not command.condition:
            counts = matters if command.name == "tee" else shows
            first = next((one for one in command.pipe[:-1] if one.name not in SAYING and counts(one)), None)
            if first is not None:
                yield (
                    first,
                    f"| {command.name} without pipefail: a failure of {first.name or 'the commands'} does not stop the pipeline",
                )


def by_option(commands: list[Command], excusing: dict[str, list[str]]) -> Iterator[tuple[Command, Word, str]]:
    """A tool's own switch for ending well. excusing: {program: options, or option=value}; `npm audit`: its subcommand."""
    for command in commands:
        for key in (command.name, f"{command.name} {command.arguments[0]}" if command.arguments else ""):
            for option in excusing.get(key, ()):
                name, _, value = option.partition("=")
                word = next((one for one in command.argv[1:] if one.text == option), None)
                if word is None and value:
                    given = command.option(name)
                    word = given if given is not None and given.text == value else None
                if word is not None:
                    yield command, word, f"{command.name} {option}: it ends well whatever it finds"


def by_default(commands: list[Command], failing: dict[str, list[str]]) -> Iterator[Told]:
    """Scanners that fail only when told to, of which no call is told, and whose report nobody reads afterwards.

    commands: all of them, those of substitutions as well. failing: {program: options of which one lets it fail}.
    """
    for program, options in failing.items():
        calls = [one for one in commands if one.name == program and _scans(one)]
        if not calls or any(one.has(*options) for one in calls):
            continue
        behind = commands[commands.index(calls[0]) + 1 :]
        reports = {name for one in calls for name in _reports(one)}
        if not any(name in word.text for one in behind for word in one.all_words for name in reports):
            yield calls[0], f"{program} without {' or '.join(options)} ends well whatever it finds"


def _scans(command: Command) -> bool:
    words = command.arguments
    return bool(words) and not command.asks and (words[0] == "scan" or words[0][:1] == "-") and len(command.pipe) == 1


def _reports(command: Command) -> Iterator[str]:
    """The files that a scanner writes, as far as their names say."""
    for word in (*command.argv[1:], *command.redirected()):
        name = word.text.rpartition("=")[2].rpartition("/")[2]
        if word.static and name.endswith(_REPORTS):
            yield name
