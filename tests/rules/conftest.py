"""A small repository on disk and its judgement."""

from __future__ import annotations

import pytest

from cilint.check import check
from cilint.compose.fetch import Project
from cilint.rules import load
from cilint.source import Source


@pytest.fixture
def judged(tmp_path):
    """A function that checks `.gitlab-ci.yml` of the files (a text: that file) by packs, by default the built-in ones."""

    def run(files, *packs, select=()):
        files = {".gitlab-ci.yml": files} if isinstance(files, str) else files
        for path, text in files.items():
            place = tmp_path / "repo" / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(text)
        rules = load(packs)
        if select:
            rules = rules.narrow(select=select)
        project = Project(str(tmp_path / "repo"))
        return check(Source(".gitlab-ci.yml", files[".gitlab-ci.yml"]), project, rules)

    return run


@pytest.fixture
def pack(tmp_path):
    """A function that writes a pack and gives its path."""

    def write(text):
        path = tmp_path / "house.yaml"
        path.write_text(text)
        return str(path)

    return write
