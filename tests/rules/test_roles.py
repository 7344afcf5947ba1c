from __future__ import annotations

import pytest

CASES = [
    ("scan-2: {script: [trufflehog git file://. --fail]}", "secret-detection", "runs trufflehog"),
    ("x: {image: '$CI_REGISTRY/security/trivy:1', script: [scan]}", "container-scan-trivy", "image trivy"),
    ("x: {script: [scan], artifacts: {reports: {dast: x.json}}}", "dast", "report dast"),
    ("x: {script: [ship], environment: {name: live}}", "deploy-production", "tier production"),
    ("x: {script: [ship], environment: {name: x, deployment_tier: development}}", "deploy-dev", "tier development"),
    ("x: {script: [ship], environment: {name: dev, action: stop}}", "stop-dev", "action stop"),
    ("x: {script: [prowler aws --compliance $F], variables: {F: pci_4.0_aws}}", "compliance-pci", "with 'pci_4.0_aws'"),
    ("prowler-pci-hipaa: {image: r/prowler:4, script: [prowler aws]}", "compliance-pci", "is named"),
    ("prowler-pci-hipaa: {image: r/prowler:4, script: [prowler aws]}", "compliance-hipaa", "is named"),
    ("prowler-hipaa: {script: [prowler aws --compliance $F]}", "compliance-hipaa", "is named prowler-hipaa"),
    ("x: {script: ['sudo npm run test:unit -- --ci']}", "unit-test", "runs npm run test:unit…"),
    ("x: {script: ['trivy --cache-dir c image app']}", "container-scan-trivy", "runs trivy image"),
    ("approve-security: {when: manual, script: [ok]}", "approval-security", "is named approve-security"),
    ("unit-tests: {script: [make check]}", "unit-test", "is named unit-tests"),
]


@pytest.mark.parametrize(("job", "role", "proof"), CASES)
def test_a_role_and_its_evidence(judged, job, role, proof):
    checked = judged(job + "\n", "enterprise")
    (one,) = checked.pipeline.jobs.values()
    found = checked.context.roles.of(one)
    assert any(proof in seen.text for seen in found[role])


@pytest.mark.parametrize(
    ("job", "role"),
    [
        ("unit-tests: {script: [semgrep scan]}", "unit-test"),
        ("x: {script: ['echo trufflehog git']}", "secret-detection"),
        ("x: {script: ['npm run test:integration']}", "unit-test"),
        ("prowler-pci: {image: r/prowler:4, script: [prowler aws --compliance hipaa_aws]}", "compliance-pci"),
        ("prowler-hipaa: {script: [scripts/run-prowler.sh --framework pci_4.0_aws]}", "compliance-hipaa"),
        ("x: {script: [trivy image --help, hadolint --version]}", "container-scan-trivy"),
        ("approve-security: {script: [ok]}", "approval-security"),
        ("rollback: {script: [scripts/rollback.sh], environment: production, when: manual}", "deploy-production"),
    ],
)
def test_names_count_for_nothing_beside_better_evidence(judged, job, role):
    checked = judged(job + "\n", "enterprise")
    (one,) = checked.pipeline.jobs.values()
    assert not checked.context.roles.has(one, role)


def test_evidence_is_found_in_called_scripts_and_npm_scripts(judged):
    files = {
        ".gitlab-ci.yml": "a: {script: [scripts/x.sh]}\nb: {script: [npm run check]}\n",
        "scripts/x.sh": "#!/bin/sh\nsemgrep scan --error\n",
        "package.json": '{"scripts": {"check": "eslint ."}}',
    }
    checked = judged(files, "enterprise")
    roles, jobs = checked.context.roles, checked.pipeline.jobs
    assert str(roles.of(jobs["a"])["sast"][0].span) == "scripts/x.sh:2:1"
    assert roles.has(jobs["b"], "lint-code")


def test_a_house_adds_evidence_and_roles(judged, pack):
    text = "roles:\n  - {role: sast, evidence: [{command: [ourscan]}]}\n  - {role: house-job, title: Ours, evidence: [{variable: [OURS]}]}\n"
    house = pack(text)
    checked = judged("x: {variables: {OURS: a}, script: [ourscan .]}\n", "enterprise", house)
    found = checked.context.roles.of(checked.pipeline.jobs["x"])
    assert set(found) == {"sast", "house-job"}
    assert checked.context.roles.title("sast") == "static analysis (SAST)"
