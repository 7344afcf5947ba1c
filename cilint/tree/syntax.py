"""Syntax faults in words that people understand, at the line where a person would look.

libyaml says what it failed to find; what is wrong is most often one of few things, and the text around the mark tells
which. libyaml's own words stand behind ours in brackets, for they are what GitLab shows.
"""

from __future__ import annotations

import re

from yaml.error import MarkedYAMLError

from cilint.finding import Finding, Related
from cilint.pattern import Pattern
from cilint.span import Span
from cilint.tree.piece import count_breaks

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from cilint.tree.piece import Piece

# What libyaml's reader accepts (reader.c); a byte order mark only in front of all.
_UNPRINTABLE = Pattern("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")
_DASH = re.compile(r"\s*-(?:\s|$)")


class _Scene:
    """What is known of one fault: libyaml's words, where it stands, where the construct around it began."""

    __slots__ = ("began", "character", "column", "context", "line", "piece", "problem", "text")

    def __init__(self, piece: Piece, error: Any) -> None:
        mark = piece.shift(error.problem_mark)
        began = error.context_mark and piece.shift(error.context_mark)
        self.piece = piece
        self.problem: str = error.problem
        self.context: str = error.context or ""
        self.line, self.column = mark.line + 1, mark.column + 1
        self.text = piece.source.line(self.line)
        if self.line >= len(piece.source.lines) and not self.text.strip():
            self._go_to_last_character()
        self.character = self.text[self.column - 1 : self.column]
        self.began: tuple[int, int] | None = (began.line + 1, began.column + 1) if began else None

    def _go_to_last_character(self) -> None:
        """A fault at the end of the file is shown behind the last character written."""
        self.line = min(self.line, len(self.piece.source.lines))
        while self.line > 1 and not self.piece.source.line(self.line).strip():
            self.line -= 1
        self.text = self.piece.source.line(self.line).rstrip()
        self.column = len(self.text) + 1

    @property
    def before(self) -> str:
        """What the line holds in front of the fault."""
        return self.text[: self.column - 1]

    def related(self, message: str) -> tuple[Related, ...]:
        """The place where the construct around the fault began."""
        return (Related(message, self.at(*self.began)),) if self.began else ()

    def at(self, line: int, column: int) -> Span:
        """From a place to the end of its line."""
        source = self.piece.source
        return Span(source, line, column, line, max(column + 1, len(source.line(line).rstrip()) + 1))


def syntax_fault(piece: Piece, error: Exception) -> Finding:
    """The finding for what stopped the parser."""
    if not isinstance(error, MarkedYAMLError) or error.problem_mark is None:
        return _unprintable(piece)
    scene = _Scene(piece, error)
    said = f"{scene.problem} {scene.context}".strip()
    explain = _EXPLANATIONS.get(scene.problem)
    explained = explain(scene) if explain else ""
    explained = _cut_indentation(scene) or explained
    message = f"{explained} ({said})" if explained else f"not valid YAML: {said}"
    related = scene.related(_BEGINNINGS.get(scene.context, "")) if scene.context in _BEGINNINGS else ()
    span = scene.at(scene.line, scene.column)
    if scene.problem in _FOUND_TOO_LATE and scene.began:
        span, related = scene.at(*scene.began), ()
    elif related and (related[0].span.line, related[0].span.column) == (span.line, span.column):
        related = ()
    return Finding("yaml-syntax", message, span, related=related)


def _unprintable(piece: Piece) -> Finding:
    text = piece.source.text
    found = _UNPRINTABLE.search(text, 1 if text.startswith("\ufeff") else 0)
    if not found:
        return Finding("yaml-syntax", "not valid YAML", Span(piece.source, 1, 1, 1, 1))
    line = count_breaks(text[: found.start()]) + 1
    column = found.start() - sum(len(one) for one in text[: found.start()].splitlines(keepends=True)[:-1]) + 1
    message = f"the character U+{ord(found[0]):04X} is not allowed in YAML (control characters are not allowed)"
    return Finding("yaml-syntax", message, Span(piece.source, line, column, line, column + 1))


def _cut_indentation(scene: _Scene) -> str:
    """GitLab's divider swallows the white space behind it, be it the indentation of the next line."""
    piece = scene.piece
    first = piece.source.line(piece.line + 1)[: piece.column]
    if not piece.column or first.strip() or scene.line <= piece.line + 1:
        return ""
    return (
        f"GitLab cuts off the indentation of the first line after `---` (here line {piece.line + 1}), so the lines below "
        "no longer fit it; start the document in the first column"
    )


def _cannot_start(scene: _Scene) -> str:
    if scene.character == "\t":
        return "a tab where YAML wants spaces; indent with spaces only"
    shown = "a backtick" if scene.character == "`" else f"`{scene.character}`"
    return f"a value cannot start with {shown}; quote it"


