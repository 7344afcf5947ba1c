"""One stretch of a file that is parsed by itself, and the parser's events for it, placed as in the whole file."""

from __future__ import annotations

from cilint.finding import Finding
from cilint.span import Span
from cilint.tree.bounds import MAX_PARTS
from cilint.tree.libyaml import Parser
from cilint.tree.read import Fault

_MAX_DIRECTIVES = 1000  # libyaml compares each with all before it; with GitLab's divider not one can be of use

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, TypeAlias

    from cilint.source import Source
    from cilint.tree.node import Place

    Event: TypeAlias = Any
    NextEvent: TypeAlias = Callable[[], Event]


class Piece:
    """The text of one document, without the byte order mark before it.

    line, column: the 0-based place of the file at which the text starts. is_blank: nothing but white space, and no
    mark either.
    """

    __slots__ = ("column", "is_blank", "line", "source", "text")

    def __init__(self, source: Source, start: int, end: int) -> None:
        self.source = source
        marked = source.text.startswith("\ufeff", start, end)
        start += marked
        self.text = source.text[start:end]
        self.is_blank = not marked and not self.text.strip()
        before = source.text[:start]
        self.line = count_breaks(before) if start else 0
        self.column = start - (max(map(before.rfind, "\n\r\x85\u2028\u2029")) + 1) if start else 0

    def events(self) -> NextEvent:
        """A function that gives the next event; it raises yaml.YAMLError where the text is no YAML.

        More events than any value within GitLab's limits has are a Fault.
        """
        text = self.text
        if text.count("%TAG") > _MAX_DIRECTIVES and text.lstrip("\ufeff \r\n\x85\u2028\u2029")[:1] in ("%", "#"):
            message = f"not valid YAML: more than {_MAX_DIRECTIVES} %TAG directives"
            raise Fault(Finding("yaml-syntax", message, Span(self.source, 1, 1, 1, 1)))
        if self.line:  # line breaks in front make libyaml count lines as the whole file does
            text = "\n" * self.line + text
        elif text.startswith("\ufeff"):
            # Psych names the encoding, so libyaml passes the byte order mark on, and it shifts the first line by a
            # column. PyYAML lets libyaml look for the mark and take it away; it takes one.
            text = "\ufeff" + text
        next_event: NextEvent = Parser(text).get_event
        if len(self.text) > MAX_PARTS // 2:  # one character makes at most two events
            next_event = self._counted(next_event)
        return self._shifted(next_event) if self.column else next_event

    def _counted(self, next_event: NextEvent) -> NextEvent:
        left = 2 * MAX_PARTS

        def counted() -> Event:
            nonlocal left
            left -= 1
            if left < 0:
                message = f"The parsed YAML is too big: more than {MAX_PARTS} values cannot stay within GitLab's limit"
                raise Fault(Finding("yaml-too-big", message, Span(self.source, 1, 1, 1, 1)))
            return next_event()

        return counted

    def _shifted(self, next_event: NextEvent) -> NextEvent:
        """Move what stands on the first line to its columns in the file, as in `--- key: value`."""

        def shifted() -> Event:
            event = next_event()
            if event is not None and event.start_mark.line == self.line:
                event.start_mark = self.shift(event.start_mark)
                event.end_mark = self.shift(event.end_mark)
            return event

        return shifted

    def shift(self, mark: Place) -> Place:
        """The mark of the parser, moved to the columns of the file where the two differ."""
        return _Moved(mark, self.column) if self.column and mark.line == self.line else mark


class _Moved:
    """A mark of libyaml that stands further right in the file than in the text that was parsed."""

    __slots__ = ("column", "index", "line")

    def __init__(self, mark: Any, columns: int) -> None:
        self.line: int = mark.line
        self.column: int = mark.column + columns
        self.index: int = mark.index


def count_breaks(text: str) -> int:
    """How many lines end in a text, as libyaml counts them."""
    if text.isascii() and "\r" not in text:
        return text.count("\n")
    return sum(map(text.count, "\n\r\x85\u2028\u2029")) - text.count("\r\n")
