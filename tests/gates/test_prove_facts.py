"""Facts of GitLab that a verdict hangs on, one small pipeline each; what is not known is "unknown", never guessed."""

from __future__ import annotations

import json
import time

import pytest

from cilint.gates.claim import ORDINARY, OVERRIDE

STAGES = "stages: [approve, prod]\n"


def pipeline(gate, deploy, head=""):
    """A gate and a deployment behind it, each with these keys."""
    return f"{head}{STAGES}approve: {{stage: approve, script: [ok], {gate}}}\ndeploy: {{stage: prod, script: [ship], {deploy}}}\n"


MAIN = 'if: $CI_COMMIT_BRANCH == "main"'
DEPLOY = f"rules: [{{{MAIN}}}]"


def when(condition, attributes="when: manual"):
    return "rules: [{if: " + condition + (f", {attributes}" if attributes else "") + "}]"


PROVEN = {
    "not both branch and tag": pipeline(
        "rules: [{if: $CI_COMMIT_TAG, when: never}, {when: manual}]", DEPLOY
    ),
    "the source of a merge request is no push": pipeline(
        'rules: [{if: $CI_PIPELINE_SOURCE == "push" && $CI_MERGE_REQUEST_IID, when: never}, {when: manual}]', DEPLOY
    ),
    "the name of the ref is the branch": pipeline(when('$CI_COMMIT_REF_NAME == "main"'), DEPLOY),
    "protected is the text true or false": pipeline(
        'rules: [{if: $CI_COMMIT_REF_PROTECTED == "true", when: manual}, {if: $CI_COMMIT_REF_PROTECTED == "false", when: manual}]',
        DEPLOY,
    ),
    "equal to the default branch twice": pipeline(
        when("$CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH"), when("$CI_DEFAULT_BRANCH == $CI_COMMIT_BRANCH", "")
    ),
    "a trigger token has its variable": pipeline(
        when("$CI_PIPELINE_TRIGGERED"), when('$CI_PIPELINE_SOURCE == "trigger"', "")
    ),
    "a schedule has its description": pipeline(
        when("$CI_PIPELINE_SCHEDULE_DESCRIPTION != null"), when('$CI_PIPELINE_SOURCE == "schedule"', "")
    ),
    "equality is transitive": pipeline(when("$A == $B"), when("$A == $C && $C == $B", "")),
    "a pattern in a literal": pipeline(when("$A =~ /xb/"), when('$A == "axb"', "")),
    "no text matches two literals": pipeline(
        'rules: [{if: $A == "x" && $A == "y", when: never}, {when: manual}]', DEPLOY
    ),
    "a merge request has no name for only": pipeline("when: manual, allow_failure: false, only: [main]", "only: [/^main$/]"),
    "except keeps the default of only": pipeline(
        "when: manual, allow_failure: false", "except: [tags]"
    ),
    "job variables only reach their job": pipeline(
        "variables: {X: '1'}, rules: [{when: manual}]", "variables: {X: '2'}, rules: [{when: on_success}]"
    ),
    "settings of rules fall back on the job": pipeline(
        f"when: manual, allow_failure: false, rules: [{{{MAIN}}}]", DEPLOY
    ),
    "a rule with needs": STAGES + (
        "approve: {stage: approve, script: [ok], rules: [{when: manual}]}\n"
        "deploy: {stage: prod, script: [ship], needs: [], rules: [{when: on_success, needs: [approve]}]}\n"
    ),
    "the slug is made of the name of the ref": pipeline(when('$CI_COMMIT_REF_SLUG == "main"'), DEPLOY),
    "no name that begins with v has the slug main": pipeline(
        when("$CI_COMMIT_REF_NAME =~ /^x/"), when('$CI_COMMIT_REF_SLUG == "main" && $CI_COMMIT_REF_NAME =~ /^v/ || $CI_COMMIT_REF_NAME =~ /^xy/', "")
    ),
    "a pattern on the slug and one on the name": pipeline(
        when("'$CI_COMMIT_REF_SLUG =~ /^v[0-9]+-[0-9]+$/'"), when("'$CI_COMMIT_TAG =~ /^[Vv][0-9]{1,9}[.][0-9]{1,9}$/'", "")
    ),
    "a name that is its own slug": pipeline(
        when("$CI_COMMIT_REF_SLUG == $CI_COMMIT_REF_NAME"), when("'$CI_COMMIT_BRANCH =~ /^[a-z]{1,63}$/'", "")
    ),
    "two patterns on the slug": pipeline(
        when("$CI_COMMIT_REF_SLUG =~ /^release-/"), when("'$CI_COMMIT_REF_SLUG =~ /^release-[0-9]+$/'", "")
    ),
    "a slug inside a text": pipeline(when('$CI_COMMIT_REF_SLUG =~ "release-1"'), when('$CI_COMMIT_REF_SLUG == "release"', "")),
    "a commit has a hexadecimal name": pipeline(
        when("$CI_COMMIT_BRANCH"), when('$CI_COMMIT_SHORT_SHA == "release" || $CI_COMMIT_BRANCH', "")
    ),
    "an empty list of changes fits when there is no diff": pipeline(
        "rules: [{changes: [], when: manual}]", when('$CI_PIPELINE_SOURCE == "schedule"', "")
    ),
    "no rule with an empty list of needs": STAGES + (
        "approve: {stage: approve, script: [ok], rules: [{when: manual}]}\n"
        "deploy: {stage: prod, script: [ship], needs: [approve], rules: [{when: on_success, needs: []}]}\n"
    ),
}  # fmt: skip


