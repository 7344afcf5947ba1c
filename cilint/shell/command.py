"""Command, Word, Part, Redirect: what a shell would run, with its place in the text."""

from __future__ import annotations

from cilint.shell.wrappers import WRAPPERS, unwrapped

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from cilint.shell.script import Script
    from cilint.span import Span

TO_FILE = (">", ">>", ">|")  # operators of redirections
OF_TEXT = ("<<", "<<<")
_ABOUT = ("--version", "-version", "-V", "version", "-h", "help")


class Part:
    """A piece of a word.

    kind: "text", "variable" (text is the name), "command" (`$(...)`, backticks), "process" (`<(...)`) or "arithmetic".
    quoted: inside double quotes. commands: those of a substitution. start, end: offsets in the script's text. key and
    default: see Reference (`parameters.py`).
    """

    __slots__ = ("commands", "end", "kind", "quoted", "start", "text")

    key: str = ""
    default: str = ""

    def __init__(
        self, kind: str, text: str, start: int, end: int, *, quoted: bool = False, commands: list[Command] | None = None
    ) -> None:
        self.kind = kind
        self.text = text
        self.start = start
        self.end = end
        self.quoted = quoted
        self.commands = commands or []

    def moved(self, start: int, end: int, *, quoted: bool) -> Part:
        """The same at another place, without the commands in it."""
        return Part(self.kind, self.text, start, end, quoted=quoted)

    def __repr__(self) -> str:
        return f"Part({self.kind} {self.text!r})"


class Word:
    """One word.

    text: quotes removed, variables as `$NAME`, substitutions as `$(...)`. static: nothing but text in it.
    parts: its pieces; () for a static word. quoted: it begins with a quote. items: those of an array, `a=(b c)`.
    """

    __slots__ = ("end", "items", "parts", "quoted", "start", "static", "text")

    def __init__(self, text: str, start: int, end: int, parts: tuple[Part, ...] = (), *, quoted: bool = False) -> None:
        self.text = text
        self.start = start
        self.end = end
        self.parts = parts
        self.static = not any(part.kind != "text" for part in parts)
        self.quoted = quoted
        self.items: tuple[Word, ...] | None = None

    @property
    def variables(self) -> list[str]:
        """Names of the variables that the shell puts in, keys of parameters; those inside substitutions not counted."""
        return [part.key or part.text for part in self.parts if part.kind == "variable"]

    @property
    def commands(self) -> list[Command]:
        """The commands of its substitutions."""
        return [command for part in self.parts for command in part.commands]

    def __repr__(self) -> str:
        return f"Word({self.text!r})"


class Redirect:
    """A redirection. op: "<", ">", ">>", "<<<", "<<" ...; word: the target, or the body of a here-document."""

    __slots__ = ("op", "word")

    def __init__(self, op: str, word: Word) -> None:
        self.op = op
        self.word = word

    def __repr__(self) -> str:
        return f"Redirect({self.op} {self.word.text!r})"


