"""The examples of the rules about comments to cilint, which `check` alone does not judge."""

from __future__ import annotations

import pytest

from cilint.rules import load
from cilint.rules.packs import prose
from cilint.settle.examples import PACK, about_comments
from cilint.testing import run

RULES = load((PACK,))
PROSE = prose(RULES)
CASES = [
    pytest.param(rule.id, kind, number, example, id=f"{rule.id}-{kind}-{number}")
    for rule in RULES
    for kind in ("bad", "good")
    for number, example in enumerate(PROSE[rule.id]["examples"][kind], 1)
    if rule.id.startswith(("suppression-", "unused-"))
]


@pytest.mark.parametrize(("rule", "kind", "number", "example"), CASES)
def test_the_example_holds(rule, kind, number, example):
    outcome = run(RULES, rule, kind, number, example, judge=about_comments)
    assert outcome.holds, outcome.complaint


def test_there_are_examples():
    assert len(CASES) >= 20
