"""Ruby's `File.fnmatch?(glob, path, PATHNAME | DOTMATCH | EXTGLOB)`, the glob language of `changes` and `exists`.

A glob is translated to RE2, so matching is linear in the path whatever the glob holds. The meaning follows Ruby's
`dir.c` (`ruby_brace_expand`, `fnmatch`, `fnmatch_helper`, `bracket`); GitLab's use of it is
`lib/gitlab/ci/build/rules/rule/clause/changes.rb` and `exists.rb`.
"""

from __future__ import annotations

from cilint.notation.patterns import PatternError, compiled

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from cilint.notation.re2 import Regexp

# `{a,b}{a,b}...` doubles with every pair; Ruby would write them all out, and no honest glob comes near.
MAX_ALTERNATIVES = 1024
_CACHE_LIMIT = 4096
_NEVER = r"[^\x{0}-\x{10FFFF}]"
_PLAIN = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-/ ,=@~")
_cache: dict[str, Glob] = {}


class Glob:
    """A compiled glob. text: as written, variables expanded."""

    __slots__ = ("_compiled", "_exact", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self._exact = not any(char in text for char in "*?[{\\")
        self._compiled = None if self._exact else _compile(text)

    def matches(self, path: str) -> bool:
        """Whether the whole path fits the glob."""
        if self._exact:
            return path == self.text
        return self._compiled is not None and self._compiled.occurs(path)


def compile_glob(text: str) -> Glob:
    """The compiled glob of a text; the same object for the same text."""
    known = _cache.get(text)
    if known is None:
        if len(_cache) >= _CACHE_LIMIT:
            _cache.clear()
        known = _cache[text] = Glob(text)
    return known


def fnmatch(pattern: str, path: str) -> bool:
    """Whether the path fits the glob: `*` and `?` stop at `/`, `**/` spans directories, dot files match."""
    return compile_glob(pattern).matches(path)


def as_pattern(text: str) -> str | None:
    """The RE2 pattern that finds just the paths which fit the glob; None where nothing fits, or it is too big."""
    alternatives = []
    for number, alternative in enumerate(_expand(text)):
        if number >= MAX_ALTERNATIVES:
            return None
        alternatives.append(_regex(alternative))
    return r"\A(?:" + "|".join(dict.fromkeys(alternatives)) + r")\z" if alternatives else None


def _compile(text: str) -> Regexp | None:
    pattern = as_pattern(text)
    if pattern is None:
        return None
    try:
        return compiled(pattern)
    except PatternError:  # too big for RE2, or no text: nothing matches it
        return None


def _expand(text: str) -> Iterator[str]:
    """The texts that braces stand for. A brace that is never closed stands for none at all, as in Ruby."""
    waiting = [text]
    while waiting:
        glob = waiting.pop()
        left, right = _braces(glob)
        if left < 0:
            yield glob
        elif right >= 0:
            waiting += [glob[:left] + part + glob[right + 1 :] for part in reversed(_parts(glob, left, right))]
            if len(waiting) > MAX_ALTERNATIVES:
                yield from waiting  # the caller counts, and gives up
                return


def _braces(glob: str) -> tuple[int, int]:
    """The places of the first outermost `{` and of its `}`; -1 where there is none."""
    left, nest, place = -1, 0, 0
    while place < len(glob):
        char = glob[place]
        if char == "{":
            if nest == 0:
                left = place
            nest += 1
        elif char == "}" and left >= 0:
            nest -= 1
            if nest == 0:
                return left, place
        elif char == "\\":
            place += 1
        place += 1
    return left, -1


def _parts(glob: str, left: int, right: int) -> list[str]:
    """What stands between the commas of one pair of braces."""
    parts, nest, start, place = [], 0, left + 1, left + 1
    while place < right:
        char = glob[place]
        if char == "," and nest == 0:
            parts.append(glob[start:place])
            start = place + 1
        nest += (char == "{") - (char == "}")
        place += 2 if char == "\\" else 1
    parts.append(glob[start:right])
    return parts


def _regex(glob: str) -> str:
    """One glob without braces as a regular expression."""
    out: list[str] = []
    place, size, fresh = 0, len(glob), True  # fresh: at the start of a segment, where `**/` means directories
    while place < size:
        if fresh and glob.startswith("**/", place):
            while glob.startswith("**/", place):
                place += 3
            out.append("(?:[^/]*/)*")
            continue
        char, fresh = glob[place], False
        place += 1
        if char == "*":
            while place < size and glob[place] == "*":
                place += 1
            out.append("[^/]*")
        elif char == "?":
            out.append("[^/]")
        elif char == "[":
            part, place = _bracket(glob, place)
            out.append(part)
        else:
            if char == "\\":
                if place == size:  # a backslash at the very end escapes nothing, and stands for nothing
                    break
                char = glob[place]
                place += 1
            fresh = char == "/"
            out.append(_escape(char))
    return "".join(out)


def _escape(char: str) -> str:
    return char if char in _PLAIN else f"\\x{{{ord(char):X}}}"


def _bracket(glob: str, place: int) -> tuple[str, int]:
    """A set and the place behind it; `place` is behind the `[`. A set that is never closed matches nothing."""
    negated = glob[place : place + 1] in ("!", "^")
    place += negated
    size, ranges = len(glob), [(ord("/"), ord("/"))] if negated else []
    while place < size:
        if glob[place] == "]":
            return _set(ranges, negated=negated), place + 1
        low, place = _member(glob, place)
        if place + 1 < size and glob[place] == "-" and glob[place + 1] != "]":
            high, place = _member(glob, place + 1)
            # A range upside down still holds its two ends.
            ranges += [(ord(low), ord(high))] if low <= high else [(ord(low),) * 2, (ord(high),) * 2]
        else:
            ranges.append((ord(low), ord(low)))
    return _NEVER, size


def _member(glob: str, place: int) -> tuple[str, int]:
    if glob[place] == "\\" and place + 1 < len(glob):
        place += 1
    return glob[place], place + 1


def _set(ranges: list[tuple[int, int]], *, negated: bool) -> str:
    """A character class; a slash is never in it, for a segment ends there."""
    slash, parts = ord("/"), []
    for low, high in ranges:
        if negated or not low <= slash <= high:
            parts.append((low, high))
        else:
            parts += [part for part in ((low, slash - 1), (slash + 1, high)) if part[0] <= part[1]]
    if not parts:
        return _NEVER
    body = "".join(f"\\x{{{low:X}}}-\\x{{{high:X}}}" for low, high in parts)
    return f"[{'^' if negated else ''}{body}]"
