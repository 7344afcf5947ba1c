"""The reference pipeline run from end to end by gitlab-ci-local's shell executor, with stand-ins for every tool."""

from __future__ import annotations

import itertools
import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
JUDGES = ROOT / "tests/judges/node_modules"
ROAD = [
    ["install-dependencies", "lint-code", "lint-yaml", "lint-dockerfile", "npm-audit", "license-compliance",
     "cdk-synth", "bundle", "build-image", "resolve-image"],
    ["unit-tests", "mutation-tests", "lighthouse", "load-test-k6", "load-test-artillery"],
    ["semgrep-sast", "secret-detection", "snyk-sca", "cdk-nag", "dast-zap", "trivy-image", "grype-image", "sbom",
     "checkov-cis", "prowler-pci-dss", "prowler-hipaa", "soc2-audit", "cost-estimate"],
    ["deploy-dev", "api-integration-tests", "database-integration-tests", "contract-tests-pact"],
    ["approve-canary", "deploy-canary", "canary-smoke-tests", "canary-metrics"],
    ["approve-staging", "promote-canary", "deploy-staging", "e2e-cypress", "e2e-playwright", "accessibility"],
    ["approve-security", "approve-product", "verify-approvals", "deploy-production"],
    ["production-smoke-tests", "sentry-release", "datadog-deployment-event", "synthetic-tests", "archive-evidence"],
]  # fmt: skip
GATES = {"approve-canary", "approve-staging", "approve-security", "approve-product", "deploy-production"}
UNDO = ["rollback-production", "stop-dev", "slack-success"]
ON_FAILURE = ["abort-canary", "slack-failure", "pagerduty-alert"]
SCHEDULED = ["drift-detection-staging", "drift-detection-production"]
SOC2 = {
    "aws_cloudtrail_trails": {"is_multi_region_trail": True, "log_file_validation_enabled": True},
    "aws_iam_credential_reports": {"user": "ann", "password_enabled": "true", "mfa_active": True},
    "aws_iam_password_policies": {"minimum_password_length": 14},
    "aws_s3_bucket_public_access_blocks": {"public_access_block_configuration": {
        "BlockPublicAcls": True, "BlockPublicPolicy": True, "IgnorePublicAcls": True, "RestrictPublicBuckets": True}},
    "aws_rds_instances": {"arn": "db", "storage_encrypted": True, "backup_retention_period": 7},
    "aws_guardduty_detectors": {"status": "ENABLED"},
}  # fmt: skip
JOB = {
    "DEV_ACCOUNT_ID": "1" * 12, "STAGING_ACCOUNT_ID": "1" * 12, "PROD_ACCOUNT_ID": "1" * 12,
    "EVIDENCE_BUCKET": "evidence", "GITLAB_USER_ID": "7", "GITLAB_USER_LOGIN": "sam", "CI_REGISTRY": "registry.example",
    "CI_REGISTRY_USER": "u", "CI_PIPELINE_ID": "700", "CI_API_V4_URL": "https://gitlab.example/api/v4",
}  # fmt: skip
SECRETS = {"CI_JOB_TOKEN", "APPROVAL_API_TOKEN", "CI_REGISTRY_PASSWORD", "SLACK_WEBHOOK_URL", "PAGERDUTY_ROUTING_KEY",
           "DATADOG_API_KEY", "DATADOG_APP_KEY", "AWS_ID_TOKEN", "INFRACOST_API_KEY"}  # fmt: skip
DIGEST = "sha256:" + "a" * 64
TOOLS = [
    "artillery", "checkov", "driftctl", "hadolint", "infracost", "k6", "license-checker", "newman",
    "pact-broker", "semgrep", "sentry-cli", "syft", "trivy",
]  # fmt: skip

pytestmark = pytest.mark.slow


