"""Every counterexample comes with a command: pasted into a shell, it shows the guarded job started without its gate."""

from __future__ import annotations

import json
import os
import random
import subprocess
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from cilint.cli import main

SHARED = Path(__file__).resolve().parents[2].parent / "shared"
STARTED = ("pending", "manual", "scheduled")


@pytest.fixture
def project(tmp_path, monkeypatch):
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)
    for name in ("CI", "GITLAB_CI", "FORCE_COLOR", "CLICOLOR_FORCE"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


@pytest.fixture
def asked(capsys):
    def ask(*arguments):
        main(["prove", "--format", "json", *arguments])
        return json.loads(capsys.readouterr().out)["gates"][0]

    return ask


@pytest.fixture
def pasted(capsys):
    def paste(command, *more):
        """What the command prints, its words read by a shell."""
        assert command.isascii()
        assert command.isprintable()
        told = subprocess.run(["sh", "-c", f"printf '%s\\0' {command}"], capture_output=True, check=True).stdout
        program, *words = told.decode().split("\0")[:-1]
        assert program == "cilint"
        status = main([*words, "--format", "json", *more])
        out = capsys.readouterr().out
        assert status == 0, (command, out)
        return json.loads(out)

    return paste


def check(answer, guarded, shown):
    """The guarded job has started, or can be played; a gate that is said to fail has not passed."""
    jobs = {job["name"]: job for job in shown["jobs"]}
    ways = [name for name in jobs if name == guarded or name.startswith((f"{guarded} ", f"{guarded}:"))]
    assert any(jobs[name]["status"] in STARTED for name in ways), answer["counterexample"]["command"]
    gates = [job for name in answer["broken"] for job in jobs.values() if _of(job["name"], name)]
    if answer["why"] == "absent":
        assert not all(any(_of(name, gate) for name in jobs) for gate in answer["broken"])
    elif answer["why"] == "not_manual":
        assert any(gate["when"] != "manual" for gate in gates)
    else:
        assert any(gate["status"] != "success" for gate in gates)


def _of(instance, name):
    return instance == name or instance.startswith((f"{name} ", f"{name}:"))


def _cases():
    path = SHARED / "conformance" / "gates.yml"
    return [case for case in YAML(typ="safe").load(path) if "gate" in case] if path.exists() else []


@pytest.mark.skipif(not SHARED.exists(), reason="the conformance cases are not here")
def test_all_refuted_gates_of_the_conformance_cases(project, asked, pasted):
    refuted = 0
    for case in _cases():
        for name in os.listdir(project):
            if name.endswith((".yml", ".yaml")):
                os.remove(project / name)
        for name, text in case["files"].items():
            (project / name).parent.mkdir(parents=True, exist_ok=True)
            (project / name).write_text(text)
        gate, assume = case["gate"], case.get("assume") or {}
        options = [
            "--guarded",
            gate["guarded"],
            "--kind",
            gate["kind"],
            *(x for by in gate["by"] for x in ("--by", by)),
        ]
        options += ["--assume-no-outside-variables"] if assume.get("outside_variables") == "none" else []
        options += ["--allow-predefined-override"] if assume.get("predefined_override") else []
        options += [x for k, v in (assume.get("variables") or {}).items() for x in ("--assume", f"{k}={v}")]
        answer = asked(*options, case.get("entry", ".gitlab-ci.yml"))
        if answer["verdict"] == "refuted":
            check(answer, gate["guarded"], pasted(answer["counterexample"]["command"]))
            refuted += 1
    assert refuted > 30


@pytest.mark.parametrize("seed", range(4))
def test_two_hundred_random_pipelines(generators, project, asked, pasted, seed):
    rng = random.Random(seed)
    left, events = 50, 0
    while left:
        if rng.random() < 0.5:
            text, guarded, gate = generators.mixed(rng)
        else:
            text, names = generators.course(rng)
            guarded, gate = names[-1], rng.choice(names[:-1])
        (project / ".gitlab-ci.yml").write_text(text)
        kind = rng.choice(["approval", "scan"])
        answer = asked("--guarded", guarded, "--by", gate, "--kind", kind)
        if answer["verdict"] == "refuted":
            command = answer["counterexample"]["command"]
            check(answer, guarded, pasted(command))
            events += "--event" in command
            left -= 1
    assert events > 3


def test_a_failure_that_its_exit_code_permits_is_shown_too(project, asked, pasted):
    (project / ".gitlab-ci.yml").write_text(
        "stages: [a, b]\nscan: {stage: a, script: [x], allow_failure: {exit_codes: [3]}}\ndeploy: {stage: b, script: [x]}\n"
    )
    answer = asked("--guarded", "deploy", "--by", "scan", "--kind", "scan")
    assert answer["counterexample"]["trace"] == ["excuse:scan"]
    shown = pasted(answer["counterexample"]["command"])
    assert {job["name"]: job["status"] for job in shown["jobs"]} == {"scan": "failed", "deploy": "pending"}


ODD = r"""
stages: [a, b]
"approve; rm -rf ~ 'x' \e[31m \u00e9": {stage: a, script: [x], rules: [{if: $A, when: manual, allow_failure: true}]}
"--deploy $(id)\t`id`": {stage: b, script: [x], rules: [{if: '$A =~ /^ \t%s"!\x{202e}$/ && $B == "$HOME"'}]}
"""


def test_values_and_names_that_mean_something_to_a_shell(project, asked, pasted):
    (project / ".gitlab-ci.yml").write_text(ODD)
    answer = asked("--guarded=--deploy $(id)\t`id`", "--by", "approve; rm -rf ~ 'x' \x1b[31m é")
    shown = pasted(answer["counterexample"]["command"])
    check(answer, "--deploy $(id)\t`id`", shown)
    assert shown["scenario"]["outside"] == {"A": ' \t%s"!\u202e', "B": "$HOME"}
    assert all(line.replace(answer["guarded"], "").replace(answer["by"][0], "").isprintable()
               for line in answer["counterexample"]["story"])  # fmt: skip


def test_settings_are_passed_on(project, asked, pasted):
    (project / "other.yaml").write_text("variables: {CI_DEFAULT_BRANCH: trunk, GATE: 'on'}\n")
    (project / ".gitlab-ci.yml").write_text(
        "stages: [a, b]\n"
        "approve: {stage: a, script: [x], rules: [{if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH, when: manual}]}\n"
        "deploy: {stage: b, script: [x], rules: [{if: $CI_COMMIT_BRANCH == 'main' && $GATE == 'on'}]}\n"
    )
    answer = asked("--guarded", "deploy", "--by", "approve", "--settings", "other.yaml")
    assert "--settings other.yaml" in answer["counterexample"]["command"]
    check(answer, "deploy", pasted(answer["counterexample"]["command"]))
    (project / ".cilint.yaml").write_text("variables: {CI_DEFAULT_BRANCH: main}\n")
    answer = asked("--guarded", "deploy", "--by", "approve", "--isolated")
    assert "--isolated" in answer["counterexample"]["command"]
    check(answer, "deploy", pasted(answer["counterexample"]["command"]))
