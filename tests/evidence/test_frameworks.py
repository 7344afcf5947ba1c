"""Frameworks: each file is whole, names only rules that exist, and claims no more than "supports"."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from cilint.errors import PackError
from cilint.evidence import examined, frameworks
from cilint.rules import packs

RULES = packs.load((*packs.BUILT_IN, "cilint"))
LOADED = frameworks.load()
NAMES = {"pci-dss", "soc2", "hipaa", "cis-gitlab", "owasp-cicd", "nist-ssdf", "nist-800-53"}


def test_every_framework_is_there():
    assert {loaded.framework.framework for loaded in LOADED} >= NAMES
    assert all(len(loaded.framework.controls) >= 10 for loaded in LOADED)


@pytest.mark.parametrize("loaded", LOADED, ids=lambda loaded: loaded.framework.framework)
def test_roles_are_named_only_where_a_rule_speaks_of_them(loaded):
    known = {entry["role"] for entry in RULES.rules["required-job"].parameters["jobs"]}
    for control in loaded.framework.controls:
        for rule, roles in control.roles().items():
            assert rule == "required-job"
            assert set(roles) <= known, control.id
        assert "required-job" not in control.strengths() or control.roles().get("required-job"), control.id


@pytest.mark.parametrize("loaded", LOADED, ids=lambda loaded: loaded.framework.framework)
def test_a_framework_names_only_rules_that_exist(loaded):
    named = {rule for control in loaded.framework.controls for rule in control.strengths()}
    named |= {against.rule for control in loaded.framework.controls for against in control.against}
    assert named - set(RULES.rules) == set()


@pytest.mark.parametrize("loaded", LOADED, ids=lambda loaded: loaded.framework.framework)
def test_every_control_is_supported_and_no_rule_is_named_twice_for_it(loaded):
    for control in loaded.framework.controls:
        named = [rule for support in control.supports for rule in support.rules]
        assert named, control.id
        assert len(named) == len(set(named)), control.id


@pytest.mark.parametrize("rule", [rule for rule in RULES if rule.controls], ids=lambda rule: rule.id)
def test_what_a_rule_says_it_supports_is_in_the_framework_with_a_strength(rule):
    known = {
        f"{loaded.framework.framework}:{control.id}": control.strengths()
        for loaded in LOADED
        for control in loaded.framework.controls
    }
    for name in rule.controls:
        assert name in known, f"rules/frameworks has no {name}"
        assert rule.id in known[name], f"rules/frameworks: {name} does not say how strongly {rule.id} supports it"


@pytest.mark.parametrize("loaded", LOADED, ids=lambda loaded: loaded.framework.framework)
def test_what_a_setting_a_record_or_another_system_decides_is_asked_for(loaded):
    for control in loaded.framework.controls:
        if any(strength != "design" for strength in control.strengths().values()):
            beyond = set(control.strengths().values()) - {"design"}
            assert control.ask or beyond <= {"operation"}, control.id


@pytest.mark.parametrize("loaded", LOADED, ids=lambda loaded: loaded.framework.framework)
def test_no_word_of_a_framework_claims_more_than_support(loaded):
    text = Path(loaded.path).read_text(encoding="utf-8").lower()
    assert not re.search(r"\b(compliant|complies|certif\w+|proves|guarantees|ensures|fulfils|satisf\w+)\b", text)


def test_a_house_adds_a_framework_by_a_file(tmp_path):
    house = tmp_path / "house.yaml"
    house.write_text(
        "framework: house\ntitle: House rules\nversion: '7'\nlink: https://example.test/\n"
        "controls:\n  - {id: H1, title: Images are ours, supports: [{strength: design, rules: [image-missing]}]}\n"
    )
    loaded = {item.framework.framework: item for item in frameworks.load([str(tmp_path)])}
    assert set(loaded) == NAMES | {"house"}
    assert loaded["house"].framework.controls[0].strengths() == {"image-missing": "design"}


_HEAD = "framework: x\ntitle: X\nversion: '1'\nlink: https://e.test\ncontrols:\n"


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        (
            "framework: x\ntitle: X\nversion: '1'\nlink: https://e.test\ncontrols:\n  - id: A\n    titel: a\n",
            7,
            "titel",
        ),
        (
            f"{_HEAD}  - {{id: A, title: a}}\n  - {{id: A, title: b}}\n",
            7,
            "twice",
        ),
        (
            f"{_HEAD}  - id: A\n    title: a\n    supports:\n      - strength: proof\n        rules: [b]\n",
            9,
            "strength",
        ),
        ("framework: x\n title: [\n", 2, ""),
    ],
)
def test_what_is_wrong_with_a_framework_is_said_at_its_line(tmp_path, text, line, says):
    path = tmp_path / "x.yaml"
    path.write_text(text)
    with pytest.raises(PackError) as error:
        frameworks.read_file(str(path))
    assert error.value.span.line == line
    assert says in error.value.message


def test_what_rules_are_held_against_is_said_of_rules_that_exist():
    entries = examined.load(RULES)
    assert len(entries) > 30
    assert set(entries) <= set(RULES.rules)
    assert not [rule for rule in entries if RULES.rules[rule].select], "a rule in data says itself what it looks at"
