"""What checks over scenarios have in common: whether plans can be trusted, and how to name situations."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from cilint.rules.context import Context

_NAMED = 3


def can_plan(context: Context) -> bool:
    """Whether the jobs of every pipeline follow from what was read; what stands in the way is noted."""
    if not context.pipeline.complete:
        context.unknown("the jobs of each pipeline", f"workflow, or jobs, may stand in {context.lost}")
        return False
    for include in context.includes:
        if include.has("rules"):
            context.unknown(
                "the jobs of each pipeline", "an include with rules is read as in a push to main", include.span
            )
            return False
    return True


def listed(titles: Iterable[str]) -> str:
    """The first few of them in words, and how many more there are."""
    distinct = list(dict.fromkeys(titles))
    if len(distinct) <= _NAMED + 1:
        return ", ".join(distinct)
    return f"{', '.join(distinct[:_NAMED])} and {len(distinct) - _NAMED} more"
