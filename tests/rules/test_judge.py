from __future__ import annotations

import pytest

from cilint.errors import PackError

BASE = (
    ".base:\n  image: node:22\nbuild:\n  extends: .base\n  script: [make]\ntest:\n  extends: .base\n  script: [make]\n"
)


def test_one_cause_is_one_finding_with_all_jobs(judged):
    checked = judged(BASE, select=["image-private-registry"])
    (finding,) = checked.findings
    assert (finding.span.line, finding.jobs) == (2, ("build", "test"))
    assert finding.path == ("build", "image")
    assert [step.kind for step in finding.trail] == ["extends"]
    assert finding.severity == "error"
    assert finding.controls
    assert finding.help


def test_a_finding_through_every_road_stands_where_the_value_is_written(judged):
    files = {
        ".gitlab-ci.yml": "include: ci/a.yml\nbuild:\n  extends: .mid\n  script: [make]\n",
        "ci/a.yml": "include: /ci/b.yml\n.mid:\n  image: !reference [.base, image]\n",
        "ci/b.yml": ".anchor: &anchor\n  name: node:22\n.base:\n  image:\n    <<: *anchor\n",
    }
    (finding,) = judged(files, select=["image-private-registry"]).findings
    assert (finding.span.source.path, finding.span.line, finding.span.text) == ("ci/b.yml", 2, "node:22")
    assert {"merge", "reference", "extends", "include"} <= {step.kind for step in finding.trail}


@pytest.mark.parametrize(
    ("rule", "variable"),
    [
        ("debug-trace-on", 'CI_DEBUG_TRACE: "true"'),
        ("scanner-switched-off", 'SAST_DISABLED: "true"'),
        ("tls-verification-off", 'GIT_SSL_NO_VERIFY: "1"'),
        ("docker-in-docker-insecure", "DOCKER_HOST: tcp://docker:2375"),
        ("predefined-variable-overridden", "CI_COMMIT_BRANCH: main"),
    ],
)
def test_a_variable_of_the_pipeline_names_the_jobs_that_get_it(judged, rule, variable):
    name = variable.partition(":")[0]
    files = f"""\
variables: {{{variable}}}
gets: {{script: [make]}}
gets-too: {{inherit: {{variables: [{name}]}}, script: [make]}}
has-its-own: {{variables: {{{name}: ""}}, script: [make]}}
varies: {{parallel: {{matrix: [{{{name}: [a, b]}}]}}, script: [make]}}
wants-none: {{inherit: {{variables: false}}, script: [make]}}
wants-another: {{inherit: {{variables: [OTHER]}}, script: [make]}}
"""
    (finding, *_) = judged(files, select=[rule]).findings
    assert finding.span.line == 1
    assert finding.jobs == ("gets", "gets-too")


def test_a_variable_of_the_workflow_names_the_jobs_that_get_it(judged):
    files = (
        'workflow: {rules: [{if: $X, variables: {CI_DEBUG_TRACE: "true"}}]}\n'
        'a: {script: [make]}\nb: {variables: {CI_DEBUG_TRACE: "false"}, script: [make]}\n'
    )
    (finding,) = judged(files, select=["debug-trace-on"]).findings
    assert finding.jobs == ("a",)


def test_a_variable_that_nobody_sets_is_not_assessed(judged):
    checked = judged("a: {image: $IMAGE, script: [make]}\n", select=["image-private-registry"])
    assert checked.findings == []
    (item,) = checked.not_assessed
    assert "$IMAGE" in item.why
    assert item.rules == ("image-private-registry",)


def test_what_is_wrong_already_is_told_whatever_the_variable_holds(judged):
    checked = judged("a: {image: 'docker.io/$NAME:1', script: [make]}\n", select=["image-private-registry"])
    assert [finding.rule for finding in checked.findings] == ["image-private-registry"]
    assert checked.not_assessed == []


def test_an_unread_include_leaves_absence_open(judged):
    text = "include: {project: group/ci, file: base.yml}\na: {script: [make]}\n"
    checked = judged(text, select=["image-missing", "required-job"])
    assert checked.findings == []
    rules = {rule for item in checked.not_assessed for rule in item.rules}
    assert {"image-missing", "required-job"} <= rules


def test_what_gitlab_refuses_is_told_though_no_pack_speaks_of_it(judged):
    checked = judged("a: {script: [make], stage: nowhere}\n", "security")
    assert [(finding.rule, finding.severity) for finding in checked.findings] == [("stage-undefined", "error")]


