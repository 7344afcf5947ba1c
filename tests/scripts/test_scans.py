"""Scanners and measurements: what they run, what makes them fail, and what GitLab gets to read."""

from __future__ import annotations

import json
import os
import xml.etree.ElementTree as ET

import pytest


@pytest.fixture
def house(workplace, reply):
    workplace.tool("curl", reply(""))
    return workplace


def read(house, path):
    return json.loads((house.cwd / path).read_text())


# --- reports

NPM = {
    "vulnerabilities": {
        "minimist": {
            "name": "minimist",
            "range": "<1.2.6",
            "via": [
                {
                    "source": 1179,
                    "title": "Prototype Pollution",
                    "severity": "critical",
                    "url": "https://npm.example/1179",
                },
                "other",
            ],
        }
    }
}
SNYK = {
    "vulnerabilities": [
        {
            "id": "SNYK-1",
            "title": "Bad",
            "severity": "high",
            "packageName": "a",
            "version": "1",
            "identifiers": {"CVE": ["CVE-2026-1"]},
        }
    ]
}
GRYPE = {
    "distro": {"name": "debian", "version": "12"},
    "matches": [
        {
            "vulnerability": {"id": "CVE-2026-1", "severity": "Negligible", "fix": {"versions": ["2"]}},
            "artifact": {"name": "libc", "version": "1"},
        }
    ],
}
ZAP = {
    "site": [
        {
            "alerts": [
                {
                    "pluginid": "40012",
                    "name": "XSS",
                    "riskcode": "3",
                    "desc": "<p>bad</p>",
                    "cweid": "79",
                    "instances": [{"uri": "http://app:8080/a?b=1", "method": "GET", "param": "b"}],
                }
            ]
        }
    ]
}
FOUND = {
    "SourceMetadata": {"Data": {"Git": {"commit": "c0ffee", "file": "a.env", "email": "a@b", "line": 3}}},
    "DetectorName": "AWS",
    "Verified": True,
    "Raw": "AKIASECRETSECRET",
    "RawV2": "AKIASECRETSECRET:x",
    "Redacted": "AKIASECRET",
}
SECURITY = {
    "npm-audit": (NPM, "dependency_scanning", "Critical"),
    "snyk": (SNYK, "dependency_scanning", "High"),
    "grype": (GRYPE, "container_scanning", "Info"),
    "trufflehog": (FOUND, "secret_detection", "Critical"),
    "zap": (ZAP, "dast", "High"),
}  # fmt: skip


@pytest.mark.parametrize("tool", SECURITY)
def test_a_security_report_has_what_gitlab_demands(house, tool):
    given, kind, severity = SECURITY[tool]
    house.file("in.json", json.dumps(given))
    result = house.run("to-gitlab-report.sh", tool, "in.json", "out.json", env={"APP_IMAGE": house.new})
    assert result.code == 0, result.err
    report = read(house, "out.json")
    assert report["version"] == "15.0.7"
    assert report["scan"]["type"] == kind
    assert report["scan"]["start_time"] == "2026-01-31T10:00:00"
    assert {"analyzer", "scanner", "end_time", "status"} <= set(report["scan"])
    (finding,) = report["vulnerabilities"]
    assert finding["severity"] == severity
    assert {"id", "identifiers", "location", "description"} <= set(finding)
    assert all({"type", "name", "value"} <= set(identifier) for identifier in finding["identifiers"])
    if kind == "dependency_scanning":
        assert "dependency_files" in report
    if kind == "dast":
        assert report["scan"]["scanned_resources"] == [{"method": "GET", "url": "http://app:8080/a?b=1", "type": "url"}]
        assert finding["location"] == {"hostname": "http://app:8080", "path": "/a", "method": "GET", "param": "b"}


def test_a_found_secret_is_not_in_the_report(house):
    house.file("in.json", json.dumps(FOUND))
    house.run("to-gitlab-report.sh", "trufflehog", "in.json", "out.json")
    assert "AKIA" not in (house.cwd / "out.json").read_text()


@pytest.mark.parametrize(("tool", "empty"), [("trufflehog", ""), ("npm-audit", "{}"), ("snyk", "{}"), ("grype", "{}"),
                                             ("zap", '{"site": []}')])  # fmt: skip
def test_finding_nothing_is_a_report_too(house, tool, empty):
    house.file("in.json", empty)
    assert house.run("to-gitlab-report.sh", tool, "in.json", "out.json").code == 0
    assert read(house, "out.json")["vulnerabilities"] == []


