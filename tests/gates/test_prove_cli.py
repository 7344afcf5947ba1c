"""The command: the public JSON, exit codes, the text, and counterexamples that can be pasted."""

from __future__ import annotations

import json
import shlex
import subprocess
import sys

import pytest

FILE = """\
stages: [build, approve, prod]
compile: {stage: build, script: [make]}
approve-security:
  stage: approve
  script: [scripts/approve.sh]
  rules:
    - {if: $CI_COMMIT_BRANCH == "main", when: manual}
    - {if: $CI_COMMIT_TAG, when: manual}
approve-product:
  stage: approve
  script: [scripts/approve.sh]
  rules:
    - {if: $CI_COMMIT_BRANCH == "main", when: manual}
deploy:
  stage: prod
  script: [ship]
  environment: production
  rules:
    - if: $CI_COMMIT_BRANCH == "main"
    - if: $CI_COMMIT_TAG =~ /^v\\d+/
"""


@pytest.fixture
def call(tmp_path):
    def run(*arguments, text=FILE, files=None):
        (tmp_path / ".git").mkdir(exist_ok=True)
        for name, content in {".gitlab-ci.yml": text, **(files or {})}.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content)
        return subprocess.run(
            [sys.executable, "-m", "cilint", *arguments], cwd=tmp_path, capture_output=True, text=True, check=False
        )

    return run


def gates(done):
    return json.loads(done.stdout)["gates"]


def test_json_and_exit_code(call):
    done = call(
        "prove", "--format", "json", "--guarded", "deploy", "--by", "approve-security", "--by", "approve-product"
    )
    assert done.returncode == 1, done.stderr
    (gate,) = gates(done)
    assert (gate["guarded"], gate["by"], gate["kind"]) == (
        "deploy",
        ["approve-security", "approve-product"],
        "approval",
    )
    assert (gate["verdict"], gate["broken"], gate["why"]) == ("refuted", ["approve-product"], "absent")
    shown = gate["counterexample"]
    assert shown["context"]["CI_COMMIT_TAG"].startswith("v")
    assert "CI_COMMIT_BRANCH" not in shown["context"]
    assert shown["location"]["line"] == 20
    assert "approve-product is not in it" in shown["story"][0]
    assert gate["assumptions"]
    done = call("prove", "--format", "json", "--guarded", "deploy", "--by", "approve-security")
    assert done.returncode == 0
    (gate,) = gates(done)
    assert (gate["verdict"], gate["vacuous"]) == ("proven", False)


def test_the_command_of_a_counterexample_shows_it(call):
    text = FILE.replace("script: [make]}", "script: [make], allow_failure: true}")
    done = call("prove", "--format", "json", "--guarded", "deploy", "--by", "compile", "--kind", "scan", text=text)
    (gate,) = gates(done)
    words = shlex.split(gate["counterexample"]["command"])
    assert words[:2] == ["cilint", "simulate"]
    simulated = call(*words[1:], "--format", "json", text=text)
    statuses = {job["name"]: job["status"] for job in json.loads(simulated.stdout)["jobs"]}
    assert statuses["deploy"] == "pending"
    assert statuses.get("compile") != "success"


def test_assumptions_can_be_set(call):
    text = FILE.replace("{if: $CI_COMMIT_TAG, when: manual}", "{if: $GO, when: manual}").replace(
        "- if: $CI_COMMIT_TAG =~ /^v\\d+/", '- if: $GO == "1"'
    )
    options = ("prove", "--format", "json", "--guarded", "deploy", "--by", "approve-product")
    assert gates(call(*options, text=text))[0]["counterexample"]["variables"] == {"GO": "1"}
    assert gates(call(*options, "--assume-no-outside-variables", text=text))[0]["verdict"] == "proven"
    assert gates(call(*options, "--assume", "GO=0", text=text))[0]["verdict"] == "proven"


