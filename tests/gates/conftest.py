"""How the prover's tests make pipelines from text, ask about them, and try out every course of them."""

from __future__ import annotations

import importlib.util
import os

import pytest

from cilint.compose import compose
from cilint.compose.fetch import Project
from cilint.gates.blocked import blocked
from cilint.gates.claim import Assumptions, Claim
from cilint.gates.explore import explore
from cilint.gates.prove import Prover
from cilint.pipeline import build
from cilint.plan import Planner, Tree
from cilint.source import Source


@pytest.fixture(scope="session")
def generators():
    """The module random_pipelines.py beside this file."""
    path = os.path.join(os.path.dirname(__file__), "random_pipelines.py")
    spec = importlib.util.spec_from_file_location("random_pipelines", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def planner_of(tmp_path_factory):
    folder = str(tmp_path_factory.mktemp("project"))

    def make(text):
        config = compose(Source(".gitlab-ci.yml", text), Project(folder))
        assert config.root is not None, config.findings
        return Planner(build(config))

    return make


@pytest.fixture(scope="session")
def prove(planner_of):
    """prove(text or planner, guarded, gate or gates, kind, files=, **assumptions) -> Verdict."""

    def ask(text, guarded, gates, kind="approval", *, files=None, seconds=20, **assumed):
        planner = planner_of(text) if isinstance(text, str) else text
        prover = Prover(
            planner,
            Assumptions(**assumed),
            tree=None if files is None else Tree(files),
            seconds=seconds,
            blocked=blocked(planner.pipeline.config),
        )
        return prover.decide(Claim(guarded, [gates] if isinstance(gates, str) else gates, kind))

    return ask


@pytest.fixture(scope="session")
def breaks():
    """breaks(plan, guarded, gate, kind): whether some course of this one pipeline starts the job without its gate."""

    def judge(plan, guarded, gate, kind, states=40_000):
        if plan.errors or plan.get(guarded) is None:
            return False
        job = plan.get(gate)
        counts = job is not None and (kind != "approval" or job.when == "manual")
        return explore(plan, guarded, [gate] if counts else [], states=states) is not None

    return judge
