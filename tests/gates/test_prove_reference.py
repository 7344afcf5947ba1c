"""The reference pipeline: all its gates are proven, breaking one is noticed, saying the same otherwise is not."""

from __future__ import annotations

import copy
import json
import random
import time
from pathlib import Path

import pytest

from cilint.compose import compose
from cilint.compose.fetch import Project
from cilint.gates.claim import Assumptions, Claim
from cilint.gates.explore import STARTED, Course
from cilint.gates.prove import Prover
from cilint.pipeline import build
from cilint.plan import Planner, default_scenarios
from cilint.plan.run_order import CANCELED, CREATED, FAILED, MANUAL, PENDING, SCHEDULED, SUCCESS, EventError
from cilint.source import Source
from cilint.tree.node import plain

ROOT = Path(__file__).resolve().parents[2]
CHECKS = ("secret-detection", "semgrep-sast", "trivy-image", "grype-image", "unit-tests")
CLAIMS = [
    Claim("deploy-production", ["approve-security"], "approval"),
    Claim("deploy-production", ["approve-product"], "approval"),
    Claim("deploy-canary", ["approve-canary"], "approval"),
    Claim("deploy-staging", ["approve-staging"], "approval"),
    Claim("deploy-staging", ["deploy-canary"], "order"),
    Claim("deploy-production", ["deploy-staging"], "order"),
    Claim("deploy-production", ["deploy-canary"], "order"),
    *(
        Claim(deployment, [check], "scan")
        for deployment in ("deploy-dev", "deploy-canary", "deploy-staging", "deploy-production")
        for check in CHECKS
    ),
]


@pytest.fixture(scope="session")
def resolved():
    """What every job of the reference pipeline holds, as plain data that can be written down again."""
    text = (ROOT / "examples" / ".gitlab-ci.yml").read_text(encoding="utf-8")
    config = compose(Source("examples/.gitlab-ci.yml", text), Project(str(ROOT)))
    data = {key: value for key, value in plain(config.root).items() if not key.startswith(".")}
    for job in data.values():
        if isinstance(job, dict):
            job.pop("extends", None)
            if isinstance(job.get("rules"), list):
                job["rules"] = list(_flat(job["rules"]))
    return data


def _flat(rules):
    for rule in rules:
        if isinstance(rule, list):
            yield from _flat(rule)
        else:
            yield rule


def prover_of(data, seconds=20, **assumed):
    config = compose(Source(".gitlab-ci.yml", json.dumps(data)), Project(str(ROOT)))
    return Prover(Planner(build(config)), Assumptions(**assumed), seconds=seconds)


def test_every_gate_is_proven(resolved):
    prover = prover_of(resolved)
    verdicts = [prover.decide(claim) for claim in CLAIMS]
    assert [verdict for verdict in verdicts if not verdict.proven] == []
    assert [verdict for verdict in verdicts if verdict.vacuous] == []


def test_one_gate_takes_a_tenth_of_a_second(resolved):
    config = compose(Source(".gitlab-ci.yml", json.dumps(resolved)), Project(str(ROOT)))
    planner = Planner(build(config))

    def once():
        started = time.process_time()
        assert Prover(planner).decide(CLAIMS[0]).proven
        return time.process_time() - started

    assert min(once() for _ in range(5)) < 0.1


# -- mutants: each takes the data and a random generator, changes one thing, and names the claim that it aims at


def _aim(rng):
    return rng.choice(CLAIMS)


def _gate_optional(data, rng):
    claim = _aim(rng)
    gate = data[claim.gates[0]]
    gate["allow_failure"] = True
    for rule in gate.get("rules", ()):
        rule.pop("allow_failure", None)
    return claim


def _gate_optional_in_a_rule(data, rng):
    claim = _aim(rng)
    rng.choice(data[claim.gates[0]]["rules"])["allow_failure"] = True
    return claim


def _gate_by_itself(data, rng):
    claim = rng.choice([claim for claim in CLAIMS if claim.kind == "approval"])
    for rule in data[claim.gates[0]]["rules"]:
        rule["when"] = rng.choice(["on_success", "always"])
    return claim


def _gate_narrower(data, rng):
    claim = _aim(rng)
    extra = rng.choice(
        [
            '$CI_PIPELINE_SOURCE != "web"',
            "$RELEASE",
            '$CI_COMMIT_REF_PROTECTED == "true"',
            "$CI_COMMIT_TAG == null && $A != $B",
        ]
    )
    for rule in data[claim.gates[0]]["rules"]:
        rule["if"] = f"({rule['if']}) && {extra}" if "if" in rule else extra
    return claim


