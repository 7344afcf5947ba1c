"""Forms: what a text with pieces to be filled in can become, each piece knowing where it stands."""

from __future__ import annotations

from cilint.shell.command import Part

_MAX_FORMS = 4
_MAX_TEXT = 8192  # of what is filled in at one place
_MAX_SIZE = 65_536  # of all that is filled in


class Forms:
    """At most four forms of one text, that grow from its beginning to its end. all: the pieces of each."""

    __slots__ = ("_left", "all")

    def __init__(self) -> None:
        self.all: list[list[Part]] = [[]]
        self._left = _MAX_SIZE

    def say(self, text: str, start: int, end: int) -> None:
        """Go on with a text as it is written. start, end: its offsets."""
        if text:
            for form in self.all:
                form.append(Part("text", text, start, end))

    def fill(self, options: list[str], start: int, end: int) -> None:
        """Go on with each of a few texts that may be put in there."""
        first, *others = [one[:_MAX_TEXT] if self._left > 0 else "" for one in options[:_MAX_FORMS] or [""]]
        self._left -= len(first) + sum(map(len, others))
        more = [[*form, Part("text", one, start, end)] for one in others for form in self.all]
        self.say(first, start, end)
        self.all = (self.all + more)[:_MAX_FORMS]
