"""What Ruby does to the values that interpolation puts into text: `to_s`, `inspect`, `gsub` with a string."""

from __future__ import annotations

import re

from cilint.pattern import Pattern
from cilint.tree.node import Mapping, Node, Scalar, Sequence, Symbol, ruby_text

_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r", "\f": "\\f", "\v": "\\v", "\b": "\\b",
            "\a": "\\a", "\x1b": "\\e"}  # fmt: skip
_GROUP = Pattern(r"\\([0-9&`'\\])")


def shown(node: Node) -> str:
    """Ruby's `to_s`: text of scalars, `["a", 1]` for a list."""
    if isinstance(node, Scalar):
        return ruby_text(node.value)
    return inspect(node)


def inspect(node: Node) -> str:
    """Ruby's `inspect`: strings in quotes, null as nil."""
    if isinstance(node, Sequence):
        return f"[{', '.join(map(inspect, node.items))}]"
    if isinstance(node, Mapping):  # string keys have become symbols by then
        entries = (f"{_key(written)}=>{inspect(value)}" for written, value in node.items())
        return f"{{{', '.join(entries)}}}"
    if not isinstance(node, Scalar):
        return ""
    if node.value is None:
        return "nil"
    if isinstance(node.value, str):
        return _quoted(node.value)
    return f":{node.value.name}" if isinstance(node.value, Symbol) else ruby_text(node.value)


def _key(written: Scalar) -> str:
    if isinstance(written.value, str):
        return (
            f":{written.value}" if re.fullmatch(r"[A-Za-z_]\w*[?!]?", written.value) else f":{_quoted(written.value)}"
        )
    return inspect(written)


def _quoted(text: str) -> str:
    body = "".join(_ESCAPES.get(char, char) for char in text)
    return '"' + re.sub(r"#(?=[{$@])", r"\\#", body) + '"'


def gsub(text: str, search: str, replacement: str) -> str:
    """Ruby's `text.gsub(search, replacement)`: with two strings the backslashes of the replacement are read again."""
    if "\\" not in replacement:
        return text.replace(search, replacement)
    parts, place = [], 0
    while (found := text.find(search, place)) >= 0:
        end = found + len(search)
        parts += [text[place:found], _replaced(replacement, search, text[:found], text[end:])]
        place = end
    return "".join([*parts, text[place:]])


def _replaced(replacement: str, matched: str, before: str, after: str) -> str:
    special = {"0": matched, "&": matched, "`": before, "'": after, "\\": "\\"}
    return _GROUP.sub(lambda found: special.get(found[1], ""), replacement)