def _gate_switch(data, rng):
    claim = _aim(rng)
    rule = {"if": rng.choice(["$SKIP", '$HOTFIX == "true"', '$CI_PIPELINE_SOURCE == "web"']), "when": "never"}
    data[claim.gates[0]]["rules"].insert(0, rule)
    return claim


def _gate_gone(data, rng):
    claim = _aim(rng)
    data[claim.gates[0]]["rules"] = [{"when": "never"}]
    return claim


def _need_lost(data, rng):
    claim = _aim(rng)
    job = data[claim.guarded]
    job["needs"] = [need for need in job["needs"] if _named(need) != claim.gates[0]]
    return claim


def _all_needs_lost(data, rng):
    claim = _aim(rng)
    data[claim.guarded]["needs"] = rng.choice([[], ["bundle"], ["install-dependencies"]])
    return claim


def _need_optional(data, rng):
    claim = _aim(rng)
    job, name = data[claim.guarded], claim.gates[0]
    job["needs"] = [{"job": name, "optional": True} if _named(need) == name else need for need in job["needs"]]
    for rule in data[name]["rules"]:
        rule["if"] = f"({rule['if']}) && $FULL" if "if" in rule else "$FULL"
    return claim


def _guarded_always(data, rng):
    claim = _aim(rng)
    for rule in data[claim.guarded]["rules"]:
        if rule.get("when") != "never":
            rule["when"] = rng.choice(["always", "on_failure"])
    return claim


def _guarded_wider(data, rng):
    claim = _aim(rng)
    data[claim.guarded]["rules"].append(
        {"if": rng.choice(["$CI_COMMIT_BRANCH", "$FORCE", '$CI_PIPELINE_SOURCE == "schedule"'])}
    )
    data[claim.guarded]["needs"] = [{"job": _named(need), "optional": True} for need in data[claim.guarded]["needs"]]
    return claim


def _between_always(data, rng):
    claim = _aim(rng)
    between = [_named(need) for need in data[claim.guarded]["needs"] if _named(need) != claim.gates[0]]
    name = rng.choice(between)
    for rule in data[name].get("rules", ()):
        rule["when"] = "always"
    return claim


def _rules_needs(data, rng):
    claim = _aim(rng)
    rng.choice(data[claim.guarded]["rules"])["needs"] = ["bundle"]
    return claim


def _named(need):
    return need if isinstance(need, str) else need["job"]


MUTATIONS = [
    _gate_optional, _gate_optional_in_a_rule, _gate_by_itself, _gate_narrower, _gate_switch, _gate_gone, _need_lost,
    _all_needs_lost, _need_optional, _guarded_always, _guarded_wider, _between_always, _rules_needs,
]  # fmt: skip


def mutants(resolved, seed, count):
    rng = random.Random(seed)
    for number in range(count):
        data = copy.deepcopy(resolved)
        mutation = MUTATIONS[number % len(MUTATIONS)]
        yield mutation.__name__, data, mutation(data, rng)


def survives(planner, claim, rng, courses):
    """Whether random courses in usual situations ever start the guarded job without its gate: what a proof denies."""
    for scenario in [
        *default_scenarios(),
        *(s.given(variables={"SKIP": "1", "FORCE": "1"}) for s in default_scenarios()),
    ]:
        plan = planner.plan(scenario)
        if plan.errors or plan.get(claim.guarded) is None:
            continue
        gate = plan.get(claim.gates[0])
        counts = gate is not None and (claim.kind != "approval" or gate.when == "manual")
        for _ in range(courses):
            course = Course(plan)
            passed = False
            for _ in range(160):
                if course.status[claim.guarded] in STARTED and not (passed and counts):
                    return False
                open_ = [
                    (name, status) for name, status in course.status.items() if status in (PENDING, MANUAL, SCHEDULED)
                ]
                if not open_ or rng.random() < 0.02:
                    open_ = [
                        (name, status)
                        for name, status in course.status.items()
                        if status in (FAILED, SUCCESS, CANCELED, CREATED)
                    ]
                name, status = rng.choice(open_)
                action = {MANUAL: "play", FAILED: "retry", SUCCESS: "retry", CANCELED: "retry", CREATED: "cancel"}.get(
                    status
                )
                action = action or ("fail" if rng.random() < 0.08 else "succeed")
                if name == claim.gates[0] and action == "succeed":
                    action = rng.choice(["succeed", "fail"])
                try:
                    course.happen(action, name)
                except EventError:
                    continue
                passed |= name == claim.gates[0] and course.status[name] == SUCCESS
    return True


