"""Text of the checked files made harmless: nothing in it may move a cursor, reverse a line or close a tag."""

from __future__ import annotations

_JOINER = "\u200d"  # holds emoji together; on its own it shows nothing and moves nothing


def printable(text: str, *, ascii: bool = False) -> str:
    """The text with control, bidirectional, invisible and unassigned characters spelt as escapes.

    ascii: spell everything outside ASCII, for terminals that cannot show it.
    """
    if text.isprintable() and not (ascii and not text.isascii()):
        return text
    return "".join([shown(character, ascii=ascii) for character in text])


def shown(character: str, *, ascii: bool = False) -> str:
    r"""One character as it may be shown: itself, or its escape (`\x1b`, `\u202e`, `\n`)."""
    if character.isascii():
        return character if character.isprintable() else character.encode("unicode_escape").decode()
    if ascii or not (character.isprintable() or character == _JOINER):
        return character.encode("unicode_escape", "backslashreplace").decode()
    return character


def json_text(data: object, indent: int = 2) -> str:
    r"""The data as JSON: readable characters as they are, all others as `\uXXXX`, so that no reader of the raw text
    is misled by what `printable` spells out in texts for people.

    indent: spaces a level. Raises TypeError for what JSON does not know.
    """
    from cilint.report.indented import put

    pieces: list[str] = []
    put(data, "\n", " " * indent, pieces.append)
    return harmless_json("".join(pieces))


def harmless_json(text: str) -> str:
    """A text that is JSON already, with what is not readable in it escaped."""
    if text.replace("\n", "").isprintable():
        return text
    odd = {character for character in set(text) if not (character.isprintable() or character == "\n")}
    return text.translate({ord(character): _escaped(character) for character in odd})


def _escaped(character: str) -> str:
    code = ord(character)
    if code < 0x10000:
        return f"\\u{code:04x}"
    return f"\\u{0xD800 + (code - 0x10000 >> 10):04x}\\u{0xDC00 + (code & 0x3FF):04x}"


def width(text: str) -> int:
    """How many columns of a terminal the text takes: wide characters two, combining ones none."""
    if text.isascii():
        return len(text)
    import unicodedata

    columns = 0
    for character in text:
        if unicodedata.combining(character) or character == _JOINER or unicodedata.category(character) == "Mn":
            continue
        columns += 2 if unicodedata.east_asian_width(character) in ("W", "F") else 1
    return columns
