"""YAML variables that take the name of one that GitLab sets, and so change what conditions and scripts see."""

from __future__ import annotations

from cilint.plan.predefined import is_predefined
from cilint.rules.select import subjects

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from cilint.finding import Finding
    from cilint.rules.context import Context


def check(context: Context, parameters: dict[str, Any]) -> Iterator[Finding]:
    """parameters: meant_to_be_set, predefined names that GitLab documents as switches."""
    allowed = set(parameters["meant_to_be_set"])
    for subject in subjects(context, "variable"):
        if subject.name not in allowed and is_predefined(subject.name):
            key = subject.site.written
            message = f"{subject.name} is GitLab's own variable; every condition and script now sees this value instead"
            yield context.fault(key.span if key else subject.site.span, message, job=subject.job, site=subject.site)
