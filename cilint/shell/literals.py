"""Variables whose value the files tell, put where a command says what it runs: `$KUBECTL apply`, `npm run "$TASK"`,
`eval "$COMMAND"`.

Values come from the shell itself (`KUBECTL=kubectl`, `for task in lint test`, `${KUBECTL:-kubectl}`) and from the
`variables:` of YAML, which may differ from job to job. A variable may have several values; each makes a command. The
command as it is written stays, and the ones with values stand behind it.
"""

from __future__ import annotations

from cilint.pattern import Pattern
from cilint.shell.command import Command, Part, Word, shell_assignments
from cilint.shell.holders import HOLDERS, held
from cilint.shell.script import Code, held_by, settle

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import TypeAlias

    from cilint.pipeline.job import Job
    from cilint.shell.script import Script

    # The values that YAML gives a variable in a job, those that are known whole.
    Values: TypeAlias = Callable[[Job, str], list[str]]

_DEFAULT = Pattern(r"\$\{\w+:?[-=]([\w./@:+ -]*)\}")
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
_MAX_PIPE = 32
_MAX_ASSIGNED = 16
_MAX_HEAD = 6
_MAX_OPERANDS = 2


class Literals:
    """What is known of the variables of one pipeline's jobs. Equal commands of jobs with equal values are made once."""

    __slots__ = ("_assigned", "_known", "_loose", "_made", "_values")

    def __init__(self, values: Values) -> None:
        self._values = values
        self._assigned: dict[int, dict[str, list[Word]]] = {}
        self._known: dict[str, _Known] = {}
        self._made: dict[tuple[int, tuple[tuple[int, str], ...]], tuple[Command, list[Command]]] = {}
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

    def put_in(self, command: Command, chosen: list[tuple[int, str]]) -> list[Command]:
        """The commands that one becomes with values at the offsets where their variables stand."""
        key = (id(command), tuple(chosen))
        entry = self._made.get(key)
        if entry is None:
            put = dict(chosen)
            made = _as_code(command, put) if command.script.given.keys() & put.keys() else _as_words(command, put)
            entry = self._made[key] = command, made  # which also keeps the command, and with it its id
        return entry[1]

    def of_yaml(self, job: Job, name: str) -> list[str]:
        """The values that YAML gives the variable."""
        return self._values(job, name)

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

    __slots__ = ("_assigned", "_job", "_literals", "_taken", "_values", "_within", "texts")

    def __init__(self, literals: Literals, job: Job, texts: list[Script]) -> None:
        self._literals = literals
        self._job = job
        self.texts = texts
        self._taken = 0
        self._assigned: dict[str, list[tuple[Word, Script]]] = {}
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
        if self._taken == len(self.texts):
            return
        for script in self.texts[self._taken :]:
            for name, words in self._literals.assigned(script).items():
                self._assigned.setdefault(name, []).extend((word, script) for word in words[:_MAX_VALUES])
        self._taken = len(self.texts)
        self._values.clear()
        self._within.clear()

    def _made(self, command: Command) -> list[Command]:
        choices: list[list[tuple[int, str]]] = [[]]
        for part in _head_parts(command):
            values = self._of_part(part, command.script, ()) if part.kind == "variable" else ()
            if values:
                choices = [[*one, (part.start, value)] for one in choices for value in values][:_MAX_VALUES]
        return [made for chosen in choices if chosen for made in self._literals.put_in(command, chosen)]

    def _of_part(self, part: Part, script: Script, within: tuple[str, ...]) -> list[str]:
        """The values of a variable where it stands; none when they are not known."""
        name = part.text
        if len(within) >= _MAX_DEPTH or name in within:
            return _default(part, script)
        values = self._values.get(name)
        if values is None:
            values = []
            for word, text in self._assigned.get(name, ())[:_MAX_ASSIGNED]:
                values += self._of_word(word, text, (*within, name))
            values = values or self._literals.of_yaml(self._job, name)
            values = [value for value in dict.fromkeys(values) if len(value) <= _MAX_LENGTH][:_MAX_VALUES]
            if not within:
                self._values[name] = values
        return values or _default(part, script)

    def _of_word(self, word: Word, script: Script, within: tuple[str, ...]) -> list[str]:
        if word.static:
            return [word.text]
        found = [""]
        for part in word.parts:
            if part.kind == "text":
                pieces = [part.text]
            elif part.kind == "variable" and not part.commands:
                pieces = self._of_part(part, script, within)
            else:
                pieces = []
            found = [text + piece for text in found for piece in pieces][:_MAX_VALUES]
        return found


