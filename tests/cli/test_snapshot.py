"""The snapshot of compiled code: the same modules, out of one file, and never older than their sources."""

from __future__ import annotations

import compileall
import importlib
import marshal
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from cilint import pattern

ROOT = Path(__file__).resolve().parents[2]
PATTERNED = sorted(
    ".".join(file.relative_to(ROOT).with_suffix("").parts)
    for file in (ROOT / "cilint").rglob("*.py")
    if "import Pattern" in file.read_text()
)
PROBE = """
import atexit, os, sys
from cilint import cli
leave = os._exit
def told(status):
    print(type(sys.modules["cilint.nearest"].__spec__.loader).__name__, sys.modules["cilint.nearest"].__file__)
    print("re" in sys.modules)
    sys.stdout.flush()
    leave(status)
os._exit = told
sys.argv = ["cilint", "check", "--exit-zero", "--quiet", "--isolated"]
cli.start()
"""


class Installed:
    """A copy of the package as an installer leaves it: with a compiled file for each module."""

    def __init__(self, folder):
        self.folder = folder
        self.package = folder / "cilint"
        skip = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / "cilint", self.package, ignore=skip)
        shutil.copytree(ROOT / "rules", self.package / "_packs", ignore=skip)
        compileall.compile_dir(self.package, quiet=1)
        (folder / ".gitlab-ci.yml").write_text("build:\n  script: [make]\n  colour: red\n")

    @property
    def snapshot(self):
        [found] = (self.package / "cli" / "__pycache__").glob("*.all")
        return found

    def run(self):
        done = subprocess.run(
            [sys.executable, "-c", PROBE], cwd=self.folder, capture_output=True, text=True, check=False,
            env={"PATH": os.environ["PATH"], "HOME": str(self.folder), "PYTHONPATH": str(self.folder)},
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        *report, told, self.imports_re = done.stdout.splitlines()
        loader, file = told.split()
        assert Path(file) == self.package / "nearest.py"
        return loader, report


@pytest.fixture(scope="module")
def fresh(tmp_path_factory):
    return Installed(tmp_path_factory.mktemp("installed"))


@pytest.fixture
def installed(fresh):
    """The copy after a run that made the snapshot."""
    for old in (fresh.package / "cli" / "__pycache__").glob("*.all*"):
        old.unlink()
    assert fresh.run()[0] == "SourceFileLoader"
    return fresh


def test_the_second_run_takes_its_modules_out_of_the_snapshot_and_finds_the_same(installed):
    usual = installed.run()[1]
    assert usual
    loader, report = installed.run()
    assert loader == "Snapshot"
    assert report == usual


def test_a_changed_module_is_not_taken_from_the_snapshot_and_renews_it(installed):
    module = installed.package / "nearest.py"
    text = module.read_text()
    try:
        module.write_text(f"{text}\nCHANGED = True\n")
        assert installed.run()[0] == "SourceFileLoader"
        assert installed.run()[0] == "Snapshot"
    finally:
        module.write_text(text)


@pytest.mark.parametrize("broken", [b"", b"\xff" * 100, (30).to_bytes(8, "big") + b"no marshal", b"\0" * 8])
def test_a_broken_snapshot_is_none(installed, broken):
    installed.snapshot.write_bytes(broken)
    assert installed.run()[0] == "SourceFileLoader"
    assert installed.run()[0] == "Snapshot"


def test_a_snapshot_cut_short_is_none(installed):
    installed.snapshot.write_bytes(installed.snapshot.read_bytes()[:-1000])
    assert installed.run()[0] == "SourceFileLoader"


def test_where_no_compiled_files_are_kept_there_is_no_snapshot(installed):
    installed.snapshot.unlink()
    for folder in installed.package.rglob("__pycache__"):
        shutil.rmtree(folder)
    done = subprocess.run(
        [sys.executable, "-B", "-c", PROBE], cwd=installed.folder, capture_output=True, text=True, check=False,
        env={"PATH": os.environ["PATH"], "HOME": str(installed.folder), "PYTHONPATH": str(installed.folder)},
    )  # fmt: skip
    assert done.returncode == 0
    assert not list(installed.package.rglob("*.all"))


def test_a_pattern_made_of_what_was_kept_is_the_pattern(monkeypatch):
    """Python compares patterns by what they compile to."""
    modules = [importlib.import_module(name) for name in PATTERNED]
    lazy = [one for module in modules for one in vars(module).values() if type(one) is pattern.Pattern]
    assert len(lazy) > 100
    for one in lazy:
        monkeypatch.setitem(pattern.ready, one._source, pattern.prepared(one._source))
        assert pattern._compiled(one._source) == re.compile(one._source)


def test_kept_patterns_need_no_compiler(installed):
    """The import of `re` alone takes as long as to read and compose a small file."""
    entry = installed.folder / ".gitlab-ci.yml"
    before = entry.read_text()
    entry.write_text("build: {image: $CI_REGISTRY/node:22, script: [make], rules: [{if: $CI_COMMIT_TAG}]}\n")
    try:
        installed.run()
        installed.run()
    finally:
        entry.write_text(before)
    assert installed.imports_re == "False"


def test_what_cannot_be_kept_is_compiled(monkeypatch):
    monkeypatch.setattr(pattern, "assemble", None)
    assert pattern.prepared("a+") is None
    assert pattern._compiled("a+").fullmatch("aaa")


def test_patterns_are_kept_too(installed):
    _, _, patterns = marshal.loads(installed.snapshot.read_bytes()[8:])
    assert len(patterns) > 10