def judge_mutants(resolved, seed, count):
    rng = random.Random(seed)
    tally = {"refuted": 0, "equivalent": 0}
    for name, data, claim in mutants(resolved, seed, count):
        prover = prover_of(data)
        verdict = prover.decide(claim)
        assert verdict.status != "unknown", (name, claim, verdict.reason)
        if verdict.proven:
            assert survives(prover.planner, claim, rng, 4), (name, claim)
            tally["equivalent"] += 1
        else:
            tally["refuted"] += 1
    return tally


def test_broken_gates_are_noticed(resolved):
    tally = judge_mutants(resolved, 1, 13)
    assert tally["refuted"] > 3


@pytest.mark.slow
def test_two_hundred_broken_gates_are_noticed(resolved):
    tally = judge_mutants(resolved, 2, 208)
    assert tally["refuted"] > 80


# -- rewrites: the same said in another way


def _shuffle_jobs(data, rng):
    jobs = [key for key, value in data.items() if isinstance(value, dict) and "script" in value]
    rng.shuffle(jobs)
    for name in jobs:
        data[name] = data.pop(name)


def _shuffle_needs(data, rng):
    for job in _jobs(data):
        if isinstance(job.get("needs"), list):
            rng.shuffle(job["needs"])


def _brackets(data, rng):
    for rule in _rules(data):
        if "if" in rule and rng.random() < 0.5:
            rule["if"] = f"({rule['if']})"


def _patterns(data, rng):
    for rule in _rules(data):
        if "if" in rule and rng.random() < 0.5:
            rule["if"] = rule["if"].replace('$CI_COMMIT_BRANCH == "main"', "$CI_COMMIT_BRANCH =~ /^main$/")


def _swapped(data, rng):
    for rule in _rules(data):
        if "if" in rule and rng.random() < 0.5:
            rule["if"] = rule["if"].replace('$CI_COMMIT_BRANCH == "main"', '"main" == $CI_COMMIT_BRANCH')


def _longhand(data, rng):
    for job in _jobs(data):
        for rule in job.get("rules", ()):
            if rng.random() < 0.5:
                rule.setdefault("when", job.get("when", "on_success"))


def _dead_rule(data, rng):
    for job in _jobs(data):
        if job.get("rules") and rng.random() < 0.3:
            job["rules"].insert(0, {"if": "$CI_COMMIT_BRANCH && $CI_COMMIT_TAG", "when": "never"})


def _split_or(data, rng):
    for job in _jobs(data):
        if "rules" in job and rng.random() < 0.6:
            split = []
            for rule in job["rules"]:
                parts = rule.get("if", "").split(" || ")
                split += (
                    [{**rule, "if": part} for part in parts] if len(parts) > 1 and "&&" not in rule["if"] else [rule]
                )
            job["rules"] = split


def _bystander(data, rng):
    data[f"extra-{rng.randint(0, 99)}"] = {
        "stage": "rollback", "script": ["x"], "rules": [{"when": rng.choice(["manual", "on_failure", "on_success"])}],
    }  # fmt: skip


def _redundant_need(data, rng):
    data["deploy-production"]["needs"].append(
        {"job": rng.choice(["cdk-nag", "bundle", "deploy-dev"]), "artifacts": False}
    )


REWRITES = [
    _shuffle_jobs, _shuffle_needs, _brackets, _patterns, _swapped, _longhand, _dead_rule, _split_or, _bystander, _redundant_need,
]  # fmt: skip


def _jobs(data):
    return [value for value in data.values() if isinstance(value, dict) and "script" in value]


def _rules(data):
    return [rule for job in _jobs(data) for rule in job.get("rules", ())]


def judge_rewrites(resolved, seed, count):
    rng = random.Random(seed)
    for number in range(count):
        data = copy.deepcopy(resolved)
        done = [REWRITES[number % len(REWRITES)], *rng.sample(REWRITES, rng.choice([0, 0, 1, 2]))]
        for rewrite in done:
            rewrite(data, rng)
        prover = prover_of(data)
        lost = [claim for claim in CLAIMS if not prover.decide(claim).proven]
        assert lost == [], [rewrite.__name__ for rewrite in done]


def test_saying_the_same_otherwise_changes_nothing(resolved):
    judge_rewrites(resolved, 1, 12)


@pytest.mark.slow
def test_two_hundred_rewrites_change_nothing(resolved):
    judge_rewrites(resolved, 2, 200)
