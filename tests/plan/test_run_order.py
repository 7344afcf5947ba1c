"""Run order: the table of manual gates, and what no sequence of events may break."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cilint.plan.run_order import ACTIONS, EventError, Run, composite

BLOCKING, OPTIONAL = "when: manual, allow_failure: false", "when: manual"


def pair(gate, follower, more=""):
    return f"stages: [build, test, deploy]\ng: {{stage: build, script: [x], {gate}}}\nd: {{stage: test, script: [x], {follower}}}\n{more}"


GATES = [
    # gate, follower, events, status of the follower
    (BLOCKING, "", "", "created"),
    (BLOCKING, "", "succeed:g", "pending"),
    (BLOCKING, "", "fail:g", "skipped"),
    (OPTIONAL, "", "", "pending"),
    (BLOCKING, "needs: [g]", "", "created"),
    (BLOCKING, "needs: [g]", "play:g", "created"),
    (BLOCKING, "needs: [g]", "play:g succeed:g", "pending"),
    (BLOCKING, "needs: [g]", "play:g fail:g", "skipped"),
    (BLOCKING, "needs: [g]", "play:g cancel:g", "skipped"),
    (OPTIONAL, "needs: [g]", "", "skipped"),
    (OPTIONAL, "needs: [g]", "play:g", "created"),
    (OPTIONAL, "needs: [g]", "play:g succeed:g", "pending"),
    (OPTIONAL, "needs: [g]", "play:g fail:g", "pending"),
    (OPTIONAL, "needs: [g]", "play:g cancel:g", "pending"),
    (BLOCKING, "needs: []", "", "pending"),
    (OPTIONAL, "when: always, needs: [g]", "", "pending"),
    (OPTIONAL, "when: always", "", "pending"),
    (BLOCKING, "when: always", "", "created"),
    (BLOCKING, "when: always", "play:g fail:g", "pending"),
    (BLOCKING, "when: always, needs: [g]", "play:g fail:g", "pending"),
    (BLOCKING, "when: always", "play:g cancel:g", "skipped"),
    (BLOCKING, OPTIONAL, "", "created"),
    (BLOCKING, OPTIONAL, "play:g succeed:g", "manual"),
    (BLOCKING, OPTIONAL, "play:g fail:g", "skipped"),
    ("only: [tags]", "needs: [{job: g, optional: true}]", "", "pending"),
    ("only: [tags]", "", "", "pending"),
    ("when: delayed, start_in: 1 hour", "", "", "created"),
    ("when: delayed, start_in: 1 hour", "", "succeed:g", "pending"),
    ("when: delayed, start_in: 1 hour", "", "play:g", "created"),
    ("when: delayed, start_in: 1 hour", "", "unschedule:g", "created"),
    ("when: delayed, start_in: 1 hour", "needs: [g]", "unschedule:g", "created"),
    ("when: delayed, start_in: 1 hour", "needs: [g]", "unschedule:g play:g succeed:g", "pending"),
    ("when: delayed, start_in: 1 hour, allow_failure: true", "", "", "created"),
    ("when: delayed, start_in: 1 hour, allow_failure: true", "", "unschedule:g", "pending"),
    ("when: delayed, start_in: 1 hour, allow_failure: true", "needs: [g]", "unschedule:g", "skipped"),
    ("when: delayed, start_in: 1 hour, allow_failure: true", "needs: [g]", "unschedule:g play:g", "created"),
    ("", "when: on_failure", "", "created"),
    ("", "when: on_failure", "fail:g", "pending"),
    ("", "when: on_failure", "succeed:g", "skipped"),
    ("allow_failure: true", "when: on_failure", "fail:g", "skipped"),
    ("allow_failure: true", "", "fail:g", "pending"),
    ("allow_failure: {exit_codes: 3}", "", "fail:g", "skipped"),
    ("", "", "fail:g retry:g", "created"),
    ("", "", "fail:g retry:g succeed:g", "pending"),
    (BLOCKING, "", "play:g fail:g retry:g", "created"),
    (BLOCKING, "", "play:g fail:g play:g succeed:g", "pending"),
]


@pytest.mark.parametrize(("gate", "follower", "events", "status"), GATES)
def test_gates(run_of, gate, follower, events, status):
    assert run_of(pair(gate, follower), *events.split()).status["d"] == status


def test_on_failure_without_an_earlier_stage_is_skipped_at_once(run_of):
    assert run_of("a: {script: [x], when: on_failure}\nb: {script: [x]}").status["a"] == "skipped"


def test_a_retried_manual_job_starts_without_another_click(run_of):
    run = run_of(pair(BLOCKING, ""), "play:g", "fail:g", "retry:g")
    assert run.status["g"] == "pending"


def test_jobs_that_ran_keep_their_result_when_an_earlier_one_is_retried(run_of):
    text = pair("", "when: on_failure", "e: {stage: deploy, script: [x], needs: [d, g]}")
    run = run_of(text, "fail:g", "succeed:d", "retry:g", "succeed:g")
    assert run.status == {"g": "success", "d": "success", "e": "pending"}


def test_an_optional_gate_once_started_holds_later_stages(run_of):
    text = "stages: [a, b, c]\ng: {stage: a, script: [x], when: manual}\nm: {stage: a, script: [x]}\nd: {stage: b, script: [x]}"
    assert run_of(text, "play:g", "succeed:m").status["d"] == "created"
    assert run_of(text, "play:g", "succeed:m", "succeed:g").status["d"] == "pending"


def test_a_stage_after_a_skipped_job_runs(run_of):
    text = pair(OPTIONAL, "needs: [g]", "e: {stage: deploy, script: [x]}")
    assert run_of(text).status == {"g": "manual", "d": "skipped", "e": "pending"}


def test_two_gates_one_of_each_kind(run_of):
    text = f"g: {{stage: build, script: [x], {BLOCKING}}}\no: {{stage: build, script: [x], {OPTIONAL}}}\nd: {{script: [x], needs: [g, o]}}"
    assert run_of(text).status["d"] == "skipped"
    assert run_of(text, "play:o").status["d"] == "created"
    assert run_of(text, "play:o", "succeed:o").status["d"] == "created"
    assert run_of(text, "play:o", "succeed:o", "succeed:g").status["d"] == "pending"


def test_the_whole_pipeline(run_of):
    assert run_of(pair(BLOCKING, "")).overall == "manual"
    assert run_of(pair("", "")).overall in {"pending", "running"}
    assert run_of(pair("", ""), "succeed:g", "succeed:d").overall == "success"
    assert run_of(pair("", ""), "fail:g").overall == "failed"


@pytest.mark.parametrize(
    ("event", "words"),
    [
        ("succeed:d", "still waits"), ("play:g", "has started"), ("retry:g", "has started"), ("jump:g", "unknown action"),
        ("fail:x", "no job"), ("cancel:m", "waits to be played"), ("retry:m", "waits to be played"), ("play:d", "still waits"),
        ("unschedule:m", "waits to be played"),
    ],
)  # fmt: skip
def test_events_that_cannot_happen(run_of, event, words):
    with pytest.raises(EventError, match=words):
        run_of(pair("", "", "m: {stage: build, script: [x], when: manual}"), event)


def test_only_manual_jobs_are_played(run_of):
    with pytest.raises(EventError, match="no manual job"):
        run_of(pair("", ""), "succeed:g", "play:g")


COMPOSITES = [
    ([], "success"), ([("skipped", False)], "skipped"), ([("manual", True)], "skipped"),
    ([("success", False), ("skipped", False)], "success"), ([("failed", True)], "success"), ([("canceled", True)], "success"),
    ([("created", False), ("manual", True)], "created"), ([("canceled", False), ("success", False)], "canceled"),
    ([("canceled", False), ("failed", False)], "failed"), ([("manual", False), ("created", False)], "manual"),
    ([("manual", False), ("pending", False)], "running"), ([("scheduled", False), ("created", False)], "scheduled"),
    ([("failed", False), ("created", False)], "running"), ([("failed", False), ("success", False)], "failed"),
]  # fmt: skip


@pytest.mark.parametrize(("jobs", "status"), COMPOSITES)
def test_composite(jobs, status):
    assert composite(jobs) == status


WHENS = [
    "",
    "when: always",
    "when: on_failure",
    "when: manual",
    "when: manual, allow_failure: false",
    "allow_failure: true",
]
JOBS = st.lists(
    st.tuples(st.integers(0, 2), st.sampled_from(WHENS), st.none() | st.sets(st.integers(0, 5), max_size=3)),
    min_size=1,
    max_size=6,
)
EVENTS = st.lists(st.tuples(st.sampled_from(ACTIONS), st.integers(0, 5)), max_size=12)


@settings(max_examples=150, deadline=None)
@given(JOBS, EVENTS)
def test_no_job_starts_before_its_mandatory_needs_have_finished(plan_of, jobs, events):
    lines = ["stages: [s0, s1, s2]"]
    for number, (stage, keys, needs) in enumerate(jobs):
        if needs is not None:
            earlier = [f"j{n}" for n in sorted(needs) if n < number and jobs[n][0] <= stage]
            keys = f"{keys}, needs: {earlier}" if keys else f"needs: {earlier}"
        lines.append(f"j{number}: {{stage: s{stage}, script: [x], {keys}}}")
    plan = plan_of("\n".join(lines))
    run = Run(plan)
    started = set()
    for action, number in [("", 0), *events]:
        if action:
            try:
                run.happen(action, f"j{number}")
            except EventError:
                continue
        for name, job in run.jobs.items():
            if run.status[name] != "pending" or name in started:
                continue
            for need in job.needs or ():
                other = run.jobs[need]
                over = run.status[need] in {"success", "failed", "canceled", "skipped"}
                ignored = job.when == "always" and run.status[need] == "manual" and other.allow_failure
                hopeless = job.when == "always" and any(run.status[n] in {"skipped", "manual"} for n in job.needs)
                assert over or ignored or hopeless, (name, need, run.status)
        started = {name for name in run.jobs if run.status[name] == "pending"}
