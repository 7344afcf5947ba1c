"""The commands of jobs: of their own scripts, of the script files of the repository that these call, and of the
npm scripts of a package.json. Everything is read once, however many jobs share it.
"""

from __future__ import annotations

from cilint.shell.calls import called_words, candidates, joined
from cilint.shell.literals import Literals
from cilint.shell.patterns import Patterns
from cilint.shell.script import Script
from cilint.source import Source
from cilint.tree.documents import read
from cilint.tree.node import Mapping, Scalar

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from cilint.compose.fetch import Project
    from cilint.pipeline.job import Job
    from cilint.shell.command import Command, Word
    from cilint.shell.literals import Values

# What a runner gives to a shell, in its order (lib/gitlab/ci/config/entry/hooks.rb, doc/ci/yaml/_index.md#run).
SECTIONS = ("hooks:pre_get_sources_script", "before_script", "script", "run", "after_script")
_NPM = {"npm": ("run", "run-script"), "pnpm": ("run",), "yarn": ("run",), "bun": ("run",)}
_NPM_SHORT = ("test", "start", "stop", "restart")  # `npm test` is `npm run test`
_MAX_FILES = 200
_MAX_BYTES = 512 * 1024
_MAX_DEPTH = 6
_MAX_TOGETHER = 32  # entries that one `if` or quote may span; each further one reads those before it again


class _Reach:
    """What one job was found to run so far."""

    __slots__ = ("job", "sources", "texts")

    def __init__(self, job: Job, texts: list[Script]) -> None:
        self.job = job
        self.texts = texts
        self.sources: dict[str, Source] = {}