def test_the_gates_of_the_policy(call):
    done = call("prove", "--format", "json", "--select", "production-dual-approval")
    verdicts = {tuple(gate["by"]): gate["verdict"] for gate in gates(done)}
    assert verdicts == {("approve-security",): "proven", ("approve-product",): "refuted"}
    assert done.returncode == 1
    text = FILE.replace('    - {if: $CI_COMMIT_BRANCH == "main", when: manual}\ndeploy', "    - {when: manual}\ndeploy")
    assert call("prove", "--select", "production-dual-approval", text=text).returncode == 0


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--guarded", "deplyo", "--by", "approve-product"), "did you mean `deploy`?"),
        (("--guarded", "deploy-*", "--by", "approve-product"), 'there is no job "deploy-*"'),
        (("--guarded", ""), "--guarded names no job"),
        (("--guarded", "deploy"), "--guarded and --by go together"),
        (("--guarded", "deploy", "--by", "deploy"), "cannot wait for itself"),
        *((("--seconds=" + text,), "that is no time to wait") for text in ("-1", "0", "nan", "inf", "1e12", "x", "")),
        (("--assume", "CI_PIPELINE_SOURCE=psuh"), "did you mean `push`?"),
        (("--assume", "CI_PIPELINE_SOURCE=webide"), "nothing of that name starts pipelines"),
        (("--assume", "GO"), "a variable is written NAME=VALUE"),
        (("--guarded", "deploy", "--by", "compile", "--kind", "hope"), "hope"),
        (("--assume", "GO NOW=1"), "cannot be the name of a variable"),
    ],
)
def test_a_question_that_makes_no_sense_is_refused(call, options, told):
    done = call("prove", *options)
    assert (done.returncode, done.stdout) == (2, "")
    assert told in done.stderr


def test_a_gate_that_no_file_defines_is_refuted_with_the_nearest_name(call):
    done = call("prove", "--guarded", "deploy", "--by", "aprove-product")
    assert done.returncode == 1
    assert 'no file defines a job "aprove-product"; did you mean `approve-product`?' in done.stdout


def test_a_gate_that_an_unread_file_may_hold_is_unknown(call):
    text = "include: {template: X.gitlab-ci.yml}\n" + FILE
    done = call("prove", "--guarded", "deploy", "--by", "approve-elsewhere", text=text)
    assert done.returncode == 1
    assert "unknown  deploy" in done.stdout


def test_text_tells_the_story(call):
    done = call("prove", "--guarded", "deploy", "--by", "approve-product", "--pipeline-types", "--color", "never")
    assert done.returncode == 1
    for part in (
        "a push of tag v1.0.0 creates deploy, but approve-product is not in it",
        "cilint simulate --tag v1.0.0",
        "Taken for granted",
        "branch: proven",
        "tag: refuted",
        "merge request: not in such a pipeline",
        "1 refuted",
    ):
        assert part in done.stdout
    assert "\x1b" not in done.stdout


def test_what_gitlab_refuses_has_no_gates(call):
    done = call(
        "prove",
        "--guarded",
        "deploy",
        "--by",
        "compile",
        "--format",
        "json",
        text=FILE.replace("stage: prod", "stage: nowhere"),
    )
    assert done.returncode == 1
    assert json.loads(done.stdout)["errors"]


def test_settings_say_what_the_project_defines(call):
    text = FILE.replace(
        "{if: $CI_COMMIT_TAG, when: manual}", "{if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH, when: manual}"
    )
    options = ("prove", "--format", "json", "--guarded", "deploy", "--by", "approve-security")
    text = text.replace('{if: $CI_COMMIT_BRANCH == "main", when: manual}', "{if: $NEVER, when: never}").replace(
        "    - if: $CI_COMMIT_TAG =~ /^v\\d+/\n", ""
    )
    settings = {".cilint.yaml": "variables: {CI_DEFAULT_BRANCH: main}\n"}
    assert gates(call(*options, "--assume-no-outside-variables", text=text))[0]["verdict"] == "refuted"
    assert gates(call(*options, "--assume-no-outside-variables", text=text, files=settings))[0]["verdict"] == "proven"


CHILD = """\
stages: [approve, prod]
approve-product: {stage: approve, script: [scripts/approve.sh], rules: [{when: manual}]}
deploy: {stage: prod, script: [ship], environment: production, rules: [{when: on_success}]}
"""
PARENT = """\
stages: [approve, prod]
approve-security: {stage: approve, script: [scripts/approve.sh], when: manual, allow_failure: false}
release: {stage: prod, trigger: {include: child.yml}}
"""


def check(call, parent, child=CHILD):
    done = call(
        "check", "--select", "production-dual-approval", "--format", "json", text=parent, files={"child.yml": child}
    )
    return json.loads(done.stdout)


def test_gates_before_a_trigger_job_hold_its_child(call):
    assert check(call, PARENT)["findings"] == []
    (finding,) = check(call, PARENT.replace("{stage: prod, trigger", "{stage: prod, needs: [], trigger"))["findings"]
    assert "release starts a child pipeline with deploy" in finding["message"]
    assert finding["location"]["line"] == 3
    (finding,) = check(call, PARENT, CHILD.replace("[{when: manual}]", "[{when: manual, allow_failure: true}]"))[
        "findings"
    ]
    assert finding["location"]["file"] == "child.yml"
    assert finding["location"]["line"] == 2


def test_a_child_that_a_job_writes_is_not_assessed(call):
    parent = PARENT.replace("include: child.yml", "include: [{artifact: made.yml, job: approve-security}]")
    report = check(call, parent)
    assert report["findings"] == []
    assert any("child pipeline of release" in item["what"] for item in report["not_assessed"])


