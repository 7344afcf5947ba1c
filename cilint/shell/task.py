"""What `task` runs: the commands of the tasks of a Taskfile that a command line asks for, and of those that they call."""

from __future__ import annotations

from cilint.shell.calls import joined, read_called, upwards
from cilint.shell.recipes import exported
from cilint.shell.script import Code
from cilint.shell.taskfile import NAMES, UNKNOWN, Include, Taskfile, path_of, pieces, rendered, take, text_of, texts
from cilint.tree.documents import read
from cilint.tree.node import Mapping, Scalar, Sequence, ruby_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from cilint.compose.fetch import Project
    from cilint.shell.command import Command, Part
    from cilint.shell.script import Script
    from cilint.shell.taskfile import Asked, Values
    from cilint.source import Source
    from cilint.tree.node import Node

_FILE = ("-t", "--taskfile")
_FOLDER = ("-d", "--dir")
_VALUED = ("-C", "--concurrency", "-I", "--interval", "-o", "--output", "--output-group-begin", "--output-group-end", "--sort",
           "--timeout", "--cert", "--cert-key", "--cacert", "--expiry", "--remote-cache-dir", "--completion")  # fmt: skip
_ASKING = ("-n", "--dry", "-l", "--list", "-a", "--list-all", "-j", "--json", "--summary", "--status", "--version", "-h",
           "--help", "-i", "--init", "-g", "--global")  # fmt: skip
_MAX_FILES = 30
_MAX_DEPTH = 8
_MAX_TASKS = 100  # of one call
_MAX_ITEMS = 8  # of a `for`
_MAX_TEXTS = 1_000


class _Call:
    """A command line of task. place: the folder that `--dir` names, None for none; behind: what stands behind `--`."""

    __slots__ = ("behind", "file", "folder", "given", "names", "place")

    def __init__(self, folder: str) -> None:
        self.folder = folder
        self.file = ""
        self.place: str | None = None
        self.names: list[str] = []
        self.given: dict[str, list[str]] = {}
        self.behind = ""


class Taskfiles:
    """The Taskfiles of one repository. chunk: makes a script of scalars, the same one for the same ones."""

    __slots__ = ("_chunk", "_files", "_project", "_texts")

    def __init__(self, project: Project, chunk: Callable[[tuple[Scalar, ...]], Script]) -> None:
        self._project = project
        self._chunk = chunk
        self._files: dict[str, Taskfile | None] = {}
        self._texts: dict[tuple[int, str, bool], Code] = {}

    def run(self, command: Command, folder: str, asked: Asked) -> Iterator[tuple[Script | Source, str]]:
        """What a command runs, in its order, each with the folder where it runs; the Taskfiles themselves before it.

        folder: where the command runs. asked: what the environment gives a variable.
        """
        call = _call(command, folder)
        found = self._found(call) if call is not None else None
        if call is None or found is None:
            return
        root, place = found
        work = _Work(self, root, place, call, asked)
        for name in call.names or ["default"]:
            yield from work.run(Include(root, place, None), name, call.given, 0)

    @property
    def recipes(self) -> list[Code]:
        """All texts that variables have a part in."""
        return list(self._texts.values())

    def text(self, node: Scalar, parts: list[Part], *, forgiving: bool) -> Script | None:
        """A command, the same for the same pieces of it; None when there are too many."""
        whole = self._chunk((node,))
        if not forgiving and len(parts) == 1 and parts[0].text == whole.text:
            return whole
        key = (id(node), "".join(part.text for part in parts), forgiving)
        found = self._texts.get(key)
        if found is None and len(self._texts) < _MAX_TEXTS:
            found = self._texts[key] = Code(whole, parts, 1)
            found.forgiving = forgiving
        return found

    def _found(self, call: _Call) -> tuple[Taskfile, str] | None:
        """The Taskfile of a call, and the folder where its tasks run: the nearest one upwards."""
        if call.file:
            path = joined(call.folder, call.file)
            file = self._file(path, 0)
            place = path.rpartition("/")[0] if call.place is None else call.place
            return (file, place) if file is not None else None
        for folder in upwards(call.folder if call.place is None else call.place):
            file = self._in(folder, 0)
            if file is not None:
                return file, folder
        return None

    def _in(self, folder: str, depth: int) -> Taskfile | None:
        found = (self._file(joined(folder, name), depth) for name in NAMES)
        return next((file for file in found if file is not None), None)

    def _file(self, path: str, depth: int) -> Taskfile | None:
        if path not in self._files:
            self._files[path] = None  # for files that include each other
            enough = depth >= _MAX_DEPTH or sum(file is not None for file in self._files.values()) >= _MAX_FILES
            self._files[path] = None if enough else self._read(path, depth)
        return self._files[path]

    def _read(self, path: str, depth: int) -> Taskfile | None:
        source = read_called(self._project, path)
        body = read(source).body if source is not None else None
        if source is None or not isinstance(body, Mapping):
            return None
        file = Taskfile(body, source)
        table = file.table("includes")
        for key, node in list(table.values.items())[:_MAX_FILES] if table is not None else ():
            self._include(file, str(key), node, path.rpartition("/")[0], depth)
        return file

    def _include(self, file: Taskfile, name: str, node: Node, folder: str, depth: int) -> None:
        path, place = path_of(node, folder)
        inner = None
        if path:
            inner = self._file(path, depth + 1) if path.endswith((".yml", ".yaml")) else self._in(path, depth + 1)
        if inner is None:
            return
        options = node if isinstance(node, Mapping) else None
        values = options.get("vars") if options is not None else None
        include = Include(inner, place, values if isinstance(values, Mapping) else None)
        if options is not None:
            include.flat = text_of(options.get("flatten")) == "true"
            include.hidden = tuple(texts(options.get("excludes")))
        for one in (name, *(texts(options.get("aliases")) if options is not None else ())):
            file.includes.setdefault(one, include)


