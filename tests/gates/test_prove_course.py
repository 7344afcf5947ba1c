"""The course of time: the prover against an exhaustive explorer, on random graphs of jobs, retries and plays included."""

from __future__ import annotations

import random

import pytest

from cilint.gates import explore as explorer
from cilint.gates.budget import Budget
from cilint.gates.explore import STARTED, Course
from cilint.plan import Tree
from cilint.plan.run_order import CANCELED, CREATED, FAILED, SKIPPED, EventError
from cilint.plan.scenario import branch, exactly


def disagreements(generators, planner_of, prove, breaks, seed, count, size=(2, 5)):
    """(unsound, too cautious, judged): how often the prover and the explorer differ, and how often they were asked."""
    rng = random.Random(seed)
    unsound, cautious, judged = [], [], 0
    for _ in range(count):
        text, names = generators.course(rng, size)
        guarded, gate, kind = names[-1], rng.choice(names[:-1]), rng.choice(["approval", "scan"])
        planner = planner_of(text)
        try:
            broken = breaks(planner.plan(branch()), guarded, gate, kind)
        except Budget:
            continue
        judged += 1
        verdict = prove(planner, guarded, gate, kind, level=0)
        if verdict.proven and broken:
            unsound.append((text, guarded, gate, kind))
        elif not verdict.proven and (not broken or verdict.status != "refuted"):
            cautious.append((text, guarded, gate, kind, verdict.status))
    return unsound, cautious, judged


def test_the_prover_agrees_with_every_course_of_random_pipelines(generators, planner_of, prove, breaks):
    unsound, cautious, judged = disagreements(generators, planner_of, prove, breaks, 1, 300)
    assert unsound == []
    assert cautious == []
    assert judged > 290


@pytest.mark.slow
@pytest.mark.parametrize(("seed", "count", "size"), [(11, 5000, (2, 5)), (12, 4500, (3, 5)), (13, 500, (5, 7))])
def test_ten_thousand_random_pipelines(generators, planner_of, prove, breaks, seed, count, size):
    unsound, cautious, judged = disagreements(generators, planner_of, prove, breaks, seed, count, size)
    assert unsound == []
    assert len(cautious) * 500 <= judged
    assert judged > count * 0.8


def test_what_is_refuted_was_lived_through(generators, prove):
    """The events of a counterexample, played one by one, end with the guarded job started and the gate not passed."""
    rng = random.Random(2)
    replayed = 0
    while replayed < 60:
        text, names = generators.course(rng)
        verdict = prove(text, names[-1], names[0], "scan", level=0)
        if verdict.status != "refuted":
            continue
        course = Course(verdict.counterexample.plan)
        succeeded = False
        for event in verdict.counterexample.events:
            course.happen(*event.split(":", 1))
            succeeded |= course.status[names[0]] == "success" and names[0] not in course.excused
        assert course.status[names[-1]] in ("pending", "manual", "scheduled")
        assert not succeeded
        replayed += 1


def test_a_counterexample_has_no_event_too_many(generators, prove):
    """No event but a play, which tells more than it does, can be left out alone."""
    rng = random.Random(3)
    judged = 0
    while judged < 40:
        text, names = generators.course(rng, (11, 16))
        verdict = prove(text, names[-1], names[0], "scan", level=0)
        if verdict.status != "refuted":
            continue
        shown = verdict.counterexample
        judged += len(shown.events) > 2
        for place, left_out in enumerate(shown.events):
            course = Course(shown.plan)
            passed = False
            for number, event in enumerate(shown.events):
                if number == place or course.status[names[-1]] in STARTED:
                    continue
                try:
                    course.happen(*event.split(":", 1))
                except EventError:
                    passed = True
                passed |= course.status[names[0]] == "success" and names[0] not in course.excused
            lived = not passed and course.status[names[-1]] in STARTED
            assert not lived or left_out.startswith("play:"), (text, shown.events, left_out)


NESTED = """
stages: [build, approve, prod]
compile: {stage: build, script: [make]}
mend: {stage: build, script: [fix], when: on_failure, needs: [compile]}
link: {stage: build, script: [ld], needs: [compile, mend]}
relink: {stage: build, script: [fix], when: on_failure, needs: [link]}
approve: {stage: approve, script: [ok], when: manual, allow_failure: false}
deploy: {stage: prod, script: [ship], needs: [link, relink]}
"""
LATE = """
stages: [build, approve, prod]
docs: {stage: build, script: [doc], when: manual}
approve: {stage: approve, script: [ok], needs: [docs], rules: [{when: manual}]}
bundle: {stage: prod, script: [zip]}
deploy: {stage: prod, script: [ship], needs: [docs, bundle]}
"""
REPAIR = """
stages: [build, approve, prod]
compile: {stage: build, script: [make]}
repair: {stage: build, script: [fix], when: on_failure, needs: [compile]}
approve: {stage: approve, script: [ok], when: manual, allow_failure: false}
deploy: {stage: prod, script: [ship], needs: [compile, repair]}
"""