def _value_in_value(scene: _Scene) -> str:
    if _has_key(scene.before):
        return "a `: ` inside an unquoted value; quote the value"
    return "a key below a value: the line above already gave its key a value, or this line is indented too far"


def _has_key(text: str) -> bool:
    """Whether a line that goes on with `: ` has had its key already."""
    return ": " in text.partition("#")[0] or bool(_DASH.match(text) and re.search(r"['\"]\s*\S", text))


def _no_key(scene: _Scene) -> str:
    if _DASH.match(scene.text):
        return "a `- ` among the keys of a map: its indentation does not fit, or a key is missing above it"
    if scene.before.rstrip().endswith(("'", '"')):
        return "text behind a closing quote; quote the whole value"
    if scene.before.strip():
        return f"`{scene.character}` cannot follow here; quote the value"
    return "a line that fits no map above it: its indentation is not that of the keys around it"


def _no_item(scene: _Scene) -> str:
    if scene.before.rstrip().endswith(("'", '"')):
        return "text behind a closing quote; quote the whole value"
    return "a list goes on with something that is no `- ` item: the indentation does not fit"


def _no_colon(scene: _Scene) -> str:
    key = scene.piece.source.line(scene.began[0])[scene.began[1] - 1 :].strip() if scene.began else ""
    return f"`{key[:40]}` is no key, for no `: ` follows it; its indentation does not fit, or it belongs in quotes"


def _no_document(scene: _Scene) -> str:
    if scene.piece.text.startswith("%"):
        return "GitLab cuts the file at `---` before it reads it, so a `%` line stands alone; remove it"
    if scene.text.startswith("%"):
        return "a line cannot start with `%` here; quote the value"
    return "the document has ended above this line: its indentation or its place does not fit"


def _unclosed_quote(scene: _Scene) -> str:
    opened = f"the quote opened at {scene.began[0]}:{scene.began[1]} " if scene.began else "a quote "
    return f"{opened}is never closed"


def _unclosed_bracket(bracket: str) -> Callable[[_Scene], str]:
    def explain(scene: _Scene) -> str:
        opened = scene.began[0] if scene.began else scene.line
        if "$[[" in scene.text or "{{" in scene.text:
            return f"brackets inside an unquoted value within `{bracket}`; quote the value"
        return f"the `{bracket}` opened on line {opened} is not closed, or a comma or a quote is missing"

    return explain


def _no_value(scene: _Scene) -> str:
    if not scene.character:
        return "the text ends where a value should stand: a bracket is not closed"
    if scene.context == "while parsing a block node" and scene.character in "]},":
        return f"`{scene.character}` where a value should stand; quote it if it is one"
    return f"a value is missing before `{scene.character}`"


def _alias_name(scene: _Scene) -> str:
    sign, word = ("*", "alias") if scene.context.endswith("alias") else ("&", "anchor")
    return f"`{sign}` at the start of a value makes it an {word}, and this is no name of one; quote the value"


_EXPLANATIONS: dict[str, Callable[[_Scene], str]] = {
    "found character that cannot start any token": _cannot_start,
    "found a tab character where an indentation space is expected": lambda _: "a tab in the indentation; use spaces",
    "found a tab character that violates indentation": lambda _: "a tab in the indentation; use spaces",
    "mapping values are not allowed in this context": _value_in_value,
    "did not find expected key": _no_key,
    "did not find expected '-' indicator": _no_item,
    "could not find expected ':'": _no_colon,
    "block sequence entries are not allowed in this context": lambda _: (
        "a `- ` item on the line of its key; put it on a line of its own, or write `[...]`"
    ),
    "did not find expected <document start>": _no_document,
    "found unexpected end of stream": _unclosed_quote,
    "did not find expected ',' or ']'": _unclosed_bracket("["),
    "did not find expected ',' or '}'": _unclosed_bracket("{"),
    "did not find expected alphabetic or numeric character": _alias_name,
    "did not find expected comment or line break": lambda _: (
        "text behind `|` or `>`; begin it on the next line, or quote it"
    ),
    "found unknown escape character": lambda _: "no escape that double quotes know; use single quotes, or write `\\\\`",
    "did not find expected node content": _no_value,
    "found undefined tag handle": lambda _: "`!` at the start of a value makes it a tag; quote the value",
}
_BEGINNINGS = {
    "while scanning a quoted scalar": "the quote was opened here",
    "while parsing a flow sequence": "the `[` was opened here",
    "while parsing a flow mapping": "the `{` was opened here",
    "while parsing a block mapping": "the map begins here",
    "while parsing a block collection": "the list begins here",
}
# Problems that the scanner notices only behind the place that a person has to mend, which is where it began.
_FOUND_TOO_LATE = frozenset(
    {
        "could not find expected ':'",
        "did not find expected alphabetic or numeric character",
        "did not find expected comment or line break",
        "found unexpected end of stream",
    }
)
