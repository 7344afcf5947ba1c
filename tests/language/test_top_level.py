"""The top level: global keywords, what is a job and what is not, and how much one fault says."""

from __future__ import annotations

import pytest

from cilint.language import Edition

JOB = "worker: {script: [make]}\n"

CASES = {
    "stages: []": "stage-undefined: none",
    "stages: [[test], [[build]]]": "",
    "stages: [1, test]": "keyword-type: put `1` in quotes",
    "stages: {a: b}": "keyword-type:",
    "workflow: {}": "",
    "workflow:": "",
    "workflow: []": "keyword-type:",
    "workflow: {rules: }": "",
    "workflow: {rules: [{when: manual}]}": "keyword-value: always, never",
    "workflow: {rules: [{when: always, variables: {A: b}, auto_cancel: {on_job_failure: all}}]}": "",
    "workflow: {rules: [{needs: [worker], allow_failure: true, when: always}]}": "",
    "workflow: {rules: [{if: $A, start_in: 1 day}]}": "keyword-conflict:",
    "workflow: {rules: [{}]}": "keyword-missing:",
    "workflow: {auto_cancel: {on_push: none}}": "unknown-keyword:",
    "workflow: {auto_cancel: {on_job_failure: some}}": "keyword-value:",
    "workflow: {name: ''}": "",
    "workflow: {stage: a}": "unknown-keyword:",
    "default: {}": "",
    "default:": "",
    "default: [a]": "keyword-type:",
    "default: {script: }": "keyword-missing:",  # with a script it is a job
    "default: {stage: test}": "unknown-keyword:",
    "default: {timeout: never}": "duration-invalid:",
    "default: {retry: 3}": "limit-exceeded: less than or equal to 2",
    "default: {identity: google_cloud}": "unknown-keyword: Premium",
    "image: {entrypoint: [a]}": "keyword-missing: name",
    "cache: [{key: a}]": "",
    "services: a": "keyword-type:",
    "before_script: {a: b}": "keyword-type:",
    "variables: {A: {value: 1, options: ['1']}}": "keyword-value: options",
    "variables: {A: {value: '1', options: ['1', '2']}}": "",
    "variables: {A: {options: [a]}}": "keyword-value: options",
    "variables: {A: {value: a, options: a}}": "keyword-type:",
    "variables: {A: {value: a, options: [1]}}": "keyword-type:",
    "variables: {A: {value: a, secret: true}}": "unknown-keyword:",
    "variables: {A: {description: [a]}}": "keyword-type:",
    ".hidden: {nonsense: [1, {a: b}]}": "",
    ".hidden: 0": "",
    "? [a]\n: {script: [b]}": "job-name-invalid: string",
    "1.5: {script: [a]}": "job-name-invalid: string",
    "null: {script: [a]}": "job-name-invalid: nothing",
    ":build: {script: [a]}": "",
    f"{'x' * 255}: {{script: [a]}}": "",
    f"{'x' * 256}: {{script: [a]}}": "job-name-invalid: too long",
    "other: [a]": "job-without-script: a list",
    "other: make": "job-without-script: a string",
    "stage: [a]": "job-without-script: did you mean `stages`?",
}


@pytest.mark.parametrize(("text", "fault"), CASES.items(), ids=[f"{c[:50]!r}" for c in CASES])
def test_the_top_level(refusals, text, fault):
    found = refusals(f"{text}\n{JOB}")
    if not fault:
        assert not found
        return
    rule, _, words = fault.partition(":")
    assert {finding.rule for finding in found} == {rule}, found
    assert words.strip().lower() in found[0].message.lower()


def test_no_job_at_all(refusals):
    (finding,) = refusals(".hidden: {script: [make]}\n")
    assert finding.rule == "no-visible-job"
    assert (finding.span.line, finding.jobs) == (1, ())


def test_one_fault_of_a_base_has_one_message_and_one_place(refusals):
    text = ".base:\n  retry: 5\na:\n  extends: .base\n  script: [x]\nb:\n  extends: .base\n  script: [x]\n"
    found = refusals(text)
    assert {(f.rule, f.message, str(f.span)) for f in found} == {
        ("limit-exceeded", "`retry` must be less than or equal to 2, not 5", ".gitlab-ci.yml:2:10")
    }
    assert [f.jobs for f in found] == [("a",), ("b",)]
    assert [f.path for f in found] == [("a", "retry"), ("b", "retry")]
    assert [step.kind for step in found[0].trail] == ["extends"]


