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


def _hostile():
    """Large and odd pipelines, each with the verdicts that are right, and seconds of processor time."""
    stages, approve = {"stages": ["a", "b", "c"]}, {"stage": "a", "script": ["x"], "rules": [{"when": "manual"}]}
    deploy = {"stage": "c", "script": ["x"], "rules": [{"when": "on_success"}]}
    chain = {f"j{n}": {"stage": "b", "script": ["x"], "needs": [f"j{n - 1}" if n else "approve"]} for n in range(1000)}
    yield (
        "a chain of needs",
        {**stages, "approve": approve, **chain, "deploy": {**deploy, "needs": ["j999"]}},
        "proven",
        1,
    )
    gates = {
        f"ap{n}": {
            "stage": "a", "script": ["x"],
            "rules": [{"if": f"$CI_COMMIT_BRANCH =~ /^r{n}/", "when": "manual", "allow_failure": True}, {"when": "manual"}],
        }
        for n in range(50)
    }  # fmt: skip
    yield "fifty approvals", {**stages, **gates, "approve": gates["ap7"], "deploy": deploy}, "refuted", 3
    many = [{"if": " || ".join(f'$V{v} == "x{n}"' for n in range(30))} for v in range(40)]
    asked = {**approve, "rules": [{**rule, "when": "manual"} for rule in many]}
    yield "forty variables", {**stages, "approve": asked, "deploy": {**deploy, "rules": many}}, "proven", 2
    clauses = [{"if": f'$CI_COMMIT_BRANCH == "b{n}"'} for n in range(1000)]
    asked = {**approve, "rules": [{**rule, "when": "manual" if n % 3 else "never"} for n, rule in enumerate(clauses)]}
    yield "a thousand clauses", {**stages, "approve": asked, "deploy": {**deploy, "rules": clauses}}, "refuted", 3
    globs = [f"{d}/**/*{n}*.{end}" for d in "abcd" for n in range(10) for end in ("tf", "py", "md", "js", "go")]
    asked = {**approve, "rules": [{"changes": globs[n : n + 50], "when": "manual"} for n in range(0, 200, 50)]}
    rules = [*({"changes": globs[n : n + 40]} for n in range(0, 200, 40)), {"changes": ["**/*.tf"]}]
    yield "two hundred globs", {**stages, "approve": asked, "deploy": {**deploy, "rules": rules}}, "refuted", 3
    slugs = [{"if": f"$CI_COMMIT_REF_SLUG =~ /{word}/"} for word in ("feat", "fix", "rel", "hot", "dep", "doc", "ref")]
    asked = {**approve, "rules": [{**rule, "when": "manual"} for rule in slugs]}
    yield "seven slugs", {**stages, "approve": asked, "deploy": {**deploy, "rules": slugs}}, "proven", 2.5
    for wide, narrow, verdict in (
        ("/^(a|aa)*b{1,1000}$/", "/^(a|aa)*b{1,999}c?$/", "refuted"),
        ("/(.*a.{15}){3}/", "/(.*a.{16}){3}/", "unknown"),
    ):
        asked = {**approve, "rules": [{"if": f"$CI_COMMIT_BRANCH =~ {wide}", "when": "manual"}]}
        other = {**deploy, "rules": [{"if": f"$CI_COMMIT_BRANCH =~ {narrow}"}]}
        yield narrow, {**stages, "approve": asked, "deploy": other}, verdict, 4


@pytest.mark.parametrize(("root", "verdict", "seconds"), [
    pytest.param(root, verdict, seconds, id=name) for name, root, verdict, seconds in _hostile()
])  # fmt: skip
def test_odd_pipelines_end_in_time(planner_of, root, verdict, seconds):
    planner = planner_of(json.dumps(root))
    started = time.process_time()
    found = Prover(planner, seconds=3 if verdict == "unknown" else 30).decide(Claim("deploy", ["approve"], "approval"))
    assert time.process_time() - started < seconds
    assert found.status == verdict
