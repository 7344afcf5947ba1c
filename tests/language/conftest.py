"""What the tests of GitLab's language share: judging a text."""

from __future__ import annotations

import pytest

from cilint.compose import Project, compose
from cilint.language import COMMUNITY, validate
from cilint.pipeline import build
from cilint.pipeline.logic import logic
from cilint.source import Source

NOT_REFUSED = ("duplicate-key", "environment-tier-unknown")  # warnings


@pytest.fixture
def judge(tmp_path):
    """A function: text (and edition) to all findings of composing, shapes and logic."""

    def run(text, edition=COMMUNITY):
        config = compose(Source(".gitlab-ci.yml", text), Project(str(tmp_path)))
        findings = list(config.findings)
        if config.root is not None:
            findings += validate(config, edition) + logic(build(config))
        return findings

    return run


@pytest.fixture
def refusals(judge):
    """A function: text (and edition) to what GitLab refuses in it."""

    def run(text, edition=COMMUNITY):
        return [finding for finding in judge(text, edition) if finding.rule not in NOT_REFUSED]

    return run
