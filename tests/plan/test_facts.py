"""Facts of pipeline creation that one small file shows: rules, only/except, workflow, changes, exists, needs."""

from __future__ import annotations

import pytest

from cilint.plan.scenario import branch, exactly, merge_request, schedule, tag

BRANCH = {"CI_PIPELINE_SOURCE": "push", "CI_COMMIT_BRANCH": "feat", "CI_COMMIT_REF_NAME": "feat"}
TAG = {"CI_PIPELINE_SOURCE": "push", "CI_COMMIT_TAG": "main", "CI_COMMIT_REF_NAME": "main"}
REQUEST = {"CI_PIPELINE_SOURCE": "merge_request_event", "CI_MERGE_REQUEST_IID": "1", "CI_COMMIT_REF_NAME": "main"}


def names(plan):
    return [job.name for job in plan.jobs]


ATTRIBUTES = [
    # job keys, (when, allow_failure)
    ("", ("on_success", False)),
    ("when: manual", ("manual", True)),
    ("when: manual, allow_failure: false", ("manual", False)),
    ("when: manual, allow_failure: null", ("manual", True)),
    ("when: manual, allow_failure: {exit_codes: 3}", ("manual", False)),
    ("rules: [{when: manual}]", ("manual", False)),
    ("rules: [{when: manual, allow_failure: true}]", ("manual", True)),
    ("allow_failure: true, rules: [{when: manual}]", ("manual", True)),
    ("allow_failure: false, rules: [{when: manual}]", ("manual", False)),
    ("when: manual, rules: [{if: $CI_COMMIT_BRANCH}]", ("manual", True)),
    ("when: manual, rules: [{when: manual}]", ("manual", True)),
    ("when: manual, rules: [{when: on_success}]", ("on_success", True)),
    ("when: manual, rules: [{allow_failure: false}]", ("manual", False)),
    ("rules: [{when: delayed, start_in: 1 hour}]", ("delayed", False)),
    ("when: always, rules: [{if: $CI_COMMIT_BRANCH}]", ("always", False)),
    ("when: null, rules: [{when: null, if: null}]", ("on_success", False)),
    ("allow_failure: {exit_codes: [1, 2]}", ("on_success", False)),
    ("allow_failure: {exit_codes: 1}, rules: [{allow_failure: true}]", ("on_success", True)),
]


@pytest.mark.parametrize(("keys", "wanted"), ATTRIBUTES)
def test_when_and_allow_failure(plan_of, keys, wanted):
    (job,) = plan_of(f"job: {{script: [x], {keys}}}").jobs
    assert (job.when, job.allow_failure) == wanted


def test_exit_codes_go_with_the_rules_own_allow_failure(plan_of):
    keeps = "job: {script: [x], allow_failure: {exit_codes: [1, 2]}, rules: [{when: manual}]}"
    drops = "job: {script: [x], allow_failure: {exit_codes: 1}, rules: [{allow_failure: false}]}"
    assert plan_of(keeps).jobs[0].exit_codes == (1, 2)
    assert plan_of(drops).jobs[0].exit_codes == ()


