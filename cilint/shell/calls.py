"""The files that a command runs: `./deploy.sh`, `bash x.sh`, `source lib.sh`, `python tool.py`; and the paths that may
be meant.
"""

from __future__ import annotations

from cilint.shell.holders import READERS, SHELLS, SOURCING, given_to_shell, reads_input
from cilint.shell.input import files_given

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from cilint.compose.fetch import Project
    from cilint.shell.command import Command, Word
    from cilint.source import Source

_MAX_UP = 12
_MAX_LENGTH = 512 * 1024  # characters of one file
MAKES = ("make", "gmake")
RUNNERS = frozenset((*MAKES, "just", "task", "go-task"))  # what runs recipes (see `make.py`, `just.py`, `task.py`)
# What runs scripts of a package.json (see `npm.py`): runners of tasks for whole workspaces, each with the words behind
# which a task is named; those of which every operand names a script; and the managers of packages.
TASK_RUNNERS = {"lerna": ("run",), "turbo": ("run",), "nx": ("run-many", "affected")}
SCRIPT_RUNNERS = ("npm-run-all", "npm-run-all2", "run-s", "run-p")
RUNS_SCRIPTS = frozenset(("npm", "pnpm", "yarn", "bun", "node", *TASK_RUNNERS, *SCRIPT_RUNNERS))
_OTHERS = ("python", "python3", "node", "ruby", "perl", "php", "tsx", "ts-node", "deno", "pwsh")


def called_words(command: Command) -> Iterator[tuple[Word, str]]:
    """The words of a command that name a file which it runs, each with "shell" or "other"."""
    words = command.argv
    if not words:
        return
    name = command.name
    if name in READERS and reads_input(command):
        yield from ((word, "shell") for word in files_given(command))
    if command.away:
        return
    first = words[0]
    if name in SHELLS or name in SOURCING:
        kind, file = given_to_shell(words)
        if kind == "file" and file is not None:
            yield file, "shell"
    elif name in _OTHERS:
        file = _file_of(words)
        if file is not None:
            yield file, "other"
    elif "/" in first.text or name.endswith((".sh", ".bash")):
        yield first, "shell"


def _file_of(words: list[Word]) -> Word | None:
    """The file behind an interpreter that is no shell; None when code or nothing is given (`python -m`, `node -e`)."""
    skip = False
    for word in words[1:]:
        text = word.text
        if skip:
            skip = False
        elif text in ("-o", "-O", "-W"):
            skip = True
        elif text[:1] != "-":
            return word
        elif text[:2] != "--" and ("c" in text or text in ("-s", "-m", "-e", "-")):
            return None
    return None


def candidates(word: Word, folders: tuple[str, str]) -> Iterator[str]:
    """Paths from the repository's root that a word may name.

    A path that begins with a variable or a substitution (`$CI_PROJECT_DIR/x`, `$(dirname "$0")/x`) is tried from the
    root and from the folder of the file that holds it.
    """
    if word.static:
        path = word.text
        if path.startswith(("/", "~")):
            return
        for folder in dict.fromkeys((*folders, "")):
            yield joined(folder, path)
        return
    first = word.parts[0] if word.parts[0].text or len(word.parts) == 1 else word.parts[1]
    rest = word.parts[word.parts.index(first) + 1 :]
    tail = "".join(part.text for part in rest)
    if first.kind == "text" or not tail.startswith("/") or any(part.kind != "text" for part in rest):
        return
    for folder in dict.fromkeys((folders[1] if first.text != "CI_PROJECT_DIR" else "", "")):
        yield joined(folder, tail.lstrip("/"))


def joined(folder: str, path: str) -> str:
    """The two put together, `.` and `..` worked out; a path that leaves the repository stays outside and is not read."""
    parts: list[str] = []
    for part in f"{folder}/{path}".split("/"):
        if part == ".." and parts and parts[-1] != "..":
            parts.pop()
        elif part not in ("", "."):
            parts.append(part)
    return "/".join(parts)


def upwards(folder: str) -> Iterator[str]:
    """The folder and those above it, up to the repository's root."""
    for _ in range(_MAX_UP):
        yield folder
        if not folder or folder[:2] == "..":
            return
        folder = folder.rpartition("/")[0]


def read_called(project: Project, path: str, reached: str = "called by a job") -> Source | None:
    """A file of the repository, where it is text and no longer than what is read of one. reached: how it was found."""
    source = project.read_local(path, reached)
    return source if source is not None and len(source.text) <= _MAX_LENGTH and "\0" not in source.text else None
