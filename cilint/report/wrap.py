"""Text broken into lines between words, where a person looks; what goes into a pipe is left whole."""

from __future__ import annotations

from cilint.report.escape import width

_NARROWEST = 20


def wrap(text: str, first: int, rest: int) -> list[str]:
    """The lines of a text. first, rest: columns that the first line and each later one may take; 0 for no end.

    A word that is longer than a line (an address, a path) stays whole, for it is there to be copied.
    """
    if not rest or width(text) <= first:
        return [text]
    rest = max(rest, _NARROWEST)
    lines = [""]
    room = max(first, _NARROWEST)
    for word in text.split(" "):
        longer = f"{lines[-1]} {word}" if lines[-1] else word
        if lines[-1] and width(longer) > room:
            lines.append(word)
            room = rest
        else:
            lines[-1] = longer
    return lines
