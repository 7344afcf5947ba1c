"""Tools whose major version the house has settled."""

from __future__ import annotations

from cilint.checks._references import images, say_unknown
from cilint.pattern import Pattern

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from cilint.checks._references import Reference
    from cilint.finding import Edit, Finding
    from cilint.rules.context import Context
    from cilint.rules.select import Subject

_VERSION = Pattern(r"\d")
_NUMBER = Pattern(r"\d+(\.\d+)*")


def check(context: Context, parameters: dict[str, Any]) -> Iterator[Finding]:
    """parameters: versions: {tool: version}; a tag must be that version or begin with it."""
    versions: dict[str, str] = parameters["versions"]
    for subject, reference in images(context):
        wanted = versions.get(reference.tool)
        if wanted is None or not reference.tag:
            continue
        if subject.known < len(subject.text):
            say_unknown(context, subject)
            continue
        tag = reference.tag.removeprefix("v")
        if not _VERSION.search(tag) or (
            tag.startswith(wanted) and tag[len(wanted) : len(wanted) + 1] in ("", ".", "-")
        ):
            continue  # a tag that names no version is another rule's business
        place = subject.at(reference.tag_at, len(reference.text))
        message = f"{reference.text} is not {reference.tool} {wanted}"
        edits = _edits(context, subject, reference, wanted)
        yield context.fault(place, message, job=subject.job, related=subject.related(place), edits=edits)


def _edits(context: Context, subject: Subject, reference: Reference, wanted: str) -> tuple[Edit, ...]:
    """The settled version in the place of the other, with what else the tag says (-alpine)."""
    if subject.place is not subject.site or subject.site.text != reference.text or reference.digest:
        return ()
    head = reference.text[: reference.tag_at]
    return context.replace(subject.site, head + _NUMBER.sub(wanted, reference.tag, 1), safe=False)
