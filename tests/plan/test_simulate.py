"""`cilint simulate` and `cilint graph`, through the command line."""

from __future__ import annotations

import json
import xml.dom.minidom

import pytest

from cilint.cli import main

TEXT = """
stages: [build, approve, deploy]
workflow: {name: "Pipeline of $CI_COMMIT_REF_NAME"}
build: {stage: build, script: [x], parallel: 2}
lint: {stage: build, script: [x], allow_failure: {exit_codes: [3]}}
approve: {stage: approve, script: [x], rules: [{if: $CI_COMMIT_BRANCH == "main", when: manual}]}
docs: {stage: approve, script: [x], when: manual}
deploy: {stage: deploy, script: [x], environment: prod/$CI_COMMIT_REF_NAME}
fast: {stage: deploy, script: [x], needs: [build]}
nightly: {stage: deploy, script: [x], rules: [{if: $CI_PIPELINE_SOURCE != "schedule", when: never}, {when: always}]}
container: {stage: deploy, script: [x], rules: [{changes: [Dockerfile]}]}
extra: {stage: deploy, script: [x], rules: [{if: $DEPLOY == "extra"}]}
tagged: {stage: deploy, script: [x], only: [tags]}
"""


@pytest.fixture
def cilint(tmp_path, monkeypatch, capsys):
    (tmp_path / ".git").mkdir()
    (tmp_path / ".gitlab-ci.yml").write_text(TEXT)
    monkeypatch.chdir(tmp_path)
    for name in ("CI", "GITLAB_CI", "FORCE_COLOR", "CLICOLOR_FORCE"):
        monkeypatch.delenv(name, raising=False)

    def run(*arguments):
        status = main(arguments)
        out, err = capsys.readouterr()
        return status, out, err

    run.folder = tmp_path
    return run


def data(answer):
    return json.loads(answer[1])


def names(answer):
    return {job["name"] for job in data(answer)["jobs"]}


def simulate(cilint, *options):
    return cilint("simulate", "--format", "json", *options)


def test_json_follows_the_contract(cilint):
    status, out, _ = simulate(cilint, "--changed", "Dockerfile")
    assert status == 0
    jobs = {job["name"]: job for job in json.loads(out)["jobs"]}
    assert list(jobs) == ["build 1/2", "build 2/2", "lint", "approve", "docs", "deploy", "fast", "container"]
    deploy = {
        key: jobs["deploy"][key] for key in ("stage", "when", "allow_failure", "variables", "environment", "status")
    }
    assert deploy == {
        "stage": "deploy", "when": "on_success", "allow_failure": False, "variables": {}, "environment": "prod/main",
        "status": "created",
    }  # fmt: skip
    assert "needs" not in jobs["deploy"]
    assert "start_in" not in jobs["deploy"]
    assert jobs["fast"]["needs"] == ["build 1/2", "build 2/2"]
    assert jobs["approve"]["rule"]["index"] == 0
    assert json.loads(out)["errors"] == []


@pytest.mark.parametrize(
    ("options", "there", "not_there"),
    [
        ("", "deploy container", "tagged nightly extra"),
        ("--no-changes", "deploy", "container"),
        ("--changed Dockerfile --changed x", "container", "nightly"),
        ("--changed x", "deploy", "container"),
        ("--tag v1", "tagged container", "approve"),
        ("--branch other", "deploy", "approve tagged"),
        ("--schedule", "nightly approve", "tagged"),
        ("--schedule --tag v1", "nightly tagged", "approve"),
        ("--source web --branch main", "approve", "nightly"),
        ("--merge-request", "container", "deploy build"),
        ("--scenario main-dockerfile", "container approve", "tagged"),
        ("--scenario main-code", "approve", "container"),
        ("--var DEPLOY=extra", "extra approve", "tagged"),
        ("--var CI_COMMIT_TAG=v1", "tagged", "approve"),
        ("--var CI_COMMIT_BRANCH=x --var CI_PIPELINE_SOURCE=schedule", "nightly", "approve"),
        ("--tag v1 --var DEPLOY=extra", "tagged extra", "approve"),
    ],
)
def test_options_make_the_situation(cilint, options, there, not_there):
    status, out, err = simulate(cilint, *options.split())
    assert (status, err) == (0, "")
    found = {job["name"].split(" ")[0] for job in json.loads(out)["jobs"]}
    assert set(there.split()) <= found
    assert not set(not_there.split()) & found


def test_exactly_the_given_variables(cilint):
    scenario = data(simulate(cilint, "--var", "CI_COMMIT_BRANCH=x", "--var", "A=1=2"))["scenario"]
    assert scenario["variables"] == {"CI_COMMIT_BRANCH": "x"}
    assert scenario["outside"] == {"A": "1=2"}


