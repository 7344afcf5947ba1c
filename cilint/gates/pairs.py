"""Two patterns at a time: what texts can answer to both, where all patterns of a text together are too many to list."""

from __future__ import annotations

from cilint.gates.classes import find

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cilint.gates.budget import Limits
    from cilint.gates.classes import Language
    from cilint.gates.regex import Regex


class Pairs:
    """Answers about pairs of patterns, each worked out once."""

    __slots__ = ("_known", "_limits")

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._known: dict[tuple[Language | None, Regex, Regex, bool], bool] = {}

    def go(self, language: Language | None, one: Regex, other: Regex) -> bool:
        """Whether some text of the language has both patterns in it. Raises Budget."""
        return self._exists(language, one, other, both=True)

    def part(self, language: Language | None, one: Regex, other: Regex) -> bool:
        """Whether some text of the language has the one in it and not the other. Raises Budget."""
        return self._exists(language, one, other, both=False)

    def _exists(self, language: Language | None, one: Regex, other: Regex, *, both: bool) -> bool:
        key = (language, one, other, both)
        known = self._known.get(key)
        if known is None:
            yes, no = ([one, other], []) if both else ([one], [other])
            known = self._known[key] = find(yes, no, language, self._limits) is not None
        return known