def test_artillery_reads_like_k6(house):
    response_time = {"mean": 12, "min": 1, "median": 10, "max": 90, "p90": 20, "p95": 30}
    aggregate = {"counters": {"http.requests": 100, "vusers.failed": 2}, "rates": {"http.request_rate": 10},
                 "summaries": {"http.response_time": response_time}}  # fmt: skip
    house.file("in.json", json.dumps({"aggregate": aggregate}))
    assert house.run("to-gitlab-report.sh", "artillery", "in.json", "out.json").code == 0
    metrics = read(house, "out.json")["metrics"]
    assert metrics["http_req_duration"]["p(95)"] == 30
    assert metrics["checks"]["fails"] == 2


@pytest.mark.parametrize("text", ["not json", "[1, 2]", '"text"'])
def test_what_cannot_be_converted_leaves_no_report(house, text):
    house.file("in.json", text)
    result = house.run("to-gitlab-report.sh", "grype", "in.json", "out.json")
    assert result.code == 1
    assert list(house.cwd.iterdir()) == [house.cwd / "in.json"]


def test_a_missing_input_and_an_unknown_tool_are_said(house):
    assert house.run("to-gitlab-report.sh", "grype", "none.json", "out.json").code == 1
    assert house.run("to-gitlab-report.sh", "nessus", "none.json", "out.json").code == 2
    assert house.run("to-gitlab-report.sh", "grype").code == 2


# --- DAST

DAST = ("run-dast.sh", "--target", "http://app:8080")


def test_a_dangerous_alert_fails(house, reply):
    house.tool("zap.sh", reply("-autorun", files={"zap/report.json": ZAP}))
    result = house.run(*DAST)
    assert result.code == 1
    assert "1 alerts of risk High" in result.err
    assert read(house, "gl-dast-report.json")["scan"]["type"] == "dast"


def test_harmless_alerts_pass(house, reply):
    mild = json.loads(json.dumps(ZAP).replace('"riskcode": "3"', '"riskcode": "1"'))
    house.tool("zap.sh", reply("-autorun", code=2, files={"zap/report.json": mild}))  # 2: with warnings
    result = house.run(*DAST)
    assert result.code == 0, result.err


def test_a_zap_that_breaks_or_reports_nothing_fails(house, reply):
    house.tool("zap.sh", reply("-autorun", code=1))
    assert house.run(*DAST).code == 1
    house.file("zap/report.json", json.dumps({"site": []}))
    house.tool("zap.sh", reply("-autorun"))
    assert house.run(*DAST).code == 1, "a report of an earlier run proves nothing"


def test_dast_dry_run_shows_the_plan(house):
    house.tool("zap.sh")
    result = house.run(*DAST, "--dry-run")
    assert result.code == 0
    assert "activeScan" in result.err
    assert result.calls == []


@pytest.mark.parametrize("target", ["app:8080", 'http://app"]}, {evil: [', "file:///etc/passwd"])
def test_an_odd_target_is_refused(house, target):
    house.tool("zap.sh")
    assert house.run("run-dast.sh", "--target", target).code == 2


def test_an_application_that_never_answers_is_not_scanned(house, reply):
    house.tool("curl", reply("", code=7))
    house.tool("zap.sh")
    result = house.run("wait-for-url.sh", "http://app:8080", "--seconds", "1")
    assert result.code == 1
    assert "did not answer within 1 seconds" in result.err


# --- Prowler

PROWLER = ("run-prowler.sh", "--framework", "pci_4.0_aws", "--output", "pci")
CHECK = {"status_code": "PASS", "severity": "High", "status_detail": "fine <&>", "metadata": {"event_code": "s3_x"},
         "resources": [{"uid": "arn:aws:s3:::b", "region": "eu-west-1"}]}  # fmt: skip


@pytest.mark.parametrize(("status", "exit_code", "expected"), [("PASS", 0, 0), ("FAIL", 3, 1)])
def test_prowlers_verdict_is_the_jobs(house, reply, status, exit_code, expected):
    house.tool("prowler", reply("", code=exit_code, files={"pci/report.ocsf.json": [{**CHECK, "status_code": status}]}))
    result = house.run(*PROWLER)
    assert result.code == expected, result.err
    assert "--compliance pci_4.0_aws --region eu-west-1" in result.lines("prowler")[0]
    suite = ET.parse(house.cwd / "pci/junit.xml").getroot()[0]
    assert suite.get("failures") == str(expected)
    if expected:
        assert suite[0][0].get("message") == "High: fine <&>"


