"""The one kind of wildcard that packs know: `*` stands for any characters, everything else for itself."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable


def like(text: str, pattern: str) -> bool:
    """Whether the whole text fits the pattern. Linear in the text, however many stars there are."""
    if "*" not in pattern:
        return text == pattern
    head, *rest = pattern.split("*")
    if not text.startswith(head):
        return False
    position = len(head)
    *middle, last = rest
    for piece in middle:
        found = text.find(piece, position)
        if found < 0:
            return False
        position = found + len(piece)
    return text.endswith(last) and len(text) - len(last) >= position


def like_any(text: str, patterns: Iterable[str]) -> bool:
    """Whether the text fits one of the patterns."""
    return any(like(text, pattern) for pattern in patterns)
