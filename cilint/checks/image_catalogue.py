"""Images of the private registry that are not in the house's catalogue."""

from __future__ import annotations

from cilint.checks._references import REGISTRY, images, say_unknown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from cilint.checks._references import Reference
    from cilint.finding import Edit, Finding
    from cilint.rules.context import Context
    from cilint.rules.select import Subject


def check(context: Context, parameters: dict[str, Any]) -> Iterator[Finding]:
    """parameters: catalogue: {category: [tool, ...]}. Judges `$CI_REGISTRY/category/tool` and nothing outside it."""
    catalogue: dict[str, list[str]] = parameters["catalogue"]
    for subject, reference in images(context):
        if not reference.repository.startswith(REGISTRY):
            continue
        if subject.known < len(reference.repository):
            say_unknown(context, subject)
            continue
        category, slash, tool = reference.repository[len(REGISTRY) :].partition("/")
        if slash and tool in catalogue.get(category, ()):
            continue
        end = len(REGISTRY) + len(category) if category not in catalogue else len(reference.repository)
        place = subject.at(len(REGISTRY), end)
        shown = reference.repository if category in catalogue or not slash else f"{REGISTRY}{category}/…"
        message = f"{shown} is not in the catalogue: {_why(catalogue, category, tool)}"
        edits = _edits(context, subject, reference, _homes(catalogue, tool or category))
        yield context.fault(place, message, job=subject.job, related=subject.related(place), edits=edits)


def _edits(context: Context, subject: Subject, reference: Reference, homes: list[str]) -> tuple[Edit, ...]:
    """The tool in the one category that has it; whether that image is the same, somebody must look."""
    if subject.place is not subject.site or len(homes) != 1 or subject.site.text != reference.text:
        return ()
    rest = reference.text[len(reference.repository) :]
    return context.replace(subject.site, f"{REGISTRY}{homes[0]}/{reference.tool}{rest}", safe=False)


def _homes(catalogue: dict[str, list[str]], tool: str) -> list[str]:
    return [name for name, tools in catalogue.items() if tool.rpartition("/")[2] in tools]


def _why(catalogue: dict[str, list[str]], category: str, tool: str) -> str:
    homes = _homes(catalogue, tool)
    if homes:
        return f"{tool.rpartition('/')[2]} belongs to {homes[0]}/"
    if category in catalogue:
        return f"{category}/ holds {', '.join(catalogue[category])}"
    return f"the categories are {', '.join(catalogue)}"
