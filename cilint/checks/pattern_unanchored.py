"""Patterns on names of branches and tags that also match in the middle of other names."""

from __future__ import annotations

from cilint.checks.condition_always_true import conditions
from cilint.notation.expression import ExpressionError, parse
from cilint.notation.terms import Match, PatternLiteral, Variable
from cilint.pattern import Pattern
from cilint.tree.lines import span_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from cilint.finding import Finding
    from cilint.notation.terms import Term
    from cilint.rules.context import Context

_WORD = Pattern(r"\(?[\w-]+(?:\|[\w-]+)*\)?")
_REF = Pattern(r"/(?P<body>.+)/[ismU]*$")


def check(context: Context, parameters: dict[str, Any]) -> Iterator[Finding]:
    """parameters: variables, those that hold names of branches and tags."""
    names = set(parameters["variables"])
    for condition, job in conditions(context):
        try:
            terms = list(parse(condition.text or "").terms())
        except ExpressionError:
            continue
        for term in terms:
            pattern = _on_ref(term, names)
            if pattern is not None and _floats((condition.text or "")[pattern.start : pattern.end]):
                text = (condition.text or "")[pattern.start : pattern.end]
                span = span_of(condition.node, pattern.start, pattern.end)  # type: ignore[arg-type]
                edits = context.change(condition.node, span, _anchored(text)) if span.text == text else ()
                yield context.fault(span, _message(text), job=job, site=condition, edits=edits)
    for job in context.pipeline.jobs.values():
        for key in ("only", "except"):
            policy = job.get(key)
            refs = policy.set("refs") or policy if policy else None
            for site in refs.flat() if refs else ():
                if site.text is not None and _floats(site.text):
                    edits = context.replace(site, _anchored(site.text), safe=False)
                    yield context.fault(site, _message(site.text), job=job, edits=edits)


def _on_ref(term: Term, names: set[str]) -> Term | None:
    if isinstance(term, Match) and isinstance(term.left, Variable) and term.left.name in names:
        return term.right if isinstance(term.right, PatternLiteral) else None
    return None


def _floats(text: str) -> bool:
    """A pattern of whole words that no anchor holds: it was meant as a name, and matches a part of one."""
    found = _REF.match(text)
    return found is not None and _WORD.fullmatch(found["body"]) is not None


def _anchored(text: str) -> str:
    """The pattern for whole names, its flags kept."""
    body, _, flags = text[1:].rpartition("/")
    if "|" in body and not (body.startswith("(") and body.endswith(")")):
        body = f"({body})"
    return f"/^{body}$/{flags}"


def _message(text: str) -> str:
    body = text[1:].rpartition("/")[0]
    example = body.strip("()").partition("|")[0]
    return f'{text} also matches "not-{example}-at-all": anchor it, {_anchored(text)}'
