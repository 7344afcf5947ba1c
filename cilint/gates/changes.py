"""Changed files: which globs can fit some changed file together.

Whether a glob fits is a variable of its own. A model says which do; then a path is looked for that fits each of them
and none of the others, and where there is none the solver learns that this cannot be.
"""

from __future__ import annotations

from cilint.gates.classes import FILE_PATH, find
from cilint.gates.regex import parse
from cilint.gates.solver import FALSE
from cilint.notation.globs import as_pattern

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from cilint.gates.budget import Limits
    from cilint.gates.regex import Regex
    from cilint.gates.solver import Model, Solver

HINTS = ("README.md", "src/main.py", "docs/index.md", "Dockerfile", "package.json", "src/a/b.py")
_SPECIAL = "*?[{\\"


class Changes:
    """Which globs fit some changed file. asked: whether it matters what changed, be there a glob or none."""

    __slots__ = ("_found", "_limits", "_regexes", "_solver", "asked", "globs")

    def __init__(self, solver: Solver, limits: Limits) -> None:
        self._solver = solver
        self._limits = limits
        self.asked = False
        self.globs: dict[str, int] = {}  # with whether a changed file fits
        self._regexes: dict[str, Regex] = {}
        self._found: dict[tuple[str, frozenset[str]], str | None] = {}

    def any_fits(self, globs: Iterable[str]) -> int:
        """Whether one of the globs fits a changed file."""
        self.asked = True
        return self._solver.any_of([self._fits(glob) for glob in globs])

    def _fits(self, glob: str) -> int:
        term = self.globs.get(glob)
        if term is None:
            pattern = as_pattern(glob)
            if pattern is None:
                return FALSE
            self._regexes[glob] = parse(pattern)
            term = self.globs[glob] = self._solver.new_var(f"changes {glob}")
        return term

    def witness(self, model: Model) -> list[str] | None:
        """Changed files that fit the globs which fit in the model, and no other glob; one that fits none when none does.

        None when there are none such; the solver has then been told so. Raises Budget.
        """
        yes = [glob for glob, term in self.globs.items() if model.holds(term)]
        no = frozenset(self.globs) - frozenset(yes)
        paths: list[str] = []
        for glob in yes:
            path = self._path(glob, no)
            if path is None:
                self._solver.add(-self.globs[glob], *(self.globs[other] for other in sorted(no)))
                return None
            paths.append(path)
        if not yes and (path := self._path("", no)):
            paths.append(path)
        return list(dict.fromkeys(paths))

    def _path(self, glob: str, no: frozenset[str]) -> str | None:
        """A path that fits a glob and none of `no`; with no glob, just any that fits none of them."""
        key = (glob, no)
        if key not in self._found:
            plain = () if any(char in glob for char in _SPECIAL) or not glob else (glob,)
            self._found[key] = find(
                [self._regexes[glob]] if glob else [],
                [self._regexes[other] for other in sorted(no)],
                FILE_PATH,
                self._limits,
                hints=(
                    *plain,
                    *(glob.replace("**/*", deep).replace("**/", "").replace("*", "x") for deep in ("x", "a/b")),
                    *HINTS,
                ),
            )
        return self._found[key]
