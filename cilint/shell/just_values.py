"""What the expressions of a justfile stand for, as far as it can be told without running anything.

Conditions are not decided: both branches count, and a variable may have a few values. Of functions only those are known
that hand on their words (README.md of casey/just, "Functions").
"""

from __future__ import annotations

from cilint.shell.forms import Forms
from cilint.shell.justfile import tokens_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from cilint.shell.command import Part
    from cilint.shell.justfile import Justfile, Token

_HANDING_ON = ("trim", "quote", "lowercase", "uppercase", "clean", "absolute_path", "trim_start", "trim_end")
_FOLDERS = ("justfile_directory", "source_directory", "justfile_dir", "source_dir", "invocation_directory",
            "invocation_dir")  # fmt: skip
_MAX_VALUES = 4
_MAX_DEPTH = 12
_MAX_TEXT = 8192
_MAX_EXPANSIONS = 5_000  # of one call of just
UNKNOWN = "${}"


class Values:
    """What expressions stand for in one call of just. given: what the command line sets, which wins. asked: what the
    environment gives a variable. local: the parameters of the recipe at work.
    """

    __slots__ = ("_asked", "_file", "_given", "_left")

    def __init__(self, file: Justfile, given: dict[str, str], asked: Callable[[str], list[str]]) -> None:
        self._file = file
        self._given = given
        self._asked = asked
        self._left = _MAX_EXPANSIONS

    def of_variable(self, name: str, local: dict[str, list[str]], within: tuple[str, ...] = ()) -> list[str]:
        """The values of a variable or a parameter."""
        if name in local:
            return local[name]
        if name in self._given:
            return [self._given[name]]
        tokens = self._file.values.get(name)
        if tokens is None or name in within or len(within) >= _MAX_DEPTH:
            return [UNKNOWN]
        return self.of(tokens, {}, (*within, name))

    def of(self, tokens: list[Token], local: dict[str, list[str]], within: tuple[str, ...] = ()) -> list[str]:
        """Every text that an expression can become, at most four."""
        self._left -= 1
        if self._left < 0:
            return [UNKNOWN]
        reading = _Expression(tokens, lambda name: self.of_variable(name, local, within), self._asked)
        found = reading.all(0)
        return found if reading.is_done else [UNKNOWN]

    def parts(self, text: str, offset: int, local: dict[str, list[str]]) -> list[list[Part]]:
        """Every form that a stretch of a recipe can take, each piece knowing where it stands."""
        forms = Forms()
        start = 0
        while start < len(text):
            place = text.find("{{", start)
            place = len(text) if place < 0 else place
            forms.say(text[start:place], offset + start, offset + place)
            if place == len(text):
                break
            if text.startswith("{{{{", place):
                end, options = place + 4, ["{{"]
            else:
                close = text.find("}}", place)
                end = len(text) if close < 0 else close + 2
                options = self.of(tokens_of(text[place + 2 : end - 2], 0)[0], local)
            forms.fill(options, offset + place, offset + end)
            start = end
        return forms.all


class _Expression:
    """One reading of an expression to the texts that it can become."""

    __slots__ = ("_asked", "_lookup", "_pos", "_tokens")

    def __init__(
        self, tokens: list[Token], lookup: Callable[[str], list[str]], asked: Callable[[str], list[str]]
    ) -> None:
        self._tokens = tokens
        self._lookup = lookup
        self._asked = asked
        self._pos = 0

    @property
    def is_done(self) -> bool:
        """Whether all was understood."""
        return self._pos >= len(self._tokens)

    def _is(self, *signs: str) -> bool:
        token = self._tokens[self._pos] if self._pos < len(self._tokens) else ("", "")
        return token[0] == "sign" and token[1] in signs

    def _skip(self, sign: str) -> None:
        self._pos += self._is(sign)

    def all(self, depth: int) -> list[str]:
        """The expression at hand: values joined by `+` and `/`; of `||` and `&&`, either side."""
        if depth > _MAX_DEPTH:
            return [UNKNOWN]
        found = [""] if self._is("/") else self._value(depth)
        while self._is("+", "/", "||", "&&"):
            sign = self._tokens[self._pos][1]
            self._pos += 1
            other = self._value(depth)
            if sign in ("||", "&&"):
                found = list(dict.fromkeys((*found, *other)))[:_MAX_VALUES]
            else:
                between = "/" if sign == "/" else ""
                found = [f"{one}{between}{two}"[:_MAX_TEXT] for one in found for two in other][:_MAX_VALUES]
        return found

    def _value(self, depth: int) -> list[str]:
        if self.is_done or depth > _MAX_DEPTH:
            return [UNKNOWN]
        kind, text = self._tokens[self._pos]
        self._pos += 1
        if kind == "text":
            return [text]
        if kind == "command":
            return [f"$({text})"]
        if (kind, text) == ("sign", "("):
            found = self.all(depth + 1)
            self._skip(")")
            return found
        if kind != "name":
            return [UNKNOWN]
        if text == "if":
            return self._condition(depth)
        return self._call(text, depth) if self._is("(") else self._lookup(text)

    def _condition(self, depth: int) -> list[str]:
        """`if a == b { x } else { y }`: x and y."""
        self.all(depth + 1)
        if self._is("==", "!=", "=~", "!~"):
            self._pos += 1
            self.all(depth + 1)
        self._skip("{")
        found = self.all(depth + 1)
        self._skip("}")
        self._pos += 1  # `else`
        if self._is("{"):
            self._pos += 1
            other = self.all(depth + 1)
            self._skip("}")
        else:
            other = self._value(depth + 1)
        return list(dict.fromkeys((*found, *other)))[:_MAX_VALUES]

    def _call(self, name: str, depth: int) -> list[str]:
        self._pos += 1
        given: list[list[str]] = []
        while not self.is_done and not self._is(")"):
            given.append(self.all(depth + 1))
            if not self._is(",", ")"):
                break
            self._skip(",")
        self._skip(")")
        if name in _FOLDERS:
            return ["."]
        if name in ("env", "env_var", "env_var_or_default") and given:
            default = given[1] if len(given) > 1 else [f"${{{given[0][0]}}}"]
            return self._asked(given[0][0]) or default
        if name in _HANDING_ON and given:
            return given[0]
        return [f"$({' '.join(one[0] for one in given)})"] if name == "shell" and given else [UNKNOWN]
