"""The one kind of wildcard that packs know: `*` stands for any characters, everything else for itself."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable


_pieces: dict[str, list[str]] = {}  # what stands between the stars, by pattern; packs hold a few hundred


def like(text: str, pattern: str) -> bool:
    """Whether the whole text fits the pattern. Linear in the text, however many stars there are."""
    if "*" not in pattern:
        return text == pattern
    pieces = _pieces.get(pattern)
    if pieces is None:
        pieces = _pieces[pattern] = pattern.split("*")
    head, last = pieces[0], pieces[-1]
    if not (text.startswith(head) and text.endswith(last)):
        return False
    position = len(head)
    for piece in pieces[1:-1]:
        found = text.find(piece, position)
        if found < 0:
            return False
        position = found + len(piece)
    return len(text) - len(last) >= position


def like_any(text: str, patterns: Iterable[str]) -> bool:
    """Whether the text fits one of the patterns."""
    for pattern in patterns:  # noqa: SIM110  # a plain loop: asked of every command of every job
        if like(text, pattern):
            return True
    return False