def test_a_second_way_to_production_does_not_slip_by(call):
    text = """\
stages: [build, approve, prod]
compile: {stage: build, script: [make]}
.approve: {stage: approve, script: [scripts/approve.sh], when: manual, allow_failure: false}
approve-security: {extends: .approve}
approve-product: {extends: .approve}
deploy: {stage: prod, script: [ship], environment: production}
hotfix: {stage: prod, needs: [compile], script: [kubectl --context production set image deploy/app app=x]}
"""
    done = call("check", "--select", "production-dual-approval", "--format", "json", text=text)
    findings = json.loads(done.stdout)["findings"]
    assert {finding["job"] for finding in findings} == {"hotfix"}
    assert {finding["location"]["line"] for finding in findings} == {7}


def test_an_unreadable_include_leaves_the_gates_open(call):
    done = call(
        "check",
        "--select",
        "production-dual-approval",
        "--format",
        "json",
        text="include: {template: X.gitlab-ci.yml}\n" + FILE,
    )
    report = json.loads(done.stdout)
    assert report["findings"] == []
    assert any("gates" in item["what"] for item in report["not_assessed"])


def test_the_gates_of_children_are_listed(call):
    files = {"child.yml": CHILD}
    done = call("prove", "--format", "json", "--select", "production-dual-approval", text=PARENT, files=files)
    assert done.returncode == 0, done.stdout
    assert {(gate["guarded"], *gate["triggers"], gate["verdict"]) for gate in gates(done)} == {
        ("deploy", "release", "proven")
    }
    loose = {"child.yml": CHILD.replace("{when: manual}", "{when: manual, allow_failure: true}")}
    done = call("prove", "--select", "production-dual-approval", "--color", "never", text=PARENT, files=loose)
    assert done.returncode == 1
    assert "refuted  release > deploy  waits for approval by approve-product" in done.stdout
    (told,) = [line for line in done.stdout.splitlines() if line.startswith("  $ ")]
    words = shlex.split(told[4:])
    assert words[-1] == "child.yml"
    simulated = call(*words[1:], "--format", "json", text=PARENT, files=loose)
    statuses = {job["name"]: job["status"] for job in json.loads(simulated.stdout)["jobs"]}
    assert statuses["deploy"] == "pending"


def test_what_is_started_elsewhere_is_listed_as_unknown(call):
    text = PARENT.replace("include: child.yml", "project: acme/deployer")
    done = call("prove", "--select", "production-dual-approval", "--color", "never", text=text)
    assert done.returncode == 1
    assert "unknown  release  waits for approval by" in done.stdout
    assert (
        "starts in acme/deployer deploys is not known: the configuration of another project is not at hand"
        in done.stdout
    )


def test_an_unread_file_may_hold_what_is_guarded(call):
    text = "include: {template: X.gitlab-ci.yml}\ncompile: {script: [make]}\n"
    done = call("prove", "--select", "production-dual-approval", "--color", "never", text=text)
    assert done.returncode == 1
    assert "Unknown: the policy guards no job that is known here, but" in done.stdout


FAMILY = """\
workflow: {rules: [{if: $CI_COMMIT_BRANCH}]}
stages: [build, release, prod]
compile: {stage: build, script: [make]}
release: {stage: release, trigger: {include: child.yml, strategy: depend}}
deploy: {stage: prod, script: [ship]}
"""


@pytest.mark.parametrize(
    ("old", "new", "verdict", "told"),
    [
        ("", "", "proven", ""),
        (", strategy: depend", "", "refuted", "release has no trigger:strategy, so nothing waits for it"),
        ("prod, script", "prod, needs: [compile], script", "refuted", "does not wait for release"),
        ("include: child.yml", "project: acme/other", "unknown", "the configuration of another project (acme/other)"),
        ("child.yml", "empty.yml", "refuted", 'no file defines a job "approve"'),
    ],
)
def test_a_gate_of_a_child_pipeline_may_be_named(call, old, new, verdict, told):
    files = {
        "child.yml": "approve: {script: [ok], rules: [{when: manual}]}\n",
        "empty.yml": "log: {script: [x]}\n",
    }
    done = call(
        "prove", "--format", "json", "--guarded", "deploy", "--by", "approve", "--by", "compile", "--kind", "scan",
        text=FAMILY.replace(old, new), files=files,
    )  # fmt: skip
    (gate,) = gates(done)
    assert gate["verdict"] == verdict, done.stdout
    assert told in " ".join([gate.get("reason", ""), *(gate.get("counterexample") or {}).get("story", [])])
    assert gate.get("broken", []) == (["approve"] if verdict == "refuted" else [])
