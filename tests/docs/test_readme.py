"""README is true: the output that it shows is what the command prints, and its rule works."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from cilint.cli.report import FORMATS
from cilint.rules import EVERY

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
CILINT = Path(sys.executable).with_name("cilint")


def test_the_shown_output_is_what_check_prints(tmp_path):
    shown = re.search(r"\$ cilint check\n(.*?)\n```", README, re.S)[1]
    rules = ("image-private-registry", "stage-undefined", "pipe-to-shell")
    command = [CILINT, "check", "--format", "full", *(part for rule in rules for part in ("--select", rule))]
    shutil.copytree(ROOT / "docs" / "demo", tmp_path, dirs_exist_ok=True)
    plain = {**os.environ, "NO_COLOR": "1"}  # CI turns colour on
    done = subprocess.run(command, cwd=tmp_path, env=plain, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stdout.strip() == shown.strip()


def test_the_shown_gate_is_what_prove_prints(tmp_path):
    command, shown = re.search(r"\$ (cilint prove .*?)\n(.*?)\n\n\.\.\.\n```", README, re.S).groups()
    shutil.copytree(ROOT / "docs" / "demo" / "gate", tmp_path, dirs_exist_ok=True)
    plain = {**os.environ, "NO_COLOR": "1"}
    done = subprocess.run(
        [CILINT, *command.split()[1:]], cwd=tmp_path, env=plain, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert done.stdout.startswith(f"{shown}\n\nTaken for granted\n")


def test_the_shown_rule_passes_its_own_examples(tmp_path):
    rule = re.search(r"```yaml\n(rules:.*?)```", README, re.S)[1]
    (tmp_path / "ours.yaml").write_text(rule, encoding="utf-8")
    done = subprocess.run([CILINT, "test", tmp_path], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_command_that_readme_names_exists():
    named = set(re.findall(r"`cilint ([a-z]+)", README))
    listed = subprocess.run([CILINT, "--help"], capture_output=True, text=True, check=True).stdout
    assert named <= set(re.findall(r"^  ([a-z]+)  ", listed, re.M))


def test_readme_names_every_pack_and_every_format_of_report():
    assert [pack for pack in EVERY if f"`{pack}`" not in README] == []
    row = re.search(r"\| `cilint report \[PATH\.\.\.\]` \|(.*)", README)[1].lower().replace("in-toto", "intoto")
    assert [name for name in FORMATS if name.partition("-")[0] not in row] == []
