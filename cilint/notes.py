"""What a run has to say beside its result, a line each on standard error: nothing that changes an exit status."""

from __future__ import annotations

_said: dict[str, None] = {}


def note(text: str) -> None:
    """Have a line told once the command is done; the same one is told once."""
    _said[text] = None


def take() -> list[str]:
    """The lines so far, in order; they count as told."""
    lines = list(_said)
    _said.clear()
    return lines
