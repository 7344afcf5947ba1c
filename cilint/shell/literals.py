"""Variables whose value the files tell, put where a command says what it runs: `$KUBECTL apply`, `npm run "$TASK"`,
`eval "$COMMAND"`.

Values come from the shell itself (`KUBECTL=kubectl`, `for task in lint test`, `${KUBECTL:-kubectl}`) and from the
`variables:` of YAML, which may differ from job to job. A variable may have several values; each makes a command. The
command as it is written stays, and the ones with values stand behind it.
"""

from __future__ import annotations

from cilint.shell.arguments import Calls
from cilint.shell.command import shell_assignments
from cilint.shell.holders import HOLDERS, held
from cilint.shell.script import is_arguments

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from typing import TypeAlias

    from cilint.pipeline.job import Job
    from cilint.shell.command import Command, Part, Word
    from cilint.shell.parameters import Reference
    from cilint.shell.script import Script

    # The values that YAML gives a variable in a job, those that are known whole.
    Values: TypeAlias = Callable[[Job, str], list[str]]
    # Offsets of variables with their values, those of `"$@"` being several words.
    Chosen: TypeAlias = tuple[tuple[int, str | tuple[str, ...]], ...]

# Commands of which no operand says what runs.
_SAY_NOTHING = frozenset((
    "[", "[[", "awk", "case", "cat", "chmod", "chown", "cp", "cut", "date", "declare", "dirname", "basename", "echo", "exit", "export",
    "false", "for", "grep", "head", "jq", "kill", "ln", "local", "ls", "mkdir", "mktemp", "mv", "printf", "pushd", "read", "readonly",
    "return", "rm", "sed", "select", "set", "shift", "sleep", "sort", "tail", "tar", "tee", "test", "touch", "tr", "true",
    "typeset", "unset", "unzip", "wc", "zip",
))  # fmt: skip
_MAX_VALUES = 4
_MAX_DEPTH = 4
_MAX_LENGTH = 4096
_MAX_ASSIGNED = 16
_MAX_LOOKUPS = 400  # for one command
_MAX_HEAD = 6
_MAX_OPERANDS = 2
_MAX_ARGUMENTS = 64


class Literals:
    """What is known of the variables of one pipeline's jobs. Equal commands of jobs with equal values are made once."""

    __slots__ = ("_assigned", "_calls", "_known", "_loose", "_made", "_values", "_yaml")

    def __init__(self, values: Values) -> None:
        self._values = values
        self._yaml: dict[tuple[str, str], list[str]] = {}
        self._calls: dict[str, Calls] = {}
        self._assigned: dict[int, dict[str, list[Word]]] = {}
        self._known: dict[str, _Known] = {}
        self._made: dict[tuple[int, Chosen], tuple[Command, list[Command]]] = {}
        self._loose: dict[int, tuple[list[Command], list[int]]] = {}

    def within(self, script: Script, job: Job, texts: list[Script]) -> list[Command]:
        """The script's commands, those with values behind the ones that leave to a variable what they run.

        texts: all texts that the job runs, whose assignments count.
        """
        commands, loose = self._loose.get(id(script), (None, []))
        if commands is not script.commands:
            commands = script.commands
            loose = [place for place, command in enumerate(commands) if _is_loose(command)]
            self._loose[id(script)] = commands, loose
        if not loose:
            return commands
        known = self._known.get(job.name)
        if known is None or known.texts is not texts:
            known = self._known[job.name] = _Known(self, job, texts)
        return known.within(script, loose)

    def put_in(self, command: Command, chosen: Chosen) -> list[Command]:
        """The commands that one becomes with values at the offsets where their variables stand."""
        key = (id(command), chosen)
        entry = self._made.get(key)
        if entry is None:
            from cilint.shell.filled import filled  # few commands need it

            entry = self._made[key] = command, filled(command, dict(chosen))  # it keeps the command, and so its id
        return entry[1]

    def handed_on(self, script: Script, words: list[Word]) -> list[Command]:
        """The command that some words of a call make up, for a script file runs what it is given."""
        key = (id(words[0]), ())
        entry = self._made.get(key)
        if entry is None:
            from cilint.shell.filled import command_of

            made = command_of(script, words)
            entry = self._made[key] = made[0], made
        return entry[1]

    def calls(self, job: Job) -> Calls:
        """What functions and files are called with in a job."""
        known = self._calls.get(job.name)
        if known is None:
            known = self._calls[job.name] = Calls()
        return known

    def of_yaml(self, job: Job, name: str) -> list[str]:
        """The values that YAML gives the variable."""
        key = (job.name, name)
        found = self._yaml.get(key)
        if found is None:
            found = self._yaml[key] = self._values(job, name)
        return found

    def assigned(self, script: Script) -> dict[str, list[Word]]:
        """What a text assigns, by name."""
        found = self._assigned.get(id(script))
        if found is None:
            found = self._assigned[id(script)] = {}
            for command in script.commands:
                if command.script is script:
                    for name, word in _assigned(command):
                        found.setdefault(name, []).append(word)
        return found