def test_a_prowler_that_breaks_is_no_verdict(house, reply):
    house.tool("prowler", reply("", code=1, files={"pci/report.ocsf.json": [CHECK]}))
    result = house.run(*PROWLER)
    assert result.code == 1
    assert "status 1" in result.err
    assert not (house.cwd / "pci/junit.xml").exists()


# --- SOC 2

SOC2 = ("run-soc2-audit.sh", "--output", "soc2")
TABLES = {
    "aws_cloudtrail_trails": [{"arn": "t", "is_multi_region_trail": True, "log_file_validation_enabled": True}],
    "aws_iam_credential_reports": [{"user": "ann", "password_enabled": "true", "mfa_active": True}],
    "aws_iam_password_policies": [{"minimum_password_length": 14}],
    "aws_s3_bucket_public_access_blocks": [{"public_access_block_configuration": {
        "BlockPublicAcls": True, "BlockPublicPolicy": True, "IgnorePublicAcls": True, "RestrictPublicBuckets": True}}],
    "aws_rds_instances": [{"arn": "db", "storage_encrypted": True, "backup_retention_period": 7}],
    "aws_guardduty_detectors": [{"status": "ENABLED"}],
}  # fmt: skip


def cloudquery(house, reply, **tables):
    rows = {**TABLES, **tables}
    files = {f"soc2/{name}.json": "".join(json.dumps(row) + "\n" for row in value) for name, value in rows.items()}
    house.tool("cloudquery", reply("sync", files=files))


def test_an_account_in_order_passes(house, reply):
    cloudquery(house, reply)
    result = house.run(*SOC2)
    assert result.code == 0, result.out + result.err
    assert result.out.count("holds  ") == 8


@pytest.mark.parametrize(
    ("table", "rows", "words"),
    [
        ("aws_iam_credential_reports", [{"user": "bob", "password_enabled": "true", "mfa_active": False}], "MFA: fails for bob"),
        ("aws_rds_instances", [{"arn": "db", "storage_encrypted": False, "backup_retention_period": 7}], "encrypted: fails"),
        ("aws_guardduty_detectors", [], "nothing shows that this holds"),
        ("aws_cloudtrail_trails", [{"is_multi_region_trail": False}], "nothing in aws_cloudtrail_trails does"),
        ("aws_iam_credential_reports",
         [{"user": "bob", "access_key_1_active": True, "access_key_1_last_rotated": "2020-01-01T00:00:00+00:00"}],
         "older than 90 days: fails for bob"),
    ],
)  # fmt: skip
def test_a_control_that_does_not_hold_fails(house, reply, table, rows, words):
    cloudquery(house, reply, **{table: rows})
    result = house.run(*SOC2)
    assert result.code == 1
    assert words in result.out
    assert 'failures="0"' not in (house.cwd / "soc2/junit.xml").read_text()


def test_a_cloudquery_that_breaks_is_no_audit(house, reply):
    house.tool("cloudquery", reply("", code=1))
    assert house.run(*SOC2).code == 1
    assert house.run(*SOC2, "--dry-run").calls == []


# --- Infracost

COST = ("estimate-cost.sh", "--assembly", "cdk.out")


def assembly(house):
    for name in ("manifest.json", "api.template.json", "assembly-eu/data base.template.json", "tree.json"):
        house.file(f"cdk.out/{name}", "{}")


def priced(*errors):
    projects = [
        {"name": "cdk.out/api.template.json", "metadata": {"errors": list(errors)}},
        {"name": "b", "metadata": {}},
    ]
    return {"currency": "USD", "totalMonthlyCost": "12.5", "projects": projects}


def test_every_template_of_the_assembly_is_priced(house, reply):
    assembly(house)
    house.tool(
        "infracost",
        reply("^breakdown", files={"infracost.json": priced()}),
        reply("^output", "| api | 12.5 |\n"),
    )
    # The configuration is gone when the script ends, so that a copy is taken on the way.
    house.tool("mktemp", reply("", str(house.cwd / "configuration") + "\n"))
    house.tool("rm")
    result = house.run(*COST)
    assert result.code == 0, result.err
    assert "12.5 USD a month" in result.err
    assert "| api | 12.5 |" in result.out
    projects = read(house, "configuration")["projects"]
    assert [one["path"] for one in projects] == [
        "cdk.out/api.template.json",
        "cdk.out/assembly-eu/data base.template.json",
    ]


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ({"code": 1}, "Infracost failed"),
        ({"files": {"infracost.json": priced({"message": "bad"})}}, "could not read cdk.out/api.template.json"),
        ({"files": {"infracost.json": "no JSON"}}, "no usable report"),
    ],
)
def test_a_cost_that_nobody_knows_is_a_failure(house, reply, answer, words):
    assembly(house)
    house.tool("infracost", reply("^breakdown", **answer), reply("^output"))
    result = house.run(*COST)
    assert result.code == 1
    assert words in result.err


