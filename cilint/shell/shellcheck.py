"""shellcheck as a second pair of eyes: texts of shell handed to the program, and its remarks by their place in them.

It is the one program that cilint starts, and only when a policy asks for the rule. Nothing of the checked repository is
run or looked up: the program comes from Python's own folder or from an absolute one of PATH outside the repository; the
texts go to a folder of their own; no `.shellcheckrc` is read and no `source` followed. Time and output have bounds.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time

from cilint import cache
from cilint.pattern import Pattern
from cilint.shell.script import entry_in, place_in

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any

    from cilint.source import Source
    from cilint.span import Span
    from cilint.tree.node import Scalar

PROGRAM = "shellcheck"
SECONDS = 60.0  # for all texts of one pipeline
_MAX_TEXT = 512 * 1024  # characters of one text
_MAX_TEXTS = 2000
_MAX_OUTPUT = 16 * 1024 * 1024  # bytes of one process
_MAX_PROCESSES = 4
_BATCH = 60  # texts of one process
_NAMES = Pattern(r"\$\{?[!#]?([A-Za-z_]\w*)")
_CANNOT_READ = (1072, 1073, 1009)  # what it says of a text that is no shell: "Couldn't parse this test expression"
_SHELLS = Pattern(r"#!.*?\b(sh|bash|dash|ksh|ash|busybox)\b")


class Remark:
    """What shellcheck says. level: "error", "warning", "info" or "style". start, end: offsets in the text."""

    __slots__ = ("code", "end", "level", "message", "start")

    def __init__(self, code: int, level: str, message: str, start: int, end: int) -> None:
        self.code = code
        self.level = level
        self.message = message
        self.start = start
        self.end = end


class Text:
    """One text as a shell gets it: the entries of a job's script, a newline between two, or a file.

    nodes: the entries; () for a file. declared: the variables of its surroundings, which it need not set itself.
    """

    __slots__ = ("_names", "_shell", "declared", "nodes", "source", "text")

    def __init__(self, nodes: tuple[Scalar, ...], source: Source, shell: str = "") -> None:
        self.nodes = nodes
        self.source = source
        self.text = "\n".join(node.text for node in nodes) if nodes else source.text
        self.declared: set[str] = set()
        self._shell = shell
        self._names: set[str] | None = None

    @property
    def names(self) -> set[str]:
        """The variables that it reads, wherever they come from."""
        if self._names is None:
            self._names = set(_NAMES.findall(self.text))
        return self._names

    @property
    def head(self) -> str:
        """What stands before the text when shellcheck gets it. Values of variables stay unknown: they may hold blanks.

        The options are those that GitLab Runner sets (shells/bash.go); a file says itself what it wants.
        """
        if not self.nodes:
            return "" if self.text.startswith("#!") else f"# shellcheck shell={self._shell}\n"
        names = " ".join(sorted(self.declared))
        given = f"read -r {names}; export {names}\n" if names else ""
        return f"# shellcheck shell={self._shell}\nset -eo pipefail\n{given}"

    @property
    def foreign(self) -> bool:
        """Whether a file says that it is for another shell than shellcheck reads."""
        first = self.source.line(1)
        return not self.nodes and first.startswith("#!") and not _SHELLS.match(first)

    def node(self, remark: Remark) -> Scalar | None:
        """The entry that a remark is about; None in a file."""
        return self.nodes[entry_in(self.nodes, remark.start)[0]] if self.nodes else None

    def span(self, remark: Remark) -> Span:
        """Where a remark belongs."""
        return place_in(self.nodes, self.source, self.text, remark.start, remark.end)


class Unavailable(Exception):
    """shellcheck cannot be asked; the message says why."""


def find(repository: str) -> str:
    """The absolute path of the program. Raises Unavailable when there is none that can be trusted."""
    folders = [os.path.dirname(sys.executable)]
    home = os.path.realpath(repository) + os.sep
    folders += [
        folder
        for folder in os.environ.get("PATH", "").split(os.pathsep)
        if os.path.isabs(folder) and not (os.path.realpath(folder) + os.sep).startswith(home)
    ]
    for folder in folders:
        path = os.path.join(folder, PROGRAM + (".exe" if os.name == "nt" else ""))
        if os.path.isfile(path) and os.access(path, os.X_OK):
            return path
    raise Unavailable("shellcheck is not installed; `pip install 'cilint[shellcheck]'` brings it")


def remarks(texts: Iterable[Text], program: str, seconds: float = SECONDS) -> Iterator[tuple[Text, list[Remark] | str]]:
    """Each text with what shellcheck says of it, or with why it says nothing. program: see `find`."""
    waiting: list[tuple[Text, str, str]] = []
    stamp = _stamp(program)
    for number, text in enumerate(texts):
        if len(text.text) > _MAX_TEXT or number >= _MAX_TEXTS:
            yield text, "it is too big" if number < _MAX_TEXTS else f"there are more than {_MAX_TEXTS} texts"
            continue
        head = text.head
        name = cache.key(stamp, head.encode(), text.text.encode("utf-8", "replace"))
        known = cache.recall(PROGRAM, name)
        if known is not None:
            yield text, [Remark(*one) for one in known]
        else:
            waiting.append((text, head, name))
    if not waiting:
        return
    said = _ask(program, [head + text.text for text, head, _ in waiting], seconds)
    for (text, head, name), answer in zip(waiting, said, strict=True):
        if isinstance(answer, str):
            yield text, answer
            continue
        found = _read(answer, head, text.text)
        cache.remember(PROGRAM, name, found)
        yield text, [Remark(*one) for one in found]


def _stamp(program: str) -> bytes:
    """Changes when the program does."""
    stat = os.stat(program)
    return f"{program} {stat.st_mtime_ns} {stat.st_size}".encode()


def _ask(program: str, texts: list[str], seconds: float) -> list[list[dict[str, Any]] | str]:
    """The raw comments on each text, or why there are none. Several processes work at a time, each on many texts."""
    end = time.monotonic() + seconds
    answers: list[list[dict[str, Any]] | str] = [[] for _ in texts]
    size = max(1, min(_BATCH, -(-len(texts) // _processes())))
    batches = [range(start, min(start + size, len(texts))) for start in range(0, len(texts), size)]
    with tempfile.TemporaryDirectory(prefix="cilint-") as folder:
        running: list[tuple[range, subprocess.Popen[bytes], str]] = []
        while batches or running:
            while batches and len(running) < _processes():
                batch = batches.pop(0)
                running.append((batch, *_start(program, folder, batch, texts, seconds)))
            batch, process, output = running.pop(0)
            answer = _finish(process, output, end - time.monotonic())
            for index in batch:
                answers[index] = answer if isinstance(answer, str) else answer.get(str(index), [])
    return answers


def _processes() -> int:
    return max(1, min(_MAX_PROCESSES, os.cpu_count() or 1))


def _start(
    program: str, folder: str, batch: range, texts: list[str], seconds: float
) -> tuple[subprocess.Popen[bytes], str]:
    for index in batch:
        with open(os.path.join(folder, str(index)), "wb") as file:
            file.write(texts[index].encode("utf-8", "replace"))
    output = os.path.join(folder, f"{batch[0]}.json")
    command = [program, "--norc", "--format=json1", "--color=never", "--", *map(str, batch)]
    surroundings = {"LC_ALL": "C.UTF-8", "HOME": folder, "PATH": "", "SYSTEMROOT": os.environ.get("SYSTEMROOT", "")}
    with open(output, "wb") as file:
        process = subprocess.Popen(  # noqa: S603  # a fixed program, and names of our own
            command,
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=subprocess.DEVNULL,
            cwd=folder,
            env=surroundings,
            preexec_fn=None if os.name == "nt" else lambda: _limit(seconds),  # noqa: PLW1509  # cilint has one thread
        )
    return process, output


def _limit(seconds: float) -> None:
    import resource

    resource.setrlimit(resource.RLIMIT_FSIZE, (_MAX_OUTPUT, _MAX_OUTPUT))
    resource.setrlimit(resource.RLIMIT_CPU, (int(seconds) + 1, int(seconds) + 1))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _finish(process: subprocess.Popen[bytes], output: str, seconds: float) -> dict[str, list[dict[str, Any]]] | str:
    """The comments by file, or why there are none."""
    try:
        status = process.wait(max(seconds, 0.0))
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        return "shellcheck takes too long"
    found: dict[str, list[dict[str, Any]]] = {}
    try:
        with open(output, "rb") as file:
            for comment in json.loads(file.read(_MAX_OUTPUT))["comments"]:
                found.setdefault(comment["file"], []).append(comment)
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return f"shellcheck stopped with status {status}"
    return found


def _read(comments: list[dict[str, Any]], head: str, text: str) -> list[tuple[int, str, str, int, int]]:
    """The remarks on the text itself, each as the arguments of a Remark."""
    first = head.count("\n") + 1
    begins = [0]
    for line in text.split("\n"):
        begins.append(begins[-1] + len(line) + 1)

    def place(line: int, column: int) -> int:
        return min(begins[min(line - first, len(begins) - 1)] + column - 1, len(text))

    found = []
    for one in _apart(comments):
        if one["line"] >= first:
            start = place(one["line"], one["column"])
            end = max(place(one["endLine"], one["endColumn"]), start)
            found.append((one["code"], one["level"], one["message"], start, end))
    return sorted(found, key=lambda one: (one[3], one[0]))


def _apart(comments: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The comments, those on one syntax error as one: what it could not read, where, and why."""
    failed = [one for one in comments if one["code"] in _CANNOT_READ]
    rest = [one for one in comments if one["code"] not in _CANNOT_READ]
    if not failed or any(one["level"] == "error" and one["code"] < 2000 for one in rest):
        return rest
    told = next((one for one in failed if one["code"] == _CANNOT_READ[1]), failed[0])
    reason = next((one["message"] for one in failed if one["code"] == _CANNOT_READ[0]), "")
    message = told["message"].removesuffix(" Fix to allow more checks.")
    reason = reason.removesuffix(" Fix any mentioned problems and try again.")
    return [*rest, {**told, "message": f"{message} {reason}" if reason not in ("", message) else message}]