TIMER = """
stages: [build, approve, prod]
docs: {stage: build, script: [doc], rules: [{when: delayed, start_in: 1 hour, allow_failure: true}]}
approve: {stage: approve, script: [ok], needs: [docs], rules: [{when: manual}]}
deploy: {stage: prod, script: [ship]}
"""


@pytest.mark.parametrize(
    "text",
    [
        NESTED,
        LATE,
        REPAIR,
        TIMER,
        LATE.replace("when: manual}\napprove", "when: delayed, start_in: 1 day, allow_failure: true}\napprove"),
    ],
    ids=["two retries", "played late", "retry after repair", "timer stopped", "timer stopped and played late"],
)
def test_results_that_outlive_what_came_before_are_seen(prove, text):
    verdict = prove(text, "deploy", "approve")
    assert (verdict.status, verdict.why) == ("refuted", "not_blocking")


def test_too_many_such_jobs_end_in_unknown_or_in_a_real_counterexample(prove):
    alarms = "\n".join(f"alarm{n}: {{stage: build, script: [x], when: on_failure}}" for n in range(20))
    text = f"""
stages: [build, approve, prod]
compile: {{stage: build, script: [make]}}
{alarms}
approve: {{stage: approve, script: [ok], when: manual, allow_failure: false}}
deploy: {{stage: prod, script: [ship]}}
"""
    verdict = prove(text, "deploy", "approve")
    assert verdict.status == "unknown"
    assert "on failure" in verdict.reason
    assert prove(text.replace("allow_failure: false", "allow_failure: true"), "deploy", "approve").status == "refuted"


def test_needs_in_a_circle_and_a_chain_of_hundreds_end(prove):
    circle = """
a: {script: [x], rules: [{when: on_success, needs: [b]}]}
b: {script: [x], rules: [{when: on_success, needs: [a]}]}
deploy: {script: [x], needs: [a]}
"""
    assert prove(circle, "deploy", "b", "scan").status in ("proven", "unknown")
    chain = ["j0: {script: [x]}", *(f"j{n}: {{script: [x], needs: [j{n - 1}]}}" for n in range(1, 600))]
    assert prove("\n".join(chain), "j599", "j0", "scan").proven


def judge_mixed(generators, planner_of, prove, breaks, seed, count, situations):
    """(unsound, too cautious, tally): pipelines of everything the language has, in some situations of the pool."""
    rng, files = random.Random(seed), ["Dockerfile", "src/x.py"]
    tree = Tree(files)
    pool = [
        exactly({**variables, "CI_DEFAULT_BRANCH": default}, changed, tree)
        for variables, changed in generators.situations()
        for default in ("main", "dev")
    ]
    unsound, cautious, tally = [], [], {"proven": 0, "refuted": 0, "unknown": 0}
    for _ in range(count):
        text, guarded, gate = generators.mixed(rng)
        kind = rng.choice(["approval", "scan"])
        planner = planner_of(text)
        verdict = prove(planner, guarded, gate, kind, files=files)
        tally[verdict.status] += 1
        if verdict.status == "unknown":
            cautious.append((text, guarded, gate, kind, verdict.reason))
        if not verdict.proven:
            continue
        seen = set()
        for situation in rng.sample(pool, situations):
            plan = planner.plan(situation)
            key = tuple((job.name, job.when, job.allow_failure, job.exit_codes, str(job.needs)) for job in plan.jobs)
            if key in seen or plan.errors or plan.get(guarded) is None:
                continue
            seen.add(key)
            if verdict.vacuous or _broken(breaks, plan, guarded, gate, kind):
                unsound.append((text, guarded, gate, kind, situation.variables, situation.outside, situation.changed))
                break
    return unsound, cautious, tally


def _broken(breaks, plan, guarded, gate, kind):
    try:
        return breaks(plan, guarded, gate, kind)
    except Budget:
        return False


def test_no_proof_about_a_mixture_of_everything_is_broken(generators, planner_of, prove, breaks):
    unsound, cautious, tally = judge_mixed(generators, planner_of, prove, breaks, 1, 60, 120)
    assert unsound == []
    assert cautious == []
    assert tally["proven"] > 10


