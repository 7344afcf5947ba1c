"""Scalars typed as Psych, GitLab's YAML library, types them (ruby/psych lib/psych/scalar_scanner.rb).

YAML 1.1 with Psych's own turns: `12:30` is 45000, `1,000` is 1000, `y` and `1e3` are strings, and an unquoted
date is refused because GitLab's loader permits no Date (lib/gitlab/config/loader/yaml.rb).
"""

from __future__ import annotations

from cilint.pattern import Pattern
from cilint.tree.node import Symbol

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cilint.tree.node import Value

# What an unquoted word of at most five characters means, whatever its case (Unicode's: Ruby reads "o\ufb00" as off).
_WORDS: dict[str, Value] = {
    **dict.fromkeys(("~", "null"), None),
    **dict.fromkeys(("yes", "true", "on"), True),
    **dict.fromkeys(("no", "false", "off"), False),
}
LONGEST_WORD = 5
_WORD_STARTS = frozenset("yYtTnNfFoO~")
# A plain scalar longer than LONGEST_WORD is a string unless it starts with one of the first, a shorter one unless it
# starts with one of the second.
NUMBER_STARTS = frozenset("0123456789-+.:")
SHORT_STARTS = _WORD_STARTS | NUMBER_STARTS

# Ruby's \d and \s are ASCII. Those below are compiled when the character that they cannot do without is there.
_NO_BASE64 = Pattern("[^A-Za-z0-9+/]")
_NUMBER = Pattern(r"(?ai)[-+]?(?:[0-9]|\.(?:[0-9]|inf|nan|e[-+]))")  # where all that follow begin
_TIME = Pattern(
    r"-?[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:[Tt]|[ \t\r\f\v]+)[0-9]{1,2}:[0-9][0-9]:[0-9][0-9]"
    r"(?:\.[0-9]*)?(?:[ \t\r\f\v]*(?:Z|[-+][0-9]{1,2}:?(?:[0-9][0-9])?))?"
)
_DATE = Pattern(r"[0-9]{4}-(?:1[012]|0[0-9]|[0-9])-(?:[12][0-9]|3[01]|0[0-9]|[0-9])")
_INFINITIES = {".inf": float("inf"), "+.inf": float("inf"), "-.inf": float("-inf")}
_NAN = float("nan")  # one object, for as a key it is found again by identity alone, in Ruby and here
_SYMBOL = Pattern(r""":(["'])(.*)\1""")
_SEXAGESIMAL = Pattern(r"[-+]?[0-9][0-9_]*(?::[0-5]?[0-9]){1,2}(\.[0-9_]*)?")
_FLOAT = Pattern(r"([-+]?(?:[0-9][0-9_,]*)?\.[0-9]*)([eE][+-][0-9]+)?")
_INTEGER = Pattern(r"[-+]?(?:0b[01_,]+|0[0-7_,]+|0|[1-9](?:[0-9]|,[0-9]|_[0-9])*|0x[0-9a-fA-F_,]+)")
_DIGITS = Pattern(r"[-+]?[0-9]+(?:_[0-9]+)*")  # as far as Ruby's String#to_i reads
_FRACTION = Pattern(r"[-+]?[0-9]+(?:_[0-9]+)*(?:\.[0-9]+(?:_[0-9]+)*)?")  # as far as its String#to_f reads
# Python refuses to print integers of more than 4300 digits; longer ones stay text, and no pipeline has one.
_INTEGER_LENGTH = 3500


class Unloadable(Exception):
    """The loader refuses the scalar; the text is GitLab's own message."""


def type_plain(text: str) -> Value:
    """The value of an untagged plain scalar.

    Raises Unloadable for dates and times, and for numbers without digits (`0x_`).
    """
    if not text:
        return None
    first = text[0]
    if first in NUMBER_STARTS:
        return text if "\n" in text else _type_number(text)
    if first not in _WORD_STARTS or len(text) > LONGEST_WORD:
        return text
    return _type_lines(text) if "\n" in text else _WORDS.get(text.casefold(), text)


def _type_lines(text: str) -> Value:
    """A word of several short lines: Ruby's `^` and `$` stand at every line, so one line decides for all."""
    lines = text.casefold().removesuffix("\n").split("\n")
    if all(line[:1] in _WORD_STARTS for line in lines):
        for word, meaning in _WORDS.items():
            if word in lines and word != "~":
                return meaning
    return text


def _type_number(text: str) -> Value:
    if text[0] == ":":
        return _type_symbol(text)
    if not _NUMBER.match(text):
        return text
    if "-" in text[1:]:
        if _TIME.fullmatch(text):
            raise Unloadable("Tried to load unspecified class: Time")
        if _DATE.fullmatch(text):
            raise Unloadable("Tried to load unspecified class: Date")
    if (word := text.casefold()) in _INFINITIES:
        return _INFINITIES[word]
    if word == ".nan":
        return _NAN
    if ":" in text and (clock := _SEXAGESIMAL.fullmatch(text)):
        return _type_clock(text, fraction=clock[1] is not None)
    if "." in text and (number := _FLOAT.fullmatch(text)):
        return _type_float(text, number[1], number[2] or "")
    if len(text) <= _INTEGER_LENGTH and _INTEGER.fullmatch(text):
        return _type_integer(text.replace(",", "").replace("_", ""))
    return text


