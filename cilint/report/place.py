"""Where a finding stands for tools that know only the files of this repository."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cilint.finding import Finding
    from cilint.span import Span


def local_span(finding: Finding) -> Span:
    """Where the value is written, or, if that is in a file of somebody else, the include that brought it."""
    if finding.span.source.ours:
        return finding.span
    for step in finding.trail:
        if step.span.source.ours:
            return step.span
    for item in finding.related:
        if item.span.source.ours:
            return item.span
    return finding.span


def origin(finding: Finding) -> str:
    """The place of writing in words, where `local_span` is another one; else nothing."""
    return "" if local_span(finding) is finding.span else f"written at {finding.span}"