JOINS = [
    # the job's keys, joins (branch feat, tag main, merge request)
    ("", (True, True, False)),
    ("rules: null", (True, True, True)),
    ("only: null", (True, True, False)),
    ("only: [main]", (False, True, False)),
    ("only: [feat]", (True, False, False)),
    ("only: [/^fe/]", (True, False, False)),
    ("only: [/^FE/i]", (True, False, False)),
    ("only: []", (False, False, False)),
    ("only: [branches]", (True, False, False)),
    ("only: [tags]", (False, True, False)),
    ("only: [merge_requests]", (False, False, True)),
    ("only: [merge_request]", (False, False, True)),
    ("only: [pushes]", (True, True, False)),
    ("only: [push]", (True, True, False)),
    ("only: [webs, triggers]", (False, False, False)),
    ("only: [branches@group/app]", (True, False, False)),
    ("only: [branches@other/app]", (False, False, False)),
    ("only: {variables: [$CI_COMMIT_TAG, $CI_MERGE_REQUEST_IID]}", (False, True, False)),
    ("only: {refs: [merge_requests, branches], variables: [$CI_COMMIT_BRANCH]}", (True, False, False)),
    ("only: {kubernetes: active}", (False, False, False)),
    ("only: {changes: [x]}", (True, True, False)),
    ("except: []", (True, True, False)),
    ("except: [main]", (True, False, False)),
    ("except: [tags]", (True, False, False)),
    ("except: {variables: [$CI_COMMIT_BRANCH]}", (False, True, False)),
    ("except: {refs: [tags], variables: [$CI_COMMIT_BRANCH]}", (False, False, False)),
    ("except: {changes: [x]}", (False, False, False)),
    ("only: [branches, tags, merge_requests], except: [merge_requests]", (True, True, False)),
    ("rules: [{if: $CI_MERGE_REQUEST_IID}]", (False, False, True)),
]


@pytest.mark.parametrize(("keys", "joined"), JOINS)
def test_which_pipelines_a_job_joins(plan_of, keys, joined):
    text = f"keep: {{script: [x], rules: [{{when: always}}]}}\njob: {{script: [x], {keys}}}"
    project = {"CI_PROJECT_PATH": "group/app"}
    plans = [plan_of(text, {**kind, **project}) for kind in (BRANCH, TAG, REQUEST)]
    assert tuple("job" in names(plan) for plan in plans) == joined
    for plan in plans:
        assert ("job" in plan.absent) is ("job" not in names(plan))
        assert all(absence.reason and absence.span.line == 2 for absence in plan.absent.values())


@pytest.mark.parametrize("workflow", ["rules: [{when: always}]", "rules: null"])
def test_workflow_rules_drop_the_default_only(plan_of, workflow):
    assert names(plan_of(f"workflow: {{{workflow}}}\njob: {{script: [x]}}", REQUEST)) == ["job"]


def test_workflow_name_sees_the_variables_of_its_rule(plan_of):
    text = """
variables: {WHO: nobody}
workflow: {name: "$WHO on ${CI_COMMIT_BRANCH}$NONE", rules: [{variables: {WHO: "me"}}]}
job: {script: [x], variables: {A: job}, inherit: {variables: false}}
other: {script: [x], rules: [{if: $WHO == "me", variables: {B: "1"}}]}
"""
    plan = plan_of(text)
    assert plan.title == "me on main"
    assert plan.workflow is not None
    assert [job.variables for job in plan.jobs] == [{"A": "job"}, {"WHO": "me", "B": "1"}]


def test_workflow_does_not_see_job_variables(plan_of):
    text = 'variables: {CI_JOB_X: "1"}\nworkflow: {rules: [{if: $CI_JOB_X}]}\njob: {script: [x]}'
    assert [error.kind for error in plan_of(text).errors] == ["workflow"]


CHANGES = [
    ("[a/*]", ["a/x"], True), ("[a/*]", ["b"], False), ("[a/*]", [], False), ("[a/*]", None, True), ("[]", ["a"], False),
    ("[]", None, True), ("{paths: [a/*]}", ["a/x"], True), ("{paths: [a/*], compare_to: main}", ["b"], False),
    ("['$D/*']", ["dir/x"], True), ("['$NEST/*']", ["dir/sub/x"], True), ("['$UNKNOWN/*']", ["/x"], False),
    ("['$UNKNOWN/*']", ["$UNKNOWN/x"], True), ("['$$D']", ["$$D"], True), ("['%D%/*']", ["dir/x"], True),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "changed", "joins"), CHANGES)
def test_changes(plan_of, changes, changed, joins):
    text = f"""
variables: {{D: dir, NEST: '${{D}}/sub'}}
keep: {{script: [x]}}
job: {{script: [x], rules: [{{changes: {changes}}}]}}
"""
    assert ("job" in names(plan_of(text, changed=changed))) is joins