@pytest.fixture
def project(workplace, reply, tool):
    """A repository with the reference pipeline and its scripts, and a function that runs jobs of it."""
    node = tool("node", JUDGES / ".bin")
    tool("rsync")
    workplace.cluster()
    written = {
        "artillery": {"artillery.json": '{"aggregate": {"counters": {}, "summaries": {}}}'},
        "infracost": {"infracost.json": {"projects": [], "totalMonthlyCost": "1"}},
    }
    for name in TOOLS:
        workplace.tool(name, reply("", files=written.get(name, {})))
    who = {"approve-security": 7, "approve-product": 8}
    jobs = [
        {"id": n, "name": job, "status": "success", "user": {"id": n, "username": f"u{n}"}} for job, n in who.items()
    ]
    own = ('{"id": @CI_JOB_ID@, "name": "@CI_JOB_NAME@", "pipeline": {"id": @CI_PIPELINE_ID@}, "commit": '
           '{"id": "@CI_COMMIT_SHA@"}, "user": {"id": @GITLAB_USER_ID@, "username": "@GITLAB_USER_LOGIN@"}}')  # fmt: skip
    workplace.tool(
        "curl",
        reply(r"/api/v4/job\"", own),
        reply("members/all", [{"id": n, "state": "active"} for n in range(10)]),
        reply(r"commits/\w+/merge_requests", []),
        reply(r"repository/commits/\w+\"", {"author_name": "Ann", "author_email": "ann@example.com"}),
        reply(r"/pipelines/\d+/jobs", jobs),
        reply("p95:|errors", {"series": []}),
        reply("request.hits", {"series": [{"pointlist": [[1, 50]]}]}),
    )
    workplace.tool("docker", reply("^image inspect", f"x@{DIGEST}\n"))
    workplace.tool("podman", reply("image inspect", [{"Config": {}}]))  # what gitlab-ci-local starts services with
    credentials = {"AccessKeyId": "a", "SecretAccessKey": "b", "SessionToken": "c", "Expiration": "then"}
    workplace.tool(
        "aws",
        reply("sts", {"Credentials": credentials, "AssumedRoleUser": {"Arn": "who"}}),
        reply("get-object-lock", "Enabled\n"),
    )
    workplace.tool("node", reply("--version", "v22.11.0\n"))
    workplace.tool("npm", reply("^ci", files={"node_modules/a": ""}), reply("build", files={"dist/server.js": ""}))
    nag = {"lines": [{"ruleId": "S1", "resourceId": "B", "compliance": "Compliant", "ruleLevel": "Error"}]}
    workplace.tool(
        "npx",
        reply("cdk-nag", files={"{--output}/A-NagReport.json": nag}),
        reply("cdk synth", files={"{--output}/manifest.json": {}, "{--output}/a.template.json": {}}),
    )
    check = [{"status_code": "PASS", "severity": "High", "metadata": {"event_code": "x"}, "resources": [{}]}]
    workplace.tool("prowler", reply("", files={"{--output-directory}/report.ocsf.json": check}))
    workplace.tool("zap.sh", reply("", files={"zap/report.json": {"site": []}}))
    page = {"finalUrl": "http://app:8080/", "audits": {}, "categories": {}}
    workplace.tool("lighthouse", reply("", files={"lighthouse/report.report.json": page}))
    workplace.tool("axe", reply("", files={"axe/report.json": []}))
    for name in ("datadog-ci", "snyk", "trufflehog", "grype"):
        workplace.tool(name)
    workplace.tool("cloudquery", reply("", files={f"soc2/{name}.json": json.dumps(row) for name, row in SOC2.items()}))

    shutil.copy(ROOT / "examples/.gitlab-ci.yml", workplace.cwd)
    shutil.copytree(ROOT / "scripts", workplace.cwd / "scripts")
    workplace.file("Dockerfile", "FROM ${CI_REGISTRY}/infrastructure/node:22.11.0\n")
    workplace.file("package-lock.json", "{}")
    workplace.file(".gitignore", ".gitlab-ci-local/\nnode_modules/\n")
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@example.com"]
    for command in (
        ["init", "--quiet", "--initial-branch", "main"],
        ["add", "."],
        ["commit", "--quiet", "--message", "all"],
        ["remote", "add", "origin", "git@gitlab.invalid:team/app.git"],
        ["update-ref", "refs/remotes/origin/main", "HEAD"],
        ["symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/main"],
    ):
        subprocess.run([*git, *command], cwd=workplace.cwd, check=True)

    def run(*jobs):
        """Run these jobs; the artifacts of earlier runs are at hand. Gives each job's verdict, and all output."""
        workplace.ready()
        variables = {**JOB, **{name: value for name, value in workplace.env.items() if name in {*SECRETS, "APP_NAME"}}}
        done = subprocess.run(
            [node, JUDGES / "gitlab-ci-local/dist/index.js", "--force-shell-executor", "--shell-isolation", "--no-color",
             "--no-artifacts-to-source", "--container-executable", "podman", *jobs,
             *[word for job in GATES.intersection(jobs) for word in ("--manual", job)],
             *[word for name, value in variables.items() for word in ("--variable", f"{name}={value}")]],
            cwd=workplace.cwd,
            env={"PATH": f"{workplace.bin}:/usr/bin:/bin", "HOME": workplace.env["HOME"],
                 "STANDIN_HOME": str(workplace.home), "DRIFT_PAUSE": "0"},
            capture_output=True, text=True, check=False, timeout=300,
        )  # fmt: skip
        found = re.findall(r"^ (PASS|FAIL) +(\S+)", done.stdout, re.MULTILINE)
        verdicts = {job: verdict for verdict, job in found}
        assert set(verdicts) == set(jobs), done.stdout + done.stderr
        return verdicts, done.stdout + done.stderr

    return run


