from __future__ import annotations

import os
import subprocess
import sys

import pytest

from cilint.errors import PackError, UsageError
from cilint.rules import load
from cilint.rules.packs import prose

pytestmark = pytest.mark.usefixtures("own_cache")

RULE = """\
rules:
  - id: stage-named-test
    severity: warning
    title: Jobs stand in stage test
    select: $.jobs.*.stage
    assert: {{equals: {value}}}
    message: "{{value}} is not test"
    why: For the test.
    fix: Write test.
"""


@pytest.mark.parametrize(
    ("change", "place", "message"),
    [
        (("severity: warning", "severty: warning"), 3, "did you mean `severity`"),
        (("severity: warning", "severity: fatal"), 3, "severity"),
        (("severity: warning", "severity: eror"), 3, "did you mean `error`"),
        (("select: $.jobs.*.stage", "select: [image, '$.jobs[']"), 5, "not a JSONPath"),
        (("rules:", "rulez:"), 1, "did you mean `rules`"),
        (("select: $.jobs.*.stage", "select: imge"), 5, "did you mean `image`"),
        (("{equals: test}", "{equal: test}"), 6, "did you mean `equals`"),
        (("{equals: test}", "{at_most: many}"), 6, "at_most takes a number"),
        (("{equals: test}", "{matches: '('}"), 6, "RE2"),
        (("    why: For the test.\n", ""), 2, "why is missing"),
        (("id: stage-named-test", "id: Stage"), 2, "id"),
        (("rules:", "rules: ["), 2, "a value is missing"),
    ],
)  # fmt: skip
def test_a_fault_of_a_pack_stands_at_its_line(pack, change, place, message):
    path = pack(RULE.format(value="test").replace(*change))
    with pytest.raises(PackError) as caught:
        load([path])
    assert message in f"{caught.value.message} {caught.value.help}"
    assert caught.value.span is not None
    assert caught.value.span.line == place


@pytest.mark.parametrize("text", ["", "# nothing\n", "controls: {a: b}\n"])
def test_a_pack_without_rules_is_no_pack(pack, text):
    path = pack(text)
    with pytest.raises(PackError, match="holds no rules"):
        load([path])


def test_a_rule_that_is_defined_twice_is_refused(pack):
    path = pack(RULE.format(value="test") + RULE.format(value="test").split("\n", 1)[1])
    with pytest.raises(PackError, match="defined twice"):
        load([path])


def test_an_unknown_pack_names_the_known_ones():
    with pytest.raises(PackError) as caught:
        load(["securty"])
    assert "security" in caught.value.help


def test_a_pack_may_override_parameters_and_severities(pack):
    path = pack("override: {artifact-expiry: {severity: info, parameters: {expire_in: 2 weeks}}}\n")
    rules = load(["enterprise", path])
    rule = rules.get("artifact-expiry")
    assert rule is not None
    assert rule.severity == "info"
    assert rule.parameters == {"expire_in": "2 weeks", "compare": "exactly"}
    with pytest.raises(UsageError, match="no parameter"):
        rules.configured({"artifact-expiry": {"parameters": {"expires": 1}}})
    with pytest.raises(UsageError, match="no such rule"):
        rules.configured({"artifact-expiri": {}})


def test_narrowing_by_rule_and_by_pack():
    rules = load()
    only = rules.narrow(select=["image-missing", "security"], ignore=["pipe-to-shell"])
    assert "image-missing" in only
    assert "script-injection" in only
    assert "pipe-to-shell" not in only
    assert "image-unpinned" in only.silenced
    with pytest.raises(UsageError) as caught:
        rules.narrow(select=["image-mising"])
    assert "image-missing" in caught.value.help


_TRACE = """
import sys
from cilint.cli import main
main(["check", "--isolated", sys.argv[1]])
slow = ("pydantic", "rich", "ruamel", "jsonpath_ng", "click", "dataclasses", "typing")
print("IMPORTED", [name for name in slow if name in sys.modules])
"""


def test_unchanged_packs_import_nothing_slow(tmp_path):
    entry = tmp_path / ".gitlab-ci.yml"
    entry.write_text("build:\n  image: alpine\n  script: [make]\n")
    command = [sys.executable, "-c", _TRACE, str(entry)]
    outputs = [
        subprocess.run(command, capture_output=True, text=True, env=os.environ, check=True).stdout for _ in range(2)
    ]
    assert "IMPORTED []" in outputs[1]
    assert "image-private-registry" in outputs[1]


def test_a_broken_cache_entry_counts_as_none(pack, own_cache):
    path = pack(RULE.format(value="test"))
    first = load([path])
    entries = [path for path in own_cache.rglob("*") if path.is_file()]
    assert entries
    for entry in entries:
        entry.write_bytes(b"nonsense")
    assert list(load([path]).rules) == list(first.rules)
    assert prose(load([path]))["stage-named-test"]["line"] == 2


def test_all_faults_of_a_pack_are_told_at_once(tmp_path):
    first, second = tmp_path / "a.yaml", tmp_path / "b.yaml"
    text = RULE.format(value="test")
    first.write_text(text.replace("severity: warning", "severty: warning").replace("    why: For the test.\n", ""))
    second.write_text(text.replace("{equals: test}", "{equal: test}"))
    with pytest.raises(PackError) as caught:
        load([str(tmp_path)])
    told = [
        (str(one.span).rpartition("/")[2].split(":")[0], one.message) for one in (caught.value, *caught.value.further)
    ]
    assert told[0][0] == "a.yaml"
    assert "unknown key rules.severty" in told[0][1]
    assert any(file == "a.yaml" and "why is missing" in message for file, message in told)
    assert any(file == "b.yaml" and "did you mean `equals`" in message for file, message in told)


def test_a_pack_with_very_many_faults_says_how_many_are_left_out(pack):
    rules = "".join(f"  - {{id: rule-{number}}}\n" for number in range(30))
    with pytest.raises(PackError) as caught:
        load([pack(f"rules:\n{rules}")])
    assert len(caught.value.further) == 19
    assert "more faults of this pack" in caught.value.help
