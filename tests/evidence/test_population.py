"""Several files and folders: what was checked, what has no pipeline, what could not be read or resolved."""

from __future__ import annotations

import csv
import hashlib
import io
import json

import pytest


@pytest.fixture
def fleet(world, tmp_path):
    base = tmp_path / "group"
    world.repository(base / "app", {".gitlab-ci.yml": world.waived})
    world.repository(base / "sub" / "open", {".gitlab-ci.yml": world.unresolved})
    world.repository(base / "sub" / "broken", {".gitlab-ci.yml": "a: [\n"})
    world.repository(base / "sub" / "docs", {"README.md": "no pipeline"})
    (base / "notes").mkdir()
    return base


def evidence_of(world, cwd, *arguments):
    done = world.run("report", "--format", "json", *arguments, cwd=cwd)
    assert done.returncode in (0, 1), done.stderr
    return json.loads(done.stdout)


def test_a_folder_stands_for_every_project_in_it(world, fleet):
    evidence = evidence_of(world, fleet.parent, "group", "group/gone.yml")
    assert {target["path"]: target["status"] for target in evidence["targets"]} == {
        "group/app/.gitlab-ci.yml": "checked",
        "group/sub/open/.gitlab-ci.yml": "unresolved",
        "group/sub/broken/.gitlab-ci.yml": "unreadable",
        "group/sub/docs": "no-pipeline",
        "group/notes": "no-pipeline",
        "group/gone.yml": "missing",
    }


def test_what_could_not_be_read_is_never_a_pass_of_a_control(world, fleet):
    evidence = evidence_of(world, fleet.parent, "group", "group/gone.yml")
    for framework in evidence["frameworks"]:
        for control in framework["controls"]:
            assert control["result"] != "pass"
            assert control["by_target"]["group/gone.yml"] == "not-assessed"
            assert control["by_target"]["group/sub/broken/.gitlab-ci.yml"] in ("not-assessed", "fail")
            assert "group/sub/docs" not in control["by_target"]


def test_each_target_has_its_own_commit_files_and_results(world, fleet):
    evidence = evidence_of(world, fleet.parent, "group/app", "group/sub/open")
    commits = [target["commit"] for target in evidence["targets"]]
    assert len(set(commits)) == 2
    assert all(len(commit) == 40 for commit in commits)
    rules = {(tested["rule"], tested["target"]) for tested in evidence["tested"]}
    assert len(rules) == len(evidence["tested"])


def test_every_table_tells_the_whole_population(world, fleet):
    def rows(name):
        text = world.run("report", "--format", name, "group", "group/gone.yml", cwd=fleet.parent).stdout
        return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))

    paths = {row["target"]: row["status"] for row in rows("csv-population")}
    assert len(paths) == 6
    assert paths["group/notes"] == "has no pipeline"
    controls = rows("csv")
    assert {row["target"] for row in controls} == set(paths)
    assert {row["target_status"] for row in controls if row["target"] == "group/gone.yml"} == {"is not there"}
    assert {row["result"] for row in controls if row["target"] == "group/notes"} == {"not assessed"}


def test_where_nothing_was_assessed_nothing_has_passed(world, tmp_path):
    (tmp_path / "empty").mkdir()
    evidence = evidence_of(world, tmp_path, "empty")
    assert evidence["tested"] == []
    assert world.run("report", "--strict", "-o", "json=/dev/null", "empty", cwd=tmp_path).returncode == 1
    assert world.run("report", "-o", "json=/dev/null", "empty", cwd=tmp_path).returncode == 0
    statement = json.loads(world.run("report", "--format", "intoto", "empty", cwd=tmp_path).stdout)
    assert statement["predicate"]["result"] == "WARNED"
    page = world.run("report", "--format", "markdown", "empty", cwd=tmp_path).stdout
    assert "not assessed" in page.split("\n\n")[1]


def test_nothing_at_all_is_a_wrong_invocation(world, tmp_path):
    done = world.run("report", "gone.yml", cwd=tmp_path)
    assert done.returncode == 2
    assert "gone.yml" in done.stderr


