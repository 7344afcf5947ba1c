"""YAML out of plain data, such that Psych, GitLab's reader, reads exactly the same data again."""

from __future__ import annotations

import re

from cilint.report.escape import printable
from cilint.report.resolved import Leaf
from cilint.tree.node import ruby_text
from cilint.tree.scalars import Unloadable, type_plain

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from cilint.report.resolved import View

_PLAIN = re.compile(
    r"[A-Za-z0-9_./$~+(][A-Za-z0-9_./$~+()@=%&;|<>!?*^'\"{}\[\]\\-]*(?:[ :][A-Za-z0-9_./$~+()@=%&;|<>!?*^'\"{}\[\]\\-]+)*"
)
_ODD = re.compile("[^\t\n\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")
_ESCAPED = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}


def render(shown: dict[str, View], comment: Callable[[Leaf], str] | None = None) -> str:
    """A map of the view as a YAML document. comment: what stands behind a scalar, after "# "."""
    return "".join(f"{line}\n" for key, value in shown.items() for line in _entry(_text(key), value, 0, comment))


def _entry(head: str, value: View, depth: int, comment: Callable[[Leaf], str] | None) -> list[str]:
    """The lines of `head: value`."""
    indent = "  " * depth
    if isinstance(value, Leaf):
        return _scalar(f"{indent}{head}: ", value, depth + 1, comment)
    if not value:
        return [f"{indent}{head}: {'{}' if isinstance(value, dict) else '[]'}"]
    return [f"{indent}{head}:", *_lines(value, depth + 1, comment)]


def _lines(value: View, depth: int, comment: Callable[[Leaf], str] | None) -> list[str]:
    if isinstance(value, dict):
        return [line for key, item in value.items() for line in _entry(_text(key), item, depth, comment)]
    assert isinstance(value, list)
    found: list[str] = []
    indent = "  " * depth
    for item in value:
        if isinstance(item, Leaf):
            found += _scalar(f"{indent}- ", item, depth + 1, comment)
        elif not item:
            found.append(f"{indent}- {'{}' if isinstance(item, dict) else '[]'}")
        else:
            inner = _lines(item, depth + 1, comment)
            found += [f"{indent}- {inner[0].lstrip(' ')}", *inner[1:]]
    return found


def _scalar(head: str, leaf: Leaf, depth: int, comment: Callable[[Leaf], str] | None) -> list[str]:
    note = printable(comment(leaf)) if comment is not None else ""
    tail = f" # {note}" if note else ""
    value = leaf.value
    if isinstance(value, dict):  # a reference that could not be followed
        return [f"{head}!reference [{', '.join(map(_quoted, value['!reference']))}]{tail}"]
    if isinstance(value, str) and "\n" in value and _fits_block(value):
        body = value.rstrip("\n")
        chomping = {0: "-", 1: ""}.get(len(value) - len(body), "+")
        rest = value[: -1 if value.endswith("\n") else None].split("\n")
        return [f"{head}|{chomping}{tail}", *("  " * depth + line if line else "" for line in rest)]
    return [f"{head}{_text(value)}{tail}"]


def _fits_block(text: str) -> bool:
    return not any(map(_is_odd, text)) and text[0] not in " \n\t" and bool(text.strip())


def _text(value: object) -> str:
    if value is None:
        return "null"
    if isinstance(value, float):
        text = ruby_text(value)
        return {"Infinity": ".inf", "-Infinity": "-.inf", "NaN": ".nan"}.get(text, text)
    if isinstance(value, (bool, int)):
        return ruby_text(value)
    text = str(value)
    return text if _PLAIN.fullmatch(text) and text != "..." and _stays_text(text) else _quoted(text)


def _quoted(value: object) -> str:
    text = str(value)
    body = "".join(_ESCAPED.get(char) or (_escape(char) if _is_odd(char) else char) for char in text)
    return f'"{body}"'


def _is_odd(char: str) -> bool:
    """Whether YAML cannot hold the character as it is, or a terminal would obey it or hide it (U+202E, U+200B ...)."""
    return not (char.isprintable() or char in "\n\t") or bool(_ODD.match(char))


def _stays_text(text: str) -> bool:
    try:
        return isinstance(type_plain(text), str)
    except Unloadable:
        return False


def _escape(char: str) -> str:
    code = ord(char)
    return f"\\x{code:02X}" if code < 0x100 else f"\\u{code:04X}" if code < 0x10000 else f"\\U{code:08X}"
