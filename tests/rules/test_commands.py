"""`cilint rules`, `explain` and `test`, as people call them."""

from __future__ import annotations

import json

from cilint.cli import main


def test_rules_lists_every_pack_and_speaks_json(capsys):
    assert main(["rules"]) == 0
    table = capsys.readouterr().out
    assert "image-private-registry" in table
    assert "security (" in table
    assert main(["rules", "--pack", "security", "--format", "json"]) == 0
    rules = json.loads(capsys.readouterr().out)["rules"]
    assert {rule["pack"] for rule in rules} == {"security"}
    assert all(rule["why"] and rule["fix"] and rule["line"] for rule in rules)


def test_explain_tells_a_rule_with_its_examples(capsys):
    assert main(["explain", "artifact-expiry"]) == 0
    told = capsys.readouterr().out
    for part in ("why:", "fix:", "F1", "pci-dss:3.2.1", "expire_in", "# finding", "rules/enterprise/artifacts.yaml"):
        assert part in told


def test_explain_names_the_nearest_rule(capsys):
    assert main(["explain", "artifact-expirey"]) == 2
    assert "artifact-expiry" in capsys.readouterr().err


def test_explain_job_tells_its_roles_and_why(tmp_path, capsys):
    entry = tmp_path / ".gitlab-ci.yml"
    entry.write_text("scan-2:\n  script:\n    - trufflehog git file://. --fail\n")
    assert main(["explain", "--job", "scan-2", str(entry)]) == 0
    told = capsys.readouterr().out
    assert "secret-detection" in told
    assert ".gitlab-ci.yml:3:7: runs trufflehog" in told
    assert main(["explain", "--job", "scan-3", str(entry)]) == 2
    assert "scan-2" in capsys.readouterr().err


def test_test_fails_when_an_example_does_not_hold(tmp_path, capsys):
    pack = tmp_path / "house.yaml"
    pack.write_text(
        "rules:\n  - id: no-retry\n    severity: info\n    title: No retry\n    select: $.jobs.*.retry\n"
        "    assert: {equals: 0}\n    message: retries\n    why: x\n    fix: y\n    examples:\n"
        "      bad: ['a: {script: [make], retry: 0} # finding']\n      good: ['a: {script: [make], retry: 2}']\n"
    )
    assert main(["test", str(pack)]) == 1
    told = capsys.readouterr().out
    assert "no-retry bad 1: no finding at .gitlab-ci.yml:1" in told
    assert "no-retry good 1: .gitlab-ci.yml:1: retries" in told
