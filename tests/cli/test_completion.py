"""Completion as the shells do it: each runs its own script; zsh does so on a terminal, and nowhere else."""

from __future__ import annotations

import os
import re
import select
import subprocess

import pytest

from .conftest import CILINT

_BASH = """\
eval "$(cilint completion bash)"
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMPREPLY=()
compopt() { echo "the shell's own"; }
_cilint_completion cilint
printf '%s\\n' "${COMPREPLY[@]}"
"""


@pytest.fixture
def complete(folder, cache):
    """What bash offers for the last of some words."""

    def of(*words):
        path = f"{CILINT.parent}{os.pathsep}{os.environ['PATH']}"
        env = {"PATH": path, "HOME": str(cache), "XDG_CACHE_HOME": str(cache)}
        done = subprocess.run(
            ["bash", "--norc", "-c", _BASH, "bash", "cilint", *words],
            cwd=folder, env=env, capture_output=True, text=True, check=True, timeout=60,
        )  # fmt: skip
        assert done.stderr == ""
        return done.stdout.split("\n")[:-1]

    return of


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        (["ch"], ["check"]),
        (["check", "--form"], ["--format"]),
        (["check", "--format", "j"], ["json", "junit"]),
        (["check", "--select", "stage-und"], ["stage-undefined"]),
        (["check", "--ignore", "secur"], ["security"]),
        (["check", "--policy", "enter"], ["enterprise"]),
        (["explain", "image-mis"], ["image-missing"]),
        (["waive", "image-mis"], ["image-missing"]),
        (["settings", "--why", "image-mis"], ["image-missing"]),
        (["test", "--rule", "image-mis"], ["image-missing"]),
        (["completion", ""], ["bash", "zsh", "fish"]),
        (["schema", "se"], ["settings"]),
        (["new", "r"], ["rule"]),
        (["check", "no/su"], ["the shell's own", ""]),
        (["init", "no/su"], ["the shell's own", ""]),
    ],
)
def test_bash_completes(complete, words, offered):
    assert complete(*words) == offered


def test_every_command_is_offered(complete, cilint):
    listed = re.findall(r"^  ([a-z]+) ", cilint("--help").out.partition("Commands:")[2], re.M)
    assert len(listed) > 10
    assert complete("") == listed


@pytest.fixture
def zsh(folder, cache, tmp_path):
    """A function that types a line and a tab into a zsh on a terminal, and gives what the screen shows up to a text."""
    running = []

    def typed(line, until):
        terminal, end = os.openpty()
        path = f"{CILINT.parent}{os.pathsep}{os.environ['PATH']}"
        env = {"PATH": path, "HOME": str(tmp_path), "XDG_CACHE_HOME": str(cache), "TERM": "dumb", "LC_ALL": "C.UTF-8"}
        process = subprocess.Popen(
            ["zsh", "-f", "-i"], cwd=folder, env=env, stdin=end, stdout=end, stderr=end, start_new_session=True,
        )  # fmt: skip
        os.close(end)
        running.append((process, terminal))
        ready = 'autoload -Uz compinit; compinit -u -D; eval "$(cilint completion zsh)"; PS1="> "'
        os.write(terminal, f"{ready}; echo rea''dy\n".encode())
        seen(terminal, "ready\r\n")
        os.write(terminal, f"{line}\t".encode())
        return seen(terminal, until)

    yield typed
    for process, terminal in running:
        process.kill()
        process.wait()
        os.close(terminal)


def seen(terminal, until):
    shown = ""
    while until not in shown:
        assert select.select([terminal], [], [], 30)[0], f"{until!r} is not in {shown!r}"
        shown += os.read(terminal, 65536).decode()
    return shown


@pytest.fixture
def fish(cilint, folder, cache):
    """A function that gives what fish offers for a line: words, each with its description behind a tab."""

    def offered(line):
        (folder / "script").write_text(cilint("completion", "fish").out)
        path = f"{CILINT.parent}{os.pathsep}{os.environ['PATH']}"
        done = subprocess.run(
            ["fish", "--no-config", "-c", f"source script; complete -C '{line}'"], cwd=folder,
            env={"PATH": path, "HOME": str(cache), "XDG_CACHE_HOME": str(cache)},
            capture_output=True, text=True, check=True, timeout=60,
        )  # fmt: skip
        assert done.stderr == ""
        return dict(line.partition("\t")[::2] for line in done.stdout.splitlines())

    return offered


@pytest.mark.parametrize(
    ("line", "shown", "offered"),
    [
        ("cilint expl", "cilint explain ", ["explain"]),
        ("cilint check --form", "cilint check --format ", ["--format"]),
        ("cilint check --format j", "junit", ["json", "junit"]),
        ("cilint check --select stage-und", "cilint check --select stage-undefined", ["stage-undefined"]),
        ("cilint check --policy enter", "cilint check --policy enterprise", ["enterprise"]),
        ("cilint check ci/ba", "cilint check ci/base.yml", ["ci/base.yml"]),
    ],
)
def test_zsh_and_fish_complete(zsh, fish, folder, line, shown, offered):
    (folder / "ci").mkdir()
    (folder / "ci/base.yml").touch()
    assert list(fish(line)) == offered
    zsh(line, shown)


def test_zsh_and_fish_tell_what_a_command_does(zsh, fish):
    """The whole sentence, commas and all."""
    assert fish("cilint bas") == {"baseline": "Record the findings that are there, so that only new ones count."}
    zsh("cilint ", "baseline    -- Record the findings that are there, so")
