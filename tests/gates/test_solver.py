"""The SAT layer agrees with a truth table, folds constants, shares what is alike, and keeps its time."""

from __future__ import annotations

import itertools
import subprocess
import sys
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cilint.gates.budget import Budget, Limits
from cilint.gates.solver import FALSE, TRUE, Solver

NAMES = "abcde"
OPERATIONS = {"all": all, "any": any, "one": lambda v: sum(v) == 1, "most": lambda v: sum(v) <= 1}

leaves = st.sampled_from([*NAMES, True, False])
trees = st.recursive(
    leaves,
    lambda smaller: st.one_of(
        st.tuples(st.just("not"), smaller),
        st.tuples(st.sampled_from(["implies", "iff"]), smaller, smaller),
        st.tuples(st.just("if"), smaller, smaller, smaller),
        st.tuples(st.sampled_from(list(OPERATIONS)), st.lists(smaller, max_size=8)),
    ),
    max_leaves=20,
)


def truth(tree, values) -> bool:
    if isinstance(tree, bool):
        return tree
    if isinstance(tree, str):
        return values[tree]
    kind, *parts = tree
    if kind in OPERATIONS:
        return OPERATIONS[kind]([truth(part, values) for part in parts[0]])
    known = [truth(part, values) for part in parts]
    if kind == "if":
        return known[1] if known[0] else known[2]
    return {
        "not": lambda: not known[0],
        "implies": lambda: not known[0] or known[1],
        "iff": lambda: known[0] == known[1],
    }[kind]()


def expression(solver: Solver, tree, variables) -> int:
    if isinstance(tree, bool):
        return TRUE if tree else FALSE
    if isinstance(tree, str):
        return variables[tree]
    kind, *parts = tree
    if kind in OPERATIONS:
        terms = [expression(solver, part, variables) for part in parts[0]]
        builders = {"all": solver.all_of, "any": solver.any_of, "one": solver.exactly_one, "most": solver.at_most_one}
        return builders[kind](terms)
    known = [expression(solver, part, variables) for part in parts]
    if kind == "not":
        return -known[0]
    joined = {"implies": solver.implies, "iff": solver.iff, "if": solver.if_then_else}
    return joined[kind](*known)  # type: ignore[operator]  # their numbers of operands differ


ALL_VALUES = [dict(zip(NAMES, values, strict=True)) for values in itertools.product([False, True], repeat=len(NAMES))]


@given(st.lists(trees, max_size=4), trees, trees)
@settings(max_examples=600, deadline=None)
def test_agrees_with_the_truth_table(asserted, assumed, unasked):
    solver = Solver()
    variables = {name: solver.new_var(name) for name in NAMES}
    never_told = expression(solver, unasked, variables)
    assumption = expression(solver, assumed, variables)
    for tree in asserted:
        solver.add(expression(solver, tree, variables))
    for wanted, trees_wanted in (([], asserted), ([assumption], [*asserted, assumed]), ([-assumption], None)):
        if trees_wanted is None:
            expected = any(all(truth(t, v) for t in asserted) and not truth(assumed, v) for v in ALL_VALUES)
        else:
            expected = any(all(truth(t, v) for t in trees_wanted) for v in ALL_VALUES)
        model = solver.solve(wanted)
        assert (model is not None) == expected
        if model:
            values = {name: model.holds(variable) for name, variable in variables.items()}
            assert all(truth(tree, values) for tree in asserted)
            assert truth(assumed, values) == model.holds(assumption)
            assert truth(unasked, values) == model.holds(never_told)
            assert all(model.holds(literal) for literal in wanted)
        else:
            assert set(solver.core) <= set(wanted)


