"""The language of `rules:if`: every row of the facts, and a second evaluator that knows nothing of the first."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cilint.notation.expression import (
    And,
    Comparison,
    ExpressionError,
    Literal,
    Match,
    Not,
    Or,
    PatternLiteral,
    Variable,
    parse,
)

VALUES = {
    "P": "x", "E": "", "F": "false", "Z": "0", "W": " \t", "B": "true", "T": "abcde", "PAT": "/^ab.*/", "BAD": "/a(/",
    "FLAGS": "/^AB/i", "LINES": "one\n/^ab/\ntwo", "R": "release/1.2", "ONE": "/x/", "M": "a\nb",
}  # fmt: skip

TRUTH = [
    ("$P", True), ("$E", False), ("$U", False), ("$F", True), ("$Z", True), ("$W", False),
    ("$E && $P", True), ("$P && $E", False), ("$E || $P", False), ("$U || $P", True), ("$U && $E", False),
    ('$E == ""', True), ('$U == ""', False), ("$U == null", True), ("$E == null", False), ("$U == $U2", True),
    ('$U != "x"', True), ("$U != null", False), ('"a" == "a"', True), ("'a' == \"a\"", True), ('"x"', True),
    ("!$E", True), ("!$U", True), ("!$P", False), ("!!$P", True), ("!($P && $E)", True), ("!$W", True),
    ('!$A == "x"', False), ('"a" == "b" || "c"', True), ('$P == "x" || $P == "y" && $P == "z"', True),
    ('($P == "x" || $P == "y") && $P == "z"', False),
    ("$B == true", True), ("$F == false", True), ("$P == true", False), ("true", True), ("false", False),
    ("true == true", True), ("true != false", True), ("$U == false", False), ("null", False), ("null == null", True),
    ("$T =~ /^ab/", True), ("$T =~ /AB/", False), ("$T =~ /AB/i", True), ("$T !~ /^ab/", False), ("$T =~ /bcd/", True),
    ("$R =~ /^release\\/\\d+/", True), ("$T =~ $PAT", True), ("$T =~ $FLAGS", True), ("$T =~ $LINES", True),
    ("$T =~ $U", False), ("$T !~ $U", True), ("$T =~ null", False), ("$U =~ /xx/", False), ("$U !~ /xx/", True),
    ("$U =~ /.*/", True), ("$U =~ /^$/", True), ("$E =~ /^$/", True), ('$U =~ "abc"', True), ('$U !~ "abc"', False),
    ('"23" =~ "1234"', True), ('"1234" =~ "23"', False), ("$T =~ $T", True), ("$T =~ $BAD", False), ('"ab" =~ "/a(/"', False),
    ("$P =~ $ONE", True), ("$T =~ /^$P/", False), ("$M =~ /a.b/", False), ("$M =~ /a.b/s", True), ("$M =~ /^b/", False),
    ("$M =~ /^b/m", True), ("$T =~ /(a.*c)+/U", True), ("/aa/ && $T =~ /bb/", False), ("/ab//", True),
    ("$A $B ==", False), ("$P $P ==", True), ("$P !", False), ("$P ()", True), ("nullnull ==", True),
    ("$T =~ ($P == 'x')", False), ("($P == 'x') =~ /true/", True), ("$[[ inputs.name-x ]] == null", True),
    ("$P\n == \t'x'", True),
]  # fmt: skip


@pytest.mark.parametrize(("text", "holds"), TRUTH)
def test_truth(text, holds):
    assert parse(text).matches(VALUES) is holds


REFUSED = [
    ("", 0), ("   ", 0), ("()", 0), ("$A == main", 6), ("$A = 1", 3), ("${A}", 0), ("%A%", 0), ("$A == 1", 6),
    ("$A && ", 3), ("&& $A", 0), ("$A $B", 3), ('($A == "x"', 0), ('$A == "x")', 9), ("$A < $B", 3), ("$A and $B", 3),
    ('"abc', 0), ("'a", 0), ("nullable", 4), ("trueish", 0), ("$A =~ /x/", 6), ("$A =~ //", 6), ("$A =~ /./", 6),
    ("$A =~ /^(?!m)/", 6), ("$A =~ /(?<=a)b/", 6), ("$A =~ /a(b/", 6), ("$A =~ /(a)\\1/", 6), ("$A =~ /ab/x", 10),
    ("$A =~ /^release/\\d+/", 16), ("!", 0), ("$A & $B", 3), ("$A | $B", 3), ("$A =~ /a\nb/", 6), ('"a\nb"', 0),
]  # fmt: skip


@pytest.mark.parametrize(("text", "offset"), REFUSED)
def test_refused_at_its_place(text, offset):
    with pytest.raises(ExpressionError) as caught:
        parse(text)
    assert caught.value.offset == offset
    assert caught.value.reason


def test_99_tokens_are_read_and_100_are_too_many():
    assert parse(" && ".join(["$A"] * 50)).matches({"A": "x"})  # 50 values and 49 operators
    with pytest.raises(ExpressionError, match="too many tokens"):
        parse("!" + " && ".join(["$A"] * 50))


def test_terms_know_where_they_stand():
    text = '$A == "x" && !($B =~ /ab/ || null)'
    expression = parse(text)
    seen = [(type(term), text[term.start : term.end]) for term in expression.terms()]
    assert seen == [
        (And, '$A == "x" && !($B =~ /ab/ || null'),
        (Comparison, '$A == "x"'),
        (Variable, "$A"),
        (Literal, '"x"'),
        (Not, "!($B =~ /ab/ || null"),
        (Or, "$B =~ /ab/ || null"),
        (Match, "$B =~ /ab/"),
        (Variable, "$B"),
        (PatternLiteral, "/ab/"),
        (Literal, "null"),
    ]
    assert expression.variables == ["A", "B"]


# An independent evaluator: it works on a tree that was never text, by the rows of the facts.
NAMES = ("A", "B", "C")
LEAVES = st.one_of(
    st.tuples(st.just("variable"), st.sampled_from(NAMES)),
    st.tuples(st.just("string"), st.sampled_from(["", " ", "a", "ab", "main", "true", "false"])),
    st.tuples(st.just("null"), st.none()),
    st.tuples(st.just("boolean"), st.booleans()),
)
PATTERNS = st.tuples(st.just("pattern"), st.sampled_from(["^ab", "a+b?", "[ab]$", "^$", "main|ab"]))
TREES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.tuples(st.sampled_from(["==", "!=", "&&", "||"]), inner, inner),
        st.tuples(st.sampled_from(["=~", "!~"]), inner, st.one_of(PATTERNS, LEAVES)),
        st.tuples(st.just("!"), inner),
    ),
    max_leaves=12,
)
LEVEL = {"!": 1, "==": 2, "!=": 2, "=~": 2, "!~": 2, "&&": 3, "||": 4}


def text_of(tree):
    """The tree as text, with parentheses only where precedence or association asks for them."""
    kind = tree[0]
    if kind == "variable":
        return f"${tree[1]}"
    if kind == "string":
        return f'"{tree[1]}"'
    if kind == "pattern":
        return f"/{tree[1]}/"
    if kind in ("null", "boolean"):
        return "null" if tree[1] is None else str(tree[1]).lower()

    def inner(child, *, right):
        level = LEVEL.get(child[0], 0)
        return f"({text_of(child)})" if level > LEVEL[kind] or (right and level == LEVEL[kind]) else text_of(child)

    if kind == "!":
        return f"!{inner(tree[1], right=False)}"
    return f"{inner(tree[1], right=False)} {kind} {inner(tree[2], right=True)}"


def present(value):
    return value is not None and value is not False and not (isinstance(value, str) and value.strip() == "")


def naive(tree, variables):
    kind = tree[0]
    if kind == "variable":
        return variables.get(tree[1])
    if kind in ("string", "null", "boolean"):
        return tree[1]
    if kind == "pattern":
        return re.compile(tree[1])
    left = naive(tree[1], variables)
    if kind == "!":
        return not present(left)
    right = naive(tree[2], variables)
    if kind == "&&":
        return right if left is not None and left is not False else left
    if kind == "||":
        return left if left is not None and left is not False else right
    if kind in ("==", "!="):
        one, two = (
            str(v).lower() if isinstance(v, bool) and isinstance(w, str) else v
            for v, w in ((left, right), (right, left))
        )
        return (type(one) is type(two) and one == two) == (kind == "==")
    return naive_match(left, right) == (kind == "=~")


def naive_match(left, right):
    left = "" if left is None else str(left).lower() if isinstance(left, bool) else left
    if right is None or right is False:
        return False
    if isinstance(right, re.Pattern):
        return right.search(left) is not None
    return left in ("true" if right is True else right)


@settings(max_examples=400, deadline=None)
@given(TREES, st.dictionaries(st.sampled_from(NAMES), st.sampled_from(["", " ", "a", "ab", "main", "true"])))
def test_agrees_with_a_naive_evaluator(tree, variables):
    # RE2 and Python's re agree on these patterns as long as no text ends in a newline, and none does.
    assert parse(text_of(tree)).matches(variables) is present(naive(tree, variables))


@settings(max_examples=400, deadline=None)
@given(st.text("$AB \"'/=~!&|()null[]{}.*\\ism", max_size=30))
def test_any_text_parses_or_is_refused_inside_itself(text):
    refusal = expression = None
    try:
        expression = parse(text)
    except ExpressionError as error:
        refusal = error
    if refusal:
        assert 0 <= refusal.offset <= len(text)
    else:
        assert expression.matches({}) in {True, False}
        assert all(0 <= term.start < term.end <= len(text) for term in expression.terms())
