"""Completion as the shells do it: bash itself runs the script; zsh and fish ask the same questions."""

from __future__ import annotations

import os
import re
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


@pytest.mark.parametrize(("shell", "answer"), [("zsh", "plain\nstage-undefined"), ("fish", "plain,stage-undefined")])
def test_other_shells_get_the_same(cilint, shell, answer):
    script = cilint("completion", shell).out
    assert f"{shell}_complete" in script
    env = {"_CILINT_COMPLETE": f"{shell}_complete", "COMP_WORDS": "cilint explain stage-und", "COMP_CWORD": "2"}
    if shell == "fish":
        env["COMP_CWORD"] = "stage-und"
    assert answer in cilint(env=env).out