def _default(part: Part, script: Script) -> list[str]:
    """`${NAME:-default}`."""
    if part.start in script.given:
        return []
    default = _DEFAULT.fullmatch(script.text, part.start, part.end)
    return [default[1]] if default and default[1] else []


def _assigned(command: Command) -> Iterator[tuple[str, Word]]:
    yield from ((name, word) for name, word in shell_assignments(command) if word.items is None)
    words = command.words
    if len(words) > 3 and words[0].text == "for" and words[2].text == "in":
        yield from ((words[1].text, word) for word in words[3 : 3 + _MAX_VALUES])


def _is_loose(command: Command) -> bool:
    """Whether a variable decides what the command runs."""
    return command.name not in _SAY_NOTHING and any(part.kind == "variable" for part in _head_parts(command))


def _head(command: Command) -> Iterable[Word]:
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


def _head_parts(command: Command) -> Iterator[Part]:
    for word in _head(command):
        if not word.static:
            yield from word.parts


def _as_words(command: Command, put: dict[int, str]) -> list[Command]:
    """The command with the values as a shell puts them in: blanks part words where no quotes are, and nothing else counts."""
    words: list[Word] = []
    for word in command.words:
        if word.static or not any(part.start in put for part in word.parts):
            words.append(word)
        else:
            words += _split(word, put)
    if not words:
        return []
    one = Command(command.script, command.start)
    one.end, one.words, one.redirects = command.end, words, command.redirects
    one.assignments = command.assignments
    if 1 < len(command.pipe) <= _MAX_PIPE:
        one.pipe = [one if other is command else other for other in command.pipe]
    made = [one]
    if one.name in HOLDERS:
        made += held_by(one, command.script.depth)
    for each in made:
        settle(each, command, away=False)
    return made


def _split(word: Word, put: dict[int, str]) -> list[Word]:
    runs: list[list[Part]] = [[]]
    for part in word.parts:
        if part.start not in put:
            runs[-1].append(part)
            continue
        value = put[part.start]
        pieces = [value] if part.quoted else value.split()
        for index, piece in enumerate(pieces):
            if index:
                runs.append([])
            runs[-1].append(Part("text", piece, part.start, part.end, quoted=part.quoted))
    return [
        Word("".join(f"${part.text}" if part.kind == "variable" else part.text for part in run), word.start, word.end, tuple(run))
        for run in runs
        if run
    ]  # fmt: skip


def _as_code(command: Command, put: dict[int, str]) -> list[Command]:
    """`eval "$COMMAND"`: the value is read as shell, with what stands around it."""
    script = command.script
    if script.depth > _MAX_DEPTH:
        return []
    parts: list[Part] = []
    start = command.start
    for place in sorted(place for place in script.given if command.start <= place < command.end):
        parts.append(Part("text", script.text[start:place], start, place))
        given = script.given[place]
        if place in put:
            parts.append(Part("text", put[place], place, place + 1))
        else:
            parts.append(Part(given.kind, given.text, place, place + 1))
        start = place + 1
    parts.append(Part("text", script.text[start : command.end], start, command.end))
    made = Code(script, parts, script.depth + 1).commands
    for each in made:
        settle(each, command, away=False)
    return made
