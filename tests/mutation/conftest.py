"""A place to check mutants in, and the rules that judge them."""

from __future__ import annotations

import pytest
from tests.mutation.mutant import Workplace

from cilint.rules.packs import load


@pytest.fixture(scope="session")
def workplace(tmp_path_factory):
    """The reference pipeline with its scripts in a repository of its own."""
    return Workplace(tmp_path_factory.mktemp("repository"))


@pytest.fixture(scope="session")
def rules():
    """Every built-in rule."""
    return load()
