"""Random patterns: every class has the answers that RE2 gives on its witnesses, every text lies in the right class."""

from __future__ import annotations

import pytest
import re2
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cilint.gates import charset, machines
from cilint.gates.classes import GIT_REF_NAME, Limits, find, partition
from cilint.gates.regex import parse

QUIET = re2.Options()
QUIET.log_errors = False

SETS = r"a b k é 1 / - \n . \d \w \W \s \S \D [ab] [^a] [a-z] [^a-z\n] [[:alpha:]] [[:^space:]] \x61 \x{e9} \Qa.\E \. S \x{17f} ß [K-Z]"
LOOKS = r"^ $ \b \B \A \z"
atoms = st.sampled_from([*SETS.split(), " ", *LOOKS.split()])
flag_sets = st.sampled_from(["", "", "i", "m", "s", "ims"])


def bigger(smaller):
    groups = st.sampled_from(["(?:{})", "({})", "({}|)", "(?i:{})", "(?s-i:{})", "(?m:{})", "(?im){}", "(?-i){}"])
    counts = st.sampled_from(["*", "+", "?", "{2}", "{1,2}", "{0,2}", "{2,}", "*?", "{0}"])
    return st.one_of(
        st.tuples(smaller, smaller).map("".join),
        st.tuples(smaller, smaller).map(lambda two: f"(?:{two[0]}|{two[1]})"),
        st.tuples(groups, smaller).map(lambda two: two[0].replace("{}", two[1])),
        st.tuples(smaller, counts).map(lambda two: f"(?:{two[0]}){two[1]}"),
    )


asked = st.lists(st.tuples(st.recursive(atoms, bigger, max_leaves=6), flag_sets), min_size=1, max_size=3)
texts = st.text(alphabet="abkK\u212aéÉ1/-\n .sSßz_", max_size=6)
literals = st.lists(st.sampled_from(["a", "ab", "", "b1", "é", "a b", "ka"]), max_size=3, unique=True)
insides = st.lists(st.sampled_from(["ab1", "aab", "é/"]), max_size=1)


def judge(pattern: str, flags: str):
    return re2.compile(f"(?{flags}){pattern}" if flags else pattern, QUIET)


def check(questions, known, inside, samples):
    judges = [judge(*question) for question in questions]

    def answers(text):
        return (
            tuple(bool(found.search(text)) for found in judges),
            tuple(text in whole for whole in inside),
            all(charset.holds(charset.BLANK, ord(char)) for char in text),
            text if text in known else None,
        )

    found = partition(known, [parse(*question) for question in questions], None, Limits(20), inside=inside)
    seen = {(c.matches, c.inside, c.blank, c.equal) for c in found}
    assert len(seen) == len(found)
    for c in found:
        several = c.texts(3)
        assert c.singleton == (len(several) == 1)
        for text in several:
            assert answers(text) == (c.matches, c.inside, c.blank, c.equal), text
    for text in samples:
        own = found.of(text)
        assert own is not None
        assert answers(text) == (own.matches, own.inside, own.blank, own.equal), text


@given(asked, literals, insides, st.lists(texts, max_size=20))
@settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
def test_classes_agree_with_re2(questions, known, inside, samples):
    check(questions, known, inside, samples)


@given(asked, literals, insides, st.lists(texts, max_size=20))
@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
def test_patterns_without_a_table_agree_with_re2(questions, known, inside, samples):
    usual, machines._MOST_STATES = machines._MOST_STATES, 2
    try:
        check(questions, known, inside, samples)
    finally:
        machines._MOST_STATES = usual


@pytest.mark.slow
@given(asked, literals, insides, st.lists(texts, max_size=20))
@settings(max_examples=10_000, deadline=None, suppress_health_check=list(HealthCheck))
def test_classes_agree_with_re2_at_length(questions, known, inside, samples):
    check(questions, known, inside, samples)


@given(asked, literals)
@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
def test_find_agrees_with_partition(questions, known):
    parsed = [parse(*question) for question in questions]
    found = partition(known, parsed, GIT_REF_NAME, Limits(20))
    wanted = [c for c in found if c.matches[0] and not any(c.matches[1:]) and c.equal is None]
    text = find(parsed[:1], parsed[1:], GIT_REF_NAME, Limits(20), unequal=known)
    if text is None:
        assert not wanted
    else:
        assert any(found.of(text) is c for c in wanted)


@given(st.text(alphabet="a(|)[]^$*+?{}12,\\-bQEdpLx:<>P=!imsU.é \n", max_size=12))
@settings(max_examples=2000, deadline=None)
def test_the_parser_reads_nothing_that_re2_refuses(pattern):
    from cilint.gates.regex import Unsupported

    try:
        parse(pattern)
    except Unsupported:
        return
    re2.compile(pattern, QUIET)
