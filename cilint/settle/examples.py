"""Examples of the rules about cilint's own comments: what is said of them once everything else was found."""

from __future__ import annotations

from cilint.check import check
from cilint.rules import BUILT_IN, load
from cilint.settle import comments

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cilint.compose.fetch import Project
    from cilint.finding import Finding
    from cilint.source import Source

PACK = "cilint"
_TODAY = "2026-01-01"  # an example must not change its outcome on some day


def about_comments(source: Source, project: Project) -> list[Finding]:
    """The findings about comments to cilint in an example, judged by all built-in rules."""
    rules = load((*BUILT_IN, PACK))
    checked = check(source, project, rules)
    ignores, faults = comments.settle(checked.findings, comments.places(checked), frozenset(), _TODAY, known=rules)
    return faults + comments.unused(ignores, rules, rules.rules, {rule.pack for rule in rules}, _TODAY)