def test_a_selected_rule_does_not_hide_that_gitlab_refuses_the_file(judged):
    (refused,) = judged("a: {script: [make], stage: nowhere}\n", select=["pipe-to-shell"]).findings
    assert refused.rule == "stage-undefined"
    (fault,) = judged("a: [\n", select=["pipe-to-shell"]).findings
    assert fault.rule == "yaml-syntax"


RULE = """\
rules:
  - id: house-rule
    severity: warning
    title: A rule of the house
    select: {select}
    where: {where}
    assert: {assertion}
    message: "{{name}}: {{value}}"
    why: For the test.
    fix: Do it.
    parameters: {{most: 2, names: [a, b]}}
"""


@pytest.mark.parametrize(
    ("select", "where", "assertion", "messages"),
    [
        ("$.jobs.*.retry", "{}", "{at_most: 1}", ["retry: 2"]),
        ("$.jobs.*.retry", "{}", "{at_most: '{most}'}", []),
        ("$.jobs.one.variables.*", "{}", "{one_of: [x]}", ["B: y"]),
        ("$.variables.G", "{}", "{equals: g}", []),
        ("$.stages[0]", "{}", "{ends_with: pre}", []),
        ("$.jobs.*.image", "{}", "{contains: node}", ["image: alpine:3"]),
        ("variable", "{name: B*}", "{none_of: [y]}", ["B: y"]),
        ("job", "{role: unit-test}", "{present: [artifacts.reports]}", ["two: {image: alpine:3, needs: [one], script: [npx jest], artifacts: {paths: [x]}}"]),
        ("job", "{}", "{absent: retry}", ["one: {image: node:22, retry: 2, timeout: 2h, variables: {A: x, B: y}, tags: [shell],…"]),
        ("artifacts", "{}", "{present: expire_in}", ["artifacts: {paths: [x]}"]),
        ("$.jobs.*.timeout", "{}", "{duration_at_most: 1 hour}", ["timeout: 2h"]),
        ("$.jobs.*.timeout", "{}", "{duration: 120 minutes}", []),
        ("timeout", "{}", "{matches: '^[0-9]+ minutes$'}", ["timeout: 2h"]),
        ("timeout", "{}", "{not_matches: h}", ["timeout: 2h"]),
        ("script-line", "{name: script}", "{type: string}", []),
        ("need", "{}", "{type: map}", [": one"]),
        ("tags", "{}", "{contains: docker}", ["tags: [shell]"]),
        ("tags", "{}", "{at_least: 2}", ["tags: [shell]"]),
        ("environment", "{}", "{type: map}", ["environment: live"]),
        ("include", "{}", "{present: ref}", []),
    ],
)  # fmt: skip
def test_rules_in_data(judged, pack, select, where, assertion, messages):
    text = """\
stages: [test, deploy]
variables: {G: g}
one: {image: "node:22", retry: 2, timeout: 2h, variables: {A: x, B: y}, tags: [shell], script: [make], environment: live}
two: {image: "alpine:3", needs: [one], script: [npx jest], artifacts: {paths: [x]}}
"""
    house = pack(RULE.format(select=select, where=where, assertion=assertion))
    checked = judged(text, "enterprise", house, select=["house-rule"])
    assert [finding.message for finding in checked.findings] == messages
    assert all(finding.span.source.path == ".gitlab-ci.yml" for finding in checked.findings)


def test_secrets_are_masked_and_handed_on(judged):
    checked = judged(
        "variables: {TOKEN: glpat-Ux7Qv2Zk9Lw4Tn8Rb3Yc}\na: {script: [make]}\n",
        select=["hardcoded-credential"],
    )
    (finding,) = checked.findings
    assert "Ux7Qv2" not in finding.message
    assert "glpat-Ux7Qv2Zk9Lw4Tn8Rb3Yc" in checked.secrets


def test_a_check_without_its_parameter_is_the_pack_s_fault(judged, pack):
    house = pack(
        "rules: [{id: house-image, severity: error, title: Versions, check: image-version, why: For the test., fix: Do it.}]\n"
    )
    with pytest.raises(PackError, match="house-image: its check needs the parameter versions"):
        judged("a: {image: 'node:22', script: [make]}\n", "enterprise", house, select=["house-image"])
