"""Words written so that any POSIX shell reads them as they are: plain ASCII, and nothing that a terminal acts on."""

from __future__ import annotations

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

_PLAIN = re.compile(r"[A-Za-z0-9_./:@,+-][A-Za-z0-9_./:@,+=%-]*")
_ESCAPED = re.compile(
    rb"[^ -~]|['!]"
)  # and what would end a word of printf, or call up the history of an interactive shell


def quote(word: str) -> str:
    """The word for a command line; control characters and those outside ASCII are spelt out by `printf`."""
    if _PLAIN.fullmatch(word):
        return word
    if word.isascii() and word.isprintable():
        return "'" + word.replace("'", "'\"'\"'") + "'"
    raw = word.encode("utf-8", "surrogatepass").replace(b"\\", b"\\\\")
    if word.endswith("\n"):  # a command's output loses its last line ends; POSIX knows this way since 2024
        return "$'" + _octal(raw) + "'"
    return "\"$(printf '" + _octal(raw.replace(b"%", b"%%")) + "')\""


def _octal(raw: bytes) -> str:
    return _ESCAPED.sub(lambda found: rb"\%03o" % ord(found[0]), raw).decode("ascii")


def join(words: Iterable[str]) -> str:
    """The words as one command."""
    return " ".join(quote(word) for word in words)
