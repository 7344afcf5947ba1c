"""What `just` runs: the recipes that a command asks for, and those that they need."""

from __future__ import annotations

from cilint.shell.calls import joined, read_called, upwards
from cilint.shell.command import Part
from cilint.shell.just_call import asked_by
from cilint.shell.just_values import Values
from cilint.shell.justfile import Justfile, Rule
from cilint.shell.recipes import Recipes, exported

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import TypeAlias

    from cilint.compose.fetch import Project
    from cilint.shell.command import Command
    from cilint.shell.just_call import Call
    from cilint.shell.justfile import Token
    from cilint.shell.script import Recipe, Wrappers
    from cilint.source import Source

    # The justfile, its folder, the recipe that is asked for with what it is given.
    Goal: TypeAlias = tuple[Justfile, str, str, tuple[str, ...]]

_NAMES = ("justfile", ".justfile", "Justfile")
_OF_MODULE = ("{0}.just", "{0}/mod.just", "{0}/justfile", "{0}/.justfile")
_SHELLS = ("sh", "bash", "dash", "ash", "zsh", "ksh")
_MAX_FILES = 30
_MAX_GOALS = 100
_MAX_FORMS = 4


class Justfiles:
    """The justfiles of one repository. wrappers: see Script. made: what shells get of them."""

    __slots__ = ("_files", "_project", "made")

    def __init__(self, project: Project, wrappers: Wrappers) -> None:
        self._project = project
        self._files: dict[str, Justfile | None] = {}
        self.made = Recipes(wrappers)

    def run(
        self, command: Command, folder: str, asked: Callable[[str], list[str]]
    ) -> Iterator[tuple[Recipe | Source, str]]:
        """What a command runs, in its order, each with the folder where it runs: recipes that are shell, and the
        justfile of those that are not.

        folder: where the command runs. asked: what the environment gives a variable.
        """
        call = asked_by(command, folder)
        found = self._found(call) if call is not None else None
        if call is None or found is None:
            return
        work = _Work(self, call, asked)
        for goal in self._goals(*found, call.words):
            yield from work.run(goal)

    @property
    def recipes(self) -> list[Recipe]:
        """All that were read."""
        return self.made.all

    def module(self, file: Justfile, folder: str, name: str) -> tuple[Justfile, str] | None:
        """A module of a justfile, with its folder."""
        path = file.modules[name]
        wanted = [path, *(f"{path}/{one}" for one in _NAMES)] if path else [one.format(name) for one in _OF_MODULE]
        for one in wanted:
            place = joined(folder, one)
            inner = self._file(place)
            if inner is not None:
                return inner, place.rpartition("/")[0]
        return None

    def _goals(self, file: Justfile, folder: str, words: list[str]) -> Iterator[Goal]:
        """The recipes that words name, each with the arguments that it takes of them."""
        left = list(words) or [file.first]
        for _ in range(_MAX_GOALS):
            if not left:
                return
            inner: tuple[Justfile, str] | None = (file, folder)
            path = left.pop(0).split("::")
            while inner is not None and path[0] not in inner[0].rules and path[0] in inner[0].modules:
                inner = self.module(*inner, path[0])
                path = path[1:] or ([left.pop(0)] if left else [inner[0].first] if inner is not None else [""])
            name = path[0]
            rule = inner[0].rules.get(inner[0].aliases.get(name, name)) if inner is not None else None
            if inner is None or rule is None:
                return  # just says so, and runs nothing more
            count = len(left) if any(one.rest for one in rule.parameters) else len(rule.parameters)
            yield (*inner, inner[0].aliases.get(name, name), tuple(left[:count]))
            left = left[count:]

    def _found(self, call: Call) -> tuple[Justfile, str] | None:
        """The justfile of a call, with its folder: the nearest one upwards."""
        if call.file:
            path = joined(call.folder, call.file)
            file = self._file(path)
            return (file, path.rpartition("/")[0]) if file is not None else None
        for folder in upwards(call.folder):
            for name in _NAMES:
                file = self._file(joined(folder, name))
                if file is not None:
                    return file, folder
        return None

    def _file(self, path: str) -> Justfile | None:
        if path not in self._files:
            self._files[path] = self._read(path) if len(self._files) < _MAX_FILES * len(_NAMES) else None
        return self._files[path]

    def _read(self, path: str) -> Justfile | None:
        file = Justfile()
        seen: set[str] = set()

        def take(path: str) -> bool:
            source = read_called(self._project, path) if path not in seen else None
            seen.add(path)
            if source is None or len(seen) > _MAX_FILES:
                return False
            folder = path.rpartition("/")[0]
            for inner in file.take(source):
                take(joined(folder, inner))
            return True

        return file if take(path) else None