def test_one_fault_under_default_reads_the_same_there_and_in_every_job(refusals):
    found = refusals("default:\n  retry: 5\na: {script: [x]}\nb: {script: [x]}\n")
    assert len({(f.rule, f.message, f.span) for f in found}) == 1
    assert [f.jobs for f in found] == [(), ("a",), ("b",)]


def test_hidden_jobs_are_judged_only_through_those_that_extend_them(refusals):
    assert not refusals(f".base: {{nonsense: 1, retry: 99}}\n{JOB}")


def test_run_may_stand_beside_an_inherited_before_script(refusals):
    text = "default: {before_script: [a]}\nworker:\n  run: [{name: a, script: b}]\n"
    assert not refusals(text)


def test_a_need_of_a_broken_job_is_not_undefined(refusals):
    found = refusals("broken: [make]\nworker:\n  script: [make]\n  needs: [broken]\n")
    assert [finding.rule for finding in found] == ["job-without-script"]


def test_all_faults_are_told_at_once(refusals):
    found = refusals("worker:\n  script: [1]\n  retry: 9\n  tags: a\n  rulez: []\n")
    assert [finding.rule for finding in found] == ["keyword-type", "limit-exceeded", "keyword-type", "unknown-keyword"]


def test_a_circle_is_one_finding_for_all_its_jobs(refusals):
    text = "".join(f"{a}: {{script: [x], needs: [{b}]}}\n" for a, b in ("ab", "bc", "ca", "da"))
    (finding,) = refusals(text)
    assert finding.rule == "needs-cycle"
    assert finding.jobs == ("a", "b", "c")
    assert "`a` needs `b` needs `c` needs `a`" in finding.message


def test_an_edition_knows_its_keywords(refusals):
    text = "worker:\n  script: [x]\n  secrets: {A: {vault: a/b/c@d}}\n  needs: [{project: g/p, job: j, ref: main}]\n"
    assert [finding.rule for finding in refusals(text)] == ["unknown-keyword", "keyword-value"]
    assert not refusals(text, Edition("premium"))
    assert not refusals(text, Edition(enterprise=True))


def test_a_mirror_of_another_pipeline_belongs_to_the_enterprise_edition(refusals):
    text = f"mirror:\n  needs: {{pipeline: g/p}}\n{JOB}"
    assert {finding.rule for finding in refusals(text)} == {"keyword-value", "job-without-script"}
    assert not refusals(text, Edition("premium"))


def test_a_version_knows_its_words(refusals):
    text = "worker:\n  script: [x]\n  retry: {when: runner_interrupted}\n  rules: [{changes: {regexp: a}}]\n"
    assert [finding.rule for finding in refusals(text)] == ["keyword-value", "unknown-keyword"]
    assert not refusals(text, Edition(version=(19, 0)))


def test_a_literal_tier_that_gitlab_does_not_know_is_a_warning(judge):
    text = "worker:\n  script: [x]\n  environment: {name: a, deployment_tier: prod}\n"
    (finding,) = judge(text)
    assert finding.rule == "environment-tier-unknown"
    assert "production" in finding.message
    assert not judge(text.replace("prod}", "$TIER}"))


@pytest.mark.parametrize(
    "fragment",
    [
        "needs: [there]",
        "dependencies: [there]",
        "stage: there",
        "environment: {name: e, on_stop: there}",
        "image: {entrypoint: [a]}",
        "extends: .there",
    ],
)
def test_what_an_unread_include_may_hold_is_no_error(refusals, fragment):
    include = "include: {project: g/p, file: a.yml}\n"
    assert not refusals(f"{include}worker:\n  script: [x]\n  {fragment}\n")
    assert not refusals(f"{include}worker:\n  {fragment}\n")
    assert refusals(f"worker:\n  script: [x]\n  {fragment}\n")


def test_what_the_entry_file_itself_says_is_final(refusals):
    include = "include: {project: g/p, file: a.yml}\n"
    found = refusals(f"{include}stages: [build]\nworker:\n  stage: test\n  script: [x]\n")
    assert [finding.rule for finding in found] == ["stage-undefined"]


def test_a_hostile_file_gives_no_flood(refusals):
    text = "worker:\n  script: [x]\n" + "".join(f"  key{i}: 1\n" for i in range(20_000))
    assert len(refusals(text)) == 2000


def test_a_job_named_like_a_keyword_is_told_so_at_its_name(judge):
    rules = [(finding.rule, finding.span.line) for finding in judge("a: {script: x}\nimage:\n  script: [make]\n")]
    assert ("job-name-invalid", 2) in rules
    assert ("unknown-keyword", 3) in rules  # what GitLab says of it
    assert not judge("a: {script: x}\nvariables: {script: make}\n")
