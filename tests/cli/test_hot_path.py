"""What a plain check may not import: start-up is a feature, and an import is easily added."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

FORBIDDEN = (
    "pydantic", "rich", "ruamel", "jsonpath_ng", "click", "importlib.metadata", "importlib.resources", "dataclasses",
    "typing", "pathlib", "subprocess", "logging", "inspect", "argparse", "socket", "asyncio", "sqlite3", "hashlib",
    "urllib", "difflib", "fnmatch", "jinja2", "pysat", "tempfile",
)  # fmt: skip
PROBE = """
import sys
from cilint.cli import main
status = main({arguments!r})
import json
print(json.dumps([status, sorted(sys.modules)]), file=sys.stderr)
"""
FILE = """\
stages: [build]
.base: &base
  before_script: ["echo hello"]
build:
  <<: *base
  image: $CI_REGISTRY/node:22.11.0
  rules:
    - if: $CI_COMMIT_BRANCH == "main"
    - changes: [src/**/*]
  variables: {A: "1"}
  script:
    - make $A
"""


@pytest.fixture
def modules(folder, cache):
    def of(*arguments):
        (folder / ".gitlab-ci.yml").write_text(FILE)
        done = subprocess.run(
            [sys.executable, "-c", PROBE.format(arguments=list(arguments))],
            cwd=folder, capture_output=True, text=True, check=False,
            env={"PATH": os.environ["PATH"], "HOME": str(cache), "XDG_CACHE_HOME": str(cache)},
        )  # fmt: skip
        status, loaded = json.loads(done.stderr.splitlines()[-1])
        assert status == 0, done.stderr[:500]
        return {name for name in FORBIDDEN for module in loaded if module == name or module.startswith(f"{name}.")}

    return of


def test_a_plain_check_imports_nothing_heavy(modules):
    arguments = ("check", "--exit-zero")
    modules(*arguments)  # the first run validates the packs
    assert modules(*arguments) == set()


@pytest.mark.parametrize("format", ["full", "json", "gitlab", "junit"])
def test_no_format_that_ci_writes_imports_anything_heavy(modules, format):
    modules("check", "--exit-zero")
    assert modules("check", "--exit-zero", "--format", format) == set()


def test_settings_cost_nothing_the_second_time(modules, folder):
    (folder / ".cilint.yaml").write_text("ignore: [image-unpinned]\nseverity: {image-missing: info}\n")
    modules("check", "--exit-zero")
    assert modules("check", "--exit-zero") == set()


def test_version_imports_next_to_nothing(modules):
    assert modules("--version") == set()