class _Known:
    """The values of variables in one job. texts: all that it runs; the list may grow, for files are found by values."""

    __slots__ = ("_assigned", "_calls", "_job", "_left", "_literals", "_taken", "_values", "_within", "texts")

    def __init__(self, literals: Literals, job: Job, texts: list[Script]) -> None:
        self._literals = literals
        self._job = job
        self.texts = texts
        self._calls = literals.calls(job)
        self._taken = (0, 0)
        self._left = 0
        self._assigned: dict[str, list[Word]] = {}
        self._values: dict[str, list[str]] = {}
        self._within: dict[int, tuple[list[Command], list[Command]]] = {}

    def within(self, script: Script, loose: list[int]) -> list[Command]:
        """The script's commands, those with values behind the ones at the places `loose`."""
        self._take()
        commands = script.commands
        known, found = self._within.get(id(script), (None, []))
        if known is not commands:
            found = []
            begin = 0
            for place in loose:
                found += commands[begin : place + 1]
                found += self._made(commands[place])
                begin = place + 1
            found += commands[begin:]
            self._within[id(script)] = commands, found
        return found

    def _take(self) -> None:
        """Read the assignments of texts that are new; what was worked out without them is forgotten."""
        state = (len(self.texts), self._calls.count)
        if self._taken == state:
            return
        for script in self.texts[self._taken[0] :]:
            for name, words in self._literals.assigned(script).items():
                self._assigned.setdefault(name, []).extend(words[:_MAX_VALUES])
        self._taken = state
        self._values.clear()
        self._within.clear()

    def _made(self, command: Command) -> list[Command]:
        made: list[Command] = []
        choices: list[Chosen] = [()]
        self._left = _MAX_LOOKUPS
        for part in _deciding(command):
            if part.kind != "variable":
                continue
            values: list[str] | list[tuple[str, ...]]
            if part.key and part.text in ("@", "*"):
                values = self._of_all(part)
                if is_arguments(command.argv[0]) and part in command.argv[0].parts:
                    if not command.function:
                        made += self._handed_on(part)
                    values = []
            else:
                values = self._of_part(part, ())
            if values:
                choices = [(*one, (part.start, value)) for one in choices for value in values][:_MAX_VALUES]
        return [*made, *(one for chosen in choices if chosen for one in self._literals.put_in(command, chosen))]

    def _of_all(self, part: Part) -> list[tuple[str, ...]]:
        """What `"$@"` may be: of each call, all arguments, by value where that is known."""
        one: Reference = part  # type: ignore[assignment]  # only references have keys
        calls = self._calls.of(one, self.texts)[:_MAX_VALUES]
        return [
            tuple((self._of_word(word, (one.key,)) or [word.text])[0] for word in one.of(words)[:_MAX_ARGUMENTS])
            for words in calls
        ]

    def _handed_on(self, part: Part) -> list[Command]:
        """What a script file runs by `"$@"`, where its callers say it."""
        one: Reference = part  # type: ignore[assignment]  # only references have keys
        found: list[Command] = []
        for words in self._calls.of(one, self.texts)[:_MAX_VALUES]:
            given = one.of(words)
            script = self._calls.owner(given)
            if script is not None:
                found += self._literals.handed_on(script, list(given))
        return found

    def _of_part(self, part: Part, within: tuple[str, ...]) -> list[str]:
        """The values of a variable where it stands; none when they are not known."""
        name = part.key or part.text
        self._left -= 1
        if len(within) >= _MAX_DEPTH or name in within or self._left < 0:
            return [part.default] if part.default else []
        values = self._values.get(name)
        if values is None:
            values = []
            for word in self._words(part)[:_MAX_ASSIGNED]:
                values += self._of_word(word, (*within, name))
            if not part.key:
                values = values or self._literals.of_yaml(self._job, name)
            values = [value for value in dict.fromkeys(values) if len(value) <= _MAX_LENGTH][:_MAX_VALUES]
            if not within:
                self._values[name] = values
        return values or ([part.default] if part.default else [])

    def _words(self, part: Part) -> list[Word]:
        """What the shell gives a variable or a parameter."""
        if not part.key:
            return self._assigned.get(part.text, [])
        return self._calls.words(part, self.texts)  # type: ignore[arg-type]  # only references have keys

    def _of_word(self, word: Word, within: tuple[str, ...]) -> list[str]:
        if word.static:
            return [word.text]
        found = [""]
        for part in word.parts:
            if part.kind == "text":
                pieces = [part.text]
            elif part.kind == "variable" and not part.commands:
                pieces = self._of_part(part, within)
            else:
                pieces = []
            found = [text + piece for text in found for piece in pieces][:_MAX_VALUES]
        return found


def _assigned(command: Command) -> Iterator[tuple[str, Word]]:
    yield from ((name, word) for name, word in shell_assignments(command) if word.items is None)
    words = command.words
    if len(words) > 3 and words[0].text == "for" and words[2].text == "in":
        yield from ((words[1].text, word) for word in words[3 : 3 + _MAX_VALUES])


def _is_loose(command: Command) -> bool:
    """Whether a variable decides what the command runs."""
    return command.name not in _SAY_NOTHING and any(part.kind == "variable" for part in _deciding(command))


def _head(command: Command) -> Sequence[Word]:
    """The words that say what a command runs: up to the second behind its name that is no option."""
    words = command.argv
    if not words:
        return ()
    name = command.name
    code = {id(word) for found, is_code, _ in held(command) if is_code for word in found} if name in HOLDERS else ()
    head = [words[0]]
    operands = 0
    for word in words[1:_MAX_HEAD]:
        if id(word) not in code:
            head.append(word)
        operands += not word.text.startswith("-")
        if operands == _MAX_OPERANDS:
            break
    return head


def _deciding(command: Command) -> Iterator[Part]:
    """The pieces of words that say what a command runs, and where all arguments of a function or a file stand."""
    head = _head(command)
    for word in head:
        yield from word.parts
    if command.script.references:
        known = {id(word) for word in head}
        for word in command.words:
            if not word.static and id(word) not in known:
                yield from (part for part in word.parts if part.key and part.text in ("@", "*"))