def test_an_assembly_without_templates_costs_nothing_that_anybody_knows(house):
    house.tool("infracost")
    assert house.run(*COST).code == 2
    house.file("cdk.out/manifest.json", "{}")
    assert "holds no template" in house.run(*COST).err
    house.file("cdk.out/a.template.json", "{}")
    assert house.run(*COST, "--dry-run").calls == []


# --- Lighthouse and axe


@pytest.mark.skipif(os.geteuid() != 0, reason="asks what root does")
def test_chrome_starts_as_root(house, reply):
    house.tool("lighthouse", reply(""))
    house.tool("axe", reply(""))
    house.run("run-lighthouse.sh", "--url", "http://app:8080", "--minimum-score", "90")
    (line,) = house.run("run-lighthouse.sh", "--url", "http://app:8080", "--minimum-score", "90").lines("lighthouse")
    assert line.endswith("--chrome-flags=--headless=new --no-sandbox")
    (line,) = house.run("run-a11y-tests.sh", "--url", "http://app").lines("axe")
    assert line.endswith("--chrome-options no-sandbox")


@pytest.mark.parametrize(("score", "expected"), [(0.95, 0), (0.5, 1)])
def test_lighthouse_scores_are_held_to_the_minimum(house, reply, score, expected):
    report = {"finalDisplayedUrl": "http://app:8080/", "audits": {"first-contentful-paint": {"numericValue": 900.123}},
              "categories": {"performance": {"title": "Performance", "score": score}}}  # fmt: skip
    house.tool("lighthouse", reply("", files={"lighthouse/report.report.json": report}))
    result = house.run("run-lighthouse.sh", "--url", "http://app:8080", "--minimum-score", "90")
    assert result.code == expected, result.err
    (page,) = read(house, "gl-browser-performance.json")
    assert page["subject"] == "/"
    assert {"name": "First contentful paint (ms)", "value": 900.12, "desiredSize": "smaller"} in page["metrics"]


@pytest.mark.parametrize("violations", [[], [{"id": "image-alt", "help": "Images need text", "helpUrl": "https://x",
                                              "nodes": [{"html": "<img>", "target": ["#a", "img"]}]}]])  # fmt: skip
def test_axe_faults_fail_and_are_shown(house, reply, violations):
    page = [{"url": "https://staging.example/", "violations": violations}]
    house.tool("axe", reply("", files={"axe/report.json": page}))
    result = house.run("run-a11y-tests.sh", "--url", "https://staging.example/", "--path", "/", "--path", "/login")
    assert result.code == (1 if violations else 0), result.err
    assert result.lines("axe")[0].startswith("axe https://staging.example/ https://staging.example/login --tags wcag2a")
    report = read(house, "gl-accessibility.json")
    assert report["errors"] == len(violations)
    assert report["total"] == 1


@pytest.mark.parametrize(
    "command",
    [
        ["run-lighthouse.sh", "--url", "http://app", "--minimum-score", "90", "--dry-run"],
        ["run-a11y-tests.sh", "--url", "http://app", "--dry-run"],
        ["run-prowler.sh", "--framework", "hipaa_aws", "--output", "x", "--dry-run"],
        ["run-cdk-nag.sh", "--packs", "AwsSolutions", "--dry-run"],
        ["install-dependencies.sh", "--dry-run"],
        ["wait-for-url.sh", "http://app", "--dry-run"],
    ],
)
def test_a_dry_run_starts_nothing(house, command):
    house.file("package-lock.json", "{}")
    for tool in ("lighthouse", "axe", "prowler", "npx", "npm", "node"):
        house.tool(tool)
    result = house.run(*command)
    assert result.code == 0, result.err
    assert [call for call in result.calls if call["tool"] != "node"] == []
    assert sorted(path.name for path in house.cwd.iterdir()) == ["package-lock.json"]


# --- cdk-nag

