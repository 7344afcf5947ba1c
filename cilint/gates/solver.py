"""Propositional logic: expressions that are plain integers, and a SAT solver that decides them.

An expression is a non-zero integer; its negative is its negation, TRUE is 1 and FALSE is -1. A variable is a number of
its own; so is a conjunction, made once for each set of terms. The solver hears of a conjunction only when something
asserted depends on it, and only of the direction that matters (Plaisted and Greenbaum), so expressions that nobody asks
about cost next to nothing.

The solver is MiniSat 2.2 out of python-sat, called through its extension module: the package's own Python layer takes
ten times as long to import (30 ms) as an ordinary pipeline's formula takes to solve.
"""

from __future__ import annotations

import pysolvers  # the extension module of python-sat

from cilint.gates.budget import Limits

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

TRUE = 1
FALSE = -1
# MiniSat cannot look at a clock: it runs for so many propagations (some 50 ms) between two looks at it.
_SLICE = 200_000
_PAIRWISE = 5  # up to so many terms, "at most one" is cheaper said of every pair


class Model:
    """An assignment under which everything asserted holds. Variables that do not matter are false."""

    __slots__ = ("_conjunctions", "_known", "_signs")

    def __init__(self, signs: Sequence[int], conjunctions: dict[int, tuple[int, ...]]) -> None:
        self._signs = signs  # element i: the solver's literal of variable i + 1
        self._conjunctions = conjunctions
        self._known: dict[int, bool] = {}

    def holds(self, expression: int) -> bool:
        """Whether an expression is true, be it known to the solver or not."""
        return self._value(abs(expression)) == (expression > 0)

    def _value(self, number: int) -> bool:
        # Operands are older than what is made of them: this ends. A stack, because chains may be long.
        known, stack = self._known, [number]
        while stack:
            current = stack[-1]
            operands = self._conjunctions.get(current)
            if current in known:
                stack.pop()
            elif operands is None:
                known[current] = current <= len(self._signs) and self._signs[current - 1] > 0
            elif missing := [abs(operand) for operand in operands if abs(operand) not in known]:
                stack += missing
            else:
                known[current] = all(known[abs(operand)] == (operand > 0) for operand in operands)
        return known[number]


