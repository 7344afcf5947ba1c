"""Whether any pipeline at all could hold a job: `if` and `only` judged with most values left open.

The world is cut into cases: the kind of pipeline, what started it, and for each text that conditions compare with
literals, which literal it is, if any. In a case every other value may be anything, so "it cannot be" is a proof, and
"it may be" is none. Taken for granted: nobody overrides GitLab's own variables from outside.
"""

from __future__ import annotations

from itertools import product

from cilint.notation.expression import ExpressionError, parse
from cilint.notation.patterns import Pattern, PatternError, compile_pattern
from cilint.notation.terms import (
    And,
    Comparison,
    Input,
    Literal,
    Match,
    Not,
    Or,
    PatternLiteral,
    Term,
    Variable,
    is_present,
    occurs,
)
from cilint.plan.only_except import plural
from cilint.plan.predefined import is_predefined

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import TypeAlias

    from cilint.notation.expression import Expression
    from cilint.plan.candidate import Candidate, Condition
    from cilint.plan.only_except import OnlyExcept
    from cilint.plan.planner import Planner

    Known: TypeAlias = "str | bool | Pattern | Open | None"

# What starts pipelines of branches (app/models/concerns/enums/ci/pipeline.rb); those without a kind of their own.
SOURCES = (
    "push", "web", "trigger", "schedule", "api", "external", "pipeline", "chat", "webide", "external_pull_request_event",
    "parent_pipeline", "ondemand_dast_scan", "ondemand_dast_validation", "security_orchestration_policy",
    "container_registry_push", "duo_workflow", "pipeline_execution_policy_schedule",
    "dependency_management_security_update", "unknown",
)  # fmt: skip
REQUEST = "merge_request_event"
_CHILD = "parent_pipeline"  # has the kind of its parent
_BRANCH, _TAG, _REQUEST = "branch", "tag", "merge-request"
_REFS = {
    _BRANCH: ("CI_COMMIT_BRANCH", "CI_COMMIT_REF_NAME"),
    _TAG: ("CI_COMMIT_TAG", "CI_COMMIT_REF_NAME"),
    _REQUEST: ("CI_MERGE_REQUEST_SOURCE_BRANCH_NAME", "CI_COMMIT_REF_NAME"),
}
_ANY_REF = frozenset(name for names in _REFS.values() for name in names)
_CASES_AT_MOST = 3000
_REFS_AT_MOST = 60

# What the value of a condition may be; sets of these are sums.
HOLDS, BLANK, FALSY = 1, 2, 4
ANYTHING = HOLDS | BLANK | FALSY


class Open:
    """A value that is not known.

    excluded: texts that it is not. present: whether it is certainly a text with something in it.
    """

    __slots__ = ("excluded", "present")

    def __init__(self, excluded: Iterable[str] = (), *, present: bool = False) -> None:
        self.excluded = frozenset(excluded)
        self.present = present


_OPEN = Open()


class Case:
    """One case: the kind of pipeline, its source, its ref, and what single variables are."""

    __slots__ = ("kind", "known", "ref", "source")

    def __init__(self, kind: str, source: str, ref: Known, known: dict[str, Known], own: frozenset[str]) -> None:
        """own: names that YAML defines, which may thus hide GitLab's variables."""
        self.kind = kind
        self.source = source
        self.ref = ref
        self.known: dict[str, Known] = {"CI_PIPELINE_SOURCE": source, "CI": "true", "GITLAB_CI": "true"}
        self.known.update(dict.fromkeys(_REFS[kind], ref))
        self.known.update(dict.fromkeys(own, _OPEN))
        self.known.update(known)

    def value(self, name: str) -> Known:
        """What a variable is."""
        if name in self.known:
            return self.known[name]
        if name in ("CI_COMMIT_BRANCH", "CI_COMMIT_TAG", "CI_COMMIT_TAG_MESSAGE"):
            return _OPEN if name == "CI_COMMIT_TAG_MESSAGE" and self.kind == _TAG else None
        if name.startswith("CI_MERGE_REQUEST_") and self.kind != _REQUEST:
            return None
        if name == "CI_OPEN_MERGE_REQUESTS" and self.kind == _TAG:
            return None
        if name in ("CI_MERGE_REQUEST_IID", "CI_MERGE_REQUEST_ID", "CI_DEFAULT_BRANCH", "CI_COMMIT_SHA"):
            return Open(present=True)
        return _OPEN


