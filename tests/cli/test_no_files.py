"""What is named like a file and is none: said in one line, and never waited for."""

from __future__ import annotations

import os

import pytest

CALLS = (
    ("check", "pipe"),
    ("resolve", "pipe"),
    ("check", "--settings", "pipe"),
    ("check", "--baseline", "pipe"),
)
PIPELINE = {".gitlab-ci.yml": "include: /pipe\njob: {script: ./pipe}\n"}


@pytest.fixture(autouse=True)
def pipe(folder):
    os.mkfifo(folder / "pipe")


@pytest.mark.parametrize("arguments", CALLS, ids=" ".join)
def test_a_pipe_is_refused_and_not_waited_for(cilint, arguments):
    outcome = cilint(*arguments, files={".gitlab-ci.yml": "job: {script: x}\n"})
    assert outcome.status == 2
    assert "pipe: it is a pipe" in outcome.err


def test_neither_is_a_device(cilint):
    outcome = cilint("check", "/dev/zero")
    assert outcome.status == 2
    assert "cannot read /dev/zero: it is a device" in outcome.err
    assert "- for standard input" in " ".join(outcome.err.split())


def test_a_register_of_waivers_that_is_a_pipe_is_refused(cilint):
    outcome = cilint("check", files={**PIPELINE, ".cilint.yaml": "waivers: {file: pipe}\n"})
    assert outcome.status == 2
    assert "it is a pipe" in outcome.err


def test_to_include_or_call_a_pipe_is_to_name_what_is_not_there(cilint):
    outcome = cilint("check", files=PIPELINE)
    assert outcome.status == 1
    assert "local-include-missing" in outcome.out or "/pipe" in outcome.out
