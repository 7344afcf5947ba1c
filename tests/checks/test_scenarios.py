"""Rules over scenarios: settings feed them, what is not known is said, and "no pipeline" is a proof."""

from __future__ import annotations

import random

import pytest

from cilint import rules as packs
from cilint.check import check
from cilint.checks.needs_may_be_missing import brings
from cilint.compose import compose
from cilint.compose.fetch import Project
from cilint.pipeline import build
from cilint.plan import Planner, Tree
from cilint.plan.possible import SOURCES, may_be_created, may_run
from cilint.plan.scenario import branch, merge_request, named, schedule, tag
from cilint.plan.suggested import granted, wishes
from cilint.source import Source

RULES = ("needs-may-be-missing", "unreachable-job", "duplicate-pipelines", "pipeline-refused")


@pytest.fixture(scope="module")
def rules():
    return packs.load(("gitlab",)).narrow(select=RULES)


@pytest.fixture
def judged(tmp_path, rules):
    def run(text, scenarios=(), variables=None, files=None):
        for name, content in (files or {}).items():
            (tmp_path / name).write_text(content)
        project = Project(str(tmp_path))
        project.variables.update(variables or {})
        return check(Source(".gitlab-ci.yml", text), project, rules, scenarios)

    return run


def messages(checked):
    return [(finding.rule, finding.span.line, finding.message) for finding in checked.findings]


NIGHTLY = """
build:
  stage: build
  script: [x]
  rules: [{if: $CI_COMMIT_BRANCH != "release", changes: [src/**/*]}]
test:
  script: [x]
  needs: [build]
"""


def test_the_default_scenarios_are_named_in_words(judged):
    ((rule, line, message),) = [
        finding for finding in messages(judged(NIGHTLY)) if finding[0] == "needs-may-be-missing"
    ]
    assert (rule, line) == ("needs-may-be-missing", 8)
    assert "push to main" in message
    assert "tag v1.0.0" not in message  # without a diff, `changes` holds


def test_scenarios_of_settings_take_the_place_of_the_default_ones(judged):
    scenarios = named({"code": {"changed": ["src/a.py"]}, "release": {"branch": "release"}}, {})
    ((_, _, message),) = [
        finding for finding in messages(judged(NIGHTLY, scenarios)) if finding[0] == "needs-may-be-missing"
    ]
    assert "push to release" in message
    assert "push to main" not in message


def test_variables_of_settings_are_given_in_every_scenario(judged):
    text = 'a: {script: [x], rules: [{if: $HOUSE == "ours"}]}\nb: {stage: deploy, script: [x], needs: [a]}\n'
    assert "needs-may-be-missing" in [rule for rule, _, _ in messages(judged(text))]
    assert "needs-may-be-missing" not in [rule for rule, _, _ in messages(judged(text, variables={"HOUSE": "ours"}))]


@pytest.mark.parametrize(
    "include", ["include: {project: g/p, file: a.yml}", "include: [{local: a.yml, rules: [{if: $CI_COMMIT_TAG}]}]"]
)
def test_what_may_stand_in_an_include_is_not_assessed(judged, include):
    checked = judged(f"{include}\n{NIGHTLY}", files={"a.yml": "other: {script: [x]}"})
    assert messages(checked) == []
    assert any(set(RULES) <= set(item.rules) | {"duplicate-pipelines"} for item in checked.not_assessed)


def test_a_file_without_needs_and_rules_asks_for_no_plan(judged):
    checked = judged("a: {script: [x]}\n")
    assert messages(checked) == []


def test_a_finding_is_one_however_many_jobs_share_its_cause(judged):
    text = """
.needing: {stage: deploy, script: [x], needs: [image]}
image: {stage: build, script: [x], only: [tags]}
one: {extends: .needing}
two: {extends: .needing}
""".replace("image", "container")
    (finding,) = judged(text).findings
    assert finding.jobs == ("one", "two")
    assert finding.span.line == 2


def test_an_unknown_source_is_named(judged):
    text = "a: {script: [x]}\nb: {script: [x], rules: [{if: '$CI_PIPELINE_SOURCE == \"merge_request\"'}]}\n"
    ((rule, line, message),) = messages(judged(text))
    assert (rule, line) == ("unreachable-job", 2)
    assert message.endswith('CI_PIPELINE_SOURCE is never "merge_request"; did you mean `merge_request_event`?')


# A world of random conditions: whatever is claimed to be impossible must not happen in any of many situations.

TERMS = (
    "$CI_COMMIT_BRANCH", "$CI_COMMIT_TAG", "$CI_MERGE_REQUEST_IID", '$CI_COMMIT_BRANCH == "main"', '$X == "a"',
    '$CI_COMMIT_BRANCH != "main"', "$CI_COMMIT_REF_NAME =~ /^v1/", '$CI_PIPELINE_SOURCE == "schedule"', "$X", '$X == ""',
    '$CI_PIPELINE_SOURCE == "merge_request_event"', "$CI_PIPELINE_SOURCE =~ /^(push|web)$/", "$CI_COMMIT_TAG == null",
    '$CI_COMMIT_REF_NAME == "main"', "$CI_COMMIT_TAG =~ /^v/", '$X != "a"', '$X == "b"', "$CI_OPEN_MERGE_REQUESTS", "$Y",
    '$CI_MERGE_REQUEST_TARGET_BRANCH_NAME == "main"', "$CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH", "$Y == $X", "!$X",
)  # fmt: skip
REFS = ("main", "develop", "v1", "tags", "branches", "merge_requests", "schedules", "/^v/", "api")


