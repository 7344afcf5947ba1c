"""What is created: random conditions, judged in every situation that can tell them apart."""

from __future__ import annotations

import random

import pytest

from cilint.plan.scenario import exactly


def judge(generators, planner_of, prove, breaks, seed, count):
    """Whether a proof is ever broken in the pool, and how many verdicts of each kind there were."""
    rng = random.Random(seed)
    pool = [exactly(variables, changed) for variables, changed in generators.situations()]
    unsound, tally = [], {"proven": 0, "refuted": 0, "unknown": 0}
    for _ in range(count):
        text, kind = generators.conditions(rng), rng.choice(["approval", "scan"])
        planner = planner_of(text)
        verdict = prove(planner, "deploy", "gate", kind)
        tally[verdict.status] += 1
        if not verdict.proven:
            continue
        seen = {}
        for situation in pool:
            plan = planner.plan(situation)
            key = tuple(
                (job.name, job.when, job.allow_failure, None if job.needs is None else tuple(job.needs))
                for job in plan.jobs
            )
            if key not in seen:
                seen[key] = breaks(plan, "deploy", "gate", kind) or (verdict.vacuous and plan.get("deploy") is not None)
            if seen[key]:
                unsound.append((text, kind, situation.variables, situation.outside, situation.changed))
                break
    return unsound, tally


def test_no_proof_is_broken_by_any_situation_of_the_pool(generators, planner_of, prove, breaks):
    unsound, tally = judge(generators, planner_of, prove, breaks, 1, 100)
    assert unsound == []
    assert tally["proven"] > 20
    assert tally["refuted"] > 20
    assert tally["unknown"] == 0


@pytest.mark.slow
def test_a_thousand_random_conditions(generators, planner_of, prove, breaks):
    unsound, tally = judge(generators, planner_of, prove, breaks, 7, 1500)
    assert unsound == []
    assert tally["unknown"] <= 3


def test_every_refutation_holds_when_simulated_afresh(generators, planner_of, prove, breaks):
    rng = random.Random(3)
    for _ in range(80):
        text = generators.conditions(rng)
        planner = planner_of(text)
        verdict = prove(planner, "deploy", "gate")
        if verdict.status == "refuted":
            shown = verdict.counterexample
            plan = planner.plan(exactly({**shown.variables, **shown.outside}, shown.changed))
            assert breaks(plan, "deploy", "gate", "approval")
            assert (plan.get("gate") is None) == (verdict.why == "absent")
