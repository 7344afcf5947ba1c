"""Conditions as logic: `if` expressions, `only`/`except` and `changes` in terms of the world's unknowns.

What a term evaluates to is a list of cases, exclusive conditions each with a value, mirroring
`cilint/notation/terms.py` case by case.
"""

from __future__ import annotations

from itertools import product

from cilint.gates.regex import quote
from cilint.gates.solver import FALSE, TRUE
from cilint.gates.text import Text
from cilint.notation.patterns import Pattern, PatternError, compile_pattern
from cilint.notation.terms import (
    And,
    Comparison,
    Literal,
    Match,
    Not,
    Or,
    PatternLiteral,
    Variable,
    as_text,
    is_present,
    occurs,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from cilint.gates.solver import Solver
    from cilint.gates.world import Atom, Cases, World
    from cilint.notation.expression import Expression
    from cilint.notation.terms import Term

    Lookup = Callable[[str], Cases]

_SLASHES = Pattern("a pattern", "(?s)/.*/")  # every text of the form /pattern/flags, and more
_CASES_AT_MOST = 4000  # combinations of cases in one comparison; beyond it the answer is left open


class Conditions:
    """Turns expressions into solver terms. open: answers that cannot be worked out, with the reason for each."""

    __slots__ = ("_guesses", "_solver", "open", "patterns", "world")

    def __init__(self, world: World) -> None:
        self.world = world
        self._solver: Solver = world.solver
        self.open = world.texts.open
        # Unknown texts that are used as patterns: what they are looked for in, whether they are found, and when asked.
        self.patterns: dict[Text, list[tuple[Atom, int, int]]] = {}
        self._guesses: dict[tuple[object, object], int] = {}

    def holds(self, expression: Expression, lookup: Lookup) -> int:
        """Whether an expression holds. lookup: the cases of a variable."""
        cases = self._value(expression.root, lookup)
        return self._any((guard, self._present(atom)) for guard, atom in cases)

    def _any(self, pairs: object) -> int:
        solver = self._solver
        return solver.any_of([solver.all_of(pair) for pair in pairs])  # type: ignore[attr-defined]

    # -- values

    def _value(self, term: Term, lookup: Lookup) -> Cases:
        if isinstance(term, Variable):
            return lookup(term.name)
        if isinstance(term, Literal):
            return [(TRUE, term.content)]
        if isinstance(term, PatternLiteral):
            return [(TRUE, term.pattern)]
        if isinstance(term, Not):
            cases = self._value(term.operand, lookup)
            return self._truth(-self._any((guard, self._present(atom)) for guard, atom in cases))
        if isinstance(term, (And, Or)):
            return self._logic(term, lookup)
        if isinstance(term, (Comparison, Match)):
            left, right = self._value(term.left, lookup), self._value(term.right, lookup)
            if len(left) * len(right) > _CASES_AT_MOST:
                return self._truth(self._guess(term, None, "a comparison with too many possible values"))
            test = self._equal if isinstance(term, Comparison) else self._occurs
            solver = self._solver
            answer = solver.any_of([solver.all_of((one, other, test(a, b))) for one, a in left for other, b in right])
            if isinstance(term, Match):
                for (one, a), (other, b) in product(left, right):
                    if isinstance(b, Text):
                        self.patterns.setdefault(b, []).append((a, self._occurs(a, b), solver.all_of((one, other))))
            return self._truth(-answer if term.negated else answer)
        return [(TRUE, None)]  # an input that interpolation has left

    def _truth(self, term: int) -> Cases:
        return [(term, True), (-term, False)]

    def _logic(self, term: And | Or, lookup: Lookup) -> Cases:
        """`&&` and `||` return an operand; only null and false are falsy to them."""
        left = self._value(term.left, lookup)
        stops = [(guard, atom) for guard, atom in left if _falsy(atom) is isinstance(term, And)]
        goes = self._solver.any_of([guard for guard, atom in left if _falsy(atom) is not isinstance(term, And)])
        if goes == FALSE:
            return stops
        merged: dict[object, tuple[list[int], Atom]] = {}
        further = [(self._solver.all_of((goes, guard)), atom) for guard, atom in self._value(term.right, lookup)]
        for guard, atom in [*stops, *further]:
            key = (type(atom), atom)
            merged.setdefault(key, ([], atom))[0].append(guard)
        return [(self._solver.any_of(guards), atom) for guards, atom in merged.values()]

    # -- tests

    def _present(self, atom: Atom) -> int:
        if isinstance(atom, Text):
            return -self.world.texts.is_blank(atom)
        return TRUE if is_present(atom) else FALSE

    def _equal(self, left: Atom, right: Atom) -> int:
        if isinstance(left, Text) or isinstance(right, Text):
            text, other = (left, right) if isinstance(left, Text) else (right, left)
            assert isinstance(text, Text)
            if isinstance(other, Text):
                return TRUE if other is text else self.world.texts.alike(text, other)
            if isinstance(other, bool):
                return self.world.texts.equals(text, "true" if other else "false")
            return self.world.texts.equals(text, other) if isinstance(other, str) else FALSE
        if isinstance(left, bool) and isinstance(right, str):
            left = "true" if left else "false"
        elif isinstance(right, bool) and isinstance(left, str):
            right = "true" if right else "false"
        return TRUE if left == right else FALSE

    def _occurs(self, left: Atom, right: Atom) -> int:
        texts = self.world.texts
        if isinstance(right, Text):
            return self._found_by(left, right)
        if not isinstance(left, Text):
            return TRUE if occurs(left, right) else FALSE
        if right is None or right is False:
            return FALSE
        if isinstance(right, Pattern):
            return texts.matches(left, right)
        words = "true" if right is True else right
        if "/" in words:
            try:
                return texts.matches(left, compile_pattern(words))
            except PatternError:
                pass
        return texts.occurs_in(left, words)

    def _found_by(self, left: Atom, right: Text) -> int:
        """Whether an unknown text, taken as a pattern, is found. Without slashes it only has to hold what is left."""
        reason = f"${right.name}, which is used as a pattern and may be set from outside"
        if (left, right) in self._guesses or isinstance(left, Text):
            return self._guess(left, right, reason)
        term = self._guess(left, right, reason)
        no_pattern = -self.world.texts.matches(right, _SLASHES)
        holds = self.world.texts.matches(right, Pattern(as_text(left), quote(as_text(left))))
        self._solver.add(-no_pattern, -term, holds)
        self._solver.add(-no_pattern, term, -holds)
        return term

    def _guess(self, left: object, right: object, reason: str) -> int:
        key = (left, right)
        term = self._guesses.get(key)
        if term is None:
            term = self._guesses[key] = self._solver.new_var("open")
            self.open[term] = reason
        return term


def _falsy(atom: Atom) -> bool:
    return atom is None or atom is False