@pytest.mark.slow
def test_three_thousand_mixtures_of_everything(generators, planner_of, prove, breaks):
    unsound, cautious, tally = judge_mixed(generators, planner_of, prove, breaks, 21, 3000, 400)
    assert unsound == []
    assert len(cautious) * 500 <= sum(tally.values())
    assert tally["proven"] > 500


MIRROR = """
stages: [a, b, c]
scan: {stage: a, trigger: {project: group/scans, strategy: mirror}, rules: [{when: on_success}]}
deploy: {stage: c, script: [x], rules: [{when: on_success}]}
"""


def test_a_trigger_job_that_mirrors_a_skipped_pipeline_is_skipped(prove):
    """Jobs that wait for stages go on after it, those that need it do not (app/models/ci/bridge.rb)."""
    verdict = prove(MIRROR, "deploy", "scan", "scan")
    assert (verdict.status, "scan, which mirrors" in verdict.reason) == ("unknown", True)
    assert prove(MIRROR.replace("mirror", "depend"), "deploy", "scan", "scan").proven
    assert prove(MIRROR.replace("stage: c,", "stage: c, needs: [scan],"), "deploy", "scan", "scan").proven
    assert prove(MIRROR, "deploy", "scan", "end").proven


def test_what_mirrors_as_waiting_holds_nothing_up_when_it_may_fail(prove):
    text = MIRROR.replace("scan:", "gate: {stage: b, script: [x], rules: [{when: manual}]}\nscan:")
    assert prove(text, "deploy", "gate").proven
    text = text.replace("scan: {", "scan: {allow_failure: true, ")
    assert prove(text, "deploy", "gate").proven
    assert prove(text.replace("stage: b,", "stage: b, needs: [scan],"), "deploy", "gate").status == "unknown"


def test_what_fails_without_a_mirror_is_refuted(prove):
    jobs = "".join(f"j{number}: {{stage: a, script: [x], rules: [{{when: on_success}}]}}\n" for number in range(12))
    gate = "gate: {stage: b, script: [x], rules: [{when: manual, allow_failure: true}]}\n"
    verdict = prove(MIRROR + jobs + gate, "deploy", "gate")
    assert verdict.status == "refuted"


class Whole(Course):
    """A course in which somebody may also retry the whole pipeline (app/services/ci/retry_pipeline_service.rb)."""

    __slots__ = ()

    def copy(self):
        twin = super().copy()
        twin.__class__ = Whole
        return twin

    def happen(self, action, name):
        if action != "retry all":
            return super().happen(action, name)
        for one, status in self.status.items():
            if status in (FAILED, CANCELED, SKIPPED):
                self.status[one] = CREATED
                if status != SKIPPED and self.jobs[one].when in ("manual", "delayed"):
                    self._again.add(one)
        self.excused -= {one for one, status in self.status.items() if status == CREATED}
        return self._process()


def retries_of_whole_pipelines(generators, planner_of, prove, breaks, monkeypatch, seed, count):
    """(unsound, proven, broken): proofs that such a retry breaks, and how many gates held and broke at all."""
    single = explorer._next
    again = [("retry all", "")]
    rng = random.Random(seed)
    unsound, proven, broken = [], 0, 0
    for _ in range(count):
        text, names = generators.course(rng, (2, 5))
        guarded, gate, kind = names[-1], rng.choice(names[:-1]), rng.choice(["approval", "scan"])
        planner = planner_of(text)
        with monkeypatch.context() as patched:
            patched.setattr(explorer, "Course", Whole)
            patched.setattr(explorer, "_next", lambda course, gates: single(course, gates) + (
                again if {FAILED, CANCELED} & set(course.status.values()) else []
            ))  # fmt: skip
            try:
                breaks_it = breaks(planner.plan(branch()), guarded, gate, kind)
            except Budget:
                continue
        verdict = prove(planner, guarded, gate, kind, level=0)
        proven += verdict.proven
        broken += breaks_it
        if verdict.proven and breaks_it:
            unsound.append(text)
    return unsound, proven, broken


def test_a_retry_of_the_whole_pipeline_breaks_no_proof(generators, planner_of, prove, breaks, monkeypatch):
    """It is no event of the prover's: it leaves results and skips as single retries do, each for a reason that holds."""
    unsound, proven, broken = retries_of_whole_pipelines(generators, planner_of, prove, breaks, monkeypatch, 3, 150)
    assert unsound == []
    assert proven > 20
    assert broken > 20


@pytest.mark.slow
def test_retries_of_three_thousand_whole_pipelines(generators, planner_of, prove, breaks, monkeypatch):
    assert retries_of_whole_pipelines(generators, planner_of, prove, breaks, monkeypatch, 4, 3000)[0] == []
