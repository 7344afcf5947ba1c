"""Variables whose value the files tell are put in where they say what runs."""

from __future__ import annotations

import pytest

from cilint.compose import compose
from cilint.compose.fetch import Project
from cilint.pipeline import build
from cilint.rules.context import Context
from cilint.rules.packs import load
from cilint.source import Source


def commands(tmp_path, text: str, files: dict[str, str] | None = None, job: str = "a"):
    for name, content in (files or {}).items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(content)
    project = Project(str(tmp_path))
    config = compose(Source(".gitlab-ci.yml", text), project)
    pipeline = build(config)
    context = Context(config, pipeline, project, load([]))
    return [" ".join([command.name, *command.arguments]) for command in context.commands(pipeline.jobs[job])]


@pytest.mark.parametrize(
    ("variables", "line"),
    [
        ("{TOOL: kubectl}", "$TOOL apply -f x"),
        ("{TOOL: kubectl}", "${TOOL} apply -f x"),
        ("{TOOL: kubectl}", 'sudo "$TOOL" apply -f x'),
        ("{TOOL: kubectl apply}", "$TOOL -f x"),
        ("{SUDO: ''}", "$SUDO kubectl apply -f x"),
        ("{VERB: apply}", "kubectl $VERB -f x"),
        ("{CODE: kubectl apply -f x && ok}", 'eval "$CODE"'),
        ("{CODE: kubectl apply}", 'bash -c "$CODE -f x"'),
        ("{CODE: kubectl apply -f x}", "bash -c 'eval $CODE'"),
        ("{}", "TOOL=kubectl; $TOOL apply -f x"),
        ("{}", "A=kube; TOOL=${A}ctl; $TOOL apply -f x"),
        ("{}", "${TOOL:-kubectl} apply -f x"),
        ("{}", "for tool in helm kubectl; do $tool apply -f x; done"),
        ("{INNER: kubectl, TOOL: $INNER}", "$TOOL apply -f x"),
    ],
)
def test_a_value_that_the_files_tell_is_put_in(tmp_path, variables, line):
    assert "kubectl apply -f x" in commands(tmp_path, f"variables: {variables}\na:\n  script:\n    - |\n      {line}\n")


def test_jobs_have_values_of_their_own(tmp_path):
    text = """
.run: {script: ["$TOOL deploy"]}
a: {extends: .run, variables: {TOOL: helm}}
b: {extends: .run, variables: {TOOL: cdk}}
"""
    assert commands(tmp_path, text) == ["$TOOL deploy", "helm deploy"]
    assert commands(tmp_path, text, job="b") == ["$TOOL deploy", "cdk deploy"]


def test_values_lead_to_files_and_npm_scripts(tmp_path):
    text = 'a: {variables: {ENV: prod, TASK: ship}, script: ["./scripts/$ENV.sh", "npm run $TASK"]}'
    files = {"scripts/prod.sh": "cdk deploy\n", "package.json": '{"scripts": {"ship": "helm upgrade"}}'}
    assert {"cdk deploy", "helm upgrade"} <= set(commands(tmp_path, text, files))


@pytest.mark.parametrize(
    "line", ["$TOOL apply", "$CI_JOB_NAME apply", "TOOL=$(cat x); $TOOL apply", "TOOL=$TOOL; $TOOL apply"]
)
def test_what_nobody_knows_stays_a_variable(tmp_path, line):
    found = commands(tmp_path, f"a:\n  script:\n    - {line}\n")
    assert all("$" in one or not one.endswith("apply") for one in found)
