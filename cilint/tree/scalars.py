"""Scalars typed as Psych, GitLab's YAML library, types them (ruby/psych lib/psych/scalar_scanner.rb).

YAML 1.1 with Psych's own turns: `12:30` is 45000, `1,000` is 1000, `y` is a string, `1e3` is a string, and an unquoted
date is refused because GitLab's loader permits no Date (lib/gitlab/config/loader/yaml.rb).
"""

from __future__ import annotations

import re

from cilint.tree.node import Symbol

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cilint.tree.node import Value

# Ruby's ^ and $ stand at every line; \d and \s are ASCII there, [[:alpha:]] is Unicode.
_TEXT = re.compile(r"^[^0-9.:-]?(?:[^\W\d_]|[_ \t\r\n\f\v!@#$%^&*(){}<>|/\\~;=])|\n", re.M)
_TRUE = re.compile(r"^(yes|true|on)$", re.I | re.M)
_FALSE = re.compile(r"^(no|false|off)$", re.I | re.M)
_NULL = re.compile(r"^null$", re.I | re.M)
_TIME = re.compile(
    r"^-?[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:[Tt]|[ \t]+)[0-9]{1,2}:[0-9][0-9]:[0-9][0-9]"
    r"(?:\.[0-9]*)?(?:[ \t]*(?:Z|[-+][0-9]{1,2}:?(?:[0-9][0-9])?))?$"
)
_DATE = re.compile(r"^[0-9]{4}-(?:1[012]|0[0-9]|[0-9])-(?:[12][0-9]|3[01]|0[0-9]|[0-9])$")
_INFINITY = re.compile(r"^([+-]?)\.inf$", re.I)
_SEXAGESIMAL = re.compile(r"^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9]){1,2}(\.[0-9_]*)?$")
_FLOAT = re.compile(r"^[-+]?(?:[0-9][0-9_,]*)?\.[0-9]*(?:[eE][+-][0-9]+)?$")
_INTEGER = re.compile(
    r"^[-+]?(?:0b[_,]*[01][01_,]*|0[_,]*[0-7][0-7_,]*|0|[1-9](?:[0-9]|,[0-9]|_[0-9])*|0x[_,]*[0-9a-fA-F][0-9a-fA-F_,]*)$"
)
_QUOTED_SYMBOL = re.compile(r""":(["'])(.*)\1""")

# Every plain scalar that could be anything but a string starts with one of these.
_STARTS = frozenset("yYtTnNfFoO~0123456789-+.:")
_INTEGER_DIGITS = 4000  # Python refuses to read longer decimal integers; no pipeline has one


class Unloadable(Exception):
    """The loader refuses the scalar; the text is GitLab's own message."""


def type_plain(text: str) -> Value:
    """The value of an untagged plain scalar.

    Raises Unloadable for dates and times.
    """
    if not text:
        return None
    if text[0] not in _STARTS:
        return text
    if _TEXT.search(text):
        return _type_word(text)
    return _type_number(text)


def _type_word(text: str) -> Value:
    if len(text) > 5:
        return text
    if text == "~" or _NULL.search(text):
        return None
    if _TRUE.search(text):
        return True
    if _FALSE.search(text):
        return False
    return text


def _type_number(text: str) -> Value:
    if _TIME.match(text):
        raise Unloadable("Tried to load unspecified class: Time")
    if _DATE.match(text):
        raise Unloadable("Tried to load unspecified class: Date")
    if infinity := _INFINITY.match(text):
        return float("-inf") if infinity[1] == "-" else float("inf")
    if text.lower() == ".nan":
        return float("nan")
    if len(text) > 1 and text[0] == ":":
        quoted = _QUOTED_SYMBOL.search(text)
        return Symbol(quoted[2].removeprefix(":") if quoted else text[1:])
    if clock := _SEXAGESIMAL.match(text):
        return _sexagesimal(text, fraction=clock[1] is not None)
    if _FLOAT.match(text):
        digits = text.replace(",", "").replace("_", "")
        return text if digits in (".", "+.", "-.") else float(digits)
    if _INTEGER.match(text) and len(text) <= _INTEGER_DIGITS:
        return _integer(text.replace(",", "").replace("_", ""))
    return text


def _sexagesimal(text: str, *, fraction: bool) -> int | float:
    """`a:b` is hours and minutes, `a:b:c` hours, minutes and seconds; in seconds (Psych scales by place from the left)."""
    scales = (3600, 60, 1)
    parts = [part.replace("_", "") for part in text.split(":")]
    if fraction:
        return float(sum(float(part or 0) * scale for part, scale in zip(parts, scales, strict=False)))
    return sum(int(part) * scale for part, scale in zip(parts, scales, strict=False))


def _integer(text: str) -> int:
    sign, digits = (-1, text[1:]) if text[0] == "-" else (1, text.lstrip("+"))
    if digits[:2] == "0b":
        return sign * int(digits[2:], 2)
    if digits[:2] == "0x":
        return sign * int(digits[2:], 16)
    return sign * int(digits, 8 if len(digits) > 1 and digits[0] == "0" else 10)


_STRING_TAG = re.compile(r"^!(?:str|ruby/string)(?::(.*))?$")
_FLOAT_TAGS = ("tag:yaml.org,2002:float", "!float")
_BINARY_TAGS = ("tag:yaml.org,2002:binary", "!binary")
_SYMBOL_TAG = re.compile(r"^!ruby/sym(bol)?:?(.*)?$")
# Tags that make Psych load a class which GitLab's restricted loader does not permit, with the class it names.
_REFUSED = (
    (re.compile(r"^!ruby/object:BigDecimal$"), "BigDecimal"),
    (re.compile(r"^!ruby/object:(DateTime|Complex|Rational)$"), None),
    (re.compile(r"^!ruby/(class|module)$"), ""),
    (re.compile(r"^!ruby/regexp$"), "Regexp"),
    (re.compile(r"^!ruby/range$"), "Range"),
)


def type_tagged(text: str, tag: str) -> Value:
    """The value of a scalar with an explicit tag; quotes no longer matter then (`!!int "12"` is 12).

    Raises Unloadable where the loader refuses the tag. Tags that Psych does not know are dropped silently.
    """
    if tag in _BINARY_TAGS:
        return _unpack_base64(text)
    if tag == "tag:yaml.org,2002:str" or (string := _STRING_TAG.match(tag)):
        name = "" if tag == "tag:yaml.org,2002:str" or not string else string[1]
        if name:
            raise Unloadable(f"Tried to load unspecified class: {name}")
        return text
    if tag in _FLOAT_TAGS:
        return _float_of(type_plain(text))
    if _SYMBOL_TAG.match(tag):
        return Symbol(text)
    for pattern, name in _REFUSED:
        if found := pattern.match(tag):
            raise Unloadable(f"Tried to load unspecified class: {(found[1] if name is None else name) or text}")
    return type_plain(text)


def _unpack_base64(text: str) -> str:
    from binascii import Error, a2b_base64  # rare: a pipeline has no use for !binary

    try:
        return a2b_base64(text.encode()).decode("utf-8", "replace")
    except (Error, ValueError):
        return ""


def _float_of(value: Value) -> float:
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return float(value)
    try:
        return float(str(value)) if isinstance(value, str) else _not_a_float(value)
    except ValueError:
        return _not_a_float(value)


def _not_a_float(value: Value) -> float:
    raise Unloadable(f"invalid value for Float(): {value!r}")