def test_links_do_not_lead_out_of_a_folder(world, fleet, tmp_path):
    world.repository(tmp_path / "outside", {".gitlab-ci.yml": world.waived})
    (fleet / "link").symlink_to(tmp_path / "outside")
    evidence = evidence_of(world, fleet.parent, "group")
    assert not [target for target in evidence["targets"] if "link" in target["path"]]


def test_a_rule_that_is_off_leaves_its_controls_not_assessed(world, made):
    folder = made["waived"].folder
    evidence = evidence_of(world, folder, "--ignore", "image-missing")
    control = next(
        control for one in evidence["frameworks"] for control in one["controls"] if control["id"] == "CM-7(5)"
    )
    off = next(support for support in control["supports"] if support["rule"] == "image-missing")
    assert (off["present"], off["result"]) == (False, "not-assessed")
    assert "image-missing: off" in evidence["provenance"]["overrides"]


def test_frameworks_are_chosen_by_name_and_added_by_file(world, made, tmp_path):
    house = tmp_path / "house.yaml"
    house.write_text(
        "framework: house\ntitle: House rules\nversion: '7'\nlink: https://example.test/\n"
        "controls:\n  - {id: H1, title: Images are ours, supports: [{strength: design, rules: [image-missing]}]}\n"
    )
    folder = made["waived"].folder
    evidence = evidence_of(world, folder, "--framework", str(house), "--framework", "pci-dss")
    assert [one["framework"] for one in evidence["frameworks"]] == ["house", "pci-dss"]
    done = world.run("report", "--framework", "pci", cwd=folder)
    assert done.returncode == 2
    assert "pci-dss" in done.stderr


@pytest.mark.parametrize("arguments", [("-o", "nonsense=x"), ("-o", "html="), ("-o", "x.unknown"), ("--format", "wd")])
def test_a_wrong_output_is_refused_before_the_work(world, made, arguments):
    assert world.run("report", *arguments, cwd=made["waived"].folder).returncode == 2


def test_the_exit_status_follows_the_findings(world, made):
    assert world.run("report", "-o", "/dev/null", cwd=made["faulty"].folder).returncode == 2
    assert world.run("report", "-o", "json=/dev/null", cwd=made["faulty"].folder).returncode == 1
    assert world.run("report", "-o", "json=/dev/null", "--fail-on", "never", cwd=made["faulty"].folder).returncode == 0
    never = ("report", "-o", "json=/dev/null", "--fail-on", "never", "--strict")
    assert world.run(*never, cwd=made["unresolved"].folder).returncode == 1
    assert world.run("check", *never[3:], cwd=made["unresolved"].folder).returncode == 1
    assert world.run(*never, "--exit-zero", cwd=made["unresolved"].folder).returncode == 0
    assert world.run("check", *never[3:], "--exit-zero", cwd=made["unresolved"].folder).returncode == 0


def register(*, approver, reason):
    return f"""\
waivers:
  - id: W-1
    rule: image-private-registry
    scope: {{jobs: [legacy-build]}}
    reason: {reason}
    approved_by: [{approver}]
    ticket: SEC-1
    created: 2026-11-01
    expires: 2026-12-31
"""


