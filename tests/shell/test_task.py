"""What `task` runs: the commands of Taskfiles as shell, each at its place. Checked against task 3.54."""

from __future__ import annotations

import time

import pytest

from cilint.compose import compose
from cilint.compose.fetch import Project
from cilint.pipeline import build
from cilint.shell.scripts import Scripts
from cilint.source import Source

TASKFILE = """version: '3'
vars:
  NS: production
  KUBECTL: kubectl
tasks:
  default: {deps: [ship]}
  ship:
    aliases: [s]
    deps: [build]
    cmds:
      - "{{.KUBECTL}} -n {{ .NS }} apply -f x.yaml"
  build: docker build .
"""


def commands(tmp_path, line: str, files: dict[str, str]) -> list[tuple[str, str]]:
    for path, text in files.items():
        place = tmp_path / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text)
    project = Project(str(tmp_path))
    pipeline = build(compose(Source(".gitlab-ci.yml", f"a:\n  script:\n    - {line}\n"), project))
    found = Scripts(project, lambda _, name: ["live"] if name == "CI_ENV" else []).of(pipeline.jobs["a"])
    return [(" ".join(word.text for word in one.argv), str(one.span)) for one in found if one.words]


@pytest.mark.parametrize(
    ("line", "path"),
    [
        ("task ship", "Taskfile.yml"),
        ("task", "Taskfile.yaml"),
        ("task s", "taskfile.yml"),
        ("task --dir infra ship", "infra/Taskfile.yml"),
        ("task -t infra/all.yml ship", "infra/all.yml"),
        ("cd infra/deep && task ship", "infra/Taskfile.dist.yml"),
        ("sudo go-task --silent -o group ship", "Taskfile.yml"),
    ],
)
def test_the_tasks_that_are_asked_for_and_what_they_need_stand_at_their_lines(tmp_path, line, path):
    found = commands(tmp_path, line, {path: TASKFILE})
    assert found[-2:] == [
        ("docker build .", f"{path}:12:10"),
        ("kubectl -n production apply -f x.yaml", f"{path}:11:10"),
    ]


@pytest.mark.parametrize(
    "line", ["task -n ship", "task --list", "task --summary ship", "task other", "task -d .. ship", "task $A"]
)
def test_what_task_does_not_run_is_not_read(tmp_path, line):
    assert not any(text.startswith("kubectl") for text, _ in commands(tmp_path, line, {"Taskfile.yml": TASKFILE}))


@pytest.mark.parametrize(
    ("line", "tasks", "expected"),
    [
        ("task a NS=prod", "a: kubectl {{.NS}}", "kubectl prod"),
        ("task a -- x --now", "a: 'kubectl {{.CLI_ARGS}}'", "kubectl x --now"),
        ("task a", "a: 'kubectl {{.NS | default \"prod\"}}'", "kubectl prod"),
        ("task a", "a: 'kubectl {{default \"prod\" .NS}}'", "kubectl prod"),
        ("task a", "a: 'kubectl {{.CI_ENV}} {{.NOBODY}}'", "kubectl live $NOBODY"),
        ("task a", "a: {vars: {NS: prod}, cmds: ['kubectl {{.NS}}']}", "kubectl prod"),
        ("task a", "a: {vars: {NS: {sh: git tag}}, cmd: 'kubectl {{.NS}}'}", "kubectl $(git tag)"),
        ("task a", "a: [{task: b, vars: {NS: prod}}]\n  b: {cmds: ['kubectl {{.NS}}']}", "kubectl prod"),
        ("task a", "a: {vars: {X: prod}, cmds: [{task: 'b-{{.X}}'}]}\n  b-prod: kubectl x", "kubectl x"),
        ("task a", "a: {deps: [{task: b, vars: {NS: prod}}]}\n  b: {cmds: ['kubectl {{.NS}}']}", "kubectl prod"),
        ("task a", "a: {cmds: [{defer: kubectl x}]}", "kubectl x"),
        ("task a", "a: {cmds: [{defer: {task: b}}]}\n  b: kubectl x", "kubectl x"),
        ("task a", "a: {cmds: [{cmd: kubectl x, ignore_error: true}]}", "kubectl x"),
        ("task a", "a: {cmds: [{for: [dev, prod], cmd: 'kubectl {{.ITEM}}'}]}", "kubectl prod"),
        ("task a", "a: {vars: {L: dev prod}, cmds: [{for: {var: L}, cmd: 'kubectl {{.ITEM}}'}]}", "kubectl prod"),
        ("task deploy-prod", "deploy-*: 'kubectl {{index .MATCH 0}}'", "kubectl prod"),
        ("task a", "a: {cmds: ['{{if .X}}kubectl x{{else}}kubectl y{{end}}']}", "kubectl y"),
        ("task a", "a: {cmds: ['kubectl {{range .X}}']}", "kubectl"),
        ("task a", "a: {cmds: ['kubectl {{.X | splitList \",\"}} {{(x)}} {{']}", "kubectl $ $ $"),
        ("task a", "a: {env: {NS: prod}, cmds: ['kubectl $NS']}", "kubectl prod"),
        ("task a", "a: {platforms: [windows], cmd: kubectl x}\n  b: true", "task a"),
        ("task a", "a: {cmds: [|\n    set -e\n    kubectl x]}", "task a"),  # no such YAML
    ],
)
def test_what_a_taskfile_says(tmp_path, line, tasks, expected):
    found = commands(tmp_path, line, {"Taskfile.yml": f"version: '3'\ntasks:\n  {tasks}\n"})
    assert expected in [one for one, _ in found]


