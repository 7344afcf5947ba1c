"""The nearest right word to a wrong one, for "did you mean"."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from cilint.finding import Edit
    from cilint.span import Span

_CHOICES_AT_MOST = 2000  # difflib is quadratic in what it compares; a hostile file may offer thousands of names
_LENGTH_AT_MOST = 80


def nearest(word: str, choices: Iterable[str]) -> str | None:
    """The choice that is most like the word; None when none is like it."""
    if not word or len(word) > _LENGTH_AT_MOST:
        return None
    from difflib import get_close_matches  # wanted only once something is wrong

    near = [choice for choice in choices if abs(len(choice) - len(word)) <= len(word)][:_CHOICES_AT_MOST]
    found = get_close_matches(word, near, n=1, cutoff=0.6)
    return found[0] if found and found[0] != word else None


def did_you_mean(word: str, choices: Iterable[str]) -> str:
    """`; did you mean "..."?` to end a message with, or nothing."""
    return meant(nearest(word, choices))


def meant(near: str | None) -> str:
    """The same for a word that was found before."""
    return f"; did you mean `{near}`?" if near else ""


def respelt(span: Span, word: str, right: str | None, *, safe: bool = False) -> tuple[Edit, ...]:
    """The edit that writes the right word where the wrong one stands, in its quotes; () where it does not stand so."""
    written = span.text
    if not right or not span.source.ours or written.strip("\"'") != word:
        return ()
    from cilint.finding import Edit

    return (Edit(span, written.replace(word, right, 1), safe=safe),)
