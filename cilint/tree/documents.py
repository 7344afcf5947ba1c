"""One file of CI configuration: its documents, split and chosen as GitLab does it.

GitLab cuts the *text* at `---` before any YAML is parsed (lib/gitlab/config/loader/multi_doc_yaml.rb), so anchors do
not cross the cut, a third document can hide inside the second, and an indented first line loses its indentation. From
each part it strips a byte order mark (lib/gitlab/config/loader/yaml.rb).
"""

from __future__ import annotations

from yaml.error import YAMLError
from yaml.events import DocumentEndEvent, ScalarEvent, StreamEndEvent

from cilint.finding import Finding
from cilint.pattern import Pattern
from cilint.span import Span
from cilint.tree.bounds import MAX_BYTES, weighs_at_most
from cilint.tree.node import Mapping, Node, Scalar, Sequence
from cilint.tree.piece import Piece
from cilint.tree.read import Builder, Fault

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from cilint.source import Source

_DIVIDER = Pattern(r"---[ \t\r\n\f\v]+")
_ENDS = (DocumentEndEvent, StreamEndEvent)
_MAX_PIECES = 3  # two documents, and what stands before a leading divider


class Reading:
    """What one file holds.

    header: the document with `spec`, or None. body: the configuration; None where there is none or it cannot be read.
    findings: what stopped the reading. blank: nothing but white space in the file. roots: what each document is.
    """

    __slots__ = ("_hashes", "blank", "body", "findings", "header", "roots", "source")

    def __init__(self, source: Source, hashes: list[Span] | None = None) -> None:
        self.source = source
        self.header: Mapping | None = None
        self.body: Mapping | None = None
        self.findings: list[Finding] = []
        self.roots: list[Node] = []
        self.blank = not source.text or source.text.isspace()
        self._hashes = hashes

    @property
    def hashes(self) -> list[Span]:
        """Where the scalars stand that hold a "#", which is no comment there; in document order.

        The file is read once more for it: hardly a file holds a comment to cilint, and only then somebody asks.
        """
        if self._hashes is None:
            self._hashes = [scalar.span for scalar in _scalars(self.source) if "#" in scalar.text]
        return self._hashes


def unparsed(source: Source) -> Reading:
    """A file that is no YAML, such as a script: it holds no nodes, and any "#" in it may begin a comment."""
    return Reading(source, [])


def read(source: Source) -> Reading:
    """Read one file. Never raises: what is wrong with the text is a finding of the reading."""
    reading = Reading(source)
    if reading.blank:
        return reading
    try:
        _check_size(source)
        reading.roots = [root for piece in _pieces(source) if (root := _load(reading, piece)) is not None]
        _choose(reading, [root for root in reading.roots if not is_blank(root)])
    except Fault as fault:
        reading.findings.append(fault.finding)
    return reading


def _check_size(source: Source) -> None:
    size = len(source.text.encode("utf-8", "replace")) if len(source.text) * 4 > MAX_BYTES else 0
    if size > MAX_BYTES:
        message = f"The provided YAML is too big: {size} bytes, and GitLab reads {MAX_BYTES}"
        raise Fault(Finding("yaml-too-big", message, Span(source, 1, 1, 1, 1)))


def _pieces(source: Source) -> list[Piece]:
    r"""The texts of the documents: what Ruby's `split(/^---\s+/, 3)` gives."""
    text = source.text
    pieces: list[Piece] = []
    start, at = 0, text.find("---")
    while at >= 0 and len(pieces) < _MAX_PIECES - 1:
        divider = _DIVIDER.match(text, at) if at == 0 or text[at - 1] == "\n" else None
        if divider:
            pieces.append(Piece(source, start, at))
            start = divider.end()
        at = text.find("---", start if divider else at + 1)
    pieces.append(Piece(source, start, len(text)))
    if len(pieces) > 1 and pieces[0].is_blank:
        del pieces[0]
    return pieces


def _load(reading: Reading, piece: Piece) -> Node | None:
    """The root node of one document's text; None when it holds no document."""
    try:
        next_event = piece.events()
        next_event()  # the stream starts
        if type(next_event()) is StreamEndEvent:
            return None
        builder = Builder(reading.source, next_event)
        root = builder.build(next_event(), weighs_at_most(piece.text))
        next_event()  # the document ends here, or a syntax error stands right behind it
    except (YAMLError, UnicodeError) as error:
        from cilint.tree.syntax import syntax_fault  # a tenth of reading's start-up, for faulty files only

        raise Fault(syntax_fault(piece, error)) from None
    return root


def _scalars(source: Source) -> Iterator[Scalar]:
    """All scalars of the documents as they are written, untyped, as far as the text is YAML."""
    for piece in _pieces(source):
        next_event = piece.events()
        try:
            while (kind := type(event := next_event())) not in _ENDS:
                if kind is ScalarEvent:
                    node = Scalar(event.value, event.value, event.style or "")
                    node.source, node.start, node.end = source, event.start_mark, event.end_mark
                    yield node
        except (YAMLError, UnicodeError, Fault):
            return


def is_blank(node: Node | None) -> bool:
    """Ruby's `blank?` of a loaded value: not there, null, false, white space, nothing in it."""
    if node is None:
        return True
    if isinstance(node, Scalar):
        return node.value is None or node.value is False or (isinstance(node.value, str) and not node.value.strip())
    return isinstance(node, (Mapping, Sequence)) and not len(node)


def _choose(reading: Reading, documents: list[Node]) -> None:
    """With a header the last document is the body; without one the first, and the others are ignored."""
    for node in documents:
        if not isinstance(node, Mapping):
            message = f"Invalid configuration format: the document must be a map, and this is {node.kind}"
            raise Fault(Finding("yaml-root", message, node.span))
    maps = [node for node in documents if isinstance(node, Mapping)]
    if len(maps) > 1 and "spec" in maps[0]:
        reading.header, reading.body = maps[0], maps[-1]
    elif maps:
        reading.body = maps[0]