NAG = ("run-cdk-nag.sh", "--packs", "AwsSolutions,HIPAA.Security")


def nag(compliance, level="Error"):
    line = {"ruleId": "AwsSolutions-S1", "resourceId": "Stack/Bucket", "compliance": compliance, "ruleLevel": level,
            "ruleInfo": "server access logs"}  # fmt: skip
    return {"{--output}/AwsSolutions-Stack-NagReport.json": {"lines": [line]}}


@pytest.mark.parametrize(
    ("compliance", "level", "synth", "expected"),
    [
        ("Compliant", "Error", 0, 0),
        ("Suppressed", "Error", 0, 0),
        ("Non-Compliant", "Warning", 0, 0),
        ("Non-Compliant", "Error", 1, 1),
        ("Compliant", "Error", 1, 1),
    ],
)
def test_a_rule_that_does_not_hold_fails(house, reply, compliance, level, synth, expected):
    house.tool("npx", reply("cdk synth", code=synth, files=nag(compliance, level)))
    result = house.run(*NAG)
    assert result.code == expected, result.err
    assert "--context cdk-nag=AwsSolutions,HIPAA.Security" in result.lines("npx")[0]
    suite = ET.parse(house.cwd / "cdk-nag/junit.xml").getroot()[0]
    assert suite.get("tests") == "1"


def test_no_nag_report_is_no_pass(house, reply):
    house.tool("npx", reply("cdk synth", files={"{--output}/manifest.json": "{}"}))
    result = house.run(*NAG)
    assert result.code == 1
    assert "does the application read context cdk-nag" in result.err


# --- dependencies


@pytest.fixture
def npm(house, reply):
    house.file("package-lock.json", "{}")
    house.tool("node", reply("--version", "v22.11.0\n"))
    house.tool("npm", reply("ci", files={"node_modules/a/index.js": ""}))
    return house


def test_dependencies_are_installed_once(npm):
    assert npm.run("install-dependencies.sh").lines("npm") == ["npm ci --no-audit --no-fund"]
    assert npm.run("install-dependencies.sh").lines("npm") == []
    npm.file("package-lock.json", "{ }")
    assert npm.run("install-dependencies.sh").lines("npm") != []


def test_a_failed_installation_leaves_nothing_for_the_cache(npm, reply):
    npm.tool("npm", reply("ci", code=1, files={"node_modules/a/index.js": ""}))
    assert npm.run("install-dependencies.sh").code == 1
    assert not (npm.cwd / "node_modules").exists()


# --- canary metrics

MONITOR = ("monitor-canary.sh", "--service", "payments", "--minutes", "3", "--max-error-rate", "1",
           "--max-latency-ms", "500")  # fmt: skip


def datadog(reply, hits=100.0, errors=0.0, latency=0.1, times=None):
    def series(value):
        return {"series": [{"pointlist": [[1, value]]}] if value is not None else []}

    return [
        reply("request.hits", series(hits), times=times),
        reply("request.errors", series(errors), times=times),
        reply("p95:", series(latency), times=times),
    ]


def test_a_healthy_canary_is_watched_to_the_end(house, reply):
    house.tool("curl", *datadog(reply))
    result = house.run(*MONITOR)
    assert result.code == 0, result.err
    assert len(result.lines("curl")) == 9
    assert result.lines("sleep") == ["sleep 60"] * 3
    assert len((house.cwd / "canary-metrics.json").read_text().splitlines()) == 3


@pytest.mark.parametrize(
    ("bad", "words"),
    [({"errors": 5.0}, "error rate 5 % is above 1 %"), ({"latency": 0.9}, "latency of 900 ms is above 500 ms")],
)
def test_the_first_bad_minute_ends_it(house, reply, bad, words):
    house.tool("curl", *datadog(reply, times=1), *datadog(reply, **bad))
    result = house.run(*MONITOR)
    assert result.code == 1
    assert words in result.err
    assert len(result.lines("sleep")) == 2


def test_a_canary_without_traffic_proves_nothing(house, reply):
    house.tool("curl", *datadog(reply, hits=None, errors=None, latency=None))
    result = house.run(*MONITOR)
    assert result.code == 1
    assert "served no request" in result.err


def test_a_datadog_that_does_not_answer_fails(house, reply):
    house.tool("curl", reply("", code=22))
    result = house.run(*MONITOR)
    assert result.code == 1
    assert "does not answer" in result.err
    assert house.run(*MONITOR, "--dry-run").calls == []
