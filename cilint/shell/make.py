"""What `make` runs: the recipes of the targets that a command asks for, and of what these need."""

from __future__ import annotations

from cilint.like import like
from cilint.shell.calls import joined, read_called
from cilint.shell.command import Part
from cilint.shell.makefile import Makefile, Rule, Values
from cilint.shell.recipes import Recipes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from cilint.compose.fetch import Project
    from cilint.shell.command import Command
    from cilint.shell.script import Recipe, Wrappers

_NAMES = ("GNUmakefile", "makefile", "Makefile")
_VALUED = ("-I", "--include-dir", "-o", "-W", "--old-file", "--what-if", "-l", "-j", "--jobs")
_FOLDER = ("-C", "--directory")
_FILE = ("-f", "--file", "--makefile")
_ASKING = "nqtpv"  # letters of options with which nothing is run
_ASKING_LONG = (
    "--dry-run", "--just-print", "--recon", "--question", "--touch", "--print-data-base", "--version", "--help",
)  # fmt: skip
_MAX_TARGETS = 100
_MAX_FILES = 30


class _Call:
    """A command line of make. folder: where it works; file: "" for the usual ones."""

    __slots__ = ("file", "folder", "forgiving", "given", "goals")

    def __init__(self, folder: str) -> None:
        self.folder = folder
        self.file = ""
        self.goals: list[str] = []
        self.given: dict[str, str] = {}
        self.forgiving = False


class Makefiles:
    """The Makefiles of one repository. wrappers: see Script."""

    __slots__ = ("_files", "_project", "_recipes")

    def __init__(self, project: Project, wrappers: Wrappers) -> None:
        self._project = project
        self._files: dict[str, Makefile | None] = {}
        self._recipes = Recipes(wrappers)

    def run(self, command: Command, folder: str, asked: Callable[[str], list[str]]) -> Iterator[tuple[Recipe, str]]:
        """The lines of recipes that a command runs, in their order, each with the folder where it runs.

        folder: where the command runs. asked: what the environment gives a variable.
        """
        call = _call(command, folder)
        file = self._makefile(call) if call is not None else None
        if call is None or file is None:
            return
        values = Values(file, call.given, asked)
        done: set[str] = set()
        for goal in call.goals or [file.first]:
            for recipe in self._made(file, values, goal, done, forgiving=call.forgiving):
                yield recipe, call.folder

    @property
    def recipes(self) -> list[Recipe]:
        """All that were read."""
        return self._recipes.all

    def _made(self, file: Makefile, values: Values, goal: str, done: set[str], *, forgiving: bool) -> Iterator[Recipe]:
        """What makes a target: first what it needs, then its own recipe. No target is made twice."""
        waiting: list[tuple[str, bool]] = [(goal, False)]
        while waiting:
            target, ready = waiting.pop()
            rule, stem = _rule(file, target)
            if rule is None or (not ready and (target in done or len(done) >= _MAX_TARGETS)):
                continue
            done.add(target)
            needed = [
                name.replace("%", stem)
                for text in rule.prerequisites
                for name in values.texts(text, {"*": stem})[0].split()
            ]
            if ready:
                names = {"@": target, "*": stem, "<": needed[0] if needed else "", "^": " ".join(needed)}
                yield from self._recipe(file, rule, values, names, forgiving=forgiving)
            else:
                waiting.append((target, True))
                waiting += [(name, False) for name in reversed(needed[:_MAX_TARGETS])]

    def _recipe(
        self, file: Makefile, rule: Rule, values: Values, names: dict[str, str], *, forgiving: bool
    ) -> Iterator[Recipe]:
        together: list[Part] = []
        for line in rule.lines:
            for parts in values.parts(line, names):
                parts, ignored = _without_signs(parts)
                if file.one_shell:
                    together += [*parts, Part("text", "\n", parts[-1].end, parts[-1].end)] if parts else []
                    break
                yield from self._recipes.of(parts, line.source, forgiving=forgiving or ignored)
        if together:
            yield from self._recipes.of(together, rule.lines[0].source, forgiving=forgiving)

    def _makefile(self, call: _Call) -> Makefile | None:
        for name in (call.file,) if call.file else _NAMES:
            path = joined(call.folder, name)
            if path not in self._files:
                self._files[path] = self._read(path, call.folder)
            if self._files[path] is not None:
                return self._files[path]
        return None

    def _read(self, path: str, folder: str) -> Makefile | None:
        file = Makefile()
        seen: set[str] = set()

        def take(path: str) -> bool:
            source = read_called(self._project, path) if path not in seen else None
            seen.add(path)
            if source is None or len(seen) > _MAX_FILES:
                return False
            file.take(source, include)
            return True

        def include(words: str) -> None:
            for word in Values(file, {}, lambda _: []).texts(words, {})[0].split():
                wanted = joined(folder, word)
                if "*" not in wanted:
                    take(wanted)
                    continue
                for one in self._project.list_files():
                    if like(one, wanted) and len(seen) <= _MAX_FILES:
                        take(one)

        return file if take(path) else None


def _rule(file: Makefile, target: str) -> tuple[Rule | None, str]:
    """The rule that makes a target, and what `%` stands for in it."""
    rule = file.rules.get(target)
    if rule is not None and rule.lines:
        return rule, ""
    for pattern, one in file.rules.items():
        if "%" in pattern and one.lines and like(target, pattern.replace("*", "").replace("%", "*", 1)):
            before, _, after = pattern.partition("%")
            return one, target[len(before) : len(target) - len(after)]
    return rule, ""


def _without_signs(parts: list[Part]) -> tuple[list[Part], bool]:
    """A line without the `@`, `-` and `+` before it, and whether make goes on when it fails."""
    ignored = False
    for index, part in enumerate(parts):
        text = part.text.lstrip("@-+ \t")
        ignored = ignored or "-" in part.text[: len(part.text) - len(text)]
        if text:
            exact = part.end - part.start == len(part.text)
            start = part.start + len(part.text) - len(text) if exact else part.start
            return [Part("text", text, start, part.end), *parts[index + 1 :]], ignored
    return [], ignored


def _call(command: Command, folder: str) -> _Call | None:
    """What the command line asks for; None where nothing is run."""
    call = _Call(folder)
    waiting = ""
    for word in command.argv[1:]:
        text = word.text
        if waiting:
            _take(call, waiting, text)
            waiting = ""
        elif text[:2] == "--":
            name, equals, value = text.partition("=")
            if name in _ASKING_LONG:
                return None
            call.forgiving = call.forgiving or name == "--ignore-errors"
            if equals:
                _take(call, name, value)
            elif name in (*_FOLDER, *_FILE, *_VALUED) and name != "--jobs":
                waiting = name
        elif text[:1] == "-":
            if text[:2] in (*_FOLDER, *_FILE):
                if text[2:]:
                    _take(call, text[:2], text[2:])
                else:
                    waiting = text
            elif text in _VALUED and text != "-j":
                waiting = text
            elif text[1:2] not in "jlIoWO" and set(text[1:]) & set(_ASKING):
                return None
            else:
                call.forgiving = call.forgiving or (text[1:2] not in "jlIoWO" and "i" in text)
        elif "=" in text and text.partition("=")[0].isidentifier():
            name, _, value = text.partition("=")
            call.given[name.rstrip(":")] = value
        elif word.static and not text.isdigit():  # a number belongs to `-j`
            call.goals.append(text)
        elif not text.isdigit():
            return None  # nobody knows what is made
    return call


def _take(call: _Call, option: str, value: str) -> None:
    if option in _FOLDER:
        call.folder = joined(call.folder, value)
    elif option in _FILE:
        call.file = value