def outcomes(term: Term, case: Case) -> int:
    """What the value of an expression may be: a sum of HOLDS, BLANK (true to && and ||, but blank) and FALSY."""
    if isinstance(term, (And, Or)):
        left = outcomes(term.left, case)
        passing, kept = (HOLDS | BLANK, FALSY) if isinstance(term, And) else (FALSY, HOLDS | BLANK)
        return (left & kept) | (outcomes(term.right, case) if left & passing else 0)
    if isinstance(term, Not):
        inner = outcomes(term.operand, case)
        return (FALSY if inner & HOLDS else 0) | (HOLDS if inner & (BLANK | FALSY) else 0)
    if isinstance(term, (Comparison, Match)):
        answer = _compared(term, case)
        return HOLDS | FALSY if answer is None else HOLDS if answer is not term.negated else FALSY
    value = _value(term, case)
    if isinstance(value, Open):
        return HOLDS if value.present else ANYTHING
    if is_present(value):
        return HOLDS
    return FALSY if value is None or value is False else BLANK


def _value(term: Term, case: Case) -> Known:
    if isinstance(term, Variable):
        return case.value(term.name)
    if isinstance(term, Literal):
        return term.content
    if isinstance(term, PatternLiteral):
        return term.pattern
    if isinstance(term, (Comparison, Match, Not)):
        found = outcomes(term, case)
        return True if found == HOLDS else False if found == FALSY else _OPEN
    return None if isinstance(term, Input) else _OPEN


def _compared(term: Comparison | Match, case: Case) -> bool | None:
    """Whether the sides are equal, or the pattern is found; None when that is open."""
    left, right = _value(term.left, case), _value(term.right, case)
    if not isinstance(left, Open) and not isinstance(right, Open):
        if isinstance(term, Match):
            return occurs(left, right)
        if isinstance(left, bool) is not isinstance(right, bool) and None not in (left, right):
            left, right = _text(left), _text(right)
        return left == right
    if isinstance(term, Match):
        return False if right is None or right is False else None
    open_, other = (left, right) if isinstance(left, Open) else (right, left)
    if isinstance(other, (Open, Pattern)):
        return None
    assert isinstance(open_, Open)
    if other is None:
        return False if open_.present else None
    text = _text(other)
    return False if text in open_.excluded or (open_.present and not is_present(text)) else None


def _text(value: object) -> str:
    return {True: "true", False: "false"}[value] if isinstance(value, bool) else str(value)


def may_be_created(planner: Planner, candidate: Candidate, *, workflow: bool = True) -> bool:
    """Whether some pipeline may hold the job; False is a proof that none can.

    workflow: whether `workflow:rules` has a say.
    """
    gate = planner.workflow if workflow else None
    conditions = candidate.conditions
    asked = [*(gate or ()), *(conditions or ())]
    expressions = [condition.expression for condition in asked if condition.expression is not None]
    if candidate.policy is not None:
        expressions += _parsed(candidate.policy)
    own = frozenset((*planner.globals, *candidate.variables))
    own |= {name for condition in planner.workflow or () for name in condition.variables}
    for case in _cases(expressions, own, candidate):
        if gate is not None and not _may_pass(gate, case, "always"):
            continue
        if conditions is None:
            if candidate.policy is None or _may_join(candidate.policy, case):
                return True
        elif _may_pass(conditions, case, candidate.when):
            return True
    return False


def may_run(planner: Planner) -> bool:
    """Whether `workflow:rules` lets any pipeline through; False is a proof that it lets none."""
    workflow = planner.workflow
    if workflow is None:
        return True
    expressions = [condition.expression for condition in workflow if condition.expression is not None]
    own = frozenset(planner.globals)
    return any(_may_pass(workflow, case, "always") for case in _cases(expressions, own, None))


def _may_pass(conditions: list[Condition], case: Case, when: str) -> bool:
    """Whether the deciding one of the clauses may be another than "never"; `when` is that of clauses without one."""
    for condition in conditions:
        if condition.expression is None and condition.clause.get("if") is not None:
            continue  # GitLab refuses the expression
        found = HOLDS if condition.expression is None else outcomes(condition.expression.root, case)
        if found & HOLDS and (condition.when or when) != "never":
            return True
        if found == HOLDS and not condition.looks_at_files:
            return False
    return False


