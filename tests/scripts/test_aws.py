"""The scripts that speak AWS, with the real AWS CLI against a server that answers like AWS."""

from __future__ import annotations

import configparser
import json
import stat
import subprocess

import pytest

ROLE = "arn:aws:iam::" + "1" * 12 + ":role/GitLabCIRole"
ASSUME = "aws-assume-role.sh"


@pytest.fixture
def cloud(workplace, moto, venv_bin):
    (workplace.bin / "aws").symlink_to(f"{venv_bin}/aws")
    workplace.env.update(
        {
            "AWS_ENDPOINT_URL": moto,
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_MAX_ATTEMPTS": "1",
            "AWS_ROLE_ARN": ROLE,
            "AWS_SHARED_CREDENTIALS_FILE": str(workplace.home / "aws/credentials"),
        }
    )
    return workplace


@pytest.fixture
def boto(cloud, moto):
    """AWS as the account that the role belongs to sees it; so the role is assumed first."""
    import boto3

    cloud.run(ASSUME)
    credentials = configparser.ConfigParser()
    credentials.read(cloud.home / "aws/credentials")
    return lambda service: boto3.client(service, endpoint_url=moto, region_name="eu-west-1", **credentials["default"])


def test_the_identity_token_becomes_credentials_that_only_the_job_reads(cloud):
    result = cloud.run(ASSUME)
    assert result.code == 0, result.err
    path = cloud.home / "aws/credentials"
    credentials = configparser.ConfigParser()
    credentials.read(path)
    assert set(credentials["default"]) == {"aws_access_key_id", "aws_secret_access_key", "aws_session_token"}
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert "assumed arn:aws:sts::111111111111:assumed-role/GitLabCIRole/gitlab-42-900" in result.err
    for value in credentials["default"].values():
        assert value not in result.out + result.err


