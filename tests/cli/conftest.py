"""The installed command, run in a folder of its own."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
CILINT = Path(sys.executable).with_name("cilint")


class Outcome:
    """What one call gave."""

    def __init__(self, done):
        self.status = done.returncode
        self.raw = done.stdout
        # How many rules there are grows with every pack; what is said beside the number does not.
        self.out = re.sub(r"\b\d+ rules\b", "N rules", done.stdout.decode("utf-8"))
        self.err = done.stderr.decode("utf-8")


@pytest.fixture(scope="session")
def cache(tmp_path_factory):
    """One cache of compiled packs for all calls."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture
def folder(tmp_path):
    """A git repository as far as cilint looks, with the house's pack in it."""
    root = tmp_path / "repo"
    (root / ".git").mkdir(parents=True)
    shutil.copytree(HERE / "policy", root / "policy")
    return root


@pytest.fixture
def cilint(folder, cache):
    """A function that runs cilint in the folder; `files` are written first, `env` is all there is beside PATH."""

    def run(*arguments, files=None, stdin=None, env=None, cwd=None):
        for name, text in (files or {}).items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass"))
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(cache),
            "XDG_CACHE_HOME": str(cache),
            "PYTHONUTF8": "1",
            **(env or {}),
        }
        done = subprocess.run(
            [CILINT, *map(str, arguments)],
            cwd=cwd or folder,
            env=environment,
            input=stdin,
            stdin=None if stdin is not None else subprocess.DEVNULL,
            capture_output=True,
            timeout=60,
            check=False,
        )
        outcome = Outcome(done)
        assert "Traceback" not in outcome.err, outcome.err
        return outcome

    return run