def _type_symbol(text: str) -> Value:
    if len(text) == 1:
        return text
    quoted = _SYMBOL.match(text)
    return Symbol(quoted[2].removeprefix(":") if quoted else text[1:])


def _type_clock(text: str, *, fraction: bool) -> Value:
    """`a:b` is hours and minutes, `a:b:c` hours, minutes and seconds; in seconds (Psych scales by place from the left)."""
    if len(text) > _INTEGER_LENGTH:
        return text
    seconds: float = 0
    for part, scale in zip(text.split(":"), (3600, 60, 1), strict=False):
        found = (_FRACTION if fraction else _DIGITS).match(part)
        digits = found[0].replace("_", "") if found else "0"
        seconds += (float(digits) if fraction else int(digits)) * scale
    return seconds


def _type_float(text: str, mantissa: str, exponent: str) -> Value:
    digits = mantissa.replace(",", "").replace("_", "")
    if not digits.strip("+-."):
        if not exponent:
            return text
        raise Unloadable(f'invalid value for Float(): "{digits[:-1]}{exponent}"')
    return float(digits + exponent)


def _type_integer(digits: str) -> int:
    sign, digits = (-1, digits[1:]) if digits[0] == "-" else (1, digits.removeprefix("+"))
    base = {"0b": 2, "0x": 16}.get(digits[:2])
    if base is None:
        return sign * int(digits, 8 if len(digits) > 1 and digits[0] == "0" else 10)
    if len(digits) == 2:
        raise Unloadable(f'invalid value for Integer(): "{digits}"')
    return sign * int(digits[2:], base)


_STRING_TAG = Pattern(r"(?:!(?:str|ruby/string)(?::(.*))?|tag:yaml\.org,2002:str)")
_SYMBOL_TAG = Pattern(r"!ruby/sym(?:bol)?:?.*")
# Tags that make Psych load a class which GitLab's restricted loader does not permit, with that class.
_REFUSED_TAGS = {
    "!ruby/object:BigDecimal": "BigDecimal",
    "!ruby/object:DateTime": "DateTime",
    "!ruby/object:Complex": "Complex",
    "!ruby/object:Rational": "Rational",
    "!ruby/regexp": "Regexp",
    "!ruby/range": "Range",
}
_CLASS_TAGS = ("!ruby/class", "!ruby/module")  # the text names the class
_BINARY_TAGS = ("tag:yaml.org,2002:binary", "!binary")
_FLOAT_TAGS = ("tag:yaml.org,2002:float", "!float")


def type_tagged(text: str, tag: str) -> Value:
    """The value of a scalar with an explicit tag; quotes no longer matter then (`!!int "12"` is 12).

    Raises Unloadable where the loader refuses the tag. Tags that Psych does not know are dropped silently.
    """
    if string := _STRING_TAG.fullmatch(tag):
        if string[1]:
            raise Unloadable(f"Tried to load unspecified class: {string[1]}")
        return text
    if refused := _REFUSED_TAGS.get(tag) or (text if tag in _CLASS_TAGS else ""):
        raise Unloadable(f"Tried to load unspecified class: {refused}")
    if tag in _CLASS_TAGS:
        return None
    if tag in _BINARY_TAGS:
        return _unpack_base64(text)
    if tag in _FLOAT_TAGS:
        return _float_of(type_plain(text))
    if _SYMBOL_TAG.fullmatch(tag):
        return Symbol(text)
    return type_plain(text)


def _unpack_base64(text: str) -> str:
    """Ruby's `unpack("m")`, which passes over whatever is no base64; bytes that are no UTF-8 become U+FFFD."""
    from binascii import a2b_base64  # rare: a pipeline has no use for !binary

    letters = _NO_BASE64.sub("", text.partition("=")[0])
    letters = letters[:-1] if len(letters) % 4 == 1 else letters  # six bits are no byte
    return a2b_base64(letters + "=" * (-len(letters) % 4)).decode("utf-8", "replace")


def _float_of(value: Value) -> float:
    """Ruby's `Float(value)`."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        try:
            return float(value)
        except OverflowError:
            return _INFINITIES[".inf" if value > 0 else "-.inf"]
    if isinstance(value, str) and not value.strip().lstrip("+-")[:1].isalpha():  # Python alone reads "inf" and "nan"
        try:
            return float(value)
        except ValueError:
            pass
    raise Unloadable(f"invalid value for Float(): {value!r}")
