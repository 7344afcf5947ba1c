"""How these tests make a pipeline from text, without a file on disk."""

from __future__ import annotations

import pytest

from cilint.compose import compose
from cilint.compose.fetch import Project
from cilint.pipeline import build
from cilint.plan import Planner, Tree
from cilint.plan.run_order import Run
from cilint.plan.scenario import branch, exactly
from cilint.source import Source

MAIN = {
    "CI_PIPELINE_SOURCE": "push", "CI_COMMIT_BRANCH": "main", "CI_COMMIT_REF_NAME": "main", "CI_DEFAULT_BRANCH": "main",
}  # fmt: skip


@pytest.fixture(scope="session")
def pipeline_of(tmp_path_factory):
    folder = str(tmp_path_factory.mktemp("project"))

    def make(text):
        config = compose(Source(".gitlab-ci.yml", text), Project(folder))
        assert config.root is not None, config.findings
        return build(config)

    return make


@pytest.fixture(scope="session")
def plan_of(pipeline_of):
    """plan_of(text, variables or Scenario, changed, files) -> Plan."""

    def make(text, situation=None, changed=None, files=()):
        scenario = exactly(MAIN if situation is None else situation) if not hasattr(situation, "given") else situation
        return Planner(pipeline_of(text)).plan(scenario.given(changed=changed, tree=Tree(files)))

    return make


@pytest.fixture(scope="session")
def run_of(plan_of):
    """A Run of a push to main, with events `action:job` played one by one."""

    def make(text, *events):
        plan = plan_of(text, branch())
        assert not plan.errors, plan.errors
        run = Run(plan)
        for event in events:
            run.happen(*event.split(":", 1))
        return run

    return make
