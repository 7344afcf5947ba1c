"""Keywords that are small languages of their own: rules, needs, run, trigger; and the top level around the jobs."""

from __future__ import annotations

import pytest

FIFTY = ", ".join(f"f{i}" for i in range(50))

# One entry of a job's `rules`.
CLAUSES = {
    "{if: }": "",
    "{if: '', when: never}": "expression-invalid:",
    "{if: true}": "keyword-type:",
    "{if: $A = 'b'}": "expression-invalid:",
    "{if: $A and $B}": "expression-invalid:",
    "{if: '${A}'}": "expression-invalid:",
    "{if: '$A == 1'}": "expression-invalid:",
    "{if: '$A == true'}": "",
    "{if: '$A =~ /a(/'}": "expression-invalid:",
    "{if: '$A =~ /ab/ismU'}": "",
    "{changes: Dockerfile}": "keyword-type: list of strings",
    "{changes: [1]}": "keyword-type:",
    "{changes: {}}": "keyword-missing: paths",
    "{changes: {compare_to: main}}": "keyword-missing: paths",
    "{changes: {paths: a}}": "keyword-type:",
    "{changes: {paths: [a], compare_to: [b]}}": "keyword-type:",
    "{changes: {paths: [a], compare: b}}": "unknown-keyword: compare_to",
    "{changes: {paths: [a], project: b}}": "unknown-keyword:",
    "{changes: {regexp: a}}": "unknown-keyword: after 18.11",
    f"{{changes: [{FIFTY}, more]}}": "limit-exceeded: 50",
    f"{{changes: {{paths: [{FIFTY}, more]}}}}": "limit-exceeded: 50",
    "{exists: a}": "",
    "{exists: []}": "",
    "{exists: 1}": "keyword-type:",
    "{exists: {paths: [a], ref: b}}": "keyword-missing: project",
    "{exists: {project: a}}": "keyword-missing: paths",
    f"{{exists: [{FIFTY}, more]}}": "limit-exceeded: 50",
    "{when: delayed, start_in: 8 days}": "limit-exceeded: 1 week",
    "{when: delayed, start_in: }": "keyword-missing: start_in",
    "{when: manual, start_in: 1 day}": "keyword-conflict: delayed",
    "{start_in: }": "keyword-conflict: delayed",
    "{when: Always}": "keyword-value: did you mean `always`?",
    "{when: [always]}": "keyword-type:",
    "{allow_failure: 'true'}": "keyword-type:",
    "{interruptible: 1}": "keyword-type:",
    "{variables: {A: 1, B: true, C: }}": "",
    "{variables: {A: {value: 1}}}": "keyword-type: plain value",
    "{variables: [A]}": "keyword-type:",
    "{needs: worker2}": "keyword-type:",
    "{needs: {job: worker2}}": "",
    "{needs: [{pipeline: $P, job: a}]}": "keyword-value: invalid types",
    "{only: [main]}": "unknown-keyword:",
    "{auto_cancel: {}}": "unknown-keyword: workflow",
    "a": "keyword-type:",
    "null": "keyword-type:",
    "[{when: manual}]": "",
    "[[[[[[[[[{when: manual}]]]]]]]]]": "",
    "[[[[[[[[[[{when: manual}]]]]]]]]]]": "limit-exceeded: nested",
}


@pytest.mark.parametrize(("clause", "fault"), CLAUSES.items(), ids=[f"{c[:60]!r}" for c in CLAUSES])
def test_an_entry_of_rules(refusals, clause, fault):
    text = f"worker2:\n  script: [make]\nworker:\n  script: [make]\n  rules:\n    - {clause}\n    - when: never\n"
    expect(refusals(text), fault)


