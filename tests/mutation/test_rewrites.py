"""Rewrite the reference pipeline without changing what it means: no rule may say anything, of whatever severity.

The fast suite takes a sample; `--run-slow` takes them all.
"""

from __future__ import annotations

import pytest

from tests.mutation.rewrites import every_rewrite

SAMPLE = 40
PARTS = 20


def alarms(rewrites, workplace, rules):
    found = []
    for rewrite in rewrites:
        checked = workplace.check(rewrite.files, rules)
        found += [f"{rewrite}: {finding.rule} {finding.span.line} {finding.message}" for finding in checked.findings]
        found += [f"{rewrite}: not assessed: {item.what}, {item.why}" for item in checked.not_assessed]
    return found


def test_there_are_enough_of_them():
    names = [str(rewrite) for rewrite in every_rewrite()]
    assert len(names) == len(set(names)) >= 100


@pytest.mark.parametrize("number", range(SAMPLE))
def test_a_sample_is_clean(number, workplace, rules):
    rewrites = every_rewrite()
    assert alarms([rewrites[number * len(rewrites) // SAMPLE]], workplace, rules) == []


@pytest.mark.slow
@pytest.mark.parametrize("part", range(PARTS))
def test_every_rewrite_is_clean(part, workplace, rules):
    assert alarms(every_rewrite()[part::PARTS], workplace, rules) == []