def situations():
    given = [{}, {"X": "a"}, {"X": "b"}, {"X": ""}, {"X": "c", "Y": "c"}, {"Y": " "}]
    for variables in given:
        for name in ("main", "develop", "v1", "feature/x"):
            for source in ("push", "web", "api", "parent_pipeline"):
                yield branch(name, source=source).given(variables=variables)
            yield branch(name).given(variables={**variables, "CI_OPEN_MERGE_REQUESTS": "g/p!1"}, changed=["a"])
            yield schedule(name).given(variables=variables)
            yield merge_request(name, "main").given(variables=variables)
            yield merge_request(name, "develop").given(variables={**variables, "CI_PIPELINE_SOURCE": "parent_pipeline"})
            yield tag(name).given(variables=variables)


def condition(draw):
    text = draw.choice(TERMS)
    for _ in range(draw.choice((0, 0, 1, 1, 2))):
        text = f"{text} {draw.choice(('&&', '&&', '||'))} {draw.choice(TERMS)}"
    return f"!({text})" if draw.random() < 0.1 else text


def clauses(draw, words):
    lines = []
    few = [condition(draw) for _ in range(3)] if draw.random() < 0.5 else []
    for _ in range(draw.randint(1, 3)):
        asked = draw.choice(few) if few else condition(draw)
        lines.append(f"    - if: '{asked}'" if draw.random() < 0.85 else "    - when: never")
        if draw.random() < 0.3 and "if" in lines[-1]:
            lines.append(f"      when: {draw.choice(words)}")
        if draw.random() < 0.15 and "if" in lines[-1]:
            lines.append("      changes: [a, b]")
    return "\n".join(lines)


def pipeline(draw):
    text = "variables: {Y: $X}\n" if draw.random() < 0.2 else ""
    if draw.random() < 0.6:
        text += f"workflow:\n  rules:\n{clauses(draw, ('never', 'always'))}\n"
    for name in "abc":
        text += f"{name}:\n  script: [x]\n"
        kind = draw.random()
        if kind < 0.7:
            text += f"  rules:\n{clauses(draw, ('never', 'manual'))}\n"
        elif kind < 0.9:
            text += f"  {draw.choice(('only', 'except'))}: [{', '.join(draw.sample(REFS, draw.randint(1, 3)))}]\n"
    return text


def test_what_is_called_impossible_never_happens(tmp_path):
    draw, listed, proofs = random.Random(7), list(situations()), 0
    for _ in range(120):
        text = pipeline(draw)
        planner = Planner(build(compose(Source(".gitlab-ci.yml", text), Project(str(tmp_path)))))
        impossible = {one.name for one in planner.candidates if not may_be_created(planner, one)}
        assert may_run(planner) or len(impossible) == 3
        proofs += len(impossible)
        for situation in listed if impossible else ():
            created = {job.name for job in planner.plan(situation.given(tree=Tree([]))).created}
            assert not created & impossible, (text, situation.title, situation.outside)
    assert proofs > 20


@pytest.mark.parametrize("source", SOURCES)
def test_every_source_is_possible(tmp_path, source):
    text = f"a: {{script: [x], rules: [{{if: '$CI_PIPELINE_SOURCE == \"{source}\"'}}]}}\n"
    planner = Planner(build(compose(Source(".gitlab-ci.yml", text), Project(str(tmp_path)))))
    assert may_be_created(planner, planner.candidates[0])


@pytest.mark.parametrize(
    "text",
    [
        '$CI_COMMIT_BRANCH == "release"',
        "$CI_COMMIT_TAG =~ /^v\\d+\\.\\d+/",
        "$CI_COMMIT_BRANCH =~ /^hotfix-/",
        '$CI_PIPELINE_SOURCE == "merge_request_event" && $CI_MERGE_REQUEST_TARGET_BRANCH_NAME == "main"',
        '$DEPLOY == "yes" && $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH',
        '$CI_PIPELINE_SOURCE == "schedule" && $NIGHTLY',
        "$CI_COMMIT_MESSAGE =~ /\\[deploy\\]/",
        '!($CI_COMMIT_BRANCH != "next" || $SKIP)',
        '$A == "1" || $CI_COMMIT_TAG',
    ],
)
def test_a_suggested_situation_is_one_in_which_the_condition_holds(tmp_path, text):
    quoted = text.replace("'", "''")
    planner = Planner(
        build(
            compose(
                Source(".gitlab-ci.yml", f"a: {{script: [x], rules: [{{if: '{quoted}'}}]}}\n"), Project(str(tmp_path))
            )
        )
    )
    expression = planner.candidates[0].conditions[0].expression
    scenarios = [scenario for wish in wishes(expression) for scenario in granted(wish)]
    assert any(planner.plan(scenario).created for scenario in scenarios)
    assert len({scenario.title for scenario in scenarios}) == len(scenarios)


def test_jobs_that_are_said_to_come_together_do(tmp_path):
    draw, listed, said = random.Random(11), list(situations())[::7], 0
    for _ in range(250):
        text = pipeline(draw)
        planner = Planner(build(compose(Source(".gitlab-ci.yml", text), Project(str(tmp_path)))))
        pairs = [
            (one.name, other.name)
            for one in planner.candidates
            for other in planner.candidates
            if one is not other and brings(one, other)
        ]
        said += len(pairs)
        for situation in listed if pairs else ():
            created = {job.name for job in planner.plan(situation.given(tree=Tree([]))).created}
            assert not [pair for pair in pairs if pair[0] in created and pair[1] not in created], (text, situation)
    assert said > 30
