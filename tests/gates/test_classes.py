"""String classes: which there are, their witnesses, languages, limits."""

from __future__ import annotations

import subprocess
import time

import pytest
import re2

from cilint.gates import classes
from cilint.gates.classes import FILE_PATH, GIT_REF_NAME, Budget, Limits, find, partition
from cilint.gates.regex import parse


def patterns(*texts):
    return [parse(text) for text in texts]


def class_of(found, text):
    own = found.of(text)
    assert own is not None
    return own


def test_classes_of_a_release_gate():
    found = partition(["main"], patterns(r"^v\d+\.\d+\.\d+$", r"^v\d+\.\d+\.[0-8]+$"), GIT_REF_NAME)
    by_answers = {(c.equal, c.matches): c for c in found if not c.blank}
    assert {answers: c.witness for answers, c in by_answers.items()} == {
        ("main", (False, False)): "main",
        (None, (False, False)): "develop",
        (None, (True, True)): "v1.0.0",
        (None, (True, False)): "v1.1.9",
    }
    assert [c.singleton for c in by_answers.values()] == [c.equal == "main" for c in by_answers.values()]


def test_an_empty_question_list_still_tells_blank_from_not():
    assert [(c.blank, c.witness) for c in partition([], [])] == [(True, ""), (False, "main")]


def test_a_pattern_may_force_a_single_text():
    found = partition([], patterns("^(main)$", "^[ab]$"))
    single = {c.matches: c.singleton for c in found if not c.blank}
    assert single == {(True, False): True, (False, True): False, (False, False): False}


def test_two_characters_apart_are_two_texts():
    assert [c.singleton for c in partition([], patterns("^[ac]$")) if c.matches[0]] == [False]


def test_a_surrogate_is_no_text():
    assert partition([], []).of("a\ud800") is None


def test_classes_that_hold_no_text_are_not_listed():
    assert [c.matches for c in partition([], patterns("^a+$", "^(aa)*a?$", "b")) if c.matches[0] and c.matches[2]] == []
    assert all(c.equal != "not a ref" for c in partition(["not a ref"], [], GIT_REF_NAME))


def test_occurs_inside_is_ruby_include():
    found = partition(["", "ab"], [], inside=["abc"])
    for text in ("", "a", "b", "bc", "abc", "ac", "abcd", "ca"):
        assert class_of(found, text).inside == (text in "abc",)


def test_blank_is_ruby_blank():
    found = partition([], [])
    for text in ("", " ", "\t\n\v\f\r ", "\u00a0", "\u3000\u2028", "\x85"):
        assert class_of(found, text).blank
    for text in ("x", " x", "\x00", "\u200b", "\x1c", "\ufeff"):
        assert not class_of(found, text).blank


def test_witnesses_prefer_the_pipelines_own_words():
    found = partition(["main"], patterns("main", "^hotfix/"), GIT_REF_NAME)
    assert {(c.equal, c.matches): c.witness for c in found if not c.blank} == {
        ("main", (True, False)): "main",
        (None, (True, False)): "main-x",
        (None, (False, False)): "develop",
        (None, (False, True)): "hotfix/1",
        (None, (True, True)): "hotfix/main",
    }
    assert next(c for c in partition([], patterns("^z"), hints=["zoo"]) if c.matches[0]).witness == "zoo"


def test_a_class_gives_several_different_texts():
    found = partition(["main"], patterns(r"^v\d$", r"^(dev|stage)$"))
    for c in found:
        texts = c.texts(5)
        assert texts[0] == c.witness
        assert len(set(texts)) == len(texts)
        assert all(found.of(text) is c for text in texts)
    assert sorted(next(c for c in found if c.matches[1]).texts(5)) == ["dev", "stage"]
    assert len(next(c for c in found if c.matches[0]).texts(20)) == 10


def test_find_answers_without_the_whole_partition():
    words = [f"word{number}" for number in range(14)]
    text = find(patterns(*words[:3]), patterns(*words[3:]), GIT_REF_NAME)
    assert text is not None
    assert [word in text for word in words] == [True] * 3 + [False] * 11
    assert find(patterns("^v"), patterns(r"^v\d"), GIT_REF_NAME, unequal=["v"]) not in ("v", None)
    assert find(patterns("^main$"), unequal=["main"]) is None
    assert find(patterns("^release-")) == "release-"
    assert find(patterns("a"), patterns("(?i)A")) is None


REFS = """main feature/x a.b a..b .a a/.b a. a/ /a a//b a.lock a.lock/b a.lockx a.b.lock @ @{ a@{b a@b @a a b a~b a^b a:b
a?b a*b a[b a]b a\\b a{b} é 日本 a\x7fb a\tb -a a-b a/-b HEAD refs/heads/a lock .lock a/.lock .. ... a/... @/@ {@ @@ a@ #a
%a $a !a a;b a|b (a) "a" 'a' <a> a,b a=b +a _a a\u00a0b a\u0085b"""


