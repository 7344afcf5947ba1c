"""Conditions that are true whatever happens, though they look as if they asked something."""

from __future__ import annotations

from cilint.notation.expression import ExpressionError, parse
from cilint.notation.terms import And, Literal, Not, Or, Variable
from cilint.tree.lines import span_of
from cilint.tree.node import Scalar

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from cilint.finding import Edit, Finding
    from cilint.notation.terms import Term
    from cilint.pipeline.job import Job
    from cilint.rules.context import Context
    from cilint.span import Span
    from cilint.tree.site import Site


def check(context: Context, parameters: dict[str, Any]) -> Iterator[Finding]:
    """parameters: text_false, variables that hold the text "false"; always_set, variables that every pipeline has."""
    for condition, job in conditions(context):
        for term, why in _faults(condition.text or "", parameters):
            span = span_of(condition.node, term.start, term.end)  # type: ignore[arg-type]  # a text is a scalar
            edits = _edits(context, condition, term, span, parameters)
            yield context.fault(span, why, job=job, site=condition, edits=edits)


def _edits(context: Context, condition: Site, term: Term, span: Span, parameters: dict[str, Any]) -> tuple[Edit, ...]:
    """`== "true"` behind a variable that holds "false"; of the other faults nobody knows what was meant."""
    node = condition.node
    if not isinstance(term, Variable) or term.name not in parameters["text_false"] or not isinstance(node, Scalar):
        return ()
    quote = "'" if node.style == '"' else '"'
    text = f" == {quote}true{quote}"
    return context.change(node, span, span.text + text) if _follows(condition.text or "", term) else ()


def _follows(text: str, term: Term) -> bool:
    """Whether a comparison can stand behind the term: nothing negates it."""
    return not text[: term.start].rstrip().endswith("!")


def conditions(context: Context) -> Iterator[tuple[Site, Job | None]]:
    """Every `if` of workflow, jobs and includes."""
    workflow = context.pipeline.workflow
    rules = workflow.set("rules") if workflow else None
    for rule in rules.flat() if rules else ():
        site = rule.set("if")
        if site is not None and site.text is not None:
            yield site, None
    for job in context.pipeline.jobs.values():
        for clause in job.clauses or ():
            site = clause.get("if")
            if site is not None and site.text is not None:
                yield site, job


def _faults(text: str, parameters: dict[str, Any]) -> Iterator[tuple[Term, str]]:
    try:
        root = parse(text).root
    except ExpressionError:
        return  # refused by GitLab, and told elsewhere
    for term in _operands(root):
        if isinstance(term, Variable):
            if term.name in parameters["text_false"]:
                yield (
                    term,
                    f'${term.name} holds the text "true" or "false", and both count as true: compare it with "true"',
                )
            elif term.name in parameters["always_set"]:
                yield term, f"${term.name} is set in every pipeline, so this is always true"
        elif isinstance(term, Literal) and isinstance(term.content, str) and term.content.strip():
            yield term, f'"{term.content}" alone is always true: the comparison must be repeated for it'


def _operands(term: Term) -> Iterator[Term]:
    """What stands alone as a condition: the whole, and what && and || join."""
    if isinstance(term, (And, Or)):
        for part in term.parts():
            yield from _operands(part)
    elif isinstance(term, Not):
        yield from _operands(term.operand)
    else:
        yield term