def test_more_than_50000_comparisons_are_true(plan_of):
    globs = [f"never{n}" for n in range(50)]
    text = f"job: {{script: [x], rules: [{{changes: {globs}}}]}}"
    assert names(plan_of(text, changed=[f"f{n}" for n in range(1001)])) == ["job"]
    assert plan_of(text, changed=[f"f{n}" for n in range(1000)]).errors
    exists = f"job: {{script: [x], rules: [{{exists: {[g + '*' for g in globs]}}}]}}"
    assert names(plan_of(exists, files=[f"f{n}" for n in range(1001)])) == ["job"]


EXISTS = [
    ("a.txt", True), ("[a.txt]", True), ("[b.txt]", False), ("[dir/b.txt]", True), ("[dir]", False), ("[dir/]", True),
    ("[none/]", False), ("['*.txt']", True), ("['*.py']", False), ("['**/*.py']", True), ("['dir/*']", True),
    ("['$F']", True), ("{paths: ['$D/b.txt']}", True), ("[]", False), ("['**/c.py']", True), ("['$NEST']", False),
    ("['./a.txt']", False),
]  # fmt: skip


@pytest.mark.parametrize(("exists", "joins"), EXISTS)
def test_exists(plan_of, exists, joins):
    # $NEST names a file below a folder, yet the glob as written has no slash, so only the top level is looked at.
    text = f"""
variables: {{D: dir, F: a.txt, NEST: dir/b*}}
keep: {{script: [x]}}
job: {{script: [x], rules: [{{exists: {exists}}}]}}
"""
    assert ("job" in names(plan_of(text, files=["a.txt", "dir/b.txt", "dir/sub/c.py"]))) is joins


def test_another_projects_files_are_not_assessed(plan_of):
    text = "keep: {script: [x]}\njob: {script: [x], rules: [{exists: {paths: [a], project: other/one}}]}"
    plan = plan_of(text, files=["a"])
    assert names(plan) == ["keep"]
    assert [item.what for item in plan.not_assessed] == ["rules:exists in project other/one"]


def test_compare_to_that_names_no_ref_refuses_the_pipeline(plan_of):
    text = "job: {script: [x], rules: [{changes: {paths: [a], compare_to: $NONE}}]}"
    (error,) = plan_of(text).errors
    assert error.message == "Failed to parse rule for job: rules:changes:compare_to is not a valid ref"
    assert error.span.line == 1


def test_rules_variables_and_attributes(plan_of):
    text = """
job:
  script: [x]
  interruptible: true
  variables: {A: 1, B: 1.50, C: yes, D: null, E: {value: v, expand: false}}
  rules:
    - if: $A == "2"
      variables: {A: "2"}
    - if: $A == "1" && $B == "1.5" && $C == "true" && $D == "" && $E == "v"
      variables: {A: 3, F: "$A"}
      interruptible: false
"""
    (job,) = plan_of(text).jobs
    assert job.variables == {"A": "3", "B": "1.5", "C": "true", "D": "", "E": "v", "F": "$A"}
    assert job.interruptible is False
    assert job.clause is not None
    assert job.clause.index == 1


PREDEFINED = [
    "$CI_JOB_NAME == 'job: [a, b]'", "$CI_JOB_NAME_SLUG == 'job---a--b'", "$CI_JOB_GROUP_NAME == 'job'",
    "$CI_JOB_STAGE == 'test'", "$CI_NODE_INDEX == '1'", "$CI_NODE_TOTAL == '1'", "$CI_JOB_MANUAL == 'true'",
    "$CI_ENVIRONMENT_NAME == 'prod/main'", "$CI_ENVIRONMENT_ACTION == 'start'", "$CI_ENVIRONMENT_TIER == 'production'",
    "$CI_ENVIRONMENT_URL == 'https://x'", "$CI_ENVIRONMENT_SLUG == null", "$CI_JOB_ID == null",
    "$CI_PIPELINE_ID == null", "$X == 'a'",
]  # fmt: skip


