"""Regular expressions that are compiled when they are first used, and by one run for all later ones.

Compiling is slow, and most patterns look for what most files do not hold: a faulty line, a rare token, an odd spelling.
Those that a check does use, some 60, took more than a tenth of a cold run to compile, and a twentieth the import of the
compiler. What it makes of a pattern is plain data; `ready` holds it where an earlier run kept it (see
`cilint/cli/_snapshot.py`). So modules that a check imports take no `re` at their top.
"""

from __future__ import annotations

import marshal
from _sre import MAGIC
from _sre import compile as assemble

TYPE_CHECKING = False
if TYPE_CHECKING:
    import re
    from typing import Any

    def Pattern(pattern: str) -> re.Pattern[str]:  # noqa: N802  # to a type checker it is the real thing
        """Like `re.compile`, but later. Flags stand at the beginning of the pattern: `(?i)`."""

else:

    class Pattern:
        """Like `re.compile`, but later: the methods appear, as attributes of their own, when the first one is called."""

        def __init__(self, pattern: str) -> None:
            self._source = pattern

        def __getattr__(self, name: str) -> object:
            if name.startswith("_"):
                raise AttributeError(name)
            compiled = _compiled(self._source)
            for method in (
                "search",
                "match",
                "fullmatch",
                "finditer",
                "findall",
                "sub",
                "split",
                "pattern",
                "groupindex",
            ):
                setattr(self, method, getattr(compiled, method))
            return getattr(compiled, name)


VERSION = MAGIC  # of the form of `ready`
ready: dict[str, bytes] = {}  # what a pattern compiles to, for `assemble`
missed: list[str] = []  # patterns that were used and not ready


def _compiled(source: str) -> re.Pattern[str]:
    parts = ready.get(source)
    if parts is None:
        import re  # it takes as long to import as a small file to check

        missed.append(source)
        return re.compile(source)
    return assemble(source, *marshal.loads(parts))  # type: ignore[no-any-return]  # noqa: S302  # as any compiled code


def prepared(source: str) -> bytes | None:
    """What a pattern compiles to, as `ready` holds it; None where Python does not compile as we know it."""
    try:
        from re import _compiler, _parser  # type: ignore[attr-defined]

        tree: Any = _parser.parse(source)
        names = tree.state.groupdict
        by_number = [None] * tree.state.groups
        for name, number in names.items():
            by_number[number] = name
        code = [int(word) for word in _compiler._code(tree, 0)]  # noqa: SLF001  # there is no public way to it
        parts = (int(tree.state.flags), code, len(by_number) - 1, names, tuple(by_number))
        assemble(source, *parts)
        return marshal.dumps(parts)
    except (ImportError, AttributeError, TypeError, ValueError):
        return None
