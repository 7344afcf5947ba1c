"""The reference pipeline in every situation that makes a pipeline, and in some that must not."""

from __future__ import annotations

from pathlib import Path

import pytest

from cilint.compose import Project, compose
from cilint.pipeline import build
from cilint.plan import Planner, scenario
from cilint.plan.run_order import Run
from cilint.source import Source

ROOT = Path(__file__).parents[2]
DOCS, CODE, DOCKERFILE = ["README.md"], ["src/api/pay.ts"], ["Dockerfile"]
CHECKS = {
    "install-dependencies", "lint-code", "lint-yaml", "npm-audit", "license-compliance", "cdk-synth", "bundle",
    "resolve-image", "unit-tests", "mutation-tests", "lighthouse", "load-test-k6", "load-test-artillery",
    "semgrep-sast", "secret-detection", "snyk-sca", "cdk-nag", "dast-zap", "trivy-image", "grype-image", "sbom",
    "checkov-cis", "cost-estimate",
}  # fmt: skip
AUDITS = {"prowler-pci-dss", "prowler-hipaa", "soc2-audit"}
DEV = {"deploy-dev", "stop-dev", "api-integration-tests", "database-integration-tests", "contract-tests-pact"}
SLACK = {"slack-success", "slack-failure"}
RELEASE = {
    "approve-canary", "deploy-canary", "canary-smoke-tests", "canary-metrics", "abort-canary", "approve-staging",
    "promote-canary", "deploy-staging", "e2e-cypress", "e2e-playwright", "accessibility", "approve-security",
    "approve-product", "verify-approvals", "deploy-production", "production-smoke-tests", "sentry-release",
    "datadog-deployment-event", "synthetic-tests", "archive-evidence", "rollback-production", "pagerduty-alert",
}  # fmt: skip
NIGHT = {
    "npm-audit", "resolve-image", "secret-detection", "snyk-sca", "trivy-image", "grype-image", "sbom",
    "drift-detection-staging", "drift-detection-production", "pagerduty-alert",
}  # fmt: skip
MAIN = CHECKS | AUDITS | DEV | SLACK | RELEASE
DEVELOP = CHECKS | AUDITS | DEV | SLACK
SITUATIONS = {
    "main, image untouched": (scenario.branch("main"), DOCS, MAIN),
    "main, code changed": (scenario.branch("main"), CODE, MAIN | {"build-image"}),
    "main, Dockerfile changed": (scenario.branch("main"), DOCKERFILE, MAIN | {"build-image", "lint-dockerfile"}),
    "main, started by hand": (scenario.branch("main", source="web"), None, MAIN | {"build-image", "lint-dockerfile"}),
    "develop, image untouched": (scenario.branch("develop"), DOCS, DEVELOP),
    "develop, Dockerfile changed": (scenario.branch("develop"), DOCKERFILE, DEVELOP | {"build-image", "lint-dockerfile"}),
    "merge request, docs": (scenario.merge_request(), DOCS, CHECKS),
    "merge request, code": (scenario.merge_request(), CODE, CHECKS | {"build-image"}),
    "merge request from a release branch": (scenario.merge_request("release/2"), DOCS, CHECKS),
    "schedule on main": (scenario.schedule("main"), None, NIGHT | AUDITS | SLACK),
}  # fmt: skip
# No pipeline at all: the push to the branch, or the merge request, or main already has one; or nothing is to be done.
NONE = {
    "feature branch": scenario.branch("feature/x"),
    "tag": scenario.tag("v1.0.0"),
    "tag called main": scenario.tag("main"),
    "schedule elsewhere": scenario.schedule("develop"),
    "merge request from develop": scenario.merge_request("develop"),
    "trigger token": scenario.branch("main", source="trigger"),
    "API": scenario.branch("main", source="api"),
}
GATES = ("approve-canary", "approve-staging", "approve-security", "approve-product", "deploy-production")
DEPLOYMENTS = ("deploy-dev", "deploy-canary", "deploy-staging", "deploy-production", "rollback-production")


@pytest.fixture(scope="module")
def planner():
    source = Source("examples/.gitlab-ci.yml", (ROOT / "examples/.gitlab-ci.yml").read_text())
    return Planner(build(compose(source, Project(str(ROOT)))))


@pytest.mark.parametrize("name", SITUATIONS)
def test_it_creates_exactly_these_jobs(planner, name):
    situation, changed, expected = SITUATIONS[name]
    plan = planner.plan(situation.given(changed=changed))
    assert [error.message for error in plan.errors] == []
    assert {job.name for job in plan.jobs} == expected


