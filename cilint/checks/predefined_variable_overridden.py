"""YAML variables that take the name of one that GitLab sets, and so change what conditions and scripts see."""

from __future__ import annotations

from cilint.rules.select import heirs, variables
from cilint.tree.cut import without_entry

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from cilint.finding import Finding
    from cilint.rules.context import Context


def check(context: Context, parameters: dict[str, Any]) -> Iterator[Finding]:
    """parameters: variables, those of doc/ci/variables/predefined_variables.md that nobody is meant to set."""
    predefined = set(parameters["variables"])
    for subject in variables(context, predefined):
        if subject.name in predefined:
            key = subject.site.written
            message = f"{subject.name} is GitLab's own variable; every condition and script now sees this value instead"
            edits = without_entry(key, subject.site.node, safe=False) if key else ()
            span = key.span if key else subject.site.span
            yield context.fault(
                span, message, job=subject.job, jobs=heirs(context, subject), site=subject.site, edits=edits
            )
