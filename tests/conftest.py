"""What all tests share: the slow switch, the folder of shared facts, and required tools."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared"

# A run in CI asks every command for colour and, in a GitLab job, for log sections. The commands under test are read
# as text; the tests of colour give their own environment.
for name in ("GITLAB_CI", "FORCE_COLOR", "CLICOLOR_FORCE"):
    os.environ.pop(name, None)
os.environ["NO_COLOR"] = "1"


def pytest_addoption(parser):
    parser.addoption("--run-slow", action="store_true", help="run the tests marked slow, too")


def pytest_collection_modifyitems(config, items):
    if config.getoption("--run-slow"):
        return
    for item in items:
        if "slow" in item.keywords:
            item.add_marker(pytest.mark.skip(reason="slow: run with --run-slow"))


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of GitLab facts, cases and corpus beside the checkout; tests that need it skip on a plain clone."""
    if not SHARED.is_dir():
        pytest.skip("no ../shared beside this checkout")
    return SHARED


@pytest.fixture(scope="session")
def tool():
    """A function that finds a program; in CI a missing one fails the test, elsewhere it skips it."""

    def find(name: str, *folders: Path) -> str:
        path = shutil.which(name, path=os.pathsep.join([*map(str, folders), os.environ.get("PATH", "")]))
        if path is None:
            if os.environ.get("CI"):
                pytest.fail(f"{name} is not installed: `make tools` installs it")
            pytest.skip(f"{name} is not installed: `make tools` installs it")
        return path

    return find


@pytest.fixture
def own_cache(tmp_path_factory, monkeypatch) -> Path:
    """The cache of packs and settings, of this test alone: a folder that is not there yet."""
    folder = tmp_path_factory.mktemp("cache") / "own"
    monkeypatch.setenv("XDG_CACHE_HOME", str(folder))
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")  # else it lies beside the code
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    return folder


@dataclass(frozen=True)
class Spent:
    """How a command ended, and what it took: exit status (negative: the signal), most memory in MB, standard error."""

    exit: int
    megabytes: float
    err: str


# A process starts out with the peak of the one that it was forked from, and a test worker has hundreds of MB behind
# it; so a small interpreter stands between.
_BETWEEN = """
import os, resource, sys
report, seconds, *command = sys.argv[1:]
child = os.fork()
if not child:
    resource.setrlimit(resource.RLIMIT_CPU, (int(seconds), int(seconds)))
    os.execvp(command[0], command)
_, status, usage = os.wait4(child, 0)
with open(report, "w") as file:
    file.write(f"{os.waitstatus_to_exitcode(status)} {usage.ru_maxrss}")
"""


@pytest.fixture
def spend(tmp_path_factory) -> Callable[..., Spent]:
    """A function that runs a command under a limit of processor time (seconds) and tells what it took."""

    def run(command, seconds: int, **options) -> Spent:
        report = tmp_path_factory.mktemp("spent") / "report"
        between = [sys.executable, "-ISc", _BETWEEN, report, str(seconds), *command]
        err = subprocess.run(between, check=True, stderr=subprocess.PIPE, text=True, **options).stderr
        code, kilobytes = map(int, report.read_text().split())
        return Spent(code, kilobytes / 1024, err)

    return run