@pytest.mark.parametrize("name", NONE)
def test_it_creates_nothing(planner, name):
    variables = {"CI_PROJECT_ID": "1", "CI_MERGE_REQUEST_SOURCE_PROJECT_ID": "1"} if "merge request" in name else {}
    plan = planner.plan(NONE[name].given(variables=variables, changed=DOCS))
    assert plan.errors
    assert list(plan.jobs) == []


def test_a_fork_may_call_its_branch_develop(planner):
    variables = {"CI_PROJECT_ID": "1", "CI_MERGE_REQUEST_SOURCE_PROJECT_ID": "2"}
    plan = planner.plan(scenario.merge_request("develop").given(variables=variables, changed=DOCS))
    assert {job.name for job in plan.jobs} == CHECKS


def drive(planner, *, branch="main", failing=(), playing=GATES):
    """Let every job that can run end, and every manual job of `playing` be played; the statuses in the end."""
    run = Run(planner.plan(scenario.branch(branch).given(changed=CODE)))
    while True:
        ready = [
            name
            for name, status in run.status.items()
            if status == "pending" or (status == "manual" and name in playing)
        ]
        if not ready:
            return run.status
        run.happen("fail" if ready[0] in failing else "succeed", ready[0])


def test_nothing_is_deployed_beyond_dev_until_somebody_approves(planner):
    status = drive(planner, playing=())
    assert status["deploy-dev"] == "success"
    assert {status[name] for name in DEPLOYMENTS[1:]} == {"created"}
    assert status["slack-success"] == status["slack-failure"] == "created", "it waits, it has not completed"


def test_a_release_with_every_approval_reaches_production(planner):
    status = drive(planner)
    assert {status[name] for name in DEPLOYMENTS[:4]} == {"success"}
    assert status["rollback-production"] == "manual"
    assert (status["slack-success"], status["slack-failure"], status["pagerduty-alert"]) == (
        "success",
        "skipped",
        "skipped",
    )


@pytest.mark.parametrize("missing", GATES)
def test_each_approval_holds_production_by_itself(planner, missing):
    status = drive(planner, playing=set(GATES) - {missing})
    assert status[missing] == "manual"
    assert status["deploy-production"] in {"created", "manual"}


@pytest.mark.parametrize("scan", ["secret-detection", "semgrep-sast", "trivy-image", "grype-image", "unit-tests"])
def test_a_failing_check_stops_every_deployment(planner, scan):
    status = drive(planner, failing={scan})
    assert {status[name] for name in DEPLOYMENTS} == {"skipped"}


@pytest.mark.parametrize(
    "job", sorted(MAIN - SLACK - {"pagerduty-alert", "stop-dev", "rollback-production", "abort-canary"})
)
def test_every_failure_is_told_and_paged_unless_it_may_fail(planner, job):
    informational = {"mutation-tests", "prowler-pci-dss", "prowler-hipaa", "soc2-audit", "accessibility"}
    status = drive(planner, failing={job})
    told = "skipped" if job in informational else "success"
    assert (status["slack-failure"], status["pagerduty-alert"]) == (told, told)
    assert status["slack-success"] == ("success" if job in informational else "skipped")


@pytest.mark.parametrize("failing", [set(), {"unit-tests"}, {"deploy-dev"}, {"contract-tests-pact"}])
def test_develop_is_told_but_never_paged(planner, failing):
    status = drive(planner, branch="develop", failing=failing)
    assert status["slack-failure" if failing else "slack-success"] == "success"
    assert status["slack-success" if failing else "slack-failure"] == "skipped"
    assert "pagerduty-alert" not in status


@pytest.mark.parametrize(("failing", "aborted"), [({"canary-smoke-tests"}, "success"), ({"canary-metrics"}, "success"),
                                                   ({"deploy-canary"}, "skipped"), (set(), "skipped")])  # fmt: skip
def test_a_canary_that_fails_its_tests_is_aborted(planner, failing, aborted):
    assert drive(planner, failing=failing)["abort-canary"] == aborted


@pytest.mark.parametrize("failing", [{"deploy-production"}, {"production-smoke-tests"}])
def test_rollback_is_at_hand_when_production_is_in_trouble(planner, failing):
    assert drive(planner, failing=failing)["rollback-production"] == "manual"


def test_dev_can_be_stopped_while_the_release_waits(planner):
    assert drive(planner, playing=())["stop-dev"] == "manual"
