"""Every value knows the line where it was written and the way by which it came."""

from __future__ import annotations

import pytest

from cilint.compose import Project, compose
from cilint.source import Source


@pytest.fixture
def composed(tmp_path):
    def make(entry: str, **options):
        files = options.pop("files", {})
        for path, text in files.items():
            target = tmp_path / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text)
        return compose(Source(".gitlab-ci.yml", entry), Project(str(tmp_path), **options))

    return make


def way(site) -> list[str]:
    return [f"{step.kind} {step.name} {step.span.source.path}:{step.span.line}" for step in site.trail]


def test_a_value_through_anchor_merge_extends_include_reference_and_default(composed):
    config = composed(
        "include: [lib/base.yml]\n"
        "job:\n"
        "  extends: .middle\n"
        "  before_script: [!reference [.lines, script]]\n"
        "  script: [x]\n",
        files={
            "lib/base.yml": ".root: &root\n"
            "  variables: {A: one}\n"
            ".middle:\n"
            "  <<: *root\n"
            "  tags: [t]\n"
            ".lines:\n"
            "  script: &lines [first]\n"
            "default:\n"
            "  after_script: *lines\n"
        },
    )
    root = config.site
    variable = root.dig("job", "variables", "A")
    assert str(variable.span) == "lib/base.yml:2:18"
    assert way(variable) == [
        "merge root lib/base.yml:4",
        "include lib/base.yml .gitlab-ci.yml:1",
        "extends .middle .gitlab-ci.yml:3",
    ]
    line = next(iter(next(iter(root.dig("job", "before_script")))))
    assert str(line.span) == "lib/base.yml:7:19"
    assert way(line) == ["include lib/base.yml .gitlab-ci.yml:1", "reference [.lines, script] .gitlab-ci.yml:4"]
    after = next(iter(root.dig("job", "after_script")))
    assert str(after.span) == "lib/base.yml:7:19"
    assert way(after) == [
        "alias lines lib/base.yml:9",
        "include lib/base.yml .gitlab-ci.yml:1",
        "default after_script lib/base.yml:9",
    ]


def test_merged_maps_keep_both_ways_apart(composed):
    config = composed(
        ".a: {variables: {X: a, Y: a}}\n.b: {variables: {Y: b}}\n"
        "job:\n  extends: [.a, .b]\n  variables: {Z: own}\n  script: [x]\n"
    )
    variables = config.site.dig("job", "variables")
    assert variables.trail == ()
    assert str(variables.span) == ".gitlab-ci.yml:5:14"
    assert way(variables.get("X")) == ["extends .a .gitlab-ci.yml:4"]
    assert way(variables.get("Y")) == ["extends .b .gitlab-ci.yml:4"]
    assert way(variables.get("Z")) == []


def test_an_input_stands_where_it_was_given(composed):
    config = composed(
        "include:\n  - local: tpl.yml\n    inputs:\n      image: alpine\n",
        files={
            "tpl.yml": "spec: {inputs: {image: , tag: {default: 3}}}\n---\n"
            'job:\n  image: $[[ inputs.image ]]\n  script: ["x $[[ inputs.tag ]]"]\n'
        },
    )
    image = config.site.dig("job", "image")
    assert str(image.span) == ".gitlab-ci.yml:4:14"
    assert way(image) == ["input image tpl.yml:4", "include tpl.yml .gitlab-ci.yml:2"]
    line = next(iter(config.site.dig("job", "script")))
    assert (str(line.span), line.value) == ("tpl.yml:5:12", "x 3")
    assert way(line)[0] == "input tag tpl.yml:5"


def test_leaves_are_shared_and_never_copied(composed):
    config = composed(".a: {script: [x]}\none: {extends: .a}\ntwo: {extends: .a}\n")
    root = config.root
    assert root.values["one"].values["script"] is root.values["two"].values["script"]


def test_what_an_unread_include_may_hold_is_no_error_and_opens_the_jobs(composed):
    config = composed(
        "include: {project: group/ci, file: a.yml}\n"
        ".mine: {extends: .theirs}\n"
        "job: {extends: .mine, script: [x]}\n"
        "refers: {script: [!reference [.theirs, script]]}\n"
        "free: {script: [x]}\n"
    )
    assert config.findings == []
    assert [item.what for item in config.not_assessed] == ["include project group/ci:/a.yml"]
    assert config.open_jobs == {".mine", "job", "refers"}


def test_one_unread_file_is_told_once(composed):
    config = composed("include: [https://x.example/a.yml, https://x.example/a.yml]\njob: {script: [x]}\n")
    assert len(config.not_assessed) == 1


def test_an_include_that_rules_leave_out_for_an_unknown_variable_is_not_assessed(composed):
    config = composed(
        "include: {local: a.yml, rules: [{if: $FLAVOUR == 'a'}]}\njob: {extends: .a, script: [x]}\n",
        files={"a.yml": ".a: {image: a}\n"},
    )
    assert config.findings == []
    assert "$FLAVOUR" in config.not_assessed[0].why
    known = composed(
        "include: {local: a.yml, rules: [{if: $FLAVOUR == 'a'}]}\njob: {extends: .a, script: [x]}\n",
        variables={"FLAVOUR": "b"},
    )
    assert [finding.rule for finding in known.findings] == ["extends-undefined"]


def test_a_wrong_word_is_answered_with_the_right_one(composed):
    config = composed(".build: {script: [x]}\njob: {extends: .biuld, script: [!reference [.build, scirpt]]}\n")
    assert [finding.message.rpartition("; ")[2] for finding in config.findings] == [
        "did you mean `.build`?",
        "did you mean `script`?",
    ]
    assert [finding.span.text for finding in config.findings] == [".biuld", "!reference [.build, scirpt]"]


def test_a_default_goes_straight_into_a_job_whichever_way_the_job_came(composed):
    config = composed(
        "include: {local: lib/job.yml, inputs: {name: j}}\ndefault:\n  image: {name: d}\ncopy: !reference [j]\n",
        files={"lib/job.yml": "spec: {inputs: {name: }}\n---\n$[[ inputs.name ]]:\n  script: [x]\n"},
    )
    included = config.site.dig("j")
    assert way(included.dig("image", "name")) == ["default image .gitlab-ci.yml:3"]
    assert way(included.dig("script"))[-1] == "include lib/job.yml .gitlab-ci.yml:1"
    assert way(config.site.dig("copy", "image")) == ["default image .gitlab-ci.yml:3"]
    assert way(config.site.dig("copy", "script"))[-1] == "reference [j] .gitlab-ci.yml:4"