def test_events(cilint):
    events = ["succeed:build 1/2", "succeed:build 2/2", "succeed:lint"]
    options = [part for event in events for part in ("--event", event)]
    status = {job["name"]: job["status"] for job in data(simulate(cilint, *options))["jobs"]}
    assert status["approve"] == status["docs"] == "manual"
    assert status["deploy"] == "created"
    assert status["fast"] == "pending"
    status = {
        job["name"]: job["status"] for job in data(simulate(cilint, *options, "--event", "succeed:approve"))["jobs"]
    }
    assert status["deploy"] == "pending"


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ("--event succed:lint", "did you mean `succeed`"),
        ("--event succeed:lnt", "did you mean `lint`"),
        ("--event succeed:nightly", "says never"),
        ("--event retry:lint", "status pending"),
        ("--event lint", "ACTION:JOB"),
        ("--var X", "NAME=VALUE"),
        ("--tag v1 --branch x", "exclude each other"),
        ("--tag v1 --merge-request", "exclude each other"),
        ("--merge-request --schedule", "leave --schedule"),
        ("--scenario mian", "did you mean `main`"),
        ("--scenario main --tag v", "stands alone"),
        ("a.yml b.yml", "one file"),
        ("missing.yml", "missing.yml"),
    ],
)
def test_what_cannot_be_done_is_said_and_exits_with_2(cilint, options, words):
    status, out, err = cilint("simulate", *options.split())
    assert (status, out) == (2, "")
    assert words in err


def test_no_pipeline_is_1_with_the_reason(cilint):
    (cilint.folder / "w.yml").write_text("workflow: {rules: [{if: $CI_COMMIT_TAG}]}\njob: {script: [x]}\n")
    status, out, _ = simulate(cilint, "w.yml")
    assert status == 1
    assert json.loads(out)["jobs"] == []
    (error,) = json.loads(out)["errors"]
    assert "workflow:rules" in error["message"]
    assert error["location"]["line"] == 1
    status, out, _ = cilint("simulate", "w.yml")
    assert status == 1
    assert "GitLab creates no pipeline" in out
    assert "w.yml:1" in out


@pytest.mark.parametrize(
    "text", ["job: {script: [x], stage: nowhere}\n", "job: {script: [x], wen: manual}\n", "a: [\n", ""]
)
def test_a_configuration_that_gitlab_refuses_is_1(cilint, text):
    (cilint.folder / "bad.yml").write_text(text)
    status, out, _ = simulate(cilint, "bad.yml")
    assert status == 1
    assert json.loads(out)["jobs"] == []
    assert json.loads(out)["errors"][0]["message"]
    assert cilint("simulate", "bad.yml")[0] == 1
    assert cilint("graph", "bad.yml")[0] == 1


def test_the_picture_in_the_terminal(cilint):
    status, out, _ = cilint("simulate", "--no-changes")
    assert status == 0
    assert out.startswith("push to main: Pipeline of main\npush on branch main, nothing changed\n")
    lines = {line.split("  ")[1].strip("▶·■□ "): line for line in out.splitlines() if line.startswith("  ")}
    assert "manual, blocks later stages" in lines["approve"]
    assert "manual, optional" in lines["docs"]
    assert "needs build 1/2, build 2/2" in lines["fast"]
    assert "exit status 3" in lines["lint"]
    assert "environment prod/main" in lines["deploy"]
    assert "waits for approve" in out
    assert lines["nightly"].endswith(".gitlab-ci.yml:10")
    assert 'if: $CI_PIPELINE_SOURCE != "schedule"' in lines["nightly"]
    assert lines["tagged"].endswith("only:refs is not satisfied  .gitlab-ci.yml:13")


def test_the_table_of_all_scenarios(cilint):
    status, out, _ = cilint("simulate", "--all", "--color", "never")
    assert status == 0
    assert "main-dockerfile" in out
    approve = next(line for line in out.splitlines() if line.startswith("approve"))
    assert approve.split("  ", 1)[1].count("■") == 7  # every pipeline of main
    listed = data(cilint("simulate", "--all", "--format", "json"))["scenarios"]
    assert [item["scenario"] for item in listed][:5] == ["main", "develop", "feature", "merge-request", "tag"]


def test_scenarios_of_the_settings(cilint):
    (cilint.folder / ".cilint.yaml").write_text(
        "scenarios: {release: {variables: {CI_COMMIT_TAG: v9}, changed: [x]}}\n"
    )
    assert "tagged" in names(simulate(cilint, "--scenario", "release"))
    assert "container" not in names(simulate(cilint, "--scenario", "release"))
    listed = data(cilint("simulate", "--all", "--format", "json"))["scenarios"]
    assert [item["scenario"] for item in listed] == ["release"]


def test_standard_input(cilint, monkeypatch):
    import io
    import sys

    for options in ([], ["--all"]):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"one: {script: [x]}\n")))
        status, out, _ = cilint("simulate", "-", *options)
        assert status == 0
        assert "one" in out


def test_includes_see_the_scenario(cilint):
    (cilint.folder / "i.yml").write_text(
        "include: [{local: t.yml, rules: [{if: $CI_COMMIT_TAG}]}]\nmain: {script: [x]}\n"
    )
    (cilint.folder / "t.yml").write_text("release: {script: [x]}\n")
    assert names(simulate(cilint, "i.yml")) == {"main"}
    assert names(simulate(cilint, "--tag", "v1", "i.yml")) == {"main", "release"}


