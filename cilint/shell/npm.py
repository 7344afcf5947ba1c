"""Scripts of package.json that a command runs: by npm, pnpm, yarn and bun, in one package or in those of a workspace."""

from __future__ import annotations

from cilint.like import like, like_any
from cilint.shell.calls import SCRIPT_RUNNERS, TASK_RUNNERS, joined, read_called
from cilint.tree.documents import read
from cilint.tree.node import Mapping, Scalar, Sequence, ruby_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from cilint.compose.fetch import Project
    from cilint.shell.command import Command
    from cilint.shell.script import Script
    from cilint.tree.node import Node

_RUN = ("run", "run-script", "rum", "urn")
_SHORT = {"test": "test", "t": "test", "tst": "test", "start": "start", "stop": "stop", "restart": "restart"}
_FOLDER = ("--prefix", "-C", "--cwd", "--dir")
_FILTER = ("-F", "--filter", "--filter-prod", "--scope", "--include", "--from", "-p", "--projects")
_WORKSPACE = ("-w", "--workspace")  # of pnpm a flag: the root of the workspace
_EVERY = ("-r", "--recursive", "-ws", "--workspaces")
_VALUED = ("--loglevel", "--log-level", "--userconfig", "--registry", "--cache", "--config", "--env-file", "--reporter",
           "--concurrency", "--parallel-limit", "-j", "--jobs", "--exclude", "--ignore", "--base", "--head")  # fmt: skip
_MAX_PACKAGES = 200


class _Asked:
    """What a command line asks for. scripts: names, `*` in them standing for anything. folder: where to look, as
    written. packages: filters on the packages of the workspace; every: all of them.
    """

    __slots__ = ("every", "folder", "packages", "scripts")

    def __init__(self) -> None:
        self.scripts: list[str] = []
        self.folder = ""
        self.packages: list[str] = []
        self.every = False


class Packages:
    """The packages of one repository. chunk: makes a script of scalars, the same one for the same ones."""

    __slots__ = ("_bodies", "_chunk", "_members", "_project")

    def __init__(self, project: Project, chunk: Callable[[tuple[Scalar, ...]], Script]) -> None:
        self._project = project
        self._chunk = chunk
        self._bodies: dict[str, Mapping | None] = {}
        self._members: dict[str, list[str]] = {}

    def run(self, command: Command, folder: str) -> Iterator[tuple[Script, str]]:
        """The scripts that a command of RUNS_SCRIPTS runs, those that npm runs before and after it among them, each with
        the folder where it runs. folder: where the command runs.
        """
        asked = _asked(command)
        if asked is None or not asked.scripts:
            return
        for place in self._places(asked, joined(folder, asked.folder)):
            scripts = self._scripts(place)
            if scripts is None:
                continue
            for wanted in asked.scripts:
                named = (
                    [wanted] if "*" not in wanted else [str(name) for name in scripts.values if like(str(name), wanted)]
                )
                for name in named:
                    if name in scripts:
                        yield from ((one, place) for one in self._with_hooks(scripts, name))

    def _with_hooks(self, scripts: Mapping, name: str) -> Iterator[Script]:
        for script in (f"pre{name}", name, f"post{name}"):
            node = scripts.get(script)
            if isinstance(node, Scalar):
                yield self._chunk((node,))

    def _places(self, asked: _Asked, folder: str) -> list[str]:
        """The folders of the packages in which the scripts are run."""
        if not (asked.every or asked.packages):
            return [folder]
        members = self._workspace(folder)
        if asked.every and not asked.packages:
            return members or [folder]
        found: list[str] = []
        for wanted in asked.packages:
            name = wanted.replace("...", "").strip("^{}")
            if name[:1] == "!":
                continue
            if name[:1] == "[":  # those with changes, which nobody knows here
                found += members
                continue
            path = joined(folder, name)
            fitting = [one for one in members if one == path or self._is_called(one, name)]
            found += fitting or [path]
        return list(dict.fromkeys(found))

    def _is_called(self, folder: str, wanted: str) -> bool:
        body = self._body(folder)
        node = body.get("name") if body is not None else None
        name = node.text if isinstance(node, Scalar) else ""
        return like_any(name, [wanted, f"@*/{wanted}"]) if name else False

    def _workspace(self, folder: str) -> list[str]:
        """The folders of a workspace's members. Its root is the folder, or the repository's."""
        found = self._members.get(folder)
        if found is None:
            found = []
            for root in dict.fromkeys((folder, "")):
                found = self._expanded(root, self._patterns(root))
                if found:
                    break
            self._members[folder] = found
        return found

    def _patterns(self, root: str) -> list[str]:
        body = self._body(root)
        listed = body.get("workspaces") if body is not None else None
        if isinstance(listed, Mapping):
            listed = listed.get("packages")
        if listed is None:
            body = self._read(joined(root, "pnpm-workspace.yaml"))
            listed = body.get("packages") if body is not None else None
        return _texts(listed)

    def _expanded(self, root: str, patterns: list[str]) -> list[str]:
        found: list[str] = []
        for pattern in patterns:
            path = joined(root, pattern)
            if "*" not in path:
                found.append(path)
            elif pattern[:1] != "!":
                deep = "**" in path
                for file in self._project.list_files():
                    place = file.removesuffix("/package.json")
                    if place == file or "node_modules/" in file or not (deep or place.count("/") == path.count("/")):
                        continue
                    if like(place, path.replace("/**", "*").replace("**", "*")):
                        found.append(place)
                        if len(found) >= _MAX_PACKAGES:
                            break
        return list(dict.fromkeys(found))[:_MAX_PACKAGES]

    def _scripts(self, folder: str) -> Mapping | None:
        body = self._body(folder)
        scripts = body.get("scripts") if body is not None else None
        return scripts if isinstance(scripts, Mapping) else None

    def _body(self, folder: str) -> Mapping | None:
        """The package.json of a folder."""
        if folder not in self._bodies:
            self._bodies[folder] = self._read(joined(folder, "package.json"))
        return self._bodies[folder]

    def _read(self, path: str) -> Mapping | None:
        """A file of YAML, or of JSON, which is YAML as well."""
        source = read_called(self._project, path, "npm scripts")
        body = read(source).body if source is not None else None
        return body if isinstance(body, Mapping) else None


