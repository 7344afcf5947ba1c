"""Variables that switch GitLab's scanners off, blind them, or take them from elsewhere."""

from __future__ import annotations

from cilint.like import like_any
from cilint.rules.select import heirs, subjects
from cilint.tree.cut import without_entry

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from cilint.finding import Finding
    from cilint.rules.context import Context
    from cilint.rules.select import Subject


def check(context: Context, parameters: dict[str, Any]) -> Iterator[Finding]:
    """parameters: switches, blinders, sources: names of variables (* stands for anything); registries, from which
    analysers may come.
    """
    for subject in subjects(context, "variable"):
        name, text = subject.name, subject.text
        if like_any(name, parameters["switches"]) and text.lower() in ("true", "1", "yes"):
            yield _fault(context, subject, f"{name} switches a scanner off")
        elif like_any(name, parameters["blinders"]) and text.strip():
            yield _fault(context, subject, f"{name} hides {text} from a scanner")
        elif like_any(name, parameters["sources"]):
            scope = context.scopes.of(subject.job) if subject.job else None
            value = scope.expand(text)[0].text if scope else text.replace("${CI_REGISTRY}", "$CI_REGISTRY")
            if value and not value.startswith(tuple(parameters["registries"])):
                yield _fault(context, subject, f"{name} takes scanners from {text}")


def _fault(context: Context, subject: Subject, message: str) -> Finding:
    """What is found at a variable; without it, the scanner does what its template says."""
    key = subject.site.written
    edits = (
        without_entry(key, subject.site.node, safe=False) if key is not None and subject.place is subject.site else ()
    )
    return context.fault(subject.site, message, job=subject.job, jobs=heirs(context, subject), edits=edits)