@pytest.mark.usefixtures("moto")
def test_kubectl_is_pointed_at_the_cluster_with_those_credentials(cloud, boto):
    boto("eks").create_cluster(
        name="staging-cluster", roleArn=ROLE, resourcesVpcConfig={"subnetIds": [], "securityGroupIds": []}
    )
    env = {k: cloud.env[k] for k in ("PATH", "HOME", "AWS_ENDPOINT_URL", "AWS_SHARED_CREDENTIALS_FILE")}
    done = subprocess.run(
        ["aws", "eks", "update-kubeconfig", "--name", "staging-cluster", "--region", "eu-west-1"],
        env={**env, "KUBECONFIG": str(cloud.home / "kube")}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "cluster/staging-cluster" in (cloud.home / "kube").read_text()


@pytest.fixture
def recorded(workplace):
    """aws as a recording stand-in, for what a test wants to see or to make fail."""

    def with_replies(*replies):
        workplace.tool("aws", *replies)
        workplace.env.update(AWS_ROLE_ARN=ROLE, AWS_SHARED_CREDENTIALS_FILE=str(workplace.home / "aws/credentials"))
        return workplace

    return with_replies


def test_an_auditors_session_is_cut_down_to_reading(recorded, reply):
    answer = {"Credentials": {"AccessKeyId": "a", "SecretAccessKey": "b", "SessionToken": "c", "Expiration": "then"},
              "AssumedRoleUser": {"Arn": "who"}}  # fmt: skip
    house = recorded(reply("sts", answer))
    policy = "arn:aws:iam::aws:policy/ReadOnlyAccess"
    (line,) = house.run(ASSUME, env={"AWS_SESSION_POLICY_ARN": policy}).lines("aws")
    assert f"--policy-arns arn={policy}" in line
    assert f"sts assume-role-with-web-identity --role-arn {ROLE}" in line


def test_a_refusal_leaves_no_credentials_behind(recorded, reply):
    house = recorded(reply("sts", code=254, stderr="AccessDenied"))
    result = house.run(ASSUME)
    assert result.code == 1
    assert "trust policy" in result.err
    assert not (house.home / "aws/credentials").exists()


@pytest.mark.parametrize(
    "arn", ["arn:aws:iam:::role/GitLabCIRole", "arn:aws:iam::${AWS_ACCOUNT_ID}:role/GitLabCIRole", None]
)
def test_an_account_that_is_not_set_is_said(recorded, arn):
    result = recorded().run(ASSUME, env={"AWS_ROLE_ARN": arn})
    assert result.code == 2
    assert "AWS_ROLE_ARN" in result.err
    assert result.calls == []


def test_a_dry_run_asks_aws_nothing(recorded):
    result = recorded().run(ASSUME, "--dry-run")
    assert result.code == 0
    assert result.calls == []


# --- evidence

EVIDENCE = ("archive-evidence.sh", "--bucket", "evidence", "--retain-years", "6")


@pytest.fixture
def evidence(cloud):
    cloud.file("approvals/verified.json", "{}")
    cloud.file("gl-sast-semgrep.json", "{}")
    cloud.file("soc2/controls with space.json", "[]")
    return cloud


def test_evidence_is_kept_locked_and_listed(evidence, boto):
    s3 = boto("s3")
    s3.create_bucket(
        Bucket="evidence",
        ObjectLockEnabledForBucket=True,
        CreateBucketConfiguration={"LocationConstraint": "eu-west-1"},
    )
    result = evidence.run(*EVIDENCE, "approvals", "gl-sast-semgrep.json", "soc2", "zap")
    assert result.code == 0, result.err
    keys = {entry["Key"] for entry in s3.list_objects_v2(Bucket="evidence")["Contents"]}
    assert keys == {
        f"team-app/700/{name}"
        for name in (
            "approvals/verified.json",
            "gl-sast-semgrep.json",
            "soc2/controls with space.json",
            "manifest.json",
        )
    }
    assert s3.head_object(Bucket="evidence", Key="team-app/700/manifest.json")["ObjectLockMode"] == "COMPLIANCE"
    manifest = json.loads(s3.get_object(Bucket="evidence", Key="team-app/700/manifest.json")["Body"].read())
    assert manifest["missing"] == ["zap"]
    assert len(manifest["files"]) == 3
    assert all(len(entry["sha256"]) == 64 for entry in manifest["files"])


def test_a_bucket_without_object_lock_keeps_no_evidence(evidence, boto):
    s3 = boto("s3")
    s3.create_bucket(Bucket="plain-bucket", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    result = evidence.run("archive-evidence.sh", "--bucket", "plain-bucket", "--retain-years", "6", "approvals")
    assert result.code == 1
    assert "Contents" not in s3.list_objects_v2(Bucket="plain-bucket")


def test_no_release_without_its_approvals(recorded):
    house = recorded()
    house.file("gl-sast-semgrep.json", "{}")
    result = house.run(*EVIDENCE, "gl-sast-semgrep.json")
    assert result.code == 1
    assert "approvals/verified.json" in result.err
    assert result.calls == []


def test_a_failed_upload_writes_no_manifest(recorded, reply):
    house = recorded(reply("get-object-lock", "Enabled\n"), reply("put-object", code=1))
    house.file("approvals/verified.json", "{}")
    result = house.run(*EVIDENCE, "approvals")
    assert result.code == 1
    assert not any("manifest" in line for line in result.lines("aws"))


def test_a_dry_run_shows_the_manifest_and_uploads_nothing(recorded):
    house = recorded()
    house.file("approvals/verified.json", "{}")
    result = house.run(*EVIDENCE, "--dry-run", "approvals")
    assert json.loads(result.out)["files"][0]["file"] == "approvals/verified.json"
    assert result.calls == []


# --- drift

DRIFT = ("detect-drift.sh", "--stack-prefix", "payments", "--output", "drift")


def drift_answers(reply, status="IN_SYNC"):
    stack = {"StackName": "payments-api", "StackStatus": "CREATE_COMPLETE"}
    drift = {"StackId": "arn:aws:cloudformation:eu-west-1::stack/payments-api/1", "LogicalResourceId": "Bucket",
             "ResourceType": "AWS::S3::Bucket", "StackResourceDriftStatus": status,
             "PropertyDifferences": [{"PropertyPath": "/Encryption", "DifferenceType": "REMOVE"}]}  # fmt: skip
    return (
        reply("describe-stacks", {"Stacks": [stack, {"StackName": "other", "StackStatus": "CREATE_COMPLETE"}]}),
        reply("detect-stack-drift", {"StackDriftDetectionId": "d1"}),
        reply("detection-status", {"DetectionStatus": "DETECTION_IN_PROGRESS"}, times=1),
        reply("detection-status", {"DetectionStatus": "DETECTION_COMPLETE"}),
        reply("resource-drifts", {"StackResourceDrifts": [drift]}),
    )


def test_stacks_as_the_code_says_pass(recorded, reply):
    house = recorded(*drift_answers(reply))
    result = house.run(*DRIFT)
    assert result.code == 0, result.err
    assert 'failures="0"' in (house.cwd / "drift/junit.xml").read_text()
    assert not any("other" in line for line in result.lines("aws"))


def test_a_change_by_hand_fails_and_is_named(recorded, reply):
    house = recorded(*drift_answers(reply, "MODIFIED"))
    result = house.run(*DRIFT)
    assert result.code == 1
    assert "payments-api Bucket: AWS::S3::Bucket is MODIFIED: /Encryption REMOVE" in result.err
    assert 'failures="1"' in (house.cwd / "drift/junit.xml").read_text()


def test_what_drifted_on_a_later_page_is_found(recorded, reply):
    *before, page = drift_answers(reply, "MODIFIED")
    first = reply("resource-drifts", {"StackResourceDrifts": [], "NextToken": "page 2"}, times=1)
    last = reply("resource-drifts .*--next-token page 2", json.loads(page["stdout"]))
    result = recorded(*before, first, last).run(*DRIFT)
    assert result.code == 1
    assert "payments-api Bucket: AWS::S3::Bucket is MODIFIED" in result.err


@pytest.mark.parametrize(
    "answer", [{"Stacks": []}, {"Stacks": [{"StackName": "other", "StackStatus": "CREATE_COMPLETE"}]}]
)
def test_no_stack_at_all_is_no_proof(recorded, reply, answer):
    result = recorded(reply("describe-stacks", answer)).run(*DRIFT)
    assert result.code == 1
    assert "no stack begins with payments" in result.err


def test_a_failed_detection_is_a_failure(recorded, reply):
    failed = reply("detection-status", {"DetectionStatus": "DETECTION_FAILED", "DetectionStatusReason": "throttled"})
    result = recorded(*drift_answers(reply)[:2], failed).run(*DRIFT)
    assert result.code == 1
    assert "throttled" in result.err


def test_a_dry_run_only_lists_stacks(recorded, reply):
    result = recorded(*drift_answers(reply)).run(*DRIFT, "--dry-run")
    assert result.code == 0
    assert len(result.calls) == 1
