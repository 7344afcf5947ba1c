"""Regular expressions that are compiled when they are first used.

Compiling is slow, and most patterns look for what most files do not hold: a faulty line, a rare token, an odd spelling.
"""

from __future__ import annotations

import re

TYPE_CHECKING = False
if TYPE_CHECKING:

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
            compiled = re.compile(self._source, self._flags)
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