@pytest.mark.parametrize("fact", PROVEN)
def test_holds_in_every_pipeline(prove, fact):
    verdict = prove(PROVEN[fact], "deploy", "approve")
    assert verdict.status == "proven", verdict.counterexample and verdict.counterexample.story
    assert not verdict.vacuous


REFUTED = {
    "an external pull request may have a diff": pipeline(
        "rules: [{changes: [src/**], when: manual}]", when('$CI_PIPELINE_SOURCE == "external_pull_request_event"', "")
    ),
    "a branch may be unprotected": pipeline(when('$CI_COMMIT_REF_PROTECTED == "true"'), DEPLOY),
    "the default branch may have another name": pipeline(when("$CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH"), DEPLOY),
    "a merge request from a branch called main": pipeline(
        when("$CI_COMMIT_BRANCH"), when('$CI_COMMIT_REF_NAME == "main"', "")
    ),
    "a tag called main": pipeline(when("$CI_COMMIT_BRANCH"), "only: [main]"),
    "labels may be missing": pipeline(
        when("$CI_MERGE_REQUEST_LABELS =~ /gate/"), when("$CI_MERGE_REQUEST_IID", "")
    ),
    "an undefined variable matches an empty pattern": pipeline(when("$A"), when("$A =~ /^$/", "")),
    "what is undefined occurs in any text": pipeline(when("$A"), when('$A =~ "abc"', "")),
    "blank is not present": pipeline(when("$A"), when("$A != null", "")),
    "an or stops at an empty text": pipeline(when("$A || $B"), when("$B", "")),
    "a child of a merge request": pipeline(
        when('$CI_PIPELINE_SOURCE == "merge_request_event"'), when("$CI_MERGE_REQUEST_IID", "")
    ),
    "chat commands are pipelines of branches": pipeline(
        'rules: [{if: $CI_PIPELINE_SOURCE == "chat", when: never}, {when: manual}]', DEPLOY
    ),
    "a new branch has no diff": pipeline(
        'rules: [{changes: [a/*], if: $CI_COMMIT_BEFORE_SHA != "0000000000000000000000000000000000000000", when: manual}]',
        'rules: [{changes: [a/*], if: $CI_PIPELINE_SOURCE == "push"}]',
    ),
    "only:changes knows no variables": pipeline(
        "when: manual, allow_failure: false, only: {changes: [src/*]}", "only: {changes: ['src/**/*']}"
    ),
    "of several instances one may fail": STAGES + (
        "approve: {stage: approve, script: [ok], parallel: 2, allow_failure: true}\n"
        "deploy: {stage: prod, script: [ship]}\n"
    ),
    "other names have the slug main": pipeline(
        when('$CI_COMMIT_REF_NAME == "main"'), when('$CI_COMMIT_REF_SLUG == "main"', "")
    ),
    "the slug of a name with slashes": pipeline(
        when("$CI_COMMIT_BRANCH =~ /^release-/"), when("$CI_COMMIT_REF_SLUG =~ /^release-/", "")
    ),
    "a slug is cut off": pipeline(
        when("$CI_COMMIT_REF_SLUG == $CI_COMMIT_REF_NAME"), when("'$CI_COMMIT_BRANCH =~ /^[a-z]+$/'", "")
    ),
    "a name without a slug": pipeline(when("$CI_COMMIT_REF_SLUG"), when("$CI_COMMIT_BRANCH || $CI_COMMIT_TAG", "")),
    "a slug of other letters": pipeline(
        when("$CI_COMMIT_REF_SLUG =~ /release/"), when("$CI_COMMIT_REF_NAME =~ /release/i", "")
    ),
    "nothing that changed fits an empty list": pipeline("rules: [{changes: [], when: manual}]", DEPLOY),
    "a literal in a variable from outside": pipeline(when("$CI_COMMIT_TAG"), when("""'"prod" =~ $ROLE'""", "")),
    "a branch in a variable from outside": pipeline(when("$CI_COMMIT_TAG"), when("$CI_COMMIT_BRANCH =~ $REFS", "")),
    "exists is of this commit": pipeline("rules: [{exists: [Dockerfile], when: manual}]", DEPLOY),
}  # fmt: skip


