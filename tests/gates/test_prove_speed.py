"""Budgets: processor time, for these tests share their machine with others."""

from __future__ import annotations

import json
import time

import pytest

from cilint.gates.claim import Claim
from cilint.gates.prove import Prover


def large(jobs, gap):
    """Twenty stages, ten variables, patterns, optional needs, one job on failure; with or without a gap in the gate."""
    root = {"stages": [f"s{number}" for number in range(20)]}
    for number in range(jobs):
        rules = [
            {"if": f'$V{number % 10} == "x{number % 3}" && $CI_COMMIT_BRANCH =~ /^(main|release-\\d+)$/'},
            {"if": "$CI_COMMIT_TAG =~ /^v\\d+\\.\\d+$/"},
        ]
        if number == 0:
            rules[0]["when"] = "on_failure"
        job = {"stage": f"s{number * 18 // jobs}", "script": ["x"], "rules": rules}
        if number > 5 and number % 3 == 0:
            job["needs"] = [{"job": f"j{number - 1 - number % 5}", "optional": True}]
        root[f"j{number}"] = job
    last = "8" if gap else "9"
    root["approve"] = {
        "stage": "s18", "script": ["x"],
        "rules": [
            {"if": "$CI_COMMIT_BRANCH =~ /^(main|release-.*)$/", "when": "manual"},
            {"if": f"$CI_COMMIT_TAG =~ /^v\\d+\\.[0-{last}]+$/", "when": "manual"},
        ],
    }  # fmt: skip
    root["deploy"] = {
        "stage": "s19", "script": ["x"],
        "rules": [{"if": '$CI_COMMIT_BRANCH == "main"'}, {"if": "$CI_COMMIT_TAG =~ /^v\\d+\\.\\d+$/"}],
    }  # fmt: skip
    return json.dumps(root)


@pytest.mark.slow
@pytest.mark.parametrize(("jobs", "seconds"), [(300, 1), (1000, 3)])
@pytest.mark.parametrize("gap", [False, True], ids=["proven", "refuted"])
def test_large_pipelines(planner_of, jobs, seconds, gap):
    planner = planner_of(large(jobs, gap))
    started = time.process_time()
    verdict = Prover(planner, seconds=60).decide(Claim("deploy", ["approve"], "approval"))
    assert time.process_time() - started < seconds
    assert verdict.status == ("refuted" if gap else "proven")