MEANING = [
    ("^main$", "", "main\n"),  # the end of the text, not of the line
    ("^b$", "", "a\nb"),
    ("^b$", "m", "a\nb"),
    ("a$", "m", "a\nb"),
    ("^$", "m", "a\n"),
    ("a.b", "", "a\nb"),
    ("a.b", "s", "a\nb"),
    ("[^a]", "", "\n"),
    ("k", "i", "\u212a"),
    ("STRASSE", "i", "stra\u00dfe"),
    ("s", "i", "\u017f"),
    (r"\bmain\b", "", "x-main-y"),
    (r"\bmain\b", "", "mainly"),
    (r"\bé", "", "aé"),
    (r"\B", "", "a"),
    (r"\B", "", "aéb"),  # RE2 looks between the bytes of é
    (r"^\B", "", ""),
    (r"\Aa|b\z", "", "ab"),
    (r"\s", "", "\v"),
    ("[[:space:]]", "", "\v"),
    ("(?i)a(?-i)b", "", "AB"),
    ("(?i:a)b", "", "Ab"),
    ("(a(?i)b|c)D", "", "CD"),
    ("(a(?i)b|c)D", "", "Cd"),
    ("a{2}", "", "aa"),
    ("^a{2,3}$", "", "aaaa"),
    ("^a{,3}$", "", "a{,3}"),
    ("x*", "", ""),
    ("^(?:a?){3}$", "U", "aaa"),
]


@pytest.mark.parametrize(("pattern", "flags", "text"), MEANING)
def test_patterns_mean_what_they_mean_to_re2(pattern, flags, text):
    expected = bool(re2.search(f"(?{flags}){pattern}" if flags else pattern, text))
    found = partition([], [parse(pattern, flags)])
    assert class_of(found, text).matches == (expected,)


def test_git_ref_names_are_those_of_git(tool):
    git = tool("git")
    found = partition([], [], GIT_REF_NAME)
    names = [*REFS.replace("\n", " ").split(" "), "a\nb", "", " ", "a b"]
    for name in dict.fromkeys(names):
        legal = subprocess.run([git, "check-ref-format", f"refs/heads/{name}"], check=False).returncode == 0
        assert (found.of(name) is not None) == (legal and not name.startswith("-")), name


def test_file_paths():
    found = partition([], [], FILE_PATH)
    for path in ("a", "a/b.c", ".gitlab-ci.yml", "a b/é", "..a", "a/...", ".github/x", "-"):
        assert found.of(path) is not None, path
    for path in ("", "/a", "a/", "a//b", ".", "..", "a/../b", "./a", ".git/config", "a/.GIT", "a\x00"):
        assert found.of(path) is None, path


@pytest.mark.parametrize(
    "hostile",
    [
        "(a|b)*a(a|b){20}$",
        "^(a|b)*a(a|b){20}$",
        "^(a?){1000}(b?){1000}(c?){1000}(d?){1000}(e?){900}$",
        r"^(\ba?){1000}(b?){1000}(c?){1000}$",
        "(.{1000}){1}.{1000}.{1000}.{1000}",
        "((a{0,15}){0,15}b?){4}((a|b)*c){1000}",
        "|".join(f"(x.{{{count}}}y)" for count in range(60)) + "$",
    ],
)
def test_a_blow_up_ends_within_its_budget(hostile):
    started = time.process_time()
    with pytest.raises(Budget):
        partition(["main"], [parse(hostile)], GIT_REF_NAME, Limits(seconds=0.3))
    assert time.process_time() - started < 1.5


def test_states_are_limited_too():
    with pytest.raises(Budget, match="states"):
        partition([], patterns("(a|b)*a(a|b){20}$"), None, Limits(seconds=60, states=1000))


def test_a_pattern_too_long_is_out_of_budget():
    with pytest.raises(Budget, match="characters"):
        partition([], patterns("(a{100}b{100}){9}" * 4))


TYPICAL = [r"^v\d+\.\d+\.\d+$", "^release/.*$", "main", r"^hotfix\/[a-z]+-\d+$", r"^(main|hotfix\/.*)$"]


def test_typical_questions_cost_milliseconds():
    best = min(_seconds(TYPICAL) for _ in range(5))
    assert best < 0.025  # 2.5 ms on an idle core
    assert min(_seconds([f"^{word}-\\d+\\.x$" for word in classes.HINTS for _ in "ab"][:30]) for _ in range(3)) < 0.25


def _seconds(texts) -> float:
    started = time.process_time()
    partition(["main", "develop", "master", "staging", ""], patterns(*texts), GIT_REF_NAME)
    return time.process_time() - started


def test_every_witness_of_a_typical_partition_has_its_answers():
    judges = [re2.compile(text) for text in TYPICAL]
    found = partition(["main", "develop"], patterns(*TYPICAL), GIT_REF_NAME)
    assert len({(c.equal, c.matches, c.blank) for c in found}) == len(found) > 8
    for c in found:
        for text in c.texts(4):
            assert tuple(bool(judge.search(text)) for judge in judges) == c.matches
