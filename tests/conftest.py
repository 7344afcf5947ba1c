"""What all tests share: the slow switch, the folder of shared facts, and required tools."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared"


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
