"""Here-documents: their bodies stand behind the line on which they are announced."""

from __future__ import annotations

from cilint.shell.command import Word
from cilint.shell.words import Words, join_parts

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cilint.shell.command import Command, Redirect
    from cilint.shell.script import Script


class HereDocuments(Words):
    """A reading that keeps the here-documents of the line at hand until the line ends."""

    __slots__ = ("_documents", "_last")

    def __init__(self, script: Script, start: int = 0, stop: int | None = None) -> None:
        super().__init__(script, start, stop)
        self._documents: list[tuple[Redirect, str, bool, bool]] = []  # delimiter, strip tabs, take as it is
        self._last: Command | None = None

    def _read_documents(self) -> None:
        """The bodies of the here-documents whose operators stood on the line that has just ended."""
        waiting, self._documents = self._documents, []
        for entry, delimiter, strip, literal in waiting:
            start = self._pos
            while self._pos < self._stop:
                end = self._text.find("\n", self._pos, self._stop)
                end = self._stop if end < 0 else end
                line = self._text[self._pos : end]
                body_end = self._pos
                self._pos = min(end + 1, self._stop)
                if (line.lstrip("\t") if strip else line).rstrip("\r") == delimiter:
                    break
            else:
                body_end = self._stop
                self.open = True
            entry.word = self._document(start, body_end, literal=literal)

    def _document(self, start: int, end: int, *, literal: bool) -> Word:
        body = self._text[start:end]
        if literal or ("$" not in body and "`" not in body):
            return Word(body, start, end, quoted=True)
        parts, commands = self._expansions(start, end)
        for command in commands:
            command.parent = self._last
        return join_parts(parts, start, end, quoted=True)
