"""Planning as a whole: the given cases, independence of the order of keys, and what it costs."""

from __future__ import annotations

import os
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from cilint.compose import compose
from cilint.compose.fetch import open_project
from cilint.pipeline import build
from cilint.pipeline.logic import logic
from cilint.plan import Planner, Tree, default_scenarios
from cilint.plan.run_order import Run
from cilint.plan.scenario import branch, exactly


def test_the_given_cases(shared, tmp_path):
    """Every case of evaluation.yml and run-order.yml that has a pipeline, without the command line between."""
    reader = YAML(typ="safe", pure=True)
    cases = [c for name in ("evaluation", "run-order") for c in reader.load(shared / "conformance" / f"{name}.yml")]
    judged, wrong = 0, []
    for number, case in enumerate(cases):
        if case["expect"].get("valid") is False:
            continue
        folder = tmp_path / str(number)
        for path, text in case["files"].items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(text)
        judged += 1
        fault = _fault(case, str(folder))
        if fault:
            wrong.append((case["id"], fault))
    assert not wrong
    assert judged > 150


def _fault(case, folder):
    project, source = open_project(os.path.join(folder, ".gitlab-ci.yml"), root=folder)
    context = {k: v for k, v in (case.get("context") or {}).items() if v is not None}
    scenario = exactly(context) if context else branch()
    plan = Planner(build(compose(source, project))).plan(
        scenario.given(changed=case.get("changes"), tree=Tree(project.list_files))
    )
    expect, jobs = case["expect"], {job.name: job for job in plan.jobs}
    if "pipeline_error" in expect:
        text = " ".join(error.message for error in plan.errors).lower()
        return None if plan.errors and all(word.lower() in text for word in expect["pipeline_error"]) else plan.errors
    if plan.errors:
        return plan.errors
    if "created" in expect and set(expect["created"]) != set(jobs):
        return sorted(jobs)
    for name, attrs in (expect.get("attrs") or {}).items():
        for key, wanted in attrs.items():
            got = getattr(jobs[name], key)
            if (wanted.items() <= got.items() if isinstance(wanted, dict) else wanted == got) is False:
                return name, key, got
    return _order_fault(plan, expect) if "after_build" in expect else None


def _order_fault(plan, expect):
    run = Run(plan)
    for job in plan.jobs:
        if job.stage == "build":
            run.happen("succeed", job.name)
    for step in [{"do": {}, "then": expect["after_build"]}, *expect["steps"]]:
        for action, listed in step["do"].items():
            for name in listed:
                run.happen(action, name)
        if not step["then"].items() <= run.status.items():
            return run.status
    return None


PIECES = [
    "stages: [build, test, deploy]",
    "variables: {A: $B, B: b}",
    "workflow: {rules: [{if: $CI_COMMIT_BRANCH, variables: {W: w}}, {if: $CI_COMMIT_TAG}]}",
    "one: {stage: build, script: [x], variables: {C: c, D: $C}, rules: [{if: $W}, {changes: [a], when: manual}]}",
    "two: {stage: test, script: [x], needs: [one], allow_failure: true, only: [branches, tags]}",
    "three: {stage: test, script: [x], parallel: {matrix: [{X: [p, q]}]}, rules: [{if: $X == 'p'}]}",
    "four: {stage: deploy, script: [x], needs: [{job: three, optional: true}], environment: prod/$A}",
    ".hidden: {script: [x]}",
]


@settings(max_examples=60, deadline=None)
@given(st.permutations(PIECES))
def test_the_order_of_keys_does_not_matter(pipeline_of, pieces):
    usual, shuffled = (Planner(pipeline_of("\n".join(text))) for text in (PIECES, pieces))
    for scenario in default_scenarios(Tree([])):
        assert seen(shuffled.plan(scenario)) == seen(usual.plan(scenario))


def seen(plan):
    jobs = {
        job.name: (job.stage, job.when, job.allow_failure, job.needs, job.variables, job.environment)
        for job in plan.jobs
    }
    return jobs, {(error.kind, error.job, error.need) for error in plan.errors}, set(plan.absent)


def large(jobs=300):
    lines = ["stages: [build, test, deploy]", "variables:"]
    lines += [f"  V{n}: value-{n}" for n in range(20)]
    lines += ["  IMAGE: $CI_REGISTRY_IMAGE/x", ".base:", "  rules:"]
    lines += [
        "    - {if: $CI_COMMIT_BRANCH == 'none' && $CI_PIPELINE_SOURCE != 'schedule', when: never}",
        "    - {if: $CI_COMMIT_TAG =~ /^v\\d+/}",
        "    - {if: $CI_MERGE_REQUEST_IID, changes: ['src/**/*', '$V1/*']}",
        "    - {exists: ['**/*.tf', 'charts/*/values.yaml'], when: never}",
        "    - {when: manual, allow_failure: true}",
    ]
    for n in range(jobs):
        lines += [f"job{n}:", f"  stage: {('build', 'test', 'deploy')[n % 3]}", "  extends: .base", "  script: [x]"]
        lines += ["  variables: {A: $V1, B: x}", f"  environment: env/$CI_COMMIT_REF_SLUG/{n}"]
        if n % 3:
            lines.append(f"  needs: [{{job: job{n - 1}, optional: true}}]")
    return "\n".join(lines)


def seconds(work):
    """Processor time of the best of three rounds: others may be at work on this machine."""
    taken = []
    for _ in range(3):
        start = time.process_time()
        work()
        taken.append(time.process_time() - start)
    return min(taken)


@pytest.mark.slow
def test_300_jobs_cost_little(pipeline_of):
    pipeline = pipeline_of(large())
    scenarios = default_scenarios(Tree(["src/a.py"]))
    assert len(Planner(pipeline).plan(scenarios[1]).jobs) == 300

    def every():
        planner = Planner(pipeline)
        return [planner.plan(scenario) for scenario in scenarios]

    assert seconds(lambda: Planner(pipeline).plan(scenarios[0])) < 0.075  # 0.05 s on a quiet machine
    assert seconds(every) < 0.5


def test_needs_of_clauses_name_instances_for_plan_and_logic_alike(pipeline_of):
    text = "build: {{stage: build, script: [x], parallel: 2}}\ntest: {{script: [x], rules: [{{when: always, needs: [{}]}}]}}\n"
    for need, is_there in (("build", False), ("build 1/2", True), ("{job: build, optional: true}", True)):
        pipeline = pipeline_of(text.format(need))
        plan = Planner(pipeline).plan(branch())
        assert [finding.rule for finding in logic(pipeline)] == ([] if is_there else ["needs-undefined"])
        assert [error.kind for error in plan.errors] == ([] if is_there else ["needs"])
        if is_there:
            assert plan.get("test").needs == ([] if "optional" in need else [need])