@pytest.mark.parametrize("expression", PREDEFINED)
def test_what_a_jobs_own_rules_see(plan_of, expression):
    text = f"""
job:
  script: [x]
  when: manual
  parallel: {{matrix: [{{X: a, Y: b}}]}}
  environment: {{name: prod/$CI_COMMIT_BRANCH, url: "https://x"}}
  rules: [{{if: "{expression}"}}]
"""
    assert names(plan_of(text)) == ["job: [a, b]"]


def test_yaml_overrides_predefined_but_not_users_or_outside(plan_of):
    text = """
variables: {CI_COMMIT_BRANCH: other, GITLAB_USER_LOGIN: bot, MODE: yaml}
job: {script: [x], rules: [{if: $CI_COMMIT_BRANCH == "other" && $GITLAB_USER_LOGIN == "al" && $MODE == "outside"}]}
real: {script: [x], only: [main]}
"""
    situation = exactly({"CI_COMMIT_BRANCH": "main", "GITLAB_USER_LOGIN": "al", "MODE": "outside"})
    assert names(plan_of(text, situation)) == ["job", "real"]


NEEDS = [
    ("needs: [a]", ["a"]), ("needs: []", []), ("", None), ("needs: [p]", ["p 1/2", "p 2/2"]), ('needs: ["p 2/2"]', ["p 2/2"]),
    ("needs: [{job: m}]", ["m: [x]", "m: [y]"]), ("needs: [{job: m, parallel: {matrix: [{V: y}]}}]", ["m: [y]"]),
    ("needs: [{job: gone, optional: true}, a]", ["a"]), ("needs: [{job: gone, optional: true}]", []),
    ("needs: [a], rules: [{needs: [c]}]", ["c"]), ("needs: [a], rules: [{needs: []}]", ["a"]),
    ("rules: [{needs: [{job: c, optional: true}]}]", ["c"]),
]  # fmt: skip
WORLD = """
a: {stage: build, script: [x]}
c: {stage: build, script: [x]}
p: {stage: build, script: [x], parallel: 2}
m: {stage: build, script: [x], parallel: {matrix: [{V: [x, y]}]}}
gone: {stage: build, script: [x], only: [tags]}
"""


@pytest.mark.parametrize(("keys", "needs"), NEEDS)
def test_needs(plan_of, keys, needs):
    plan = plan_of(f"{WORLD}job: {{script: [x], {keys}}}")
    assert not plan.errors
    assert plan.get("job").needs == needs


def test_a_missing_need_refuses_the_pipeline_in_gitlabs_words(plan_of):
    plan = plan_of(
        f"{WORLD}job: {{script: [x], needs: [gone, {{job: lost}}]}}\nnot: {{script: [x], needs: [gone], only: [tags]}}"
    )
    assert plan.jobs == []
    assert [(error.kind, error.job, error.need) for error in plan.errors] == [
        ("needs", "job", "gone"),
        ("needs", "job", "lost"),
    ]
    assert plan.errors[0].message.startswith(
        "'job' job needs 'gone' job, but 'gone' does not exist in the pipeline. This"
    )
    assert "optional" in plan.errors[0].message
    assert plan.errors[0].span.text == "gone"


def test_more_than_50_needs_counted_by_instance(plan_of):
    text = "a: {stage: build, script: [x], parallel: 51}\nb: {script: [x], needs: [a]}"
    (error,) = plan_of(text).errors
    assert error.message.startswith("b: one job can only need 50 others, but you have listed 51.")
    assert not plan_of(text.replace("51", "50")).errors