@pytest.mark.parametrize("format", ["svg", "mermaid", "dot", "html"])
def test_graph(cilint, format):
    status, out, err = cilint("graph", "--format", format)
    assert (status, err) == (0, "")
    for word in ("approve", "docs", "fast", "tagged", "manual gate", "past the gate"):
        assert word in out
    assert "build (x2)" in out.replace("#40;", "(").replace("#41;", ")")
    status, out, _ = cilint("graph", "--format", format, "--tag", "v1")
    assert status == 0
    assert "tagged" in out
    assert "approve-" not in out
    assert "manual gate<" not in out


def test_graph_by_the_name_of_the_file(cilint):
    for name, start in {"p.svg": "<svg", "p.mmd": "---", "p.dot": "digraph", "p.html": "<!doctype"}.items():
        assert cilint("graph", "-o", name) == (0, "", "")
        assert (cilint.folder / name).read_text().startswith(start)
    assert cilint("graph", "-o", "no/such/folder.svg")[0] == 2


EVIL = [
    "<script>alert(1)</script>",
    '"] --> x["',
    'a\\"; bad [label="',
    "a\u202eb\x1b[31m",
    "end",
    "&amp; ]]> --",
    "{x}",
]


@pytest.mark.parametrize("format", ["svg", "mermaid", "dot", "html"])
def test_hostile_names_stay_text(cilint, format):
    jobs = "".join(f"{json.dumps(name)}: {{stage: build, script: [x]}}\n" for name in EVIL)
    (cilint.folder / "evil.yml").write_text(jobs + 'x: {stage: test, script: [x], environment: "a b"}\n')
    status, out, _ = cilint("graph", "evil.yml", "--format", format)
    assert status == 0
    assert format == "dot" or "<script>alert" not in out  # to Graphviz a quoted tag is text
    assert "\u202e" not in out
    assert "\x1b" not in out
    if format == "svg":
        document = xml.dom.minidom.parseString(out)
        assert {node.getAttribute("data-name") for node in document.getElementsByTagName("g")} >= {EVIL[0], EVIL[1]}
    if format == "dot":
        lines = [line for line in out.splitlines() if "label=" in line and line.startswith("    j")]
        assert len(lines) == len(EVIL) + 1
    if format == "mermaid":
        assert '"] --> x["' not in out
    status, out, _ = cilint("simulate", "evil.yml", "--color", "never")
    assert status == 0
    assert "\x1b" not in out


def test_dot_and_mermaid_are_read_by_their_programs(cilint, tool):
    import subprocess

    cilint("graph", "-o", "p.dot")
    done = subprocess.run([tool("dot"), "-Tsvg", str(cilint.folder / "p.dot")], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr


def test_a_delayed_job_whose_timer_is_stopped_waits_to_be_played(cilint):
    (cilint.folder / ".gitlab-ci.yml").write_text("wait: {script: [x], when: delayed, start_in: 1 hour}\n")
    (job,) = data(simulate(cilint, "--event", "unschedule:wait"))["jobs"]
    assert (job["when"], job["status"]) == ("delayed", "manual")
    _, out, _ = cilint("simulate", "--event", "unschedule:wait")
    assert "its timer of 1 hour was stopped" in out
    status, _, err = cilint("simulate", "--event", "unschedule:wait", "--event", "unschedule:wait")
    assert (status, "it waits to be played" in err) == (2, True)


def test_what_starts_no_pipeline_and_what_names_no_variable_is_refused(cilint):
    for option, value, told in (
        ("--source", "pusch", "did you mean `push`?"),
        ("--var", "a b=c", "cannot be the name of a variable"),
    ):
        status, _, err = cilint("simulate", option, value)
        assert (status, told in err) == (2, True)


def test_a_failure_with_a_permitted_exit_status_holds_nothing_back(cilint):
    (cilint.folder / ".gitlab-ci.yml").write_text(
        "stages: [a, b]\nscan: {stage: a, script: [x], allow_failure: {exit_codes: [3]}}\ndeploy: {stage: b, script: [x]}\n"
    )
    jobs = {job["name"]: job["status"] for job in data(simulate(cilint, "--event", "excuse:scan"))["jobs"]}
    assert jobs == {"scan": "failed", "deploy": "pending"}
    jobs = {job["name"]: job["status"] for job in data(simulate(cilint, "--event", "fail:scan"))["jobs"]}
    assert jobs == {"scan": "failed", "deploy": "skipped"}
    again = simulate(cilint, "--event", "excuse:scan", "--event", "retry:scan", "--event", "fail:scan")
    assert {job["name"]: job["status"] for job in data(again)["jobs"]} == {"scan": "failed", "deploy": "pending"}
    _, out, _ = cilint("simulate", "--event", "excuse:scan")
    assert "failed with a permitted exit status" in out
    status, _, err = cilint("simulate", "--event", "excuse:scan", "--event", "excuse:deploy")
    assert status == 2
    assert "it has no allow_failure:exit_codes" in err
