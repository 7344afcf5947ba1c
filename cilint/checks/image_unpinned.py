"""Images whose tag moves: none, `latest`, the name of a branch."""

from __future__ import annotations

from cilint.checks._references import images, say_unknown
from cilint.pattern import Pattern

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from cilint.checks._references import Reference
    from cilint.finding import Finding
    from cilint.rules.context import Context

_LATEST = Pattern(r"(?i)(^|[-_.])latest($|[-_.])")
_VERSION = Pattern(r"\d")


def check(context: Context, parameters: dict[str, Any]) -> Iterator[Finding]:
    """parameters: fixed_variables, predefined variables that name one build; releases, names of releases (noble)."""
    fixed: list[str] = parameters["fixed_variables"]
    releases: list[str] = parameters["releases"]
    for subject, reference in images(context):
        if reference.is_pinned:
            continue
        why = moves(reference, fixed, releases)
        if subject.known < len(subject.text):
            # A variable may hold the tag, or the whole reference.
            if why and not _LATEST.search(reference.tag):
                say_unknown(context, subject)
                continue
            if not why:
                continue
        if why:
            place = subject.at(reference.tag_at, len(reference.text)) if reference.tag else subject.place
            message = f"{subject.shown if place is not subject.site and not reference.tag else reference.text} {why}"
            yield context.fault(place, message, job=subject.job, related=subject.related(place))


def moves(reference: Reference, fixed: list[str], releases: list[str]) -> str:
    """Why the tag of a reference may name something else tomorrow; "" where it names a version.

    fixed: variables that name one build; releases: names of releases, as the whole tag or a part of it.
    """
    tag = reference.tag
    if any(part in releases for part in tag.split("-")):
        return ""
    if reference.digest:
        return f"has {reference.digest!r} behind the @, which is no digest"
    if not tag:
        return "has no version, which means latest"
    if _LATEST.search(tag):
        return "follows latest, which changes under the pipeline"
    if _VERSION.search(tag) or any(name in tag for name in fixed):
        return ""
    return f"is pinned to {tag!r}, which names no version"
