"""The commands of jobs: of their own scripts, of the script files of the repository that these call, of the npm scripts
of a package.json and of the recipes of Makefiles, justfiles and Taskfiles. Everything is read once, however many jobs
share it.
"""

from __future__ import annotations

from cilint.shell.calls import MAKES, RUNNERS, RUNS_SCRIPTS, called_words, candidates, joined, read_called
from cilint.shell.literals import Literals
from cilint.shell.patterns import Patterns
from cilint.shell.script import Script
from cilint.source import Source
from cilint.tree.node import Scalar

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import TypeAlias

    from cilint.compose.fetch import Project
    from cilint.pipeline.job import Job
    from cilint.shell.command import Command, Word
    from cilint.shell.just import Justfiles
    from cilint.shell.literals import Values
    from cilint.shell.make import Makefiles
    from cilint.shell.npm import Packages
    from cilint.shell.script import Wrappers
    from cilint.shell.task import Taskfiles

    # What is run, and the folder in which it is where that is not where its file lies.
    Called: TypeAlias = tuple[Script | Source, str | None]

# What a runner gives to a shell, in its order (lib/gitlab/ci/config/entry/hooks.rb, doc/ci/yaml/_index.md#run).
SECTIONS = ("hooks:pre_get_sources_script", "before_script", "script", "run", "after_script")
DECISIVE = SECTIONS[:-1]  # what may fail a job; what after_script does comes too late for the others, as well
_MAX_FILES = 200
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
        "_runners",
        "_sections",
        "_wrappers",
        "literals",
    )

    def __init__(self, project: Project, values: Values = lambda job, name: []) -> None:  # noqa: ARG005
        self._project = project
        self.literals = Literals(values)
        self._wrappers: Wrappers = {}
        self._chunks: dict[tuple[int, ...], Script] = {}
        self._patterns: dict[tuple[str, ...], Patterns] = {}
        self._sections: dict[tuple[int, ...], list[Script]] = {}
        self._files: dict[str, Script | Source | None] = {}
        self._jobs: dict[str, tuple[list[Script], list[Source]]] = {}
        self._commands: dict[str, list[Command]] = {}
        self._callers: dict[int, list[Command]] = {}
        self._packages: Packages | None = None
        self._runners: dict[str, Makefiles | Justfiles | Taskfiles] = {}

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

    def arguments(self, job: Job) -> dict[str, list[Word]]:
        """What functions and script files are given in a job, by the keys of their parameters."""
        return self.literals.calls(job).arguments(self.texts(job))

    def files(self, job: Job) -> list[Source]:
        """The script files of the repository that a job calls, be they shell or not."""
        return self._read(job)[1]

    def programs(self, job: Job) -> list[Source]:
        """Those of the files that no shell reads: Python, Node and their like."""
        shell = {script.source.path for script in self.texts(job)}
        return [source for source in self.files(job) if source.path not in shell]

    def reached(self, job: Job, sections: Sequence[str]) -> list[Script]:
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

    def written(self, job: Job, sections: Sequence[str] = SECTIONS) -> list[Command]:
        """The commands that stand in the job's own scripts, or in some of them."""
        texts = self.texts(job)
        scripts = [script for section in sections for script in self.chunks(job, section)]
        return [command for script in scripts for command in self.literals.within(script, job, texts)]

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
            recipes = [recipe for runner in self._runners.values() for recipe in runner.recipes]
            for script in (*self._chunks.values(), *self._files.values(), *recipes):
                if isinstance(script, Script):
                    script.forget()
            self._commands.clear()
            self._callers.clear()
        known = self._jobs[job.name] = (texts, list(reach.sources.values()))
        return known

    def _follow(self, reach: _Reach, callers: list[Script], folder: str, depth: int, here: str = "") -> None:
        """Add every file that `callers` run. folder: where the calling file lies; here: where its commands begin."""
        if depth >= _MAX_DEPTH:
            return
        for caller in callers:
            for command in self._calls(caller, reach):
                if command.name == "cd":
                    target = command.operands[:1]
                    inside = target and target[0].static and not target[0].text.startswith("/")
                    here = joined(here, target[0].text) if inside else ""
                    continue
                for called, place in self._called(command, (here, folder), reach):
                    self._take(reach, called, place, depth)

    def _take(self, reach: _Reach, called: Script | Source, place: str | None, depth: int) -> None:
        source = called if isinstance(called, Source) else called.source
        if isinstance(called, Source) or called.is_file:
            if source.path in reach.sources:
                return
        elif called in reach.texts:
            return
        if isinstance(called, Source) or not called.nodes:
            reach.sources.setdefault(source.path, source)
        if isinstance(called, Script):
            reach.texts.append(called)
            self._follow(reach, [called], source.path.rpartition("/")[0], depth + 1, place or "")

    def _calls(self, script: Script, reach: _Reach) -> list[Command]:
        """The commands of a script that change the folder or may run a file; found once unless variables decide."""
        commands = self.literals.within(script, reach.job, reach.texts)
        if commands is not script.commands:
            return [command for command in commands if _may_call(command)]
        calls = self._callers.get(id(script))
        if calls is None:
            calls = self._callers[id(script)] = [command for command in commands if _may_call(command)]
        return calls

    def _called(self, command: Command, folders: tuple[str, str], reach: _Reach) -> Iterator[Called]:
        if not command.argv:
            return
        name = command.name
        if name in RUNS_SCRIPTS:
            yield from self._scripts_of_packages.run(command, folders[0])
        elif name in RUNNERS:
            yield from self._runner(name).run(command, folders[0], lambda one: self.literals.of_yaml(reach.job, one))
        for word, kind in called_words(command):
            file = self._open(word, folders, shell=kind == "shell")
            if file is not None:
                if isinstance(file, Script) and file.references:
                    self.literals.calls(reach.job).add(file.source.path, word, command)
                yield file, None

    @property
    def _scripts_of_packages(self) -> Packages:
        if self._packages is None:
            from cilint.shell.npm import Packages  # few pipelines need it

            self._packages = Packages(self._project, self._chunk)
        return self._packages

    def _runner(self, name: str) -> Makefiles | Justfiles | Taskfiles:
        """What follows the recipes of `make`, `just` or `task`; few pipelines need it."""
        name = "make" if name in MAKES else name
        known = self._runners.get(name)
        if known is None:
            if name == "make":
                from cilint.shell.make import Makefiles

                known = Makefiles(self._project, self._wrappers)
            elif name == "just":
                from cilint.shell.just import Justfiles

                known = Justfiles(self._project, self._wrappers)
            else:
                from cilint.shell.task import Taskfiles

                known = Taskfiles(self._project, self._chunk)
            self._runners[name] = known
        return known

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
        source = read_called(self._project, path)
        if source is not None:
            first = source.line(1)
            is_shell = shell if not first.startswith("#!") else any(name in first for name in ("sh", "busybox"))
            file = Script((), source, source.text, self._wrappers) if is_shell else source
        self._files[path] = file
        return file


def _may_call(command: Command) -> bool:
    name = command.name
    return name == "cd" or name in RUNS_SCRIPTS or name in RUNNERS or next(called_words(command), None) is not None