class Solver:
    """Builds expressions, asserts them, and finds models; assertions can be added between two questions."""

    __slots__ = ("_conjunctions", "_count", "_defined", "_numbers", "_solver", "clauses", "core", "names")

    def __init__(self) -> None:
        self._solver = pysolvers.minisat22_new()
        self._count = 1
        self._conjunctions: dict[int, tuple[int, ...]] = {}
        self._numbers: dict[tuple[int, ...], int] = {}
        self._defined: set[int] = set()  # expressions that the solver knows, in that direction
        self.names: dict[int, str] = {}
        self.clauses = 0
        self.core: tuple[int, ...] = ()  # assumptions of the last question that cannot hold together
        self._clause([TRUE])

    def __del__(self) -> None:
        if hasattr(self, "_solver"):
            pysolvers.minisat22_del(self._solver)

    # -- expressions

    def new_var(self, name: str = "") -> int:
        """A new variable. name: for people who debug."""
        self._count += 1
        if name:
            self.names[self._count] = name
        return self._count

    def all_of(self, terms: Iterable[int]) -> int:
        """True when every term is; of no terms: TRUE."""
        distinct = set(terms)
        distinct.discard(TRUE)
        if len(distinct) < 2:
            return distinct.pop() if distinct else TRUE
        operands = tuple(sorted(distinct))
        number = self._numbers.get(operands)
        if number is None:
            if FALSE in distinct or not distinct.isdisjoint([-term for term in operands]):
                return FALSE
            self._count += 1
            number = self._numbers[operands] = self._count
            self._conjunctions[number] = operands
        return number

    def any_of(self, terms: Iterable[int]) -> int:
        """True when some term is; of no terms: FALSE."""
        return -self.all_of([-term for term in terms])

    def implies(self, condition: int, consequence: int) -> int:
        """True unless the condition holds and the consequence does not."""
        return -self.all_of((condition, -consequence))

    def iff(self, left: int, right: int) -> int:
        """True when both sides are alike."""
        return self.if_then_else(left, right, -right)

    def if_then_else(self, condition: int, then: int, otherwise: int) -> int:
        """`then` where the condition holds, `otherwise` where it does not."""
        if condition in (TRUE, FALSE) or then == otherwise:
            return otherwise if condition == FALSE else then
        return self.all_of((self.implies(condition, then), self.implies(-condition, otherwise)))

    def at_most_one(self, terms: Sequence[int]) -> int:
        """True when no two places of the list hold true terms."""
        if len(terms) <= _PAIRWISE:
            pairs = ((left, right) for index, left in enumerate(terms) for right in terms[:index])
            return self.all_of([-self.all_of(pair) for pair in pairs])
        earlier = terms[0]
        conditions: list[int] = []
        for term in terms[1:]:
            conditions.append(-self.all_of((earlier, term)))
            earlier = self.any_of((earlier, term))
        return self.all_of(conditions)

    def exactly_one(self, terms: Sequence[int]) -> int:
        """True when just one place of the list holds a true term."""
        return self.all_of((self.any_of(terms), self.at_most_one(terms)))

    # -- assertions

    def add(self, *terms: int) -> None:
        """Assert that at least one of these expressions is true."""
        clauses = [list(terms)]
        while clauses:
            literals = self._flat(clauses.pop())
            operands = self._conjunctions.get(literals[0]) if len(literals) == 1 else None
            if operands is not None:
                clauses += ([operand] for operand in operands)
            elif TRUE not in literals:
                for literal in literals:
                    self._define(literal)
                self._clause(literals)

    def _flat(self, terms: list[int]) -> list[int]:
        """The terms of a disjunction; those of a disjunction among them in its place, if the solver does not know it."""
        literals: list[int] = []
        while terms:
            term = terms.pop()
            operands = self._conjunctions.get(-term)
            if operands is None or term in self._defined or -term in self._defined:
                literals.append(term)
            else:
                terms += [-operand for operand in operands]
        return literals or [FALSE]

    def _define(self, expression: int) -> None:
        """Tell the solver what follows from the expression, all the way down."""
        stack = [expression]
        while stack:
            current = stack.pop()
            if current in self._defined:
                continue
            operands = self._conjunctions.get(abs(current))
            if operands is None:
                continue
            self._defined.add(current)
            if current > 0:
                for operand in operands:
                    self._clause([-current, operand])
                stack += operands
            else:
                negated = [-operand for operand in operands]
                self._clause([-current, *negated])
                stack += negated

    def _clause(self, literals: list[int]) -> None:
        self.clauses += 1
        pysolvers.minisat22_add_cl(self._solver, literals)

    # -- questions

    def solve(self, assumptions: Sequence[int] = (), limits: Limits | None = None) -> Model | None:
        """A model of all that was asserted, and of the assumptions; None when there is none.

        `core` then names assumptions that cannot hold together. Raises Budget when the time of the limits is over (by
        default 10 seconds).
        """
        limits = limits or Limits(10)
        for assumption in assumptions:
            self._define(assumption)
        propagations = _SLICE
        while True:
            limits.check()
            pysolvers.minisat22_pbudget(self._solver, propagations)
            # The zeros: leave signals to Python, nobody interrupts.
            answer = pysolvers.minisat22_solve_lim(self._solver, list(assumptions), 0, 0)
            if answer:
                self.core = ()
                return Model(pysolvers.minisat22_model(self._solver) or (), self._conjunctions)
            if answer is not None:
                self.core = tuple(pysolvers.minisat22_core(self._solver) or ())
                return None
            propagations = propagations * 3 // 2

    def best(
        self,
        wishes: Sequence[int | Sequence[int]],
        assumptions: Sequence[int] = (),
        limits: Limits | None = None,
    ) -> Model | None:
        """A model that grants the wishes as far as they go together, an earlier one before all later ones.

        A wish of several terms is granted with the first of them that goes.
        """
        limits = limits or Limits(10)
        model = self.solve(assumptions, limits)
        granted = list(assumptions)
        for wish in wishes if model else ():
            for term in (wish,) if isinstance(wish, int) else wish:
                better = model if model and model.holds(term) else self.solve([*granted, term], limits)
                if better:
                    model = better
                    granted.append(term)
                    break
        return model
