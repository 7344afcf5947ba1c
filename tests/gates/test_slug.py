"""Slugs: what is asked of them, answered from the name of the ref, as GitLab makes the one of the other."""

from __future__ import annotations

import random

import pytest

from cilint.gates.budget import Limits
from cilint.gates.classes import GIT_REF_NAME, find, is_ref_name, partition
from cilint.gates.slug import Slugged
from cilint.notation.patterns import Pattern
from cilint.plan.predefined import slug_of

PATTERNS = [
    "^release-", "release", "^v[0-9]+$", "-", "-$", "^-", "^.{63}$", "a-b|b--c", "^main$", "", r"\bfoo\b", "^k", "i-",
    "(?i)MAIN", "^(a|b)*-(a|b)*$", "[^-]{5}", "[A-Z_/]",
]  # fmt: skip
CHARS = "aab-/_.KİikRELease0é\n1fox \u212a"
STARTS = ["release-1", "Main", "v12", "a-b", "k", "foo", "_" * 40, "x" * 60]


@pytest.mark.parametrize(("ref", "slug"), [
    ("main", "main"), ("Feature/ABC_1", "feature-abc-1"), ("_x_", "x"), ("é", ""), ("\u212a", "k"), ("İ", "i"),
    ("a" * 62 + "/b", "a" * 62), ("/" * 63 + "b", ""), ("x" * 70, "x" * 63),
])  # fmt: skip
def test_slugs(ref, slug):
    assert slug_of(ref) == slug


@pytest.mark.parametrize("source", PATTERNS)
def test_a_machine_that_reads_names_agrees_with_the_slugs_of_names(source):
    rng = random.Random(source)
    asked = Slugged(Pattern(source, source))
    classes = partition([], [asked.regex(Limits(20))], None, Limits(20))
    for _ in range(400):
        name = "".join(rng.choice(CHARS) for _ in range(rng.choice([rng.randint(0, 12), rng.randint(55, 75)])))
        if rng.random() < 0.5:
            name = rng.choice(STARTS) + name
        found = classes.of(name)
        assert found is not None
        assert found.matches == (asked.search(name),), name
    assert all(one.matches == (asked.search(one.witness),) for one in classes)


def test_a_slug_inside_a_text():
    asked = Slugged(Pattern("", ""), whole="the-main-thing")
    regex = asked.regex(Limits())
    name = find([regex], (), GIT_REF_NAME, hints=())
    assert name is not None
    assert is_ref_name(name)
    assert slug_of(name) in "the-main-thing"
    assert find([regex], (), GIT_REF_NAME, hints=("Main/Thing",)) == "Main/Thing"
    assert not asked.search("_")
