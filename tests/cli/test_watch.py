"""`check --watch`: a real process sees files change, and ends when it is interrupted."""

from __future__ import annotations

import os
import queue
import signal
import subprocess
import threading
import time

import pytest

from .conftest import CILINT

WAITING = "waiting for a change"
CLEAN = "stages: [build]\nbuild: {stage: build, script: [make], image: node:22.11.0}\n"


class Watcher:
    """A running `cilint check --watch`; both its streams, line by line."""

    def __init__(self, folder, cache, *arguments):
        self.process = subprocess.Popen(
            [CILINT, "check", "--watch", "--policy", "gitlab", *arguments], cwd=folder, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
            env={"PATH": os.environ["PATH"], "HOME": str(cache), "XDG_CACHE_HOME": str(cache), "PYTHONUTF8": "1"},
        )  # fmt: skip
        self.lines = queue.Queue()
        threading.Thread(target=self.follow, daemon=True).start()

    def follow(self):
        for line in self.process.stdout:
            self.lines.put(line)

    def result(self, timeout=30):
        """What is said up to the line that says what is waited for."""
        said = []
        end = time.monotonic() + timeout
        while not said or WAITING not in said[-1]:
            try:
                said.append(self.lines.get(timeout=max(0, end - time.monotonic())))
            except queue.Empty:
                pytest.fail(f"nothing is waited for after {''.join(said)!r}")
        return "".join(said)

    def silent(self, seconds=1.2):
        """Whether nothing more is said for a while."""
        try:
            return not self.lines.get(timeout=seconds)
        except queue.Empty:
            return True


def save(path, text):
    """Write a file as a whole: nobody sees it half written."""
    path.with_name("draft").write_text(text)
    os.replace(path.with_name("draft"), path)


@pytest.fixture
def watch(folder, cache):
    running = []

    def start(*arguments):
        running.append(Watcher(folder, cache, *arguments))
        return running[-1]

    yield start
    for watcher in running:
        watcher.process.kill()
        watcher.process.wait()


def test_a_change_is_checked_again_and_an_interrupt_ends_it_silently(folder, watch):
    save(folder / ".gitlab-ci.yml", CLEAN)
    watcher = watch()
    first = watcher.result()
    assert "stage-undefined" not in first
    assert ".gitlab-ci.yml" in first.splitlines()[-1]
    assert watcher.silent()  # what cilint itself writes is no change
    save(folder / ".gitlab-ci.yml", CLEAN.replace("stage: build", "stage: biuld"))
    assert "biuld" in watcher.result()
    watcher.process.send_signal(signal.SIGINT)
    assert watcher.process.wait(timeout=10) == 130
    assert watcher.silent(0.2)


def test_includes_scripts_and_settings_are_watched_be_they_there_or_not(folder, watch):
    save(folder / ".gitlab-ci.yml", "include: ci/base.yml\n" + CLEAN)
    watcher = watch()
    assert "ci/base.yml" in watcher.result()  # is missing
    (folder / "ci").mkdir()
    save(folder / "ci/base.yml", ".base: {image: node}\n")
    assert "error" not in watcher.result().replace("0 errors", "")
    save(folder / "ci/base.yml", "other: {script: [make], stage: biuld}\n")
    assert "ci/base.yml:1" in watcher.result()
    (folder / "ci/base.yml").unlink()
    assert "biuld" not in watcher.result()


def test_new_files_that_a_glob_means_are_seen(folder, watch):
    save(folder / ".gitlab-ci.yml", "include: /ci/**.yml\n" + CLEAN)
    (folder / "ci").mkdir()
    save(folder / "ci/base.yml", ".base: {image: node}\n")
    watcher = watch()
    watcher.result()
    assert watcher.silent()
    save(folder / "ci/more.yml", "more: {script: [make], stage: biuld}\n")
    assert "ci/more.yml:1" in watcher.result()
    (folder / "ci/more.yml").unlink()
    assert "biuld" not in watcher.result()
    (folder / "ci/new").mkdir()
    while "ci/new/x.yml:1" not in watcher.result():  # the folder alone is a change, too
        save(folder / "ci/new/x.yml", "more: {script: [make], stage: biuld}\n")


def test_settings_that_are_wrong_for_a_while_are_waited_out(folder, watch):
    save(folder / ".gitlab-ci.yml", CLEAN)
    save(folder / ".cilint.yaml", "fail-on: error\n")
    watcher = watch()
    watcher.result()
    save(folder / ".cilint.yaml", "fail-on: eror\n")
    assert "cilint: error: .cilint.yaml:1" in watcher.result()
    save(folder / ".cilint.yaml", "fail-on: error\n")
    assert "cilint: error" not in watcher.result()
    os.replace(folder / ".gitlab-ci.yml", folder / "gone.yml")
    assert "there is no .gitlab-ci.yml" in watcher.result()
    os.replace(folder / "gone.yml", folder / ".gitlab-ci.yml")
    assert "cilint: error" not in watcher.result()


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (("-",), "standard input"),
        (("--output", "json=x.json"), "--output"),
        (("--fix",), "--fix"),
        (("--diff",), "--diff"),
    ],
)
def test_what_cannot_be_watched_is_refused(cilint, arguments, word):
    outcome = cilint("check", "--watch", *arguments, files={".gitlab-ci.yml": CLEAN}, stdin=b"")
    assert outcome.status == 2
    assert outcome.err.startswith("cilint: error: --watch")
    assert word in outcome.err


def test_a_file_that_is_not_there_at_first_is_refused(cilint):
    outcome = cilint("check", "--watch", "nowhere.yml")
    assert outcome.status == 2
    assert "nowhere.yml" in outcome.err
