"""GitLab's `/pattern/flags`: the text form of a regular expression, in RE2's dialect.

The form is `lib/gitlab/untrusted_regexp/ruby_syntax.rb`, the meaning `lib/gitlab/untrusted_regexp.rb`: RE2, searched
anywhere in the text, case-sensitive, `.` without newlines and `^` `$` as ends of the whole text unless a flag says so.
"""

from __future__ import annotations

from cilint import pattern

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cilint.notation.re2 import Regexp

# Ruby's `^` and `$` are ends of lines, so one line of a value of several may hold the pattern.
_SYNTAX = pattern.Pattern(r"(?m)^/(.*)/([ismU]*)$")
_CACHE_LIMIT = 4096
_COMPILED_LIMIT = 128  # each may hold up to 8 MiB
_cache: dict[tuple[str, bool], Pattern | PatternError] = {}
_compiled: dict[str, Regexp] = {}


class PatternError(ValueError):
    """A text is not of the form `/pattern/flags`, or RE2 cannot compile it; `str()` says why."""


class Pattern:
    """A compiled pattern.

    text: as it was written, slashes and flags included. source: what RE2 was given, flags in front as `(?flags)`.
    """

    __slots__ = ("_compiled", "source", "text")

    def __init__(self, text: str, source: str) -> None:
        self.text = text
        self.source = source
        self._compiled = compiled(source)

    def search(self, text: str) -> bool:
        """Whether the pattern occurs anywhere in the text; linear in its length."""
        return self._compiled.occurs(text)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Pattern) and self.source == other.source

    def __hash__(self) -> int:
        return hash(self.source)

    def __repr__(self) -> str:
        return f"Pattern({self.text!r})"


def is_pattern(text: str) -> bool:
    """Whether the text has the form `/pattern/flags`; it may still fail to compile."""
    return _SYNTAX.search(text) is not None


def compile_pattern(text: str, *, unescape: bool = True) -> Pattern:
    r"""The pattern that a text of the form `/pattern/flags` stands for.

    unescape: whether `\/` becomes `/` first, as in expressions (lib/gitlab/ci/pipeline/expression/lexeme/pattern.rb);
    refs of `only` and `except` are taken as they are (lib/gitlab/ci/build/policy/refs.rb).

    Raises PatternError.
    """
    key = (text, unescape)
    known = _cache.get(key)
    if known is None:
        try:
            known = _fabricate(text, unescape=unescape)
        except PatternError as error:
            known = error
        if len(_cache) >= _CACHE_LIMIT:
            _cache.clear()
        _cache[key] = known
    if isinstance(known, PatternError):
        raise PatternError(str(known))
    return known


def _fabricate(text: str, *, unescape: bool) -> Pattern:
    found = _SYNTAX.search(text.replace("\\/", "/") if unescape else text)
    if found is None:
        raise PatternError("a pattern is written as /pattern/, optionally followed by the flags i, s, m and U")
    body, flags = found.groups()
    return Pattern(text, f"(?{flags}){body}" if flags else body)


def compiled(source: str) -> Regexp:
    """The pattern that RE2 makes of a text; the same object for the same text. Raises PatternError."""
    known = _compiled.get(source)
    if known is None:
        from cilint.notation.re2 import Regexp

        if len(_compiled) >= _COMPILED_LIMIT:
            _compiled.clear()
        known = _compiled[source] = Regexp(source)
    return known
