"""Fingerprints: what makes a finding the same finding after other lines have moved.

A fingerprint is a digest of rule, file, the structural path at which the value is *written* in that file, its
normalised text, what it is about where a value has several faults, and an ordinal for true duplicates. Not in it: lines, columns, the wording of the message, severity,
key order, comments, quoting, indentation, the jobs that inherit the value, or how they come by it. A fault of the whole
pipeline (a job that is not there) has no place of its own, so what it is about stands for path and text.
"""

from __future__ import annotations

from _blake2 import blake2b

from cilint.recent import recent
from cilint.tree.node import Mapping, Scalar, Sequence, plain

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from cilint.finding import Finding
    from cilint.span import Span
    from cilint.tree.documents import Reading
    from cilint.tree.node import Key, Node

ALGORITHM = "cilint-fp/1"

# Keys whose text tells one map of a list from its neighbours: a clause by its condition, a need by its job ...
_NAMES = (
    "if",
    "job",
    "name",
    "key",
    "local",
    "file",
    "project",
    "remote",
    "component",
    "template",
    "changes",
    "exists",
)
_DIGEST_BYTES = 16


def digest(*parts: str) -> str:
    """The digest of some texts, in hexadecimal."""
    joined = "\0".join((ALGORITHM, *parts)).encode("utf-8", "surrogatepass")
    return blake2b(joined, digest_size=_DIGEST_BYTES).hexdigest()


def stamp(
    findings: Iterable[Finding],
    readings: Iterable[Reading],
    secret_rules: frozenset[str],
    origins: dict[str, str] | None = None,
) -> None:
    """Give every finding its fingerprint.

    findings: in order of place, for equal ones are told apart by their order. secret_rules: rules whose value is a
    secret: a digest of a short secret can be guessed, so only its place counts. origins: for rules that have another
    id now, the one that counts.
    """
    roots = {reading.source.path: reading for reading in readings}
    seen: dict[tuple[str, ...], int] = {}
    for finding in findings:
        span = finding.span
        reading = roots.get(span.source.path)
        steps: list[str] = []
        own = bool(finding.path or finding.jobs)
        if finding.about and not own:
            value = finding.about
        elif reading is None:
            value = _line(span)
        else:
            steps, value = locate(reading, span)
        parts: tuple[str, ...] = (
            origins.get(finding.rule, finding.rule) if origins else finding.rule,
            span.source.path,
            "/".join(steps),
            "" if finding.rule in secret_rules else value,
        )
        if finding.about and own:
            parts = (*parts, "about", finding.about)
        if len(finding.jobs) and not steps:
            parts = (*parts, finding.jobs[0])
        ordinal = seen.get(parts, 0)
        seen[parts] = ordinal + 1
        finding.fingerprint = digest(*parts, str(ordinal))


def locate(reading: Reading, span: Span) -> tuple[list[str], str]:
    """The structural path of the value that is written at a span, and its normalised text.

    Items of a list have no index in it: a clause is named by its condition, a line of a script by its own text.
    """
    node: Node | None = None
    for root in (reading.body, reading.header):
        if root is not None and _holds(root, span):
            node = root
    if node is None:
        return [], _line(span)
    steps: list[str] = ["spec"] if node is reading.header else []
    while True:
        below = _step(node, span)
        if below is None:
            return steps, _normal(span.text) if isinstance(node, Scalar) else ""
        name, node = below
        steps.append(_escape(name))
        if node is None:  # the span is a key
            return steps, ""


def _step(node: Node, span: Span) -> tuple[str, Node | None] | None:
    """One step down towards the span: the name of the step and the node there; None at the end of the way."""
    if not isinstance(node, (Mapping, Sequence)):
        return None
    place = _before(node, span)
    if place is None:
        return None
    if isinstance(node, Mapping):
        assert not isinstance(place, int)
        key = place
        written, value = node.keys[key], node.values[key]
        name = key if isinstance(key, str) else written.text
        if _holds(written, span):
            return name, None
        return (name, value) if not node.trail(key) and _holds(value, span) else None
    assert isinstance(place, int)
    item = node.items[place]
    return (_name_of(item), item) if _holds(item, span) else None


def _before(node: Mapping | Sequence, span: Span) -> Key | int | None:
    """The key or index of the last entry that is written here and begins at the span or before it."""
    from bisect import bisect_right  # only where something is wrong

    starts, entries = _written(node)
    found = bisect_right(starts, (span.line, span.column))
    return entries[found - 1] if found else None


@recent(32)  # findings come in order of place: the next one mostly goes down the same way
def _written(node: Mapping | Sequence) -> tuple[list[tuple[int, int]], list[Key | int]]:
    """Where the entries that are written in a node begin, in order, and their keys or indexes."""
    found: list[tuple[tuple[int, int], Key | int]] = []
    if isinstance(node, Mapping):
        for key, written in node.keys.items():
            if not any(step.kind == "merge" for step in node.trail(key)):
                found.append(((written.line, written.column), key))
    else:
        found += [((item.line, item.column), index) for index, item in enumerate(node.items) if not node.trail(index)]
    found.sort(key=lambda entry: entry[0])
    return [start for start, _ in found], [entry for _, entry in found]


def _holds(node: Node, span: Span) -> bool:
    """Whether the span begins inside the node's text."""
    if node.source.path != span.source.path or not node.line <= span.line <= node.end_line:
        return False
    if span.line == node.line and span.column < node.column:
        return False
    return (
        span.line < node.end_line
        or span.column < node.end_column
        or (node.line, node.column) == (span.line, span.column)
    )


def _name_of(item: Node) -> str:
    """What stands for the index of an item of a list."""
    if not isinstance(item, Mapping):
        return "[]"
    names = [f"{key}={plain(value)}" for key in _NAMES if (value := item.get(key)) is not None]
    return f"[{_normal(', '.join(names) or str(plain(item)))}]"


def _escape(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")


def _line(span: Span) -> str:
    """For text that is no tree: the line itself."""
    return _normal(span.source.line(span.line))


def _normal(text: str) -> str:
    """The text without the quotes around it and with every run of white space as one blank."""
    text = " ".join(text.split())
    return text[1:-1] if len(text) > 1 and text[0] == text[-1] and text[0] in "\"'" else text