def test_variables_of_workflow_reach_jobs_that_inherit_them_by_name(prove):
    head = "workflow: {rules: [{when: always, variables: {GATE: 'on'}}]}\n"
    gate = "inherit: {variables: [GATE]}, rules: [{if: $GATE == 'on', when: manual}]"
    assert prove(pipeline(gate, DEPLOY, head), "deploy", "approve", level=ORDINARY).proven
    deploy = "inherit: {variables: [GATE]}, rules: [{if: $GATE == 'on'}]"
    assert prove(pipeline(when("$CI_COMMIT_TAG"), deploy, head), "deploy", "approve").status == "refuted"
    none = "inherit: {variables: false}, rules: [{if: $GATE == 'on'}]"
    assert prove(pipeline(when("$CI_COMMIT_TAG"), none, head), "deploy", "approve", level=ORDINARY).vacuous


@pytest.mark.parametrize("fact", REFUTED)
def test_fails_in_some_pipeline(prove, fact):
    gate = "approve 1/2" if "instances" in fact else "approve"
    verdict = prove(REFUTED[fact], "deploy", gate, "scan" if "instances" in fact else "approval", files=["a/b"])
    assert verdict.status == "refuted", verdict.reason


UNKNOWN = {
    "an include from elsewhere": ("include: {remote: 'https://example.com/x.yml'}\n", "when: manual, allow_failure: false", ""),
    "a template": ("include: {template: Jobs/SAST.gitlab-ci.yml}\n", "when: manual, allow_failure: false", ""),
    "a cluster": ("", "when: manual, allow_failure: false, only: {kubernetes: active}", "only: [main]"),
    "another project's name": ("", "when: manual, allow_failure: false, only: [main@group/project]", "only: [main]"),
    "a variable in changes": ("", "rules: [{changes: ['$DIR/*'], when: manual}]", "rules: [{changes: ['src/*']}]"),
    "a comparison with a ref": (
        "", "rules: [{changes: {paths: ['src/*'], compare_to: main}, when: manual}]", "rules: [{changes: ['src/*']}]",
    ),
}  # fmt: skip


@pytest.mark.parametrize("fact", UNKNOWN)
def test_what_is_not_known_is_unknown(prove, fact):
    head, gate, deploy = UNKNOWN[fact]
    verdict = prove(pipeline(gate, deploy, head), "deploy", "approve")
    assert verdict.status == "unknown"
    assert verdict.reason
    assert fact in ("a cluster", "another project's name") or ".gitlab-ci.yml:" in verdict.reason or head
    assert verdict.counterexample is None


def test_what_is_not_known_does_not_hinder_where_it_does_not_matter(prove):
    text = pipeline("when: manual, allow_failure: false", "only: {kubernetes: active}")
    assert prove(text, "deploy", "approve").proven
    text = pipeline("when: manual", "only: [main]") + "log: {script: [x], only: {kubernetes: active}}\n"
    assert prove(text, "deploy", "approve").status == "refuted"