def _texts(node: Node | None) -> list[str]:
    items = node.items if isinstance(node, Sequence) else ()
    return [ruby_text(item.value) for item in items if isinstance(item, Scalar)]


def _asked(command: Command) -> _Asked | None:
    """What the command line asks for; None where it runs no script."""
    name = command.name
    asked = _Asked()
    operands: list[str] = []
    waiting = ""
    tasks: list[str] = []
    for word in command.argv[1:]:
        text = word.text
        if waiting:
            _take(asked, name, waiting, text, tasks)
            waiting = ""
        elif text == "--":
            break
        elif text in _EVERY:
            asked.every = True
        elif text[:1] == "-":
            option, equals, value = text.partition("=")
            if equals:
                _take(asked, name, option, value, tasks)
            elif _takes_value(name, option):
                waiting = option
        else:
            operands.append(text if word.static else "")
    if name == "node":
        asked.scripts = tasks[:1]
    elif name in SCRIPT_RUNNERS:
        asked.scripts = [one for one in operands if one]
    elif name in TASK_RUNNERS:
        _tasks(asked, name, operands, tasks)
    else:
        _of_manager(asked, name, operands)
    return asked


def _takes_value(name: str, option: str) -> bool:
    if option in _WORKSPACE:
        return name != "pnpm"
    if option in ("-p", "--projects", "--from", "--include", "--scope"):
        return name not in ("npm", "pnpm", "bun", *SCRIPT_RUNNERS)
    return option in (*_FOLDER, *_FILTER, *_VALUED) or _names_task(name, option)


def _names_task(name: str, option: str) -> bool:
    return (name == "nx" and option in ("-t", "--target", "--targets")) or (name == "node" and option == "--run")


def _take(asked: _Asked, name: str, option: str, value: str, tasks: list[str]) -> None:
    if _names_task(name, option):
        tasks += value.split(",")
    elif option in _FOLDER:
        asked.folder = value
    elif option in (*_FILTER, *_WORKSPACE):
        asked.packages += value.split(",") if name == "nx" else [value]


def _tasks(asked: _Asked, name: str, operands: list[str], tasks: list[str]) -> None:
    first = operands[0] if operands else ""
    if name == "nx" and first == "run" and len(operands) > 1:
        project, _, task = operands[1].partition(":")
        asked.packages, asked.scripts = [project], [task.partition(":")[0]]
    elif first in TASK_RUNNERS[name]:
        asked.scripts = tasks if name == "nx" else [one for one in operands[1:] if one]
        asked.every = True


def _of_manager(asked: _Asked, name: str, operands: list[str]) -> None:
    if name == "yarn" and operands[:1] == ["workspace"] and len(operands) > 1:
        asked.packages = [operands[1]]
        operands = operands[2:]
    elif name == "yarn" and operands[:1] == ["workspaces"]:
        asked.every = True
        operands = operands[2:] if operands[1:2] == ["foreach"] else operands[1:]
    if not operands:
        return
    first = operands[0]
    if first in _RUN:
        asked.scripts = operands[1:2]
    elif name != "npm":
        asked.scripts = [_SHORT.get(first, first)]
    elif first in _SHORT:
        asked.scripts = [_SHORT[first]]