def test_each_project_has_its_own_register_though_the_ids_are_the_same(world, tmp_path):
    base = tmp_path / "group"
    for name, approver in (("alpha", "alice"), ("beta", "bob")):
        text = register(approver=approver, reason=f"the vendor image of {name} is late")
        world.repository(base / name, {".gitlab-ci.yml": world.waived, ".cilint-waivers.yaml": text})
    made = world.report(base, tmp_path / "report", ".")
    evidence = made.json()
    assert {(one["targets"][0], one["approved_by"][0], one["state"], one["covers"]) for one in evidence["waivers"]} == {
        ("alpha/.gitlab-ci.yml", "alice", "applied", 1),
        ("beta/.gitlab-ci.yml", "bob", "applied", 1),
    }
    assert len({one["path"] for one in evidence["provenance"]["registers"]}) == 2
    found = list(csv.DictReader(io.StringIO(made.text("csv-findings").removeprefix("\ufeff"))))
    assert {(row["target"], row["approved_by"]) for row in found if row["result"] == "waived"} == {
        ("alpha/.gitlab-ci.yml", "alice"),
        ("beta/.gitlab-ci.yml", "bob"),
    }
    (control,) = (one for one in made.json("hdf")["profiles"][0]["controls"] if one["id"] == "image-private-registry")
    assert all(name in control["waiver_data"]["justification"] for name in ("alice", "bob"))
    risks = made.json("oscal")["assessment-results"]["results"][0]["risks"]
    assert len({risk["uuid"] for risk in risks}) == 2
    for name in ("html", "markdown"):
        assert "alice" in made.text(name)
        assert "bob" in made.text(name)


def test_a_waiver_that_one_pipeline_of_a_project_needs_is_not_unused(world, tmp_path):
    files = {
        "a.yml": world.waived,
        "b.yml": world.waived.replace("image: node", "image: $CI_REGISTRY/infrastructure/node"),
        ".cilint-waivers.yaml": register(approver="alice", reason="the vendor image is late"),
    }
    folder = world.repository(tmp_path / "two", files)
    for order in (("a.yml", "b.yml"), ("b.yml", "a.yml")):
        evidence = evidence_of(world, folder, *order)
        (waiver,) = evidence["waivers"]
        assert (waiver["state"], waiver["covers"], sorted(waiver["targets"])) == ("applied", 1, ["a.yml", "b.yml"])
        unused = [test["result"] for test in evidence["tested"] if test["rule"] == "waiver-unused"]
        assert "fail" not in unused
    (alone,) = evidence_of(world, folder, "b.yml")["waivers"]
    assert alone["state"] == "unused"


def test_each_target_is_judged_by_its_own_severity(world, tmp_path):
    base = tmp_path / "group"
    select = "select: [image-private-registry]\n"
    softer = f"{select}severity: {{image-private-registry: warning}}\n"
    world.repository(base / "a", {".gitlab-ci.yml": world.waived, ".cilint.yaml": softer})
    world.repository(base / "b", {".gitlab-ci.yml": world.waived, ".cilint.yaml": select})
    evidence = evidence_of(world, base, ".")
    said = {one["target"]: one["severity"] for one in evidence["tested"] if one["rule"] == "image-private-registry"}
    assert said == {"a/.gitlab-ci.yml": "warning", "b/.gitlab-ci.yml": "error"}
    assert evidence["provenance"]["exit_status"] == 1
    changed = [text for text in evidence["provenance"]["overrides"] if "instead of error" in text]
    assert changed == ["a/.gitlab-ci.yml: image-private-registry: warning instead of error"]


def test_every_finding_of_check_is_in_the_evidence(world, tmp_path):
    text = "x:\n  script:\n    - curl -k https://x.test\n    - curl --insecure https://y.test\n    - wget --no-check-certificate z\n"
    folder = world.repository(tmp_path / "many", {".gitlab-ci.yml": text})
    checked = json.loads(world.run("check", "--format", "json", cwd=folder).stdout)
    told = [
        (test["rule"], item["fingerprint"])
        for test in evidence_of(world, folder)["tested"]
        for item in test["items"]
        if item["result"] == "fail"
    ]
    assert sorted(set(told)) == sorted({(one["rule"], one["fingerprint"]) for one in checked["findings"]})
    assert [rule for rule, _ in told].count("tls-verification-off") == 3