def test_a_circle_of_variables_refuses_the_pipeline(plan_of):
    text = """
variables: {Z: $Z, RAW: {value: $RAW2, expand: false}, RAW2: $RAW}
job: {script: [x], variables: {X: $Y, Y: "${X}-"}}
own: {script: [x], variables: {CI_COMMIT_BRANCH: "$CI_COMMIT_BRANCH-x"}}
out: {script: [x], variables: {A: $B, B: $A}, only: [tags]}
"""
    (error,) = plan_of(text).errors
    assert error.message == 'job: circular variable reference detected: ["X", "Y"]'
    assert error.span.line == 3


def test_empty_pipelines(plan_of):
    assert [error.kind for error in plan_of("a: {script: [x], only: [tags]}").errors] == ["empty"]
    assert [error.kind for error in plan_of("a: {script: [x], stage: .pre}").errors] == ["empty"]
    assert names(plan_of("a: {script: [x], when: manual}")) == ["a"]


def test_workflow_hides_seed_errors_and_these_hide_empty(plan_of):
    text = "workflow: {rules: [{if: $CI_COMMIT_TAG}]}\nb: {script: [x], needs: [a], rules: [{when: on_success}]}\na: {script: [x], only: [tags]}"
    assert [error.kind for error in plan_of(text).errors] == ["workflow"]
    assert [error.kind for error in plan_of(text.partition("\n")[2]).errors] == ["needs"]


@pytest.mark.parametrize(
    ("source", "message", "skipped"),
    [
        ("push", "x [skip ci]", True),
        ("push", "[CI-skip] y", True),
        ("push", "ci skip", False),
        ("schedule", "[skip ci]", False),
    ],
)
def test_skip_ci(plan_of, source, message, skipped):
    plan = plan_of(
        "a: {script: [x]}", {"CI_PIPELINE_SOURCE": source, "CI_COMMIT_BRANCH": "m", "CI_COMMIT_MESSAGE": message}
    )
    assert ([error.kind for error in plan.errors] == ["skipped"]) is skipped


def test_matrix_rules_and_needs_by_instance(plan_of):
    text = """
a: {stage: build, script: [x], parallel: {matrix: [{X: ["1", "2"]}]}, rules: [{if: $X == "1"}]}
b: {script: [x], needs: [{job: a, parallel: {matrix: [{X: 1}]}}]}
"""
    assert names(plan_of(text)) == ["a: [1]", "b"]
    assert plan_of(text).absent["a: [2]"].job.name == "a"


def test_jobs_stand_in_run_order(plan_of):
    text = "stages: [one, two]\nz: {stage: two, script: [x]}\nb: {stage: one, script: [x], needs: [a]}\na: {stage: one, script: [x]}"
    assert names(plan_of(text)) == ["a", "b", "z"]


def test_rules_that_need_in_a_circle_do_no_harm(plan_of):
    text = "a: {script: [x], rules: [{needs: [b]}]}\nb: {script: [x], rules: [{needs: [a]}]}"
    assert sorted(names(plan_of(text))) == ["a", "b"]


@pytest.mark.parametrize(
    ("scenario", "kind", "source", "ref", "absent"),
    [
        (branch("x"), "branch", "push", "x", "CI_COMMIT_TAG CI_MERGE_REQUEST_IID"),
        (tag("v1"), "tag", "push", "v1", "CI_COMMIT_BRANCH CI_MERGE_REQUEST_IID"),
        (merge_request("a", "b"), "merge-request", "merge_request_event", "a", "CI_COMMIT_BRANCH CI_COMMIT_TAG"),
        (schedule("main"), "branch", "schedule", "main", "CI_COMMIT_TAG CI_MERGE_REQUEST_IID"),
        (exactly({"CI_MERGE_REQUEST_IID": "1"}), "merge-request", "merge_request_event", "", "CI_PIPELINE_SOURCE"),
        (exactly({"CI_COMMIT_TAG": "v"}), "tag", "push", "v", "CI_COMMIT_BRANCH"),
    ],
)
def test_scenarios(scenario, kind, source, ref, absent):
    assert (scenario.kind, scenario.source, scenario.ref) == (kind, source, ref)
    assert not set(absent.split()) & scenario.variables.keys()
