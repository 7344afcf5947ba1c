"""What holds for each script, whatever it does."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

SCRIPTS = Path(__file__).parents[2] / "scripts"
ALL = sorted(path.name for path in SCRIPTS.glob("*.sh"))
BRIEF = [
    "deploy.sh", "deploy-canary.sh", "deploy-blue-green.sh", "promote-canary.sh", "rollback.sh", "run-dast.sh",
    "run-prowler.sh", "run-soc2-audit.sh", "run-lighthouse.sh", "monitor-canary.sh", "create-datadog-event.sh",
    "run-synthetic-tests.sh", "run-a11y-tests.sh", "notify-pagerduty.sh",
]  # fmt: skip
SOURCES = sorted(SCRIPTS.rglob("*.sh"))


def test_the_scripts_of_the_brief_exist():
    assert set(BRIEF) <= set(ALL)


@pytest.mark.parametrize("name", ALL)
def test_is_executable_and_strict(name):
    lines = (SCRIPTS / name).read_text().splitlines()
    assert os.access(SCRIPTS / name, os.X_OK)
    assert lines[0] == "#!/usr/bin/env bash"
    assert "set -euo pipefail" in lines[:5]


@pytest.mark.parametrize("name", ALL)
def test_help_tells_how_to_call_it_and_how_it_ends(workplace, name):
    result = workplace.run(name, "--help")
    assert result.code == 0
    assert result.out.startswith(f"usage: {name} ")
    assert "--dry-run" in result.out
    assert result.calls == []


@pytest.mark.parametrize("name", ALL)
def test_an_unknown_option_is_a_wrong_call(workplace, name):
    result = workplace.run(name, "--surprise")
    assert result.code == 2
    assert "--surprise" in result.err
    assert f"help:  {name} --help" in result.err
    assert result.calls == []


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.name)
def test_nothing_dangerous_is_written_in_it(path):
    text = path.read_text()
    assert not re.search(r"\beval\b|curl[^\n]*(\s-k\b|--insecure)|\|\s*(ba)?sh\b|\|\|\s*true\b|set \+e|set -x", text)
    assert not re.search(r"(?<!\d)\d{12}(?!\d)", text), "an account id"
    assert not re.search(r"docker\.io|quay\.io|ghcr\.io|public\.ecr\.aws", text)


def test_shellcheck_has_nothing_to_say(venv_bin):
    done = subprocess.run(
        [f"{venv_bin}/shellcheck", "--external-sources", "--severity=style", *SOURCES],
        cwd=SCRIPTS.parent, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout


def test_shfmt_would_change_nothing(tool):
    done = subprocess.run([tool("shfmt"), "-i", "2", "-ci", "-d", SCRIPTS], capture_output=True, text=True, check=False)
    assert done.stdout == ""
    assert done.returncode == 0
