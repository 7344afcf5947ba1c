"""RE2 out of google-re2, without that package's Python half: patterns that are searched for in linear time.

`import re2` brings functools and collections along, and each search goes through a generator; both together cost a
check as much as reading the file. What is asked here is only whether a pattern occurs. To import this module is to load
RE2: `cilint.notation.patterns.compiled` does it once there is a pattern.
"""

from __future__ import annotations

import sys
from _frozen_importlib import _load  # type: ignore[attr-defined]  # the stubs do not know it
from _frozen_importlib_external import PathFinder

from cilint.notation.patterns import PatternError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_MODULE = "re2._re2"


class Regexp:
    """A compiled pattern of RE2.

    What its groups hold is not told: those of a pattern with thousands of them, which nobody asks for, take RE2 a
    gigabyte.
    """

    __slots__ = ("_regexp",)

    def __init__(self, source: str) -> None:
        """Raises PatternError."""
        options = _re2.RE2.Options()
        options.log_errors = False
        options.never_capture = True
        try:
            self._regexp = _re2.RE2(source.encode(), options)
        except UnicodeError:
            raise PatternError("the regular expression holds a character that is no text") from None
        if not self._regexp.ok():
            reason = self._regexp.error().decode("utf-8", "replace")
            raise PatternError(f"RE2 does not take this regular expression: {reason}")

    def occurs(self, text: str) -> bool:
        """Whether the pattern occurs anywhere in the text."""
        return self._match(_re2.RE2.Anchor.UNANCHORED, text)

    def fits(self, text: str) -> bool:
        """Whether the pattern is the text as a whole."""
        return self._match(_re2.RE2.Anchor.ANCHOR_BOTH, text)

    def _match(self, anchor: Any, text: str) -> bool:
        try:
            encoded = text.encode()
        except UnicodeError:  # a lone surrogate is no text to RE2
            return False
        return bool(self._regexp.Match(anchor, encoded, 0, len(encoded))[0][0] >= 0)


def _extension() -> Any:
    """The C++ half alone; by way of its package where that lies otherwise than known."""
    if _MODULE not in sys.modules:
        try:
            package: Any = PathFinder.find_spec("re2")
            return _load(PathFinder.find_spec(_MODULE, package.submodule_search_locations))
        except Exception:  # noqa: BLE001  # another google-re2 than we know: the usual road is right, if slower
            sys.modules.pop(_MODULE, None)
            import re2  # noqa: F401  # brings its C++ half
    return sys.modules[_MODULE]


_re2 = _extension()
