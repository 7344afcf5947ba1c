"""The RE2 parser: it accepts no pattern that RE2 refuses, and reads sets of characters as RE2 does."""

from __future__ import annotations

import unicodedata

import pytest
import re2

from cilint.gates import charset, regex
from cilint.gates.nodes import Chars

QUIET = re2.Options()
QUIET.log_errors = False


def re2_accepts(pattern: str) -> bool:
    try:
        re2.compile(pattern, QUIET)
    except re2.error:
        return False
    return True


def accepted(pattern: str) -> bool:
    try:
        regex.parse(pattern)
    except regex.Unsupported:
        return False
    return True


SAME = r"""
\E  a\Q\E*  \Qa\\E*  \Qa\E\E  (?)  (?-)  (?i-)  (?i-:a)  (?-:a)  (?<n>a)  a**  a*??  a*(?i)*  a(?i)*  (?i)*  ^*  |*  (*)
a{,3}  {  a{2}{3}  a{1001}  a{0,1001}  a{2,1}  (a{100}){10}  (a{100}){11}  (a{0}){1000}  (a{1000}){1}  x{2}{  x{2  a{1
\1  \12  \012  \x4  \x41  \x{}  \x{41}  \x{110000}  \x{0000000041}  \R  \K  \X  \Z  \G  \N{x}  \h  \v  \a  \e  \u0041
[a-\d]  [\d-z]  [a-]  [-a]  [a-b-c]  [[:foo:]]  [[:alpha]  [\b]  [\Qa]  []]  [^]a]  []  [z-a]  [[.a.]]  [a[:^alpha:]]
[a  (  )  a)  (?:a  \pL  \p{^L}  \p{Any}  \PN  \pQ  \p{L&}  \p{Letter}  \p{Lu  a|*  ()  (|)  (?i  (?i-m-s)  (?ii)
(?m-i:^a)  (?P=n)  (?=a)  (?!a)  (?<=a)  (?#c)  (?x)a  (?P<1>a)  (?P<n)  (?>a)  a++  a?+  \pN{2}  [\pN]  [^\PN]
"""


@pytest.mark.parametrize("pattern", SAME.split())
def test_accepts_what_re2_accepts(pattern):
    assert accepted(pattern) == re2_accepts(pattern)


@pytest.mark.parametrize("frame", ["\\{}", "[\\{}]", "{}", "[{}]", "({}", "(?{}:a)", "(?{})", "a{}", "[[:{}:]]"])
def test_accepts_no_ascii_character_where_re2_does_not(frame):
    unknown = {"\\C", "\\Q"}
    for code in range(128):
        pattern = frame.replace("{}", chr(code))
        assert accepted(pattern) == (re2_accepts(pattern) and pattern not in unknown), pattern


@pytest.mark.parametrize("pattern", [r"\C", r"\p{Greek}", r"\Qabc", "(?<é>a)"])
def test_says_why_it_cannot_read_a_valid_pattern(pattern):
    assert re2_accepts(pattern)
    with pytest.raises(regex.Unsupported, match=r"\w"):
        regex.parse(pattern)


def test_depth_is_bounded():
    with pytest.raises(regex.Unsupported, match="nested deeper"):
        regex.parse("(ab|" * 10_000 + "b" + ")" * 10_000)
    with pytest.raises(regex.Unsupported, match="nested deeper"):
        regex.parse("a" + "*(?i)" * 10_000)


@pytest.mark.parametrize("text", ["main", "a.b", "é$", "x\\y", "a\nb", r"\E", "[a-z]{2}", "(?i)"])
def test_a_quoted_text_matches_itself_only(text):
    found = re2.compile(regex.quote(text), QUIET)
    assert found.fullmatch(text)
    assert not found.search(text[:-1])
    assert accepted(regex.quote(text))


CATEGORIES = "C Cc Cf Co L Ll Lm Lo Lt Lu M Mc Me Mn N Nd Nl No P Pc Pd Pe Pf Pi Po Ps S Sc Sk Sm So Z Zl Zp Zs"
FEW = r"""
. (?s). [^\n] \d \s \S \W [\PN\d] [[:^alpha:]x] [[:space:]] [[:punct:]] (?i)k (?i)[^\x{17f}] (?i)\w (?i)[\W] (?i)ß
(?i)\x{131} (?i)\x{130} (?i)[^\w] (?i)[[:^upper:]] (?i)[à-ÿ] (?i)[\x{370}-\x{3ff}] (?i)[\x{80}-\x{10ffff}] \pL \P{^Lu}
(?i)\p{Lu} (?i)[^A-K] (?i)s (?i)\x{1e9e} (?i)\x{fb05} (?i)\x{390} (?i)\x{1f80} [\x{d800}-\x{e000}]
"""
MANY = [f"{flags}\\{p}{{{name}}}" for name in CATEGORIES.split() for flags in ("", "(?i)") for p in "pP"]


def characters(last: int) -> str:
    """The characters that mean something in this Python's version of Unicode."""
    codes = (*range(0xD800), *range(0xE000, last + 1))
    return "".join(char for char in map(chr, codes) if unicodedata.category(char) != "Cn")


def check_set(pattern: str, known: str) -> None:
    node = regex.parse(pattern).node
    assert isinstance(node, Chars)
    ours = {char for char in known if charset.holds(node.ranges, ord(char))}
    assert ours == set(re2.compile(pattern, QUIET).findall(known))


@pytest.mark.parametrize("pattern", FEW.split())
def test_sets_of_characters_are_those_of_re2(pattern):
    check_set(pattern, characters(0xFFFF))


@pytest.mark.slow
@pytest.mark.parametrize("pattern", [*FEW.split(), *MANY])
def test_sets_of_all_characters_are_those_of_re2(pattern):
    check_set(pattern, characters(0x10FFFF))
