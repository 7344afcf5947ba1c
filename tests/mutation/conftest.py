"""A place to check mutants in, and the rules that judge them."""

from __future__ import annotations

import pytest

from cilint.checks import _outcomes
from cilint.rules.packs import load
from tests.mutation.mutant import Workplace


@pytest.fixture(scope="session")
def workplace(tmp_path_factory):
    """The reference pipeline with its scripts in a repository of its own."""
    return Workplace(tmp_path_factory.mktemp("repository"))


@pytest.fixture(scope="session")
def rules():
    """Every built-in rule."""
    return load()


@pytest.fixture(autouse=True)
def _time_to_decide(monkeypatch):
    """A busy machine must not leave a gate "not assessed": here every one is decided, however long it takes."""
    monkeypatch.setattr(_outcomes, "SECONDS", 120.0)
