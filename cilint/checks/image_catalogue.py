"""Images of the private registry that are not in the house's catalogue."""

from __future__ import annotations

from cilint.checks._references import REGISTRY, images, say_unknown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from cilint.finding import Finding
    from cilint.rules.context import Context


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
        yield context.fault(place, message, job=subject.job, related=subject.related(place))


def _why(catalogue: dict[str, list[str]], category: str, tool: str) -> str:
    homes = [name for name, tools in catalogue.items() if tool.rpartition("/")[2] in tools]
    if homes:
        return f"{tool.rpartition('/')[2]} belongs to {homes[0]}/"
    if category in catalogue:
        return f"{category}/ holds {', '.join(catalogue[category])}"
    return f"the categories are {', '.join(catalogue)}"
