"""Every example of every built-in rule, one test each. `cilint test` runs the same."""

from __future__ import annotations

import pytest

from cilint.rules import load
from cilint.rules.packs import prose
from cilint.testing import run

RULES = load(("gitlab", "security", "enterprise"))
PROSE = prose(RULES)
CASES = [
    pytest.param(rule.id, kind, number, example, id=f"{rule.id}-{kind}-{number}")
    for rule in RULES
    for kind in ("bad", "good")
    for number, example in enumerate(PROSE[rule.id]["examples"][kind], 1)
]


@pytest.mark.parametrize(("rule", "kind", "number", "example"), CASES)
def test_the_example_holds(rule, kind, number, example):
    outcome = run(RULES, rule, kind, number, example)
    assert outcome.holds, outcome.complaint


@pytest.mark.parametrize("rule", [rule for rule in RULES if not rule.language], ids=lambda rule: rule.id)
def test_every_rule_has_two_bad_and_two_good_examples(rule):
    examples = PROSE[rule.id]["examples"]
    assert len(examples["bad"]) >= 2
    assert len(examples["good"]) >= 2


_ROADS = ("include", "extends", "<<", "!reference", "default:", "&")


@pytest.mark.parametrize("rule", [rule for rule in RULES if rule.pack != "gitlab"], ids=lambda rule: rule.id)
def test_a_bad_example_comes_by_a_road(rule):
    """Include, extends, an anchor, !reference or default: the finding still stands where the value is written."""
    texts = [" ".join(example["files"].values()) for example in PROSE[rule.id]["examples"]["bad"]]
    assert any(road in text for text in texts for road in _ROADS)


@pytest.mark.parametrize("rule", list(RULES), ids=lambda rule: rule.id)
def test_every_rule_says_why_and_what_to_do(rule):
    assert PROSE[rule.id]["why"]
    assert rule.fix
    assert rule.title
