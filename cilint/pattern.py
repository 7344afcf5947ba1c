"""Regular expressions that are compiled when they are first used, and by one run for all later ones.

Compiling is slow, and most patterns look for what most files do not hold: a faulty line, a rare token, an odd spelling.
Those that a check does use, some 60, took more than a tenth of a cold run to compile. What the compiler of `re` makes of a
pattern is plain data; `ready` holds it where an earlier run kept it (see `cilint/cli/_snapshot.py`).
"""

from __future__ import annotations

import marshal
import re
from _sre import MAGIC
from _sre import compile as assemble

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    def Pattern(pattern: str, flags: int = 0) -> re.Pattern[str]:  # noqa: N802  # to a type checker it is the real thing
        """Like `re.compile`, but later."""

else:

    class Pattern:
        """Like `re.compile`, but later: the methods appear, as attributes of their own, when the first one is called."""

        def __init__(self, pattern: str, flags: int = 0) -> None:
            self._source = pattern
            self._flags = flags

        def __getattr__(self, name: str) -> object:
            if name.startswith("_"):
                raise AttributeError(name)
            compiled = _compiled(self._source, int(self._flags))
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
ready: dict[tuple[str, int], bytes] = {}  # what pattern and flags compile to, for `assemble`
missed: list[tuple[str, int]] = []  # patterns that were used and not ready


def _compiled(source: str, flags: int) -> re.Pattern[str]:
    parts = ready.get((source, flags))
    if parts is None:
        missed.append((source, flags))
        return re.compile(source, flags)
    return assemble(source, *marshal.loads(parts))  # type: ignore[no-any-return]  # noqa: S302  # as any compiled code


def prepared(source: str, flags: int) -> bytes | None:
    """What a pattern compiles to, as `ready` holds it; None where Python does not compile as we know it."""
    try:
        from re import _compiler, _parser  # type: ignore[attr-defined]

        tree: Any = _parser.parse(source, flags)
        names = tree.state.groupdict
        by_number = [None] * tree.state.groups
        for name, number in names.items():
            by_number[number] = name
        code = [int(word) for word in _compiler._code(tree, flags)]  # noqa: SLF001  # there is no public way to it
        parts = (int(flags | tree.state.flags), code, len(by_number) - 1, names, tuple(by_number))
        assemble(source, *parts)
        return marshal.dumps(parts)
    except (ImportError, AttributeError, TypeError, ValueError):
        return None