class Scripts:
    """The scripts of one pipeline's jobs.

    project: the repository whose files are read; it is never left. values: what YAML gives a variable in a job.
    """

    __slots__ = (
        "_callers",
        "_chunks",
        "_commands",
        "_files",
        "_jobs",
        "_packages",
        "_patterns",
        "_project",
        "_sections",
        "_wrappers",
        "literals",
    )

    def __init__(self, project: Project, values: Values = lambda job, name: []) -> None:  # noqa: ARG005
        self._project = project
        self.literals = Literals(values)
        self._wrappers: set[str] = set()
        self._chunks: dict[tuple[int, ...], Script] = {}
        self._patterns: dict[tuple[str, ...], Patterns] = {}
        self._sections: dict[tuple[int, ...], list[Script]] = {}
        self._files: dict[str, Script | Source | None] = {}
        self._jobs: dict[str, tuple[list[Script], list[Source]]] = {}
        self._commands: dict[str, list[Command]] = {}
        self._callers: dict[int, list[Command]] = {}
        self._packages: dict[str, Mapping | None] = {}

    def of(self, job: Job) -> list[Command]:
        """All commands of a job, those of the files that it calls at the end."""
        known = self._commands.get(job.name)
        if known is None:
            texts = self.texts(job)
            known = [command for script in texts for command in self.literals.within(script, job, texts)]
            self._commands[job.name] = known
        return known

    def texts(self, job: Job) -> list[Script]:
        """The texts of shell that make up a job: its own scripts, then the files that it calls."""
        return self._read(job)[0]

    def files(self, job: Job) -> list[Source]:
        """The script files of the repository that a job calls, be they shell or not."""
        return self._read(job)[1]

    def reached(self, job: Job, sections: tuple[str, ...]) -> list[Script]:
        """The texts of shell that some of a job's scripts make up, those sections' own entries and what they call."""
        texts = [script for section in sections for script in self.chunks(job, section)]
        self._follow(_Reach(job, texts), list(texts), "", 0)
        return texts

    def patterns(self, patterns: tuple[str, ...]) -> Patterns:
        """Command patterns, ready to be looked for in these scripts."""
        known = self._patterns.get(patterns)
        if known is None:
            known = self._patterns[patterns] = Patterns(patterns, self)
        return known

    @property
    def cut(self) -> list[Script]:
        """The texts that were too long to be read whole."""
        return [
            script
            for script in (*self._chunks.values(), *self._files.values())
            if isinstance(script, Script) and script.cut is not None
        ]

    def mention(self, job: Job, *words: str) -> bool:
        """Whether one of the words stands anywhere in what the job runs."""
        return any(word in script.text for script in self.texts(job) for word in words)

    def written(self, job: Job, section: str) -> list[Command]:
        """The commands that stand in one of the job's own scripts."""
        texts = self.texts(job)
        return [command for script in self.chunks(job, section) for command in self.literals.within(script, job, texts)]

    def chunks(self, job: Job, section: str) -> list[Script]:
        """The entries of one script; entries that only make sense together (`if` ... `fi`) as one."""
        nodes = tuple(site.node for site in job.script(section) if isinstance(site.node, Scalar))
        key = tuple(map(id, nodes))
        found = self._sections.get(key)
        if found is None:
            found = self._sections[key] = self._together(nodes)
        return list(found)

    def _together(self, nodes: tuple[Scalar, ...]) -> list[Script]:
        found: list[Script] = []
        waiting: tuple[Scalar, ...] = ()
        for node in nodes:
            self._drop(waiting)
            waiting = (*waiting, node)
            script = self._chunk(waiting)
            if not script.open:
                found.append(script)
                waiting = ()
            elif len(waiting) == _MAX_TOGETHER:
                found += self._apart(waiting)
                waiting = ()
        return found + self._apart(waiting)

    def _apart(self, nodes: tuple[Scalar, ...]) -> list[Script]:
        """Entries of something that is never closed: what can be read of it, one by one."""
        self._drop(nodes)
        return [self._chunk((node,)) for node in nodes]

    def _drop(self, nodes: tuple[Scalar, ...]) -> None:
        """Forget what was only the beginning of something longer."""
        self._chunks.pop(tuple(id(node) for node in nodes), None)

    def _chunk(self, nodes: tuple[Scalar, ...]) -> Script:
        key = tuple(id(node) for node in nodes)
        script = self._chunks.get(key)
        if script is None:
            script = self._chunks[key] = Script(nodes, nodes[0].source, wrappers=self._wrappers)
        return script

    def _read(self, job: Job) -> tuple[list[Script], list[Source]]:
        known = self._jobs.get(job.name)
        if known is not None:
            return known
        texts = [script for section in SECTIONS for script in self.chunks(job, section)]
        reach = _Reach(job, texts)
        known_wrappers = len(self._wrappers)
        self._follow(reach, list(texts), "", 0)
        if len(self._wrappers) > known_wrappers:
            for script in (*self._chunks.values(), *self._files.values()):
                if isinstance(script, Script):
                    script.forget()
            self._commands.clear()
            self._callers.clear()
        known = self._jobs[job.name] = (texts, list(reach.sources.values()))
        return known

    def _follow(self, reach: _Reach, callers: list[Script], folder: str, depth: int) -> None:
        """Add every file that `callers` run. folder: where the calling file lies."""
        if depth >= _MAX_DEPTH:
            return
        here = folder if depth and callers[0].nodes else ""  # an npm script runs where its package.json lies
        for caller in callers:
            for command in self._calls(caller, reach):
                if command.name == "cd":
                    target = command.operands[:1]
                    inside = target and target[0].static and not target[0].text.startswith("/")
                    here = joined(here, target[0].text) if inside else ""
                    continue
                for called in self._called(command, (here, folder)):
                    self._take(reach, called, depth)

    def _take(self, reach: _Reach, called: Script | Source, depth: int) -> None:
        source = called if isinstance(called, Source) else called.source
        if isinstance(called, Source) or not called.nodes:
            if source.path in reach.sources:
                return
            reach.sources[source.path] = source
        elif called in reach.texts:
            return
        if isinstance(called, Script):
            reach.texts.append(called)
            self._follow(reach, [called], source.path.rpartition("/")[0], depth + 1)

    def _calls(self, script: Script, reach: _Reach) -> list[Command]:
        """The commands of a script that change the folder or may run a file; found once unless variables decide."""
        commands = self.literals.within(script, reach.job, reach.texts)
        if commands is not script.commands:
            return [command for command in commands if _may_call(command)]
        calls = self._callers.get(id(script))
        if calls is None:
            calls = self._callers[id(script)] = [command for command in commands if _may_call(command)]
        return calls

    def _called(self, command: Command, folders: tuple[str, str]) -> Iterator[Script | Source]:
        words = command.argv
        if not words:
            return
        name = command.name
        if name in _NPM:
            yield from self._npm(command, folders[0])
            return
        for word, kind in called_words(command):
            file = self._open(word, folders, shell=kind == "shell")
            if file is not None:
                yield file

    def _open(self, word: Word, folders: tuple[str, str], *, shell: bool) -> Script | Source | None:
        for path in candidates(word, folders):
            file = self._file(path, shell=shell)
            if file is not None:
                return file
        return None

    def _file(self, path: str, *, shell: bool) -> Script | Source | None:
        if path in self._files:
            return self._files[path]
        if len(self._files) >= _MAX_FILES:
            return None
        file: Script | Source | None = None
        source = self._project.read_local(path, "called by a job")
        if source is not None and len(source.text) <= _MAX_BYTES and "\0" not in source.text:
            first = source.line(1)
            is_shell = shell if not first.startswith("#!") else any(name in first for name in ("sh", "busybox"))
            file = Script((), source, source.text, self._wrappers) if is_shell else source
        self._files[path] = file
        return file

    def _npm(self, command: Command, folder: str) -> Iterator[Script]:
        """The npm script that a command runs, with those that npm runs before and after it."""
        words = [word for word in command.operands if word.static]
        name = command.name
        prefix = command.option("--prefix", "-C", "--cwd", "--dir", "-w", "--workspace")
        place = joined(folder, prefix.text) if prefix is not None and prefix.static else folder
        texts = [word.text for word in words if prefix is None or word is not prefix]
        if not texts:
            return
        wanted = texts[1:2] if texts[0] in _NPM[name] else texts[:1]
        if name == "npm" and texts[0] not in (*_NPM[name], *_NPM_SHORT):
            wanted = ["test"] if texts[0] in ("t", "tst") else []
        scripts = self._package(place)
        if scripts is None or not wanted or wanted[0] not in scripts:
            return
        for script in (f"pre{wanted[0]}", wanted[0], f"post{wanted[0]}"):
            node = scripts.get(script)
            if isinstance(node, Scalar):
                yield self._chunk((node,))

    def _package(self, folder: str) -> Mapping | None:
        """The `scripts` of a package.json, which is YAML as well."""
        if folder not in self._packages:
            source = self._project.read_local(joined(folder, "package.json"), "npm scripts")
            body = read(source).body if source is not None and len(source.text) <= _MAX_BYTES else None
            scripts = body.get("scripts") if body is not None else None
            self._packages[folder] = scripts if isinstance(scripts, Mapping) else None
        return self._packages[folder]


def _may_call(command: Command) -> bool:
    name = command.name
    return name == "cd" or name in _NPM or next(called_words(command), None) is not None
