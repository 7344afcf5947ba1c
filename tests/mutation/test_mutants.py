"""Break the reference pipeline and its scripts in every way that the requirements name: the rule that names it says so.

Each mutant is judged by the rules that must report it, and by nothing else: rules do not depend on one another.
The fast suite takes a sample; `--run-slow` takes them all.
"""

from __future__ import annotations

import pytest

from tests.mutation.sweep import KINDS, every_mutant

SAMPLE = 40


def survivors(mutants, workplace, rules):
    alive = []
    for mutant in mutants:
        checked = workplace.check(mutant.files, rules.narrow(mutant.rules), mutant.not_executable)
        if not mutant.caught(checked):
            alive.append(f"{mutant} not told by {' or '.join(mutant.rules)}")
    return alive


def test_there_are_enough_of_them():
    assert len(every_mutant()) >= 200
    assert len({mutant.operator for mutant in every_mutant()}) >= 100


def test_no_mutant_equals_another():
    texts = [
        (tuple(sorted(mutant.files.items(), key=lambda one: one[0])), tuple(mutant.not_executable), tuple(mutant.rules))
        for mutant in every_mutant()
    ]
    twice = [mutant for mutant, text in zip(every_mutant(), texts, strict=True) if texts.count(text) > 1]
    assert twice == []


def test_the_reference_itself_is_clean(workplace, rules):
    checked = workplace.check({}, rules)
    assert [f"{finding.rule} {finding.span.line}" for finding in checked.findings] == []
    assert checked.not_assessed == []


@pytest.mark.parametrize("number", range(SAMPLE))
def test_a_sample_is_caught(number, workplace, rules):
    mutants = every_mutant()
    assert survivors([mutants[number * len(mutants) // SAMPLE]], workplace, rules) == []


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__.rpartition(".")[2])
def test_every_mutant_is_caught(kind, workplace, rules):
    assert survivors(kind.mutants(), workplace, rules) == []
