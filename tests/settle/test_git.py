"""git is asked, and a repository that is up to something gets nothing run."""

from __future__ import annotations

import subprocess

import pytest

from cilint.git import GitFault, answer, ask


@pytest.fixture
def repository(tmp_path):
    monitor = tmp_path / "monitor"
    monitor.write_text(f"#!/bin/sh\ntouch {tmp_path}/ran\n")
    monitor.chmod(0o755)
    root = tmp_path / "repository"
    git(tmp_path, "init", "-q", str(root))
    git(root, "config", "core.fsmonitor", str(monitor))
    return root


def git(folder, *arguments):
    subprocess.run(["git", "-C", folder, *arguments], check=True, capture_output=True)


def test_the_file_system_monitor_of_a_repository_is_not_started(repository, tmp_path):
    ask(str(repository), "status")
    assert not (tmp_path / "ran").exists()
    git(repository, "status")
    assert (tmp_path / "ran").exists(), "the repository of this test is not up to anything"


def test_what_git_refuses_is_told_in_its_words(repository):
    with pytest.raises(GitFault, match="Needed a single revision"):
        ask(str(repository), "rev-parse", "--verify", "--end-of-options", "no-such-branch")


def test_where_git_is_not_there_that_is_the_fault(repository, monkeypatch):
    monkeypatch.setenv("PATH", "")
    with pytest.raises(GitFault, match="cannot ask git"):
        ask(str(repository), "status")
    assert answer(str(repository), "status") == ""


def test_an_answer_has_no_line_break_behind_it(repository):
    assert answer(str(repository), "rev-parse", "--show-toplevel") == str(repository)
    assert answer(str(repository.parent), "rev-parse", "--show-toplevel") == ""