def test_the_report_says_whose_it_is_when_and_by_which_policy(world, made):
    folder = made["waived"].folder
    arguments = ("--organisation", "=Acme", "--system", "cards")
    evidence = evidence_of(world, folder, *arguments)
    facts = evidence["provenance"]
    assert facts["project"] == {"organisation": "=Acme", "system": "cards"}
    assert (facts["as_of"], facts["ended"], facts["clock"]) == ("2026-12-01T00:00:00Z",) * 2 + ("SOURCE_DATE_EPOCH",)
    assert evidence["targets"][0]["ref"] == "main"
    # Where cilint is installed is nobody's business, and would change the bytes.
    assert {one["file"].partition("/")[0] for one in evidence["frameworks"]} == {"frameworks"}
    done = world.run(
        "report", "--format", "csv-findings", *arguments, cwd=folder, GITLAB_CI="true", CI_PIPELINE_ID="77"
    )
    for row in csv.DictReader(io.StringIO(done.stdout.removeprefix("\ufeff"))):
        assert row["pipeline"] == "77"
        assert len(row["policy_sha256"]) == len(row["merged_sha256"]) == len(row["digest"]) == 64
        assert row["file_sha256"] or row["file"] in ("", ".cilint-waivers.yaml")
        assert (row["approved_by"], row["expires"]) == (
            ("a.smith", "2026-12-31") if row["result"] == "waived" else ("", "")
        )


def test_what_settings_made_of_the_rules_stands_by_the_controls(world, tmp_path):
    settings = """\
select: [image-unpinned, cilint]
severity: {image-unpinned: info}
waivers: {self-granted: true, approvers: [a.smith]}
"""
    folder = world.repository(tmp_path / "soft", {".gitlab-ci.yml": world.waived, ".cilint.yaml": settings})
    made = world.report(folder, tmp_path / "report")
    evidence = made.json()
    said = evidence["provenance"]["overrides"]
    assert {"waivers: self-granted: yes", "waivers: approvers: a.smith"} <= set(said)
    (change,) = [text.partition(": ")[2] for text in said if text.startswith("image-unpinned: ")]
    behind = [
        support["changed"]
        for framework in evidence["frameworks"]
        for control in framework["controls"]
        for support in control["supports"]
        if support["rule"] == "image-unpinned"
    ]
    assert behind
    assert all(texts == [change] for texts in behind)
    assert f"changed by the settings</b>: {change}" in made.text("html")
    assert f"image-unpinned: {change}" in made.text("csv")


def test_a_gate_that_nothing_needs_is_not_passed(world, tmp_path):
    gates = {"production-dual-approval", "deployment-order", "approval-identity", "canary-approval", "staging-approval"}
    gates |= {"deployment-gated-by-checks"}

    def results(name, text):
        folder = world.repository(tmp_path / name, {".gitlab-ci.yml": text, "child.yml": "job: {script: [make]}\n"})
        return {one["rule"]: one["result"] for one in evidence_of(world, folder)["tested"] if one["rule"] in gates}

    assert results("small", world.waived) == dict.fromkeys(gates, "not-applicable")
    # What stands in another pipeline is looked for there; the whole was tested.
    child = results("parent", "start: {trigger: {include: child.yml}}\n")
    assert child == dict.fromkeys(gates, "pass")


PLAIN = "select: [image-private-registry, image-unpinned]\n"


@pytest.mark.parametrize(
    ("pipeline", "settings", "status"),
    [
        ("build: {image: node:latest, script: [make]}\n", "severity: {image-unpinned: warning, image-private-registry: warning}\n", 0),
        ("build: {image: node:latest, script: [make]}\n", "severity: {image-unpinned: warning, image-private-registry: warning}\nfail-on: warning\n", 1),
        ("build: {image: $CI_REGISTRY/$WHAT, script: [make]}\n", "", 0),
        ("build: {image: $CI_REGISTRY/$WHAT, script: [make]}\n", "strict: true\n", 1),
    ],
)  # fmt: skip
def test_the_settings_say_when_a_report_fails_as_they_do_for_check(world, tmp_path, pipeline, settings, status):
    folder = world.repository(tmp_path / "app", {".gitlab-ci.yml": pipeline, ".cilint.yaml": PLAIN + settings})
    for command in (["report", "-o", "json=/dev/null"], ["check", "--format", "json"]):
        done = world.run(*command, cwd=folder)
        assert done.returncode == status, done.stdout + done.stderr