class _Work:
    """What one call of task does. No task is run twice with the same variables."""

    __slots__ = ("_asked", "_behind", "_done", "_files", "_given", "_place", "_root")

    def __init__(self, files: Taskfiles, root: Taskfile, place: str, call: _Call, asked: Asked) -> None:
        self._files = files
        self._root = root
        self._place = place
        self._given = call.given
        self._behind = call.behind
        self._asked = asked
        self._done: set[tuple[int, str, tuple[tuple[str, str], ...]]] = set()

    def run(self, include: Include, name: str, given: Values, depth: int) -> Iterator[tuple[Script | Source, str]]:
        """The commands of a task, those of its dependencies before them. given: what the caller sets."""
        found = self._task(include, name)
        if found is None or depth >= _MAX_DEPTH:
            return
        include, node, matches = found
        key = (id(node), name, tuple(sorted((one, values[0]) for one, values in given.items() if values)))
        if key in self._done or len(self._done) >= _MAX_TASKS:
            return
        self._done.add(key)
        options = node if isinstance(node, Mapping) else None
        values = self._values(include, given, name, matches)
        if options is not None:
            values = take(values, options.get("vars"), self._asked)
            if not _here(options):
                return
        place = include.folder or self._place
        if options is not None and text_of(options.get("dir")):
            place = joined(place, rendered(text_of(options.get("dir")), values, self._asked)[0])
        yield include.file.source, place
        tables = [
            self._root.table("env"),
            include.file.table("env"),
            options.get("env") if options is not None else None,
        ]
        for table in tables:
            yield from ((one, place) for one in self._exported(table, values))
        for need in _listed(options, "deps"):
            yield from self._entry(include, need, values, place, depth, excused=False, is_name=True)
        for entry in _listed(options, "cmds", "cmd") if options is not None else _all(node):
            yield from self._entry(include, entry, values, place, depth, excused=_excused(options))

    def _entry(
        self,
        include: Include,
        entry: Node,
        values: Values,
        place: str,
        depth: int,
        *,
        excused: bool,
        is_name: bool = False,
    ) -> Iterator[tuple[Script | Source, str]]:
        for item in _items(entry, values, self._asked):
            local = values if item is None else {**values, "ITEM": [item]}
            if isinstance(entry, Scalar) and is_name:
                yield from self.run(include, rendered(text_of(entry), local, self._asked)[0], {}, depth + 1)
            elif isinstance(entry, Scalar):
                yield from ((one, place) for one in self._texts(entry, local, forgiving=excused))
            elif isinstance(entry, Mapping):
                code = entry.get("cmd") or entry.get("defer")
                called = code if isinstance(code, Mapping) else entry
                name = text_of(called.get("task"))
                if isinstance(code, Scalar):
                    forgiving = excused or _excused(entry)
                    yield from ((one, place) for one in self._texts(code, local, forgiving=forgiving))
                elif name:
                    given = self._handed(called, local)
                    yield from self.run(include, rendered(name, local, self._asked)[0], given, depth + 1)

    def _handed(self, called: Mapping, values: Values) -> Values:
        """The variables that a call hands down."""
        table = called.get("vars")
        names = [str(key) for key in table.values] if isinstance(table, Mapping) else []
        known = take(values, table, self._asked)
        return {name: known[name] for name in names if name in known}

    def _values(self, include: Include, given: Values, name: str, matches: list[str]) -> Values:
        values: Values = {"TASK": [name], "CLI_ARGS": [self._behind]}
        values |= {f"MATCH {place}": [text] for place, text in enumerate(matches)}
        values = take(values, self._root.table("vars"), self._asked) | self._given
        values = take(values, include.values, self._asked)
        if include.file is not self._root:
            values = take(values, include.file.table("vars"), self._asked)
        return values | given

    def _task(self, include: Include, name: str) -> tuple[Include, Node, list[str]] | None:
        """A task by its name as a file calls it: of its own, or of one that it includes; `:name` is the root's."""
        if name[:1] == ":":
            include, name = Include(self._root, self._place, None), name[1:]
        for _ in range(_MAX_DEPTH):
            found = include.file.task(name)
            if found is not None:
                return include, *found
            flat = [one for one in include.file.includes.values() if one.flat and name not in one.hidden]
            for one in flat:
                found = one.file.task(name)
                if found is not None:
                    return one, *found
            space, colon, rest = name.partition(":")
            inner = include.file.includes.get(space)
            if inner is None:
                return None
            include, name = inner, rest if colon else "default"
        return None

    def _texts(self, node: Scalar, values: Values, *, forgiving: bool) -> Iterator[Script]:
        for parts in pieces(node.text, values, self._asked):
            script = self._files.text(node, parts, forgiving=forgiving) if parts else None
            if script is not None:
                yield script

    def _exported(self, table: Node | None, values: Values) -> Iterator[Script]:
        """What the shell gets in its environment, as assignments at the place where it is written."""
        for key, node in table.values.items() if isinstance(table, Mapping) else ():
            for value in rendered(ruby_text(node.value), values, self._asked) if isinstance(node, Scalar) else ():
                parts = exported(str(key), value, 0)
                script = self._files.text(node, parts, forgiving=False) if parts and isinstance(node, Scalar) else None
                if script is not None:
                    yield script


