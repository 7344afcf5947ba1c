"""The files of a commit, as `rules:exists` asks for them (`lib/gitlab/ci/build/rules/rule/clause/exists.rb`)."""

from __future__ import annotations

from cilint.notation.globs import compile_glob

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

MAX_COMPARISONS = 50_000  # beyond it GitLab takes the clause as true (exists.rb, changes.rb)
_ANYWHERE = "**/*"
_MAGIC = "*?[{"


class Tree:
    """The files of a commit. files: their paths from the root, or a function that lists them when first asked."""

    __slots__ = ("_answers", "_files", "_list")

    def __init__(self, files: Iterable[str] | Callable[[], Iterable[str]]) -> None:
        self._list = files
        self._files: list[str] | None = None
        self._answers: dict[tuple[bool, tuple[str, ...]], bool] = {}

    @property
    def files(self) -> list[str]:
        """The paths, sorted."""
        if self._files is None:
            self._files = sorted(self._list() if callable(self._list) else self._list)
        return self._files

    def holds(self, globs: tuple[str, ...], *, top: bool = False) -> bool:
        """Whether one of the globs fits a file. top: look only at the files beside the configuration's root."""
        key = (top, globs)
        answer = self._answers.get(key)
        if answer is None:
            files = [path for path in self.files if "/" not in path] if top else self.files
            answer = self._answers[key] = _holds(files, globs)
        return answer


def _holds(files: list[str], globs: tuple[str, ...]) -> bool:
    patterns = []
    for glob in globs:
        if not any(char in glob for char in _MAGIC):
            if _exact(files, glob):
                return True
        elif _is_extension(glob):
            ending = glob.removeprefix(_ANYWHERE)
            if any(path.endswith(ending) for path in files):
                return True
        else:
            patterns.append(glob)
    if len(patterns) * len(files) > MAX_COMPARISONS:
        # GitLab compares in this order and gives up with "true"; it gets there only when nothing fitted before.
        return True
    return any(compile_glob(glob).matches(path) for glob in patterns for path in files)


def _exact(files: list[str], glob: str) -> bool:
    """A plain path, or with a slash at its end a folder that holds something (GitLab 18.2)."""
    if glob.endswith("/"):
        return any(path.startswith(glob) for path in files)
    return glob in files


def _is_extension(glob: str) -> bool:
    rest = glob.removeprefix(_ANYWHERE)
    return rest.startswith(".") and "/" not in rest and not any(char in rest for char in _MAGIC)


def fits(globs: Iterable[str], paths: tuple[str, ...]) -> bool:
    """Whether one of the changed paths fits one of the globs, as `rules:changes` has it."""
    unique = list(dict.fromkeys(globs))
    if len(unique) * len(paths) > MAX_COMPARISONS:
        return True
    compiled = [compile_glob(glob) for glob in unique]
    return any(glob.matches(path) for glob in compiled for path in paths)