def _may_join(policy: OnlyExcept, case: Case) -> bool:
    """Whether every key of `only` may be satisfied, and every key of `except` not."""
    for key, values in (policy.only or {}).items():
        if key != "changes" and not any(_key_answers(key, value, case)[0] for value in values):
            return False
    for key, values in (policy.except_ or {}).items():
        if any(_key_answers(key, value, case) == (True, False) for value in values):
            return False
    return True


def _key_answers(key: str, value: str, case: Case) -> tuple[bool, bool]:
    """Whether one value of `only` or `except` may be satisfied, and whether it may not be."""
    if key == "refs":
        return _ref_answers(value, case)
    if key == "variables":
        try:
            found = outcomes(parse(value).root, case)
        except ExpressionError:
            return False, True
        return bool(found & HOLDS), found != HOLDS
    return True, True


def _ref_answers(entry: str, case: Case) -> tuple[bool, bool]:
    """As `only_except._ref_fits`, with a ref that may be open."""
    pattern, at, _ = entry.partition("@")
    source = case.source.removesuffix("_event")
    if (pattern, case.kind) in (("tags", _TAG), ("branches", _BRANCH)) or pattern in (source, plural(source)):
        return True, bool(at)
    if case.kind == _REQUEST:
        return False, True
    try:
        found = compile_pattern(pattern, unescape=False)
    except PatternError:
        if isinstance(case.ref, Open):
            return pattern not in case.ref.excluded, True
        return pattern == case.ref, pattern != case.ref or bool(at)
    if isinstance(case.ref, Open):
        return True, True
    hit = found.search(str(case.ref))
    return hit, not hit or bool(at)


def _parsed(policy: OnlyExcept) -> list[Expression]:
    found = []
    for keys in (policy.only, policy.except_):
        for text in (keys or {}).get("variables", ()):
            try:
                found.append(parse(text))
            except ExpressionError:
                continue  # the language check tells
    return found


def _cases(expressions: list[Expression], own: frozenset[str], candidate: Candidate | None) -> Iterator[Case]:
    """All cases that the conditions can tell apart; fewer, and with more left open, where there would be too many."""
    literals: dict[str, dict[str, None]] = {}
    for expression in expressions:
        for name, text in compared(expression):
            literals.setdefault(name, {})[text] = None
    refs = {text: None for name in _ANY_REF for text in literals.pop(name, {})}
    if candidate is not None and candidate.policy is not None:
        for keys in (candidate.policy.only, candidate.policy.except_):
            refs.update(dict.fromkeys(entry.partition("@")[0] for entry in (keys or {}).get("refs", ())))
    literals.pop("CI_PIPELINE_SOURCE", None)
    if len(refs) > _REFS_AT_MOST:
        refs = {}
    size = (len(SOURCES) * 2 + 2) * (len(refs) + 1)
    split: dict[str, list[Known]] = {}
    for name, texts in sorted(literals.items(), key=lambda item: len(item[1])):
        if name in own and is_predefined(name):
            continue
        if size * (len(texts) + 1) > _CASES_AT_MOST:
            break
        size *= len(texts) + 1
        split[name] = [*texts, Open(texts)]
    rest: Known = Open(refs, present=True)
    for kind, sources in ((_BRANCH, SOURCES), (_TAG, SOURCES), (_REQUEST, (REQUEST, _CHILD))):
        for source, ref in product(sources, (rest, *refs)):
            for values in product(*split.values()):
                yield Case(kind, source, ref, _consistent(dict(zip(split, values, strict=True)), kind), own)


def _consistent(values: dict[str, Known], kind: str) -> dict[str, Known]:
    """Without what cannot be: variables of merge requests elsewhere keep being undefined."""
    if kind == _REQUEST:
        return values
    return {name: value for name, value in values.items() if not name.startswith("CI_MERGE_REQUEST_")}


def compared(expression: Expression) -> Iterator[tuple[str, str]]:
    """The variables that an expression compares with texts, each with the text."""
    for term in expression.terms():
        if isinstance(term, Comparison):
            for one, other in ((term.left, term.right), (term.right, term.left)):
                if isinstance(one, Variable) and isinstance(other, Literal) and isinstance(other.content, str):
                    yield one.name, other.content