def test_includes_that_vary_with_the_pipeline_are_unknown(prove, tmp_path):
    from cilint.compose import compose
    from cilint.compose.fetch import Project
    from cilint.pipeline import build
    from cilint.plan import Planner
    from cilint.source import Source

    (tmp_path / "gate.yml").write_text("approve: {stage: approve, script: [ok], when: manual, allow_failure: false}\n")
    entry = (
        "include: [{local: gate.yml, rules: [{if: $CI_COMMIT_BRANCH}]}]\n"
        + STAGES
        + "deploy: {stage: prod, script: [ship]}\n"
    )

    def planner(text):
        return Planner(build(compose(Source(".gitlab-ci.yml", text), Project(str(tmp_path)))))

    assert prove(planner(entry), "deploy", "approve").status == "unknown"
    assert prove(planner(entry.replace(", rules: [{if: $CI_COMMIT_BRANCH}]", "")), "deploy", "approve").proven


def test_levels_of_what_outsiders_may_do(prove):
    text = pipeline(
        'variables: {GATE: "on"}, rules: [{if: $GATE == "on", when: manual}]', "rules: [{when: on_success}]"
    )
    assert prove(text, "deploy", "approve", level=ORDINARY).proven
    assert prove(text, "deploy", "approve").counterexample.outside.keys() == {"GATE"}
    assert prove(text, "deploy", "approve", variables={"GATE": "on"}).proven
    text = pipeline('rules: [{if: $CI_PIPELINE_SOURCE == "merge_request_event", when: never}, {when: manual}]', DEPLOY)
    assert prove(text, "deploy", "approve").proven
    assert prove(text, "deploy", "approve", level=OVERRIDE).status == "refuted"


def test_assumed_values_of_predefined_variables(prove):
    text = pipeline(when("$CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH"), DEPLOY)
    assert prove(text, "deploy", "approve", variables={"CI_DEFAULT_BRANCH": "main"}).proven
    assert prove(text, "deploy", "approve", variables={"CI_DEFAULT_BRANCH": "trunk"}).status == "refuted"


def test_a_proof_about_nothing_is_called_vacuous(prove):
    text = pipeline("when: manual", "rules: [{if: $CI_COMMIT_BRANCH && $CI_COMMIT_TAG}]")
    verdict = prove(text, "deploy", "approve")
    assert verdict.proven
    assert verdict.vacuous


def test_a_pattern_given_from_outside_is_lived_through(prove):
    text = pipeline(when("$CI_COMMIT_BRANCH =~ $PROD_REFS"), DEPLOY)
    assert prove(text, "deploy", "approve").status == "refuted"


def test_the_most_ordinary_pipeline_is_shown(prove):
    shown = prove(pipeline("when: manual", "allow_failure: false"), "deploy", "approve").counterexample
    assert shown.variables["CI_PIPELINE_SOURCE"] == "push"
    assert shown.variables["CI_COMMIT_BRANCH"] == "main"
    assert shown.outside == {}
    assert shown.span.line == 2


@pytest.mark.parametrize(
    ("condition", "name", "value"),
    [
        ("$CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH", "CI_COMMIT_BRANCH", "main"),
        ("$CI_COMMIT_BRANCH && $CI_COMMIT_BRANCH != $CI_DEFAULT_BRANCH", "CI_COMMIT_BRANCH", "develop"),
        ("$CI_COMMIT_TAG && $CI_DEFAULT_BRANCH", "CI_COMMIT_TAG", "v1.0.0"),
    ],
)
def test_the_default_branch_is_main_wherever_it_may_be(prove, condition, name, value):
    shown = prove(pipeline("when: manual, allow_failure: true", when(condition)), "deploy", "approve").counterexample
    assert shown.variables[name] == value
    assert shown.settings.get("CI_DEFAULT_BRANCH", "main") == "main"
    assert "CI_DEFAULT_BRANCH" not in shown.outside


def test_too_many_patterns_end_in_time(prove):
    """Unanchored patterns on one variable multiply: their combinations are not listed, but searched."""
    patterns = [f"/a{char}+b{char}/" for char in "cdefghijklmnopqrstuvw"]
    gate = "rules: [" + ", ".join(f"{{if: $CI_COMMIT_BRANCH =~ {pattern}, when: manual}}" for pattern in patterns) + "]"
    deploy = "rules: [" + ", ".join(f"{{if: $CI_COMMIT_BRANCH =~ {pattern}}}" for pattern in patterns[:-1]) + "]"
    started = time.process_time()
    assert prove(pipeline(gate, deploy), "deploy", "approve", seconds=5).proven
    wider = deploy.replace("]", ", {if: $CI_COMMIT_BRANCH =~ /other/}]")
    assert prove(pipeline(gate, wider), "deploy", "approve", seconds=5).status == "refuted"
    assert time.process_time() - started < 15


