"""Scenarios that conditions themselves speak of: the branch, tag, source or variable that an `if` asks for.

They are guesses at interesting situations, each of them a real one; planning shows what comes of it.
"""

from __future__ import annotations

from cilint import pattern
from cilint.notation.terms import And, Comparison, Literal, Match, Not, Or, PatternLiteral, Variable
from cilint.plan.possible import REQUEST, SOURCES
from cilint.plan.predefined import is_predefined
from cilint.plan.scenario import branch, merge_request, schedule, tag

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import TypeAlias

    from cilint.notation.expression import Expression
    from cilint.notation.patterns import Pattern
    from cilint.notation.terms import Term
    from cilint.plan.scenario import Scenario

    Wish: TypeAlias = dict[str, "str | None"]  # values of variables; None: not defined

_WISHES_AT_MOST = 6  # of one expression
_SET = "true"  # the value of a variable that must only be there
_FEATURE = "feature/change"
_REQUEST = "CI_MERGE_REQUEST_"
_TEXTS = ("main", "develop", _FEATURE, "v1.0.0", "1.0.0", "release/1.0", "hotfix/1", "true", "1")
_LITERAL = pattern.Pattern(r"\^?((?:[\w /:#@-]|\\[^\w\s])+)")
_BUILT_BY_KIND = frozenset(("CI_PIPELINE_SOURCE", "CI_COMMIT_BRANCH", "CI_COMMIT_TAG", "CI_COMMIT_REF_NAME"))


def wishes(expression: Expression) -> list[Wish]:
    """Values of variables under which an expression holds, as far as they are easily told."""
    return _wishes(expression.root, holds=True)


def _wishes(term: Term, *, holds: bool) -> list[Wish]:
    """Values under which the term holds (or does not), as far as they are easily told."""
    if isinstance(term, Not):
        return _wishes(term.operand, holds=not holds)
    if isinstance(term, (And, Or)):
        left, right = _wishes(term.left, holds=holds), _wishes(term.right, holds=holds)
        if isinstance(term, And) is holds:
            joint = [both(one, other) for one in left for other in right]
            return [wish for wish in joint if wish is not None][:_WISHES_AT_MOST]
        return [*left, *right][:_WISHES_AT_MOST]
    if isinstance(term, Variable):
        return [{term.name: _SET if holds else None}]
    if isinstance(term, (Comparison, Match)) and isinstance(term.left, Variable) and holds is not term.negated:
        return [_equal(term.left.name, term.right)]
    if isinstance(term, Comparison) and isinstance(term.left, Variable) and isinstance(term.right, Literal):
        return [{term.left.name: _SET}] if term.right.content is None else [{}]
    return [{}]


def _equal(name: str, right: Term) -> Wish:
    if isinstance(right, Literal) and (right.content is None or isinstance(right.content, str)):
        return {name: right.content}
    if isinstance(right, PatternLiteral):
        text = _text_of(right.pattern)
        return {} if text is None else {name: text}
    if isinstance(right, Variable) and right.name == "CI_DEFAULT_BRANCH":
        return {name: "main"}
    return {}


def both(one: Wish, other: Wish) -> Wish | None:
    """Both wishes together; None when they contradict each other."""
    wish = dict(one)
    for name, value in other.items():
        if name in wish and wish[name] != value and _SET not in (wish[name], value):
            return None
        if wish.get(name) in (None, _SET) or name not in wish:
            wish[name] = value
    return wish


def _text_of(pattern: Pattern) -> str | None:
    """A text in which the pattern is found, where an ordinary one or the pattern's own letters do."""
    own = _LITERAL.match(pattern.text[1 : pattern.text.rindex("/")])
    letters = own[1].replace("\\", "") if own else ""
    grown = (letters, f"{letters}1", f"{letters}1.0", f"{letters}1.0.0", f"{letters}x") if letters else ()
    return next((text for text in (*_TEXTS, *grown) if pattern.search(text)), None)


def granted(wish: Wish) -> Iterator[Scenario]:
    """The situations that fit a wish best."""
    source = wish.get("CI_PIPELINE_SOURCE")
    ref = next(
        (wish[name] for name in ("CI_COMMIT_BRANCH", "CI_COMMIT_REF_NAME") if wish.get(name) not in (None, _SET)), None
    )
    if source == REQUEST or any(value for name, value in wish.items() if name.startswith(_REQUEST)):
        own = wish.get(f"{_REQUEST}SOURCE_BRANCH_NAME")
        target = wish.get(f"{_REQUEST}TARGET_BRANCH_NAME")
        start = [merge_request(_name(own or ref, _FEATURE), _name(target, "main"))]
    elif wish.get("CI_COMMIT_TAG"):
        start = [tag(_name(wish["CI_COMMIT_TAG"], "v1.0.0"), source=source if source in SOURCES else "push")]
    elif source == "schedule":
        start = [schedule(ref or "main")]
    else:
        names = [ref] if ref else ["main", _FEATURE]
        start = [branch(name, source=source if source in SOURCES else "push") for name in names]
    more = {
        name: value
        for name, value in wish.items()
        if value is not None
        and name not in _BUILT_BY_KIND
        and not (is_predefined(name) and (value == _SET or name.endswith("_BRANCH_NAME")))
    }
    for scenario in start:
        words = ", ".join(f"{name}={value}" for name, value in more.items())
        titled = scenario.given(variables=more)
        titled.title = f"{scenario.title} with {words}" if words else scenario.title
        yield titled


def _name(wished: str | None, usual: str) -> str:
    return usual if wished in (None, _SET) else str(wished)