SHA = "0123456789abcdef" * 4
MIXED = f"""\
stages: [test, deploy]
include:
  - local: ci/local.yml
  - {{project: platform/ci, ref: v1.2.3, file: /deploy.yml}}
  - {{project: platform/ci, file: /a.yml}}
  - {{project: platform/ci, ref: $REF, file: /b.yml}}
  - {{project: platform/ci, ref: {SHA[:40]}, file: /c.yml}}
  - remote: https://ci.example.test/x.yml
  - component: $CI_SERVER_FQDN/platform/scan/sast@2
build: {{stage: test, image: 'node:latest', services: ['docker:28.5.1-dind', '$MIRROR/redis'], script: [make]}}
test: {{stage: test, image: 'node:latest', script: [make]}}
pull: {{stage: test, image: 'node@$DIGEST', script: [make]}}
run: {{stage: deploy, trigger: {{include: ci/child.yml}}}}
other: {{stage: deploy, trigger: {{project: group/app, branch: main}}}}
"""


@pytest.fixture
def mixed(world, tmp_path):
    lint = f"lint: {{stage: test, image: 'python:3.13.1@sha256:{SHA}', script: [ruff check]}}\n"
    files = {".gitlab-ci.yml": MIXED, "ci/local.yml": lint, "ci/child.yml": "child: {script: [make]}\n"}
    files |= {
        ".cilint.yaml": "vendored: ci/copies\n",
        "ci/copies/project/platform/ci/v1.2.3/deploy.yml": ".deploy: {}\n",
    }
    return world.repository(tmp_path / "mixed", files)


def test_the_inventory_tells_how_fast_every_part_of_a_pipeline_holds(world, mixed):
    found = evidence_of(world, mixed)["targets"][0]["supplies"]
    assert {(one["kind"], one["name"], one["ref"]): one["fixed"] for one in found} == {
        ("include", "local ci/local.yml", ""): "repository",
        ("include", "project platform/ci:/deploy.yml", "v1.2.3"): "version",
        ("include", "project platform/ci:/a.yml", ""): "moves",
        ("include", "project platform/ci:/b.yml", "$REF"): "unknown",
        ("include", "project platform/ci:/c.yml", SHA[:40]): "commit",
        ("include", "remote https://ci.example.test/x.yml", ""): "moves",
        ("include", "component $CI_SERVER_FQDN/platform/scan/sast", "2"): "moves",
        ("image", "python", f"3.13.1@sha256:{SHA}"): "digest",
        ("image", "node", "latest"): "moves",
        ("image", "node", "$DIGEST"): "unknown",
        ("service", "docker", "28.5.1-dind"): "version",
        ("service", "$MIRROR/redis", ""): "unknown",
        ("pipeline", "local ci/child.yml", ""): "repository",
        ("pipeline", "project group/app", "main"): "moves",
    }
    by_name = {one["name"]: one for one in found}
    assert next(one for one in found if one["ref"] == "latest")["jobs"] == ["build", "test"]
    read = (mixed / "ci/copies/project/platform/ci/v1.2.3/deploy.yml").read_bytes()
    assert by_name["project platform/ci:/deploy.yml"]["sha256"] == hashlib.sha256(read).hexdigest()
    assert by_name["project platform/ci:/a.yml"]["sha256"] == ""


def test_the_inventory_is_a_table(world, mixed):
    text = world.run("report", "--format", "csv-inventory", cwd=mixed).stdout
    rows = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))
    node = next(row for row in rows if row["name"] == "node")
    assert (node["kind"], node["ref"], node["jobs"], node["line"]) == ("image", "latest", "build, test", "10")


def test_a_pipeline_that_another_starts_and_that_is_no_target_is_a_limit(world, mixed):
    def said(*paths):
        return [limit for limit in evidence_of(world, mixed, *paths)["limits"] if "started by others" in limit]

    assert "ci/child.yml (started by run of .gitlab-ci.yml)" in said()[0]
    assert "ci/child.yml" not in said(".gitlab-ci.yml", "ci/child.yml")[0]