def test_tasks_of_included_files_run(tmp_path):
    files = {
        "Taskfile.yml": "includes: {ops: ./ops, inner: {taskfile: ci.yml, dir: ci, vars: {NS: prod}, aliases: [i]},\n"
        "  flat: {taskfile: flat.yml, flatten: true}, far: https://example.com/x.yml}\n"
        "tasks:\n  all: [{task: 'ops:up'}, {task: 'i:go'}, {task: flattened}, {task: 'far:x'}]\n  base: helm base\n",
        "ops/Taskfile.yml": "tasks:\n  up: [terraform apply, {task: own}, {task: ':base'}]\n  own: helm own\n",
        "ci.yml": "tasks:\n  go: ['kubectl {{.NS}}', ./x.sh]\n",
        "ci/x.sh": "helm script\n",
        "flat.yml": "tasks: {flattened: helm flat}\n",
    }
    ran = [one for one, _ in commands(tmp_path, "task all", files)]
    assert [one for one in ran if one[:4] != "task"] == [
        "terraform apply", "helm own", "helm base", "kubectl prod", "./x.sh", "helm script", "helm flat"
    ]  # fmt: skip


def test_a_failure_that_task_excuses_is_known_as_such(tmp_path):
    (tmp_path / "Taskfile.yml").write_text("tasks:\n  a: {ignore_error: true, cmds: [kubectl x]}\n")
    project = Project(str(tmp_path))
    pipeline = build(compose(Source(".gitlab-ci.yml", "a: {script: [task a]}\n"), project))
    scripts = Scripts(project)
    assert [script.forgiving for script in scripts.texts(pipeline.jobs["a"])] == [False, True]
    assert [source.path for source in scripts.files(pipeline.jobs["a"])] == ["Taskfile.yml"]


@pytest.mark.parametrize(
    "text",
    [
        "tasks:\n" + "".join(f"  t{n}: {{deps: [t{n + 1}, t{n + 2}], cmds: [x]}}\n" for n in range(3000)) + "  default: {deps: [t0]}\n",
        "vars:\n" + "".join(f"  V{n}: '{{{{.V{n - 1}}}}}{{{{.V{n - 1}}}}}'\n" for n in range(1, 400)) + "tasks: {default: '{{.V399}}'}\n",
        "includes: {" + ", ".join(f"n{n}: Taskfile.yml" for n in range(3000)) + "}\ntasks: {default: [{task: 'n0:n1:n2:default'}]}\n",
        "tasks: {default: '" + "{{" * 100_000 + "'}\n",
        "tasks: {default: [" + "{task: default, vars: {X: '{{.X}}x'}}, " * 3000 + "]}\n",
        "tasks: {default: [{for: [" + "a, " * 10_000 + "], cmd: '{{.ITEM}}'}]}\n",
        "tasks: {" + ", ".join(f"'{'*' * 50}{n}': x" for n in range(3000)) + "}\n",
        "tasks: {default: '" + '{{"' * 60_000 + "'}\n",
    ],
)  # fmt: skip
def test_a_hostile_taskfile_costs_little(tmp_path, text):
    started = time.process_time()
    commands(tmp_path, "task", {"Taskfile.yml": text})
    commands(tmp_path, "task " + "a" * 200, {"Taskfile.yml": text})
    assert time.process_time() - started < 8
