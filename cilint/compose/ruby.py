"""What Ruby does to the values that interpolation puts into text: `to_s`, `inspect`, `gsub` with a string."""

from __future__ import annotations

import re

from cilint.pattern import Pattern
from cilint.tree.node import Mapping, Node, Scalar, Sequence, Symbol, ruby_text

_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r", "\f": "\\f", "\v": "\\v", "\b": "\\b",
            "\a": "\\a", "\x1b": "\\e"}  # fmt: skip
_BEFORE, _AFTER = object(), object()  # the text before what is replaced, and the text after it
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


class TooLong(Exception):
    """A text that grows past the limit that was given."""


def gsub(text: str, search: str, replacement: str, limit: int) -> str:
    """Ruby's `text.gsub(search, replacement)`: with two strings the backslashes of the replacement are read again.

    Raises TooLong, before the work is done, when more than `limit` characters come out.
    """
    if "\\" not in replacement:
        if len(text) + text.count(search) * (len(replacement) - len(search)) > limit:
            raise TooLong
        return text.replace(search, replacement)
    template = _template(replacement, search)
    parts: list[str] = []
    length = place = 0
    while (found := text.find(search, place)) >= 0:
        end = found + len(search)
        parts.append(text[place:found])
        length += found - place
        for part in template:
            if length > limit:
                raise TooLong
            made = part if type(part) is str else text[:found] if part is _BEFORE else text[end:]
            parts.append(made)
            length += len(made)
        place = end
    if length + len(text) - place > limit:
        raise TooLong
    return "".join([*parts, text[place:]])


def _template(replacement: str, matched: str) -> list[str | object]:
    """The replacement in parts: what is the same wherever it is put in, and what depends on the place."""
    template: list[str | object] = []
    same: list[str] = []
    place = 0
    for found in _GROUP.finditer(replacement):
        same.append(replacement[place : found.start()])
        place = found.end()
        if found[1] in "`'":
            template += ["".join(same), _BEFORE if found[1] == "`" else _AFTER]
            same = []
        else:
            same.append({"0": matched, "&": matched, "\\": "\\"}.get(found[1], ""))
    return [*template, "".join([*same, replacement[place:]])]
