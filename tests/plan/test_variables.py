"""YAML variables: expansion in GitLab's order, circles, inheritance."""

from __future__ import annotations

import pytest

from cilint.pipeline.variables import Variable, definitions, expand, expand_all, inherited, references

VALUES = {"A": "a", "B": "b", "_X1": "x"}


@pytest.mark.parametrize(
    ("text", "removed", "kept"),
    [
        ("$A-${B}-%A%", "a-b-a", "a-b-a"), ("$NO|${NO}|%NO%", "||", "$NO|${NO}|%NO%"), ("$$A %%A%%", "$$A %%A%%", "$$A %%A%%"),
        ("$1 $ ${} 100% {$A}", "$1 $ ${} 100% {a}", "$1 $ ${} 100% {a}"), ("$Ax$_X1", "x", "$Axx"), ("plain", "plain", "plain"),
    ],
)  # fmt: skip
def test_expand(text, removed, kept):
    assert expand(text, VALUES) == removed
    assert expand(text, VALUES, keep_unknown=True) == kept


def test_references():
    assert references("$A ${B} %C% $$D %%E%% $A") == ["A", "B", "C", "A"]


def all_of(*layers):
    return expand_all([[Variable(name, value) for name, value in layer.items()] for layer in layers])


def test_nested_references_in_any_order():
    assert all_of({"C": "$B!", "B": "${A}?", "A": "1"}).values == {"A": "1", "B": "1?", "C": "1?!"}


def test_a_reference_to_its_own_name_gets_the_weaker_layer():
    assert all_of({"PATH": "base"}, {"PATH": "$PATH:more"}).values == {"PATH": "base:more"}
    assert all_of({"SELF": "$SELF-x"}).values == {"SELF": "-x"}


def test_raw_variables_are_not_expanded_but_referred_to():
    variables = [Variable("RAW", "$A", raw=True), Variable("B", "<$RAW>"), Variable("A", "a")]
    assert expand_all([variables]).values == {"RAW": "$A", "B": "<$A>", "A": "a"}


def test_circles():
    assert all_of({"X": "$Y", "Y": "$Z", "Z": "$X", "W": "$X"}).cycles == [["X", "Y", "Z"]]
    assert all_of({"X": "$Y", "Y": "$X", "P": "$Q", "Q": "$P"}).cycles == [["X", "Y"], ["P", "Q"]]


def test_a_long_chain_is_walked_without_recursion():
    chain = {f"V{n}": f"$V{n + 1}" for n in range(20_000)} | {"V20000": "end"}
    assert all_of(chain).values["V0"] == "end"


@pytest.mark.parametrize(
    ("inherit", "names"), [("", "AB"), ("variables: true", "AB"), ("variables: false", ""), ("variables: [B, C]", "B")]
)
def test_inherit(pipeline_of, inherit, names):
    pipeline = pipeline_of(f"variables: {{A: 1, B: 2}}\njob: {{script: [x], inherit: {{{inherit}}}}}")
    globals_ = definitions(pipeline.variables)
    assert "".join(inherited(globals_, pipeline.jobs["job"].get("inherit"))) == names
