"""Evidence counts as tested only what a rule is about: all else is not applicable, and no pass."""

from __future__ import annotations

import json

import pytest

PLAIN = "build: {image: $CI_REGISTRY/infrastructure/python:3.13.1, script: [make]}\n"
ABSENT = {
    "aws-oidc-id-token", "aws-assume-role-web-identity", "aws-role-arn", "account-id-tier", "docker-in-docker-insecure",
    "scanner-switched-off", "image-version", "artifact-not-shared", "extends-cycle",
    "reference-undefined", "include-local-missing", "include-integrity", "input-required", "spec-invalid", "needs-cycle",
    "dependency-undefined", "on-stop-invalid", "duration-invalid", "pattern-invalid", "expression-invalid", "default-lost",
    "predefined-variable-overridden", "waiver-unused", "waiver-expired", "suppression-reason", "unused-suppression",
    "baseline-stale",
}  # fmt: skip
CONCERNED = """\
default: {image: $CI_REGISTRY/infrastructure/python:3.13.1}
variables: {DEPTH: "1"}
stages: [test, deploy]
build: {stage: test, script: [make], artifacts: {paths: [dist/], expire_in: 1 week}}
node: {stage: test, image: $CI_REGISTRY/infrastructure/node:22.11.0, script: [npm ci], needs: []}
upload:
  stage: deploy
  id_tokens: {AWS: {aud: https://gitlab.test}}
  variables: {AWS_ACCOUNT_ID: $DEV_ACCOUNT_ID}
  environment: {name: dev, deployment_tier: development, on_stop: stop}
  script:
    - aws sts assume-role-with-web-identity --role-arn "arn:aws:iam::${AWS_ACCOUNT_ID}:role/GitLabCIRole"
    - aws s3 sync dist s3://x
stop:
  stage: deploy
  environment: {name: dev, deployment_tier: development, action: stop}
  rules: [{if: $CI_COMMIT_BRANCH =~ /^main$/, when: manual}]
  script: ["true"] # cilint: ignore[script-too-long] -- the reason of this is long
pack:
  stage: deploy
  services: [docker:28.5.1-dind]
  script: [docker build .]
"""
HELD = {
    "aws-oidc-id-token": {"upload"},
    "aws-assume-role-web-identity": {"upload"},
    "aws-role-arn": {"upload"},
    "account-id-tier": {"upload"},
    "docker-in-docker-insecure": {"pack"},
    "artifact-not-shared": {"node"},
}
WHOLE = {
    "default-lost", "needs-cycle", "on-stop-invalid", "duration-invalid", "pattern-invalid", "expression-invalid",
    "predefined-variable-overridden",
}  # fmt: skip


@pytest.fixture
def tested(world, tmp_path):
    def run(text, **files):
        folder = world.repository(tmp_path / "app", {".gitlab-ci.yml": text, **files})
        done = world.run("report", "--format", "json", cwd=folder)
        assert done.returncode in (0, 1), done.stderr
        return {one["rule"]: one for one in json.loads(done.stdout)["tested"]}

    return run


def test_what_a_pipeline_has_nothing_of_is_not_applicable(tested):
    found = tested(PLAIN)
    assert {rule: found[rule]["result"] for rule in ABSENT} == dict.fromkeys(ABSENT, "not-applicable")
    assert found["image-missing"]["result"] == found["yaml-syntax"]["result"] == "pass"


def test_only_what_a_rule_is_about_counts_as_tested(tested):
    found = tested(CONCERNED)
    assert {rule: {item["job"] for item in found[rule]["items"]} for rule in HELD} == HELD
    assert {rule: found[rule]["result"] for rule in WHOLE} == dict.fromkeys(WHOLE, "pass")
    assert {item["job"] for item in found["image-version"]["items"] if item["result"] == "pass"} >= {"node"}
    assert "build" not in {item["job"] for item in found["image-version"]["items"]}
    assert found["suppression-reason"]["items"][0]["subject"] == "file .gitlab-ci.yml"


def test_rules_on_includes_are_held_against_those_of_their_kind(tested):
    text = (
        "include:\n  - local: a.yml\n  - {project: a/b, ref: v1.0.0, file: c.yml}\n  - https://ci.test/x.yml\n" + PLAIN
    )
    found = tested(text, **{"a.yml": "test: {script: [make]}\n"})

    def held(rule):
        return [item["value"] for item in found[rule]["items"] if item["subject"] == "include"]

    assert held("include-unpinned") == ['{"project": "a/b", "ref": "v1.0.0", "file": "c.yml"}']
    assert held("include-insecure") == ['"https://ci.test/x.yml"']


def test_rules_on_waivers_are_held_against_each_entry(tested, world):
    found = tested(world.waived, **{".cilint-waivers.yaml": world.register})
    assert [(item["subject"], item["value"], item["result"]) for item in found["waiver-expired"]["items"]] == [
        ("waiver W-1", "applied", "pass")
    ]


def test_a_control_that_nothing_in_the_pipeline_speaks_to_has_not_passed(world, tmp_path):
    folder = world.repository(tmp_path / "app", {".gitlab-ci.yml": PLAIN})
    done = world.run("report", "--format", "json", "--framework", "cis-gitlab", cwd=folder)
    controls = {one["id"]: one for one in json.loads(done.stdout)["frameworks"][0]["controls"]}
    assert controls["2.1.7"]["result"] == "not-applicable"
    assert controls["2.1.7"]["counts"]["tested"] == 0