class Command:
    """A simple command, or a compound one (`words` empty, `inner` filled) where something joins it as a whole.

    words: name and arguments. assignments: `NAME=word` before them. joined: the operator before it ("", ";", "&&",
    "||", "|", "&"). followed: the operator behind it. pipe: the commands of its pipeline, in order. parent: the command
    in whose substitution it stands. group: the compound command around it. outer: the command whose words hold it
    (`bash -c '...'`, `xargs rm`). away: it does not run where the job does (`ssh`, `docker run`). condition: it decides
    an if, while or until. function: the function that it belongs to. negated: a `!` stands before it. ends: it is the
    last of its list, of a branch of an if or a case above all.
    """

    __slots__ = (
        "_argv", "_name", "assignments", "away", "condition", "end", "ends", "followed", "function", "group", "inner", "joined", "negated", "next", "outer",
        "parent", "pipe", "redirects", "script", "start", "words",
    )  # fmt: skip

    def __init__(self, script: Script, start: int) -> None:
        self.script = script
        self.start = start
        self.end = start
        self.words: list[Word] = []
        self._argv: list[Word] | None = None
        self._name: str | None = None
        self.assignments: list[tuple[str, Word]] = []
        self.redirects: list[Redirect] = []
        self.inner: list[Command] = []
        self.pipe: list[Command] = [self]
        self.joined = ""
        self.followed = ""
        self.next: Command | None = None
        self.parent: Command | None = None
        self.outer: Command | None = None
        self.group: Command | None = None
        self.away = False
        self.condition = False
        self.negated = False
        self.ends = False
        self.function = ""

    @property
    def span(self) -> Span:
        """Where the command is written."""
        return self.script.span(self.start, self.end)

    @property
    def all_words(self) -> list[Word]:
        """Its words, and the values of the assignments before them."""
        return [*self.words, *(word for _, word in self.assignments)] if self.assignments else self.words

    def redirected(self, ops: tuple[str, ...] = ()) -> list[Word]:
        """The words of its redirections, or of those with these operators."""
        return [redirect.word for redirect in self.redirects if not ops or redirect.op in ops]

    @property
    def earlier(self) -> list[Command]:
        """The commands before it in its pipeline."""
        return self.pipe[: self.pipe.index(self)]

    @property
    def argv(self) -> list[Word]:
        """The words of the command that really runs: `sudo`, `env A=b`, `timeout 5` and their like taken off."""
        words = self._argv
        if words is None:
            words = self.words
            for _ in range(4):
                name = words[0].text.rpartition("/")[2] if words else ""
                skip = self.script.wrappers.get(name)
                if isinstance(skip, str):
                    rest = _unaliased(skip, words)
                else:
                    rest = words[1 + skip :] if skip is not None else unwrapped(name, words) if name in WRAPPERS else []
                if not rest:
                    break
                words = rest
            self._argv = words
        return words

    def forget(self) -> None:
        """Look again for wrappers: functions that run `"$@"` may have come to light."""
        self._argv = None
        self._name = None

    @property
    def name(self) -> str:
        """The program's name without its folder; "" for assignments alone and for compound commands."""
        name = self._name
        if name is None:
            words = self.argv
            name = words[0].text.rpartition("/")[2] if words else ""
            if "@" in name:
                name = name.partition("@")[0] or name  # `npx cdk@2 deploy`
            self._name = name
        return name

    @property
    def arguments(self) -> list[str]:
        """The texts of the words behind the program's name."""
        return [word.text for word in self.argv[1:]]

    def option(self, *names: str) -> Word | None:
        """The value of an option, written `--name value` or `--name=value`; the last one wins. names: with their dashes."""
        found: Word | None = None
        words = self.argv
        for index, word in enumerate(words):
            text = word.text
            if text[:1] != "-":
                continue
            name, equals, _ = text.partition("=")
            if name in names and equals and name[:2] == "--":
                found = tail(word, len(name) + 1)
            elif text in names and index + 1 < len(words):
                found = words[index + 1]
        return found

    def has(self, *options: str) -> bool:
        """Whether one of the words is given, alone or as `--name=...`."""
        return any(
            word.text in options or (word.text[:2] == "--" and word.text.partition("=")[0] in options)
            for word in self.argv
        )

    @property
    def operands(self) -> list[Word]:
        """The words that are no options; the value behind an option counts as one of them."""
        return [word for word in self.argv[1:] if not word.text.startswith("-") or word.text == "-"]

    @property
    def asks(self) -> bool:
        """Whether the program only tells about itself: `trivy --version`, `scripts/deploy.sh --help`."""
        arguments = self.arguments
        return bool(arguments) and ("--help" in arguments or (len(arguments) == 1 and arguments[0] in _ABOUT))

    def __repr__(self) -> str:
        return f"Command({' '.join(word.text for word in self.words)})"


def tail(word: Word, cut: int) -> Word:
    """The word without its first `cut` characters of text."""
    parts: list[Part] = []
    left = cut
    for part in word.parts:
        size = len(part.text) + (part.kind == "variable")
        if left >= size:
            left -= size
            continue
        if left and part.kind == "text":
            text = part.text[left:]
            part = Part("text", text, part.end - len(text), part.end, quoted=part.quoted)
        left = 0
        parts.append(part)
    start = parts[0].start if parts else word.end if word.parts else word.start + cut
    rest = Word(word.text[cut:], min(start, word.end), word.end, tuple(parts))
    rest.items = word.items
    return rest


def _unaliased(text: str, words: list[Word]) -> list[Word]:
    """The words of a command that begins with an alias of a text. The alias does not stand for itself again."""
    pieces = text.split()
    first = words[0]
    if not pieces or pieces[0] == first.text or first.quoted:
        return []
    return [*(Word(one, first.start, first.end) for one in pieces), *words[1:]]


def nested(commands: list[Command]) -> Iterator[Command]:
    """The commands and those of their substitutions, however deep."""
    for command in commands:
        yield command
        for word in command.all_words:
            yield from nested(word.commands)
        yield from nested(command.inner)


DECLARING = ("export", "declare", "typeset", "local", "readonly")


def shell_assignments(command: Command) -> Iterator[tuple[str, Word]]:
    """What a command assigns to variables of the shell: `A=b` alone, `export A=b` and their like."""
    if not command.words:
        yield from command.assignments
    elif command.words[0].text in DECLARING:
        for word in command.words[1:]:
            name, equals, _ = word.text.partition("=")
            if equals and name.isidentifier():
                yield name, tail(word, len(name) + 1)


def all_assignments(command: Command) -> Iterator[tuple[str, Word]]:
    """What a command assigns: to variables of the shell, or for itself alone (`A=b make`)."""
    yield from shell_assignments(command)
    if command.words:
        yield from command.assignments