NEEDS = {
    "needs: null": "",
    "needs: [null]": "",
    "needs: []": "",
    "needs: {job: a}": "",
    "needs: [[a], [[b]]]": "",
    "needs: a": "keyword-type: list",
    "needs: false": "keyword-type:",
    "needs: ['']": "keyword-missing: blank",
    "needs: [1]": "keyword-type:",
    "needs: [{}]": "keyword-value: unsupported type",
    "needs: [{artifacts: true}]": "keyword-value: unsupported type",
    "needs: [{job: a, optional: 'yes'}]": "keyword-type:",
    "needs: [{job: a, artifacts: }]": "",
    "needs: [{job: a, when: b}]": "unknown-keyword:",
    "needs: [{job: }]": "keyword-missing: job",
    "needs: [{job: a, ref: b}]": "keyword-value: unsupported",
    "needs: [{job: a, parallel: {matrix: [{A: true}]}}]": "keyword-type:",
    "needs: [{pipeline: $P, job: a}]": "",
    "needs: [{pipeline: $P}]": "keyword-value: unsupported",
    "needs: [{pipeline: $P, job: a, optional: true}]": "unknown-keyword:",
    "needs: [{project: g/p, job: a, ref: main, artifacts: true}]": "keyword-value: Premium",
    "needs: [a, a]": "needs-duplicate: duplicated",
    "needs: [a, {job: a}]": "needs-duplicate:",
    "needs: [many, many 1/2]": "needs-duplicate: many 1/2",
    "needs: [many 2/2]": "",
    "needs: [many 3/2]": "needs-undefined: did you mean",
    "needs: ['each: [x]']": "",
    "needs: [{job: each, parallel: {matrix: [{A: x}]}}]": "",
    "needs: [{job: each, parallel: {matrix: [{A: z}]}}]": "needs-undefined: each: [z]",
    "needs: [.hidden]": "needs-undefined: hidden",
    "needs: [nobody]": "needs-undefined:",
    "needs: [{job: nobody, optional: true}]": "",
    "needs: [late]": "needs-later-stage: prior stages",
    "needs: [{job: late, optional: true}]": "needs-later-stage:",
    "needs: [worker]": "needs-cycle: itself",
    "rules: [{if: $A, needs: [nobody]}]": "needs-undefined:",
    "rules: [{if: $A, needs: [late]}]": "needs-later-stage:",
    "rules: [{if: $A, needs: [a, a]}]": "needs-duplicate:",
    "needs: [many 1/2, many]": "needs-duplicate: many",
    "needs: ['each: [x]', {job: each, parallel: {matrix: [{A: x}]}}]": "needs-duplicate: each: [x]",
    "needs: [many 1/2, many 2/2]": "",
    "needs: [{job: a, parallel: {matrix: [{A: x}]}}]": "",  # `a` has no matrix: the pick means nothing
    "rules: [{if: $A, needs: [many 1/2]}]": "",
    "rules: [{if: $A, needs: [many]}]": "needs-undefined: only instances",  # these needs are not expanded
    "rules: [{if: $A, needs: [worker]}]": "",  # the needs of clauses are not looked at for circles
    "dependencies: [nobody]": "dependency-undefined:",
    "dependencies: [late]": "dependency-later-stage:",
    "dependencies: [many]": "",
    "dependencies: [many 1/2]": "",
    "dependencies: [a]\n  needs: [b]": "dependency-not-needed: should be part of needs",
    "dependencies: [a]\n  needs: [{job: a, artifacts: false}]": "",
    "dependencies: [a]\n  needs: []": "",
    "dependencies: []\n  needs: [b]": "",
    "dependencies: [a]\n  needs: [{pipeline: $P, job: a}]": "dependency-not-needed: same pipeline",
    "environment: {name: e, on_stop: nobody}": "on-stop-invalid: not defined",
    "environment: {name: e, on_stop: a}": "on-stop-invalid: does not have environment",
    "environment: {name: e, on_stop: stop}": "",
    "environment: {name: e, on_stop: plain}": "on-stop-invalid: action stop",
    "environment: {name: f, on_stop: stop}": "on-stop-invalid: different environment name",
    "stage: nowhere": "stage-undefined: available stages are .pre, build, test, deploy, .post",
    "stage: Build": "stage-undefined: did you mean `build`?",
    "stage: ''": "stage-undefined:",
    "stage: .pre": "",
}
AROUND = """
.hidden: {script: [make]}
a: {script: [make]}
b: {script: [make]}
many: {script: [make], parallel: 2}
each: {script: [make], parallel: {matrix: [{A: [x, y]}]}}
late: {stage: deploy, script: [make]}
stop: {script: [make], environment: {name: e, action: stop}}
plain: {script: [make], environment: e}
"""


@pytest.mark.parametrize(("fragment", "fault"), NEEDS.items(), ids=[f"{n[:60]!r}" for n in NEEDS])
def test_what_a_job_says_of_others(refusals, fragment, fault):
    expect(refusals(f"worker:\n  script: [make]\n  {fragment}\n{AROUND}"), fault)