def test_a_blow_up_is_unknown_within_the_budget(prove):
    patterns = [f"/(a|b){{{n}}}c.{{{n},{n + 40}}}[{chr(97 + n % 20)}-z]{{20,60}}/" for n in range(5, 25)]
    root = {
        "stages": ["approve", "prod"],
        "approve": {
            "stage": "approve",
            "script": "x",
            "rules": [{"if": f"$A =~ {p}", "when": "manual"} for p in patterns],
        },
        "deploy": {"stage": "prod", "script": "x", "rules": [{"if": "$A =~ /[c-f]{30,90}x/"}]},
    }
    started = time.process_time()
    verdict = prove(json.dumps(root), "deploy", "approve", seconds=1)
    assert verdict.status in ("unknown", "refuted")
    assert time.process_time() - started < 6


def test_a_slug_that_does_not_matter_leaves_the_branch_its_name(prove):
    text = (
        pipeline("when: manual", "rules: [{if: $D == ''}]")
        + "log: {script: [x], stage: prod, rules: [{if: $CI_COMMIT_REF_SLUG =~ /^release-/}]}\n"
    )
    shown = prove(text, "deploy", "approve").counterexample
    assert shown.story[0].startswith('a push to branch main with D="" creates deploy')


def test_what_is_passed_has_a_usual_value(prove):
    text = pipeline("when: manual, allow_failure: false", "rules: [{if: $CI_DEBUG_TRACE, needs: [log]}]")
    shown = prove(text + "log: {stage: approve, script: [x]}\n", "deploy", "approve").counterexample
    assert shown.outside == {"CI_DEBUG_TRACE": "true"}


def test_the_project_can_be_said(prove):
    text = pipeline("when: manual, allow_failure: false, only: [main@acme/shop]", "only: [main]")
    assert "CI_PROJECT_PATH" in prove(text, "deploy", "approve").reason
    assert prove(text, "deploy", "approve", variables={"CI_PROJECT_PATH": "acme/shop"}).proven
    assert prove(text, "deploy", "approve", variables={"CI_PROJECT_PATH": "fork/shop"}).status == "refuted"


@pytest.mark.parametrize(("count", "vacuous"), [(63, False), (64, True)])
def test_a_slug_has_63_characters_at_most(prove, count, vacuous):
    text = pipeline("when: manual", when(f"'$CI_COMMIT_REF_SLUG =~ /^[a-z]{{{count}}}/'", ""))
    verdict = prove(text, "deploy", "approve", "order")
    assert (verdict.status, verdict.vacuous) == ("proven" if vacuous else "refuted", vacuous)
    text = pipeline("when: manual", when(f'$CI_COMMIT_REF_SLUG == "{"a" * count}"', ""))
    assert prove(text, "deploy", "approve", "order").vacuous == vacuous


@pytest.mark.parametrize(
    ("condition", "ref", "outside"),
    [
        ("$X == $CI_COMMIT_REF_SLUG", "main", {"X": "main"}),
        ("$X != $CI_COMMIT_REF_SLUG", "main", {}),
        (
            "$X == $CI_COMMIT_REF_SLUG && $CI_COMMIT_REF_NAME != $CI_COMMIT_REF_SLUG",
            "feature/change",
            {"X": "feature-change"},
        ),
        ("$X == $CI_COMMIT_REF_SLUG && $X =~ /^x-/", "x-a", {"X": "x-a"}),
        ("$X == $Y && $Y == $CI_COMMIT_REF_SLUG", "main", {"X": "main", "Y": "main"}),
    ],
)
def test_what_is_passed_may_be_the_slug(prove, condition, ref, outside):
    shown = prove(pipeline("when: manual, allow_failure: true", when(condition)), "deploy", "approve").counterexample
    assert (shown.variables["CI_COMMIT_REF_NAME"], shown.outside) == (ref, outside)


def test_what_gitlab_would_refuse_is_said(prove):
    text = "variables: {Y: $X}\n" + pipeline(
        "variables: {X: $Y}, when: manual, allow_failure: true", "needs: []", "log: {script: [x]}\n"
    )
    verdict = prove(text, "deploy", "approve", level=ORDINARY)
    assert verdict.status == "unknown"
    assert "circular variable reference" in verdict.reason