def _all(node: Node | None) -> tuple[Node, ...]:
    return tuple(node.items) if isinstance(node, Sequence) else () if node is None else (node,)


def _listed(options: Mapping | None, *keys: str) -> Iterator[Node]:
    for key in keys:
        yield from _all(options.get(key) if options is not None else None)


def _excused(options: Mapping | None) -> bool:
    """Whether task goes on when it fails."""
    return options is not None and text_of(options.get("ignore_error")) == "true"


def _here(options: Mapping) -> bool:
    """Whether a task runs on Linux, as jobs do."""
    wanted = texts(options.get("platforms"))
    return not wanted or any("linux" in one or one in ("amd64", "arm64") for one in wanted)


def _items(entry: Node, values: Values, asked: Asked) -> list[str | None]:
    """What a `for` goes through; None once where there is none."""
    wanted = entry.get("for") if isinstance(entry, Mapping) else None
    if isinstance(wanted, Sequence):
        return [*[one for text in texts(wanted)[:_MAX_ITEMS] for one in rendered(text, values, asked)][:_MAX_ITEMS]]
    if isinstance(wanted, Mapping):
        split = text_of(wanted.get("split")) or None
        parts = [part for value in values.get(text_of(wanted.get("var")), ()) for part in value.split(split)]
        return [*(parts[:_MAX_ITEMS] or [UNKNOWN])]
    return [None if wanted is None else UNKNOWN]


def _call(command: Command, folder: str) -> _Call | None:
    """What the command line asks for; None where nothing is run."""
    call = _Call(folder)
    words = command.argv[1:]
    index = 0
    while index < len(words):
        text = words[index].text
        option, equals, value = text.partition("=")
        index += 1
        if text == "--":
            call.behind = " ".join(word.text for word in words[index:])
            break
        if option in _ASKING:
            return None
        if option in (*_FILE, *_FOLDER):
            if not equals:
                value = words[index].text if index < len(words) else ""
                index += 1
            if option in _FILE:
                call.file = value
            else:
                call.place = joined(folder, value)
        elif option in _VALUED:
            index += not equals
        elif text[:1] == "-":
            continue
        elif equals and option.isidentifier():
            call.given[option] = [value]
        elif not words[index - 1].static:
            return None  # nobody knows what runs
        else:
            call.names.append(text)
    return call