# Whole jobs.
JOBS = {
    "run: []": "",
    "run: ": "",
    "run: [{name: a, script: b}]": "",
    "run: [{name: a, script: ''}]": "keyword-missing: blank",
    "run: [{name: 1a, script: b}]": "keyword-value: digit",
    "run: [{name: a}]": "keyword-missing: exactly one",
    "run: [{name: a, script: b, step: c}]": "keyword-missing: exactly one",
    "run: [{name: a, step: {git: {url: u, rev: r}}}]": "",
    "run: [{name: a, step: {git: {url: u}}}]": "keyword-missing: rev",
    "run: [{name: a, func: {oci: {registry: r, repository: p, tag: t}}}]": "",
    "run: [{name: a, step: b, inputs: {c: [1]}, env: {D: e}}]": "",
    "run: [{name: a, script: b, inputs: {c: 1}}]": "keyword-conflict:",
    "run: [{name: a, script: b, env: {D: 1}}]": "keyword-type:",
    "run: {name: a}": "keyword-type:",
    "run: [{name: a, script: b}]\n  before_script: [x]": "keyword-conflict: cannot be used together",
    "run: [{name: a, script: b}]\n  after_script:": "keyword-conflict:",
    "run: [{name: a, script: b}]\n  trigger: g/p": "keyword-conflict:",
    "script: [a]\n  rules: [{when: always}]\n  only:\n  except:": "",
    "script: [a]\n  rules: [{when: always}]\n  except: [main]": "keyword-conflict: may not be used with `rules`: except",
    "script: '  '": "keyword-missing: blank",
    "script: [[]]": "",
    "script: {a: b}": "keyword-type:",
    "image: a": "job-without-script: script:, run:, or trigger:",
    "trigger: ''": "keyword-missing: blank",
    "trigger: ": "keyword-missing:",
    "trigger: []": "keyword-type: either a string or a map",
    "trigger: {}": "keyword-missing: either",
    "trigger: {project: }": "keyword-missing: project",
    "trigger: {project: g/p, branch: [a]}": "keyword-type:",
    "trigger: {project: g/p, strategy: depends}": "keyword-value: did you mean `depend`?",
    "trigger: {project: g/p, forward: {yaml_variables: 1}}": "keyword-type:",
    "trigger: {project: g/p, forward: {all: true}}": "unknown-keyword:",
    "trigger: {project: g/p, inputs: [a]}": "keyword-type:",
    "trigger: {include: a.yml, branch: b}": "unknown-keyword: branch",
    "trigger: {include: [a.yml, b.yml, c.yml]}": "",
    "trigger: {include: [{project: g/p}]}": "keyword-missing: file",
    "trigger: {include: [{local: a.yml, loocal: b}]}": "unknown-keyword: did you mean `local`?",
    "trigger: {include: [{local: a.yml, inputs: a}]}": "keyword-type:",
    "trigger: {include: [{remote: 'https://a/b.yml', integrity: sha256-YWJj}]}": "",
    "trigger: {include: [{remote: 'https://a/b.yml', integrity: md5-YWJj}]}": "keyword-value: sha256-",
    "trigger: {include: [{remote: 'https://a/b.yml', integrity: 'sha256-a b'}]}": "keyword-value: base64",
    "trigger: {include: [{local: a.yml, integrity: sha256-YWJj}]}": "keyword-conflict: remote",
    "trigger: {include: [{artifact: a.yml, job: maker}]}": "",
    "trigger: {include: [{artifact: a.yml, job: many}]}": "dependency-undefined: only instances",
    "trigger: {include: [{artifact: a.yml, job: many 1/2}]}": "",
    "trigger: g/p\n  when: delayed": "keyword-value:",
    "trigger: g/p\n  when: manual": "",
    "trigger: g/p\n  image: a": "unknown-keyword: runs nothing itself",
    "trigger: g/p\n  parallel: 2": "keyword-type: takes no number",
    "trigger: g/p\n  needs: [{pipeline: $P, job: a}]": "keyword-value: same pipeline",
}


@pytest.mark.parametrize(("fragment", "fault"), JOBS.items(), ids=[f"{j[:60]!r}" for j in JOBS])
def test_a_whole_job(refusals, fragment, fault):
    expect(
        refusals(f"worker:\n  {fragment}\nmaker: {{script: [make]}}\nmany: {{script: [make], parallel: 2}}\n"), fault
    )


def expect(found, fault):
    if not fault:
        assert not found
        return
    rule, _, words = fault.partition(":")
    assert [finding.rule for finding in found] == [rule], found
    assert words.strip().lower() in found[0].message.lower()
    assert found[0].jobs == ("worker",)