def all_pass(project, *jobs):
    verdicts, output = project(*jobs)
    assert set(verdicts.values()) == {"PASS"}, output


def weight(workplace):
    return workplace.state()["ingress"]["payments-canary"]["weight"]


def test_every_job_of_the_pipeline_is_run_by_these_tests():
    text = (ROOT / "examples/.gitlab-ci.yml").read_text()
    jobs = set(re.findall(r"^([a-z][\w-]*):", text, re.MULTILINE)) - {"stages", "workflow", "variables", "default"}
    assert jobs == {*itertools.chain(*ROAD), *UNDO, *ON_FAILURE, *SCHEDULED}


def test_a_release_goes_all_the_way_and_back(workplace, project):
    for part in ROAD[:5]:
        all_pass(project, *part)
    assert weight(workplace) == "10"
    assert workplace.state()["deployment"]["payments-canary"]["image"].endswith(DIGEST)

    all_pass(project, *ROAD[5])
    state = workplace.state()
    assert state["service"]["payments"]["colour"] == "green"
    assert state["deployment"]["payments-green"]["image"].endswith(DIGEST)
    assert weight(workplace) == "0"
    assert state["deployment"]["payments"]["image"] == workplace.old

    all_pass(project, *ROAD[6])
    assert workplace.state()["deployment"]["payments"]["image"].endswith(DIGEST)
    all_pass(project, *ROAD[7])
    kept = [call["argv"][call["argv"].index("--key") + 1] for call in workplace.calls() if "put-object" in call["argv"]]
    assert any(key.endswith("approvals/verified.json") for key in kept)
    assert kept[-1].endswith("manifest.json")

    all_pass(project, *UNDO)
    assert workplace.state()["deployment"]["payments"]["image"] == workplace.old


def test_a_canary_that_fails_its_smoke_tests_is_aborted_and_never_promoted(workplace, project, reply):
    all_pass(project, "bundle", "build-image", "resolve-image", "approve-canary", "deploy-canary")
    workplace.tool("newman", reply("", code=1))
    verdicts, output = project("canary-smoke-tests", "canary-metrics", *ON_FAILURE)
    assert verdicts == {"canary-smoke-tests": "FAIL", "canary-metrics": "PASS", **dict.fromkeys(ON_FAILURE, "PASS")}, (
        output
    )
    assert weight(workplace) == "0"
    verdicts, output = project("promote-canary")
    assert verdicts == {"promote-canary": "FAIL"}
    assert "it was aborted" in output


def test_one_person_in_both_approvals_does_not_reach_production(workplace, project, reply):
    sam = {"id": 7, "username": "sam"}
    jobs = [{"id": n, "name": name, "status": "success", "user": sam}
            for n, name in enumerate(["approve-security", "approve-product"])]  # fmt: skip
    workplace.replies["curl"].insert(0, reply(r"/pipelines/\d+/jobs", jobs))
    verdicts, output = project("verify-approvals")
    assert verdicts == {"verify-approvals": "FAIL"}
    assert "one person gave more than one approval" in output