@given(st.lists(trees, max_size=3), st.lists(trees, max_size=4))
@settings(max_examples=200, deadline=None)
def test_best_grants_earlier_wishes_first(asserted, wishes):
    solver = Solver()
    variables = {name: solver.new_var() for name in NAMES}
    for tree in asserted:
        solver.add(expression(solver, tree, variables))
    possible = [values for values in ALL_VALUES if all(truth(tree, values) for tree in asserted)]
    wanted = [expression(solver, wish, variables) for wish in wishes]
    model = solver.best(wanted)
    if not possible:
        assert model is None
        return
    best = max([truth(wish, values) for wish in wishes] for values in possible)
    assert model is not None
    assert [model.holds(wish) for wish in wanted] == best


@given(st.lists(st.lists(trees, min_size=1, max_size=3), max_size=4))
@settings(max_examples=200, deadline=None)
def test_add_asserts_a_disjunction(clauses):
    solver = Solver()
    variables = {name: solver.new_var() for name in NAMES}
    for clause in clauses:
        solver.add(*(expression(solver, tree, variables) for tree in clause))
    expected = any(all(any(truth(t, v) for t in clause) for clause in clauses) for v in ALL_VALUES)
    assert (solver.solve() is not None) == expected


def test_constants_are_folded_and_likes_are_shared():
    solver = Solver()
    a, b, c = (solver.new_var() for _ in range(3))
    assert solver.all_of([]) == TRUE
    assert solver.any_of([]) == FALSE
    assert solver.all_of([a, TRUE, a]) == a
    assert solver.all_of([a, FALSE]) == solver.all_of([a, -a]) == FALSE
    assert solver.any_of([a, -a]) == solver.any_of([b, TRUE]) == TRUE
    assert solver.all_of([a, b, c]) == solver.all_of([c, a, b, a])
    assert solver.any_of([a, b]) == -solver.all_of([-b, -a])
    assert solver.iff(a, TRUE) == a
    assert solver.iff(a, FALSE) == -a
    assert solver.iff(a, a) == TRUE
    assert solver.iff(a, b) == solver.iff(a, b)
    assert solver.if_then_else(TRUE, a, b) == a
    assert solver.if_then_else(a, b, b) == b
    assert solver.clauses == 1, "nothing was asserted, so the solver has heard of TRUE only"


@pytest.mark.parametrize("count", [0, 1, 2, 5, 6, 9])
def test_exactly_one_has_as_many_models_as_terms(count):
    solver = Solver()
    terms = [solver.new_var() for _ in range(count)]
    solver.add(solver.exactly_one(terms))
    found = []
    while model := solver.solve():
        found.append([model.holds(term) for term in terms])
        solver.add(*(-term if model.holds(term) else term for term in terms))
    assert len(found) == count
    assert all(sum(row) == 1 for row in found)


def test_the_core_names_the_assumptions_to_blame():
    solver = Solver()
    a, b, c, d = (solver.new_var() for _ in range(4))
    solver.add(-a, -b)
    assert solver.solve([c, a, -d, b]) is None
    assert set(solver.core) == {a, b}
    assert solver.solve([c, a, -d]) is not None
    assert solver.core == ()


def test_chains_may_be_long():
    solver = Solver()
    first = chain = solver.new_var()
    for _ in range(5000):
        chain = solver.implies(solver.all_of([chain, solver.new_var()]), solver.new_var())
    solver.add(chain)
    model = solver.solve([first])
    assert model is not None
    assert model.holds(chain)


def test_a_hard_formula_ends_within_its_budget():
    solver = Solver()
    holes = 12  # pigeons do not fit, and resolution needs exponentially many steps to see it
    places = [[solver.new_var() for _ in range(holes)] for _ in range(holes + 1)]
    for row in places:
        solver.add(*row)
    for column in zip(*places, strict=True):
        for left, right in itertools.combinations(column, 2):
            solver.add(-left, -right)
    started = time.process_time()
    with pytest.raises(Budget):
        solver.solve(limits=Limits(seconds=0.3))
    assert time.process_time() - started < 3


def test_importing_the_solver_does_not_import_the_slow_half_of_python_sat():
    program = (
        "import sys, cilint.gates.solver; sys.exit(any(name.startswith(('pysat', 'typing')) for name in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
