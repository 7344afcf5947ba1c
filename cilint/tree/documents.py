"""One file of CI configuration: its documents, split and chosen as GitLab does it.

GitLab cuts the *text* at `---` before any YAML is parsed (lib/gitlab/config/loader/multi_doc_yaml.rb), so anchors do
not cross the cut, a third document can hide inside the second, and an indented first line loses its indentation.
"""

from __future__ import annotations

import re

import yaml

from cilint.finding import Finding
from cilint.span import Span
from cilint.tree.node import Mapping, Node, Scalar, Sequence
from cilint.tree.read import MAX_BYTES, Builder, Fault, events

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cilint.source import Source

_DIVIDER = re.compile(r"^---[ \t\r\n\f\v]+", re.M)
_MAX_PIECES = 3  # two documents, and what stands before a leading divider
_UNPRINTABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class Reading:
    """What one file holds.

    header: the document with `spec`, or None. body: the configuration; None where there is none or it cannot be read.
    findings: what stopped the reading. blank: nothing but white space in the file. hashes: spans of the scalars that
    hold a "#" (which is no comment there).
    """

    __slots__ = ("blank", "body", "findings", "hashes", "header", "source")

    def __init__(self, source: Source) -> None:
        self.source = source
        self.header: Mapping | None = None
        self.body: Mapping | None = None
        self.findings: list[Finding] = []
        self.hashes: list[Span] = []
        self.blank = not source.text.strip("\ufeff \t\r\n\f\v")


def read(source: Source) -> Reading:
    """Read one file. Never raises: what is wrong with the text is a finding of the reading."""
    reading = Reading(source)
    if reading.blank:
        return reading
    try:
        _check_size(source)
        documents = [_load(reading, text, line, columns) for text, line, columns in _pieces(source.text)]
        _choose(reading, [document for document in documents if not _is_blank(document)])
    except Fault as fault:
        reading.findings.append(fault.finding)
    return reading


def _check_size(source: Source) -> None:
    size = len(source.text.encode("utf-8", "replace")) if len(source.text) * 4 > MAX_BYTES else 0
    if size > MAX_BYTES:
        message = f"The provided YAML is too big: {size} bytes, and GitLab reads {MAX_BYTES}"
        raise Fault(Finding("yaml-too-big", message, Span(source, 1, 1, 1, 1)))


def _pieces(text: str) -> list[tuple[str, int, int]]:
    """The documents' texts, each with the 0-based line and column of the file at which it starts."""
    pieces: list[tuple[str, int]] = []
    start = 0
    for divider in _DIVIDER.finditer(text):
        if len(pieces) == _MAX_PIECES - 1:
            break
        pieces.append((text[start : divider.start()], start))
        start = divider.end()
    pieces.append((text[start:], start))
    if len(pieces) > 1 and not pieces[0][0].strip():
        del pieces[0]
    return [(piece, *_place(text, offset)) for piece, offset in pieces]


def _place(text: str, offset: int) -> tuple[int, int]:
    before = text[:offset]
    return before.count("\n"), offset - (before.rfind("\n") + 1)


def _load(reading: Reading, text: str, line: int, columns: int) -> Node | None:
    """The root node of one document's text; None when it holds no document."""
    source = reading.source
    try:
        # Line breaks in front make libyaml count lines as the whole file does.
        next_event = events("\n" * line + text if line else text)
        builder = Builder(source, next_event, (line, columns) if columns else (-1, 0))
        reading.hashes = builder.hashes if not reading.hashes else reading.hashes + builder.hashes
        next_event()  # the stream starts
        if type(next_event()).__name__ == "StreamEndEvent":
            return None
        root = builder.build(next_event(), 0)
        next_event()  # the document ends here, or a syntax error stands right behind it
    except (yaml.YAMLError, UnicodeError, ValueError) as error:
        raise Fault(_syntax_fault(source, error)) from None
    return root


def _syntax_fault(source: Source, error: Exception) -> Finding:
    if isinstance(error, yaml.MarkedYAMLError):
        mark = error.problem_mark or error.context_mark
        context = f" {error.context}" if error.context else ""
        message = f"not valid YAML: {error.problem}{context}".replace("<unicode string>", source.path)
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    else:
        found = _UNPRINTABLE.search(source.text)
        line, column = (n + 1 for n in _place(source.text, found.start() if found else 0))
        message = f"not valid YAML: the character U+{ord(found[0]):04X} is not allowed" if found else "not valid YAML"
    line = min(line, len(source.lines))
    return Finding(
        "yaml-syntax", message, Span(source, line, column, line, max(column + 1, len(source.line(line)) + 1))
    )


def _is_blank(node: Node | None) -> bool:
    """Ruby's `blank?` of a loaded document: null, false, white space, nothing in it."""
    if node is None:
        return True
    if isinstance(node, Scalar):
        return node.value is None or node.value is False or (isinstance(node.value, str) and not node.value.strip())
    return isinstance(node, (Mapping, Sequence)) and not len(node)


def _choose(reading: Reading, documents: list[Node | None]) -> None:
    """With a header the last document is the body; without one the first, and the others are ignored."""
    for node in documents:
        if node is not None and not isinstance(node, Mapping):
            message = f"Invalid configuration format: the document must be a map, and this is {node.kind}"
            raise Fault(Finding("yaml-root", message, node.span))
    maps = [node for node in documents if isinstance(node, Mapping)]
    if len(maps) > 1 and "spec" in maps[0]:
        reading.header, reading.body = maps[0], maps[-1]
    elif maps:
        reading.body = maps[0]