class _Work:
    """What one call of just does. No recipe is run twice with the same arguments."""

    __slots__ = ("_asked", "_call", "_done", "_files", "_values")

    def __init__(self, files: Justfiles, call: Call, asked: Callable[[str], list[str]]) -> None:
        self._files = files
        self._call = call
        self._asked = asked
        self._done: set[tuple[str, str, tuple[str, ...]]] = set()
        self._values: dict[int, Values] = {}

    def run(self, goal: Goal) -> Iterator[tuple[Recipe | Source, str]]:
        """A recipe with those that it needs before it, and those behind it."""
        waiting: list[tuple[Goal, bool]] = [(goal, False)]
        while waiting:
            (file, folder, name, given), ready = waiting.pop()
            name = file.aliases.get(name, name)
            rule = file.rules.get(name)
            if rule is None:
                continue
            values = self._values.get(id(file))
            if values is None:
                values = self._values[id(file)] = Values(file, self._call.given, self._asked)
            local = _local(rule, values, given)
            if ready:
                place = self._place(file, rule, folder, values)
                yield from ((one, place) for one in self._shell(file, rule, values, local))
                continue
            key = (folder, name, given)
            if key in self._done or len(self._done) >= _MAX_GOALS:
                continue
            self._done.add(key)
            needs = [self._needed(file, folder, need, values, local) for need in rule.needs]
            after = [self._needed(file, folder, need, values, local) for need in rule.after]
            waiting += [(one, False) for one in reversed(after) if one is not None]
            waiting.append(((file, folder, name, given), True))
            waiting += [(one, False) for one in reversed(needs) if one is not None]

    def _needed(
        self,
        file: Justfile,
        folder: str,
        need: tuple[str, list[list[Token]]],
        values: Values,
        local: dict[str, list[str]],
    ) -> Goal | None:
        *modules, name = need[0].split("::")
        place: tuple[Justfile, str] | None = (file, folder)
        for module in modules:
            if place is None or module not in place[0].modules:
                return None
            place = self._files.module(*place, module)
        given = tuple(values.of(tokens, local)[0] for tokens in need[1])
        return (*place, name, given) if place is not None else None

    def _place(self, file: Justfile, rule: Rule, folder: str, values: Values) -> str:
        """Where a recipe runs: in the justfile's folder, if nothing says otherwise."""
        if "no-cd" in rule.attributes:
            return self._call.folder
        folder = self._call.place or folder
        if "working-directory" in file.settings:
            folder = joined(folder, values.of(file.settings["working-directory"], {})[0])
        return joined(folder, rule.attributes.get("working-directory", ""))

    def _shell(
        self, file: Justfile, rule: Rule, values: Values, local: dict[str, list[str]]
    ) -> Iterator[Recipe | Source]:
        lines = rule.lines
        first = next((text.strip() for text, _ in lines if text.strip()), "")
        if first[:2] == "#!" or "script" in rule.attributes:
            interpreter = first if first[:2] == "#!" else rule.attributes["script"] or "sh"
            if not any(name in _SHELLS for name in interpreter.replace("/", " ").split()):
                yield rule.source
                return
            yield from self._exported(file, rule, values, local)
            yield from self._texts([lines], rule, values, local)
            return
        if any(name == "text" for name, _ in file.settings.get("shell", ())):
            shell = next(text for kind, text in file.settings["shell"] if kind == "text")
            if shell.rpartition("/")[2] not in _SHELLS:
                yield rule.source
                return
        yield from self._exported(file, rule, values, local)
        yield from self._texts(_logical(lines), rule, values, local)

    def _exported(self, file: Justfile, rule: Rule, values: Values, local: dict[str, list[str]]) -> Iterator[Recipe]:
        """What the shell gets in its environment, as assignments at the place where it is written."""
        start = rule.lines[0][1] if rule.lines else 0
        given = {one.name: (rule.source, start) for one in rule.parameters if one.exported}
        every = "export" in file.settings
        if every:
            given |= dict.fromkeys((*file.values, *local), (rule.source, start))
        for name, (source, offset) in {**file.exported, **given}.items():
            for value in values.of_variable(name, local):
                yield from self._files.made.of(exported(name, value, offset), source)

    def _texts(
        self, texts: list[list[tuple[str, int]]], rule: Rule, values: Values, local: dict[str, list[str]]
    ) -> Iterator[Recipe]:
        for lines in texts:
            forms: list[list[Part]] = [[]]
            for text, offset in lines:
                own = values.parts(f"{text}\n", offset, local)
                forms = [[*before, *one] for before in forms for one in own][:_MAX_FORMS]
            for parts in forms:
                bare, forgiving = _without_signs(parts)
                yield from self._files.made.of(bare, rule.source, forgiving=forgiving)


def _local(rule: Rule, values: Values, given: tuple[str, ...]) -> dict[str, list[str]]:
    """The values of a recipe's parameters."""
    local: dict[str, list[str]] = {}
    left = list(given)
    for one in rule.parameters:
        if one.rest and left:
            local[one.name] = [" ".join(left)]
            left = []
        elif left:
            local[one.name] = [left.pop(0)]
        elif one.default is not None:
            local[one.name] = values.of(one.default, local)
        else:
            local[one.name] = [""]
    return local


def _logical(lines: list[tuple[str, int]]) -> list[list[tuple[str, int]]]:
    """Lines of a recipe, each with those that it goes on with."""
    found: list[list[tuple[str, int]]] = []
    goes_on = False
    for line in lines:
        if goes_on:
            found[-1].append(line)
        elif line[0].strip():
            found.append([line])
        goes_on = line[0].endswith("\\")
    return found


def _without_signs(parts: list[Part]) -> tuple[list[Part], bool]:
    """A line without the `@` and `-` before it, and whether just goes on when it fails."""
    if not parts:
        return [], False
    first = parts[0]
    text = first.text.lstrip(" \t")
    bare = text.lstrip("@-")
    start = first.start + len(first.text) - len(bare)
    ignored = "-" in text[: len(text) - len(bare)]
    rest = [Part("text", bare, start, first.end), *parts[1:]] if bare else parts[1:]
    return rest if any(part.text.strip() for part in rest) else [], ignored
