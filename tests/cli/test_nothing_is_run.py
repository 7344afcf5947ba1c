"""Nothing of the checked repository is run, whatever it calls its files."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest


@pytest.mark.parametrize("command", ["check", "check --format sarif", "rules", "report --format json"])
def test_nothing_of_the_repository_is_imported(folder, cache, command):
    """`python -m` looks for modules in the working directory first."""
    (folder / ".gitlab-ci.yml").write_text("job: {script: x}\n")
    for name in ("click", "hashlib", "json", "pydantic", "re", "re2", "rich", "ruamel", "subprocess", "yaml"):
        (folder / f"{name}.py").write_text("open('owned', 'a').close()\n")
    environment = {"PATH": os.environ["PATH"], "HOME": str(cache), "XDG_CACHE_HOME": str(cache)}
    done = subprocess.run(
        [sys.executable, "-m", "cilint", *command.split()],
        check=False, cwd=folder, env=environment, capture_output=True, text=True,
    )  # fmt: skip
    assert not (folder / "owned").exists()
    assert done.returncode in (0, 1), done.stderr
