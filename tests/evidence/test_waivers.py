"""The register of waivers: what settles a finding, what does not, and what is said of it."""

from __future__ import annotations

import json

import pytest

FULL = {
    "id": "W-1",
    "rule": "image-private-registry",
    "scope": {"jobs": ["legacy-build"]},
    "reason": "vendor image cannot be mirrored yet",
    "approved_by": ["a.smith"],
    "ticket": "SEC-412",
    "created": "2026-11-01",
    "expires": "2026-12-31",
}


class Found(dict):
    """Findings by rule, and what was not assessed."""

    not_assessed = ()


@pytest.fixture
def check(world, tmp_path):
    """Check the repository of the waived build with a register; the findings by rule."""

    def run(*entries, settings="", committed=True, arguments=(), **environment):
        folder = tmp_path / "repository"
        files = {".gitlab-ci.yml": world.waived}
        if settings:
            files[".cilint.yaml"] = settings
        register = json.dumps({"version": 1, "waivers": list(entries)}, indent=1)
        if committed:
            files[".cilint-waivers.yaml"] = register
        world.repository(folder, files)
        (folder / ".cilint-waivers.yaml").write_text(register)
        done = world.run("check", "--format", "json", *arguments, cwd=folder, **environment)
        assert done.returncode in (0, 1), done.stderr
        found, said = Found(), json.loads(done.stdout)
        found.not_assessed = said["not_assessed"]
        for finding in said["findings"]:
            found.setdefault(finding["rule"], []).append(finding)
        return found

    return run


def status(found, rule="image-private-registry"):
    return [finding["status"] for finding in found[rule]]


def test_a_waiver_in_force_settles_and_says_who_until_when(check):
    found = check(FULL)
    assert status(found) == ["waived"]
    assert found["image-private-registry"][0]["reason"] == (
        "W-1: vendor image cannot be mirrored yet (until 2026-12-31, approved by a.smith, SEC-412)"
    )
    assert not [rule for rule in found if rule.startswith("waiver-")]


@pytest.mark.parametrize(
    ("scope", "settles"),
    [
        ({"jobs": ["legacy-build"], "path": "image"}, True),
        ({"jobs": ["legacy-build"], "path": "script"}, False),
        ({"jobs": ["other"]}, False),
        ({"value": "node:22*"}, True),
        ({"value": "node:21*"}, False),
        ({"file": ".gitlab-ci.yml"}, True),
        ({"file": "ci/*"}, False),
        ({"fingerprint": "0" * 32}, False),
        ({"jobs": ["legacy-build"], "project": "group/app"}, True),
    ],
)
def test_the_scope_says_what_is_meant(check, scope, settles):
    found = check({**FULL, "scope": scope}, CI_PROJECT_PATH="group/app")
    assert status(found) == (["waived"] if settles else ["open"])
    assert ("waiver-unused" in found) is not settles


def test_a_waiver_of_another_project_is_passed_over(check):
    found = check({**FULL, "scope": {**FULL["scope"], "project": "group/else"}}, CI_PROJECT_PATH="group/app")
    assert status(found) == ["open"]
    assert not [rule for rule in found if rule.startswith("waiver-")]


@pytest.mark.parametrize(("day", "settles"), [("2026-12-01", True), ("2026-11-30", False)])
def test_the_last_day_is_included_and_then_the_finding_counts_again(check, day, settles):
    found = check({**FULL, "expires": day})
    assert status(found) == (["waived"] if settles else ["open"])
    assert ("waiver-expired" in found) is not settles
    assert ("waiver-expiring" in found) is settles


@pytest.mark.parametrize(
    ("change", "settings", "why"),
    [
        ({"approved_by": ["dev"]}, "", "somebody else"),
        ({"approved_by": ["Dev Eloper"]}, "", "somebody else"),
        ({"approved_by": ["DEV@corp.test"]}, "", "somebody else"),
        ({"requested_by": "a.smith"}, "", "somebody else"),
        ({"requested_by": "a.smith", "approved_by": ["a.smith ", "@A.Smith"]}, "", "somebody else"),
        ({"approved_by": ["a.smith", "A.Smith"]}, "waivers: {minimum-approvers: 2}", "1 did"),
        ({}, "waivers: {approvers: [c.jones]}", "c.jones"),
        ({}, "waivers: {approvers: {error: [c.jones], info: [a.smith]}}", "c.jones"),
        ({}, "waivers: {minimum-approvers: 2}", "2 of"),
        ({}, "waivers: {at-most: {error: 30}}", "60 days"),
        ({"created": "2026-05-01"}, "", "244 days"),
        ({"created": "2030-01-01", "expires": "2030-02-01"}, "", "has not come"),
        ({}, "waivers: {ticket: 'RISK-[0-9]+'}", "RISK"),
    ],
)
def test_what_nobody_else_approved_settles_nothing(check, change, settings, why):
    found = check({**FULL, **change}, settings=settings)
    assert status(found) == ["open"]
    assert why in found["waiver-unapproved"][0]["message"]


def test_enough_of_the_right_people_do(check):
    settings = "waivers: {approvers: {error: [a.smith, c.jones]}, minimum-approvers: 2, ticket: 'SEC-[0-9]+'}"
    assert status(check({**FULL, "approved_by": ["a.smith", "c.jones"]}, settings=settings)) == ["waived"]


@pytest.mark.parametrize(
    "settings", ["waivers: {unwaivable: image-private-registry}", "required: [image-private-registry]"]
)
def test_some_rules_cannot_be_waived(check, settings):
    found = check(FULL, settings=settings)
    assert status(found) == ["open"]
    assert "cannot be waived" in found["waiver-refused"][0]["message"]


def test_a_rule_that_does_not_exist_is_refused(check):
    assert "there is no rule" in check({**FULL, "rule": "image-privat"})["waiver-refused"][0]["message"]


@pytest.mark.parametrize(
    ("arguments", "environment"),
    [
        (("--diff-base", "HEAD"), {}),
        ((), {"CI_MERGE_REQUEST_IID": "7", "CI_MERGE_REQUEST_DIFF_BASE_SHA": "HEAD"}),
    ],
)
def test_a_change_does_not_grant_its_own_waiver(check, arguments, environment):
    found = check(FULL, committed=False, arguments=arguments, **environment)
    assert "waived" not in status(found)
    assert "adds it" in found["waiver-self-granted"][0]["message"]


def test_what_git_cannot_tell_is_not_granted(check):
    found = check(FULL, CI_MERGE_REQUEST_IID="7", CI_MERGE_REQUEST_DIFF_BASE_SHA="1" * 40)
    assert status(found) == ["open"]
    assert "waiver-self-granted" not in found
    missing = next(item for item in found.not_assessed if item["rules"] == ["waiver-self-granted"])
    assert "W-1" in missing["what"]
    assert "GIT_DEPTH" in missing["why"]


def shallow(world, tmp_path, **entry):
    """A clone that holds the last commit only; the waiver is older."""
    register = json.dumps({"waivers": [{**FULL, **entry}]}, indent=1)
    files = {".gitlab-ci.yml": world.waived, ".cilint-waivers.yaml": register}
    whole = world.repository(tmp_path / "whole", files)
    (whole / "later").write_text("x")
    world.git(whole, "add", "-A")
    world.git(whole, "commit", "-q", "-m", "later", author="Sam Other <a.smith@corp.test>")
    folder = tmp_path / "shallow"
    world.git(tmp_path, "clone", "-q", "--depth", "1", f"file://{whole}", str(folder))
    return whole, folder


def test_a_shallow_clone_does_not_know_who_wrote_a_waiver_and_says_so(world, tmp_path):
    whole, folder = shallow(world, tmp_path)
    for where, expected in ((whole, []), (folder, ["waiver-unapproved"])):
        done = world.run("check", "--format", "json", cwd=where)
        said = json.loads(done.stdout)
        assert [rule for item in said["not_assessed"] for rule in item["rules"] if "waiver" in rule] == expected
    assert "shallow" in said["not_assessed"][0]["why"]
    # The oldest commit of the clone is by the approver, who has not written the waiver: it is not held against it.
    assert [one["status"] for one in said["findings"] if one["rule"] == "image-private-registry"] == ["waived"]
    evidence = json.loads(world.run("report", "--format", "json", cwd=folder).stdout)
    tested = next(one for one in evidence["tested"] if one["rule"] == "waiver-unapproved")
    assert tested["result"] == "not-assessed"
    assert world.run("check", "--strict", "--fail-on", "error", "--select", "image-missing", cwd=folder).returncode == 1


def test_taking_away_who_asked_for_it_is_widening(world, tmp_path):
    files = {".gitlab-ci.yml": world.waived}
    asked = json.dumps({"waivers": [{**FULL, "requested_by": "a.smith"}]}, indent=1)
    folder = world.repository(tmp_path / "asked", {**files, ".cilint-waivers.yaml": asked})
    (folder / ".cilint-waivers.yaml").write_text(json.dumps({"waivers": [FULL]}, indent=1))
    done = world.run("check", "--format", "json", "--diff-base", "HEAD", cwd=folder)
    assert "waiver-self-granted" in {one["rule"] for one in json.loads(done.stdout)["findings"]}


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        (None, "waivers: {self-granted: true}", "waiver-self-granted"),
        ("strict: false", "waivers: {self-granted: true}", "waiver-self-granted"),
        ("waivers: {self-granted: true}", "waivers: {self-granted: true}", None),
        ("waivers: {self-granted: true, minimum-approvers: 2}", "waivers: {self-granted: true}", "waiver-unapproved"),
        ("waivers: {self-granted: true}\nrequired: [image-private-registry]", "strict: false", "waiver-refused"),
    ],
)
def test_a_change_does_not_loosen_what_is_asked_of_its_waivers(world, tmp_path, before, after, told):
    files = {".gitlab-ci.yml": world.waived, **({".cilint.yaml": before} if before else {})}
    folder = world.repository(tmp_path / "loose", files)
    (folder / ".cilint.yaml").write_text(after)
    (folder / ".cilint-waivers.yaml").write_text(json.dumps({"waivers": [FULL]}))
    done = world.run("check", "--format", "json", "--diff-base", "HEAD", cwd=folder)
    found = {one["rule"] for one in json.loads(done.stdout)["findings"] if one["rule"].startswith("waiver-")}
    assert found == ({told} if told else set())


def test_all_that_is_wrong_with_an_entry_is_told_at_once(check):
    found = check({**FULL, "id": "a b", "reason": "todo", "expires": "soon", "tikcet": "x", "requested_by": "a\nb"})
    told = " ".join(one["message"] for one in found["waiver-invalid"])
    for word in (
        "id: an id holds",
        "reason: a reason has",
        "expires: soon is no day",
        "unknown key tikcet",
        "requested_by: a line break",
    ):
        assert word in told
    assert "ticket is missing" not in told


def test_a_waiver_that_was_there_before_holds_and_one_that_grew_does_not(world, tmp_path):
    folder = tmp_path / "grown"
    register = json.dumps({"waivers": [FULL]})
    world.repository(folder, {".gitlab-ci.yml": world.waived, ".cilint-waivers.yaml": register})

    def states(**change):
        (folder / ".cilint-waivers.yaml").write_text(json.dumps({"waivers": [{**FULL, **change}]}))
        done = world.run("report", "--diff-base", "HEAD", "--format", "json", cwd=folder)
        return [waiver["state"] for waiver in json.loads(done.stdout)["waivers"]]

    assert states() == ["applied"]
    assert states(reason="the words may be made better") == ["applied"]
    assert states(expires="2027-01-10") == ["self-granted"]
    assert states(scope={"file": "*"}) == ["self-granted"]
    assert states(approved_by=["a.smith", "b.new"]) == ["self-granted"]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"reason": "todo"}, "at least 15"),
        ({"reason": None}, "reason"),
        ({"scope": {}}, "jobs, file, path, value or fingerprint"),
        ({"scope": {"project": "a/b"}}, "jobs, file, path, value or fingerprint"),
        ({"expires": "soon"}, "YYYY-MM-DD"),
        ({"expires": "2026-02-30"}, "YYYY-MM-DD"),
        ({"expires": "2026-10-01"}, "before created"),
        ({"id": "a b"}, "id"),
        ({"rule": "image-*"}, "written out"),
        ({"owner": "me"}, "unknown key owner"),
        ({"ticked": "SEC-1"}, "did you mean ticket"),
    ],
)
def test_an_entry_that_cannot_be_read_settles_nothing_and_is_told_at_its_line(check, change, says):
    found = check({**FULL, "id": "W-0", "rule": "image-missing", "created": "2026-11-20"}, {**FULL, **change})
    assert status(found) == ["open"]
    fault = found["waiver-invalid"][0]
    assert says in fault["message"]
    assert fault["location"]["file"] == ".cilint-waivers.yaml"
    assert fault["location"]["line"] > 15


@pytest.mark.parametrize(
    "text",
    [
        "waivers: [",
        "a: &a [*a]",
        "- 1",
        "waivers: 3",
        "version: 2\nwaivers: []",
        "\x00",
        "waivers: [&x [*x]]",
        "[" * 5000,
    ],
)
def test_a_hostile_register_is_a_finding_and_no_fault_of_cilint(world, tmp_path, text):
    folder = world.repository(tmp_path / "hostile", {".gitlab-ci.yml": world.waived})
    (folder / ".cilint-waivers.yaml").write_text(text)
    done = world.run("check", "--format", "concise", cwd=folder)
    assert done.returncode == 1, done.stderr
    assert "waiver-invalid" in done.stdout


def test_a_waiver_for_one_of_many_jobs_leaves_the_others_open(world, tmp_path):
    text = ".base: {stage: build, image: 'node:22.1', script: [a]}\n" + "".join(
        f"{name}: {{extends: .base}}\n" for name in ("legacy-build", "two", "three")
    )
    files = {".gitlab-ci.yml": f"stages: [build]\n{text}", ".cilint-waivers.yaml": json.dumps({"waivers": [FULL]})}
    folder = world.repository(tmp_path / "many", files)
    findings = json.loads(world.run("check", "--format", "json", cwd=folder).stdout)["findings"]
    told = {(tuple(one["jobs"]), one["status"]) for one in findings if one["rule"] == "image-private-registry"}
    assert told == {(("legacy-build",), "waived"), (("two", "three"), "open")}
    evidence = json.loads(world.run("report", "--format", "json", cwd=folder).stdout)
    tested = next(one for one in evidence["tested"] if one["rule"] == "image-private-registry")
    assert {item["job"]: item["result"] for item in tested["items"]} == {
        "legacy-build": "waived", "two": "fail", "three": "fail",
    }  # fmt: skip
    assert tested["result"] == "fail"


def test_a_comment_or_a_baseline_is_no_waiver_in_evidence(world, tmp_path):
    text = world.waived.replace("node:22.11.0\n", "node:22.11.0 # cilint: ignore[image-private-registry] I say so\n", 1)
    folder = world.repository(tmp_path / "comment", {".gitlab-ci.yml": text})
    evidence = json.loads(world.run("report", "--format", "json", cwd=folder).stdout)
    tested = next(one for one in evidence["tested"] if one["rule"] == "image-private-registry")
    assert tested["result"] == "fail"
    assert [item["status"] for item in tested["items"] if item["result"] == "fail"] == ["suppressed"]


def test_waive_writes_an_entry_and_keeps_every_comment(world, tmp_path):
    folder = world.repository(
        tmp_path / "edit", {".gitlab-ci.yml": world.waived, ".cilint-waivers.yaml": world.register}
    )
    register = folder / ".cilint-waivers.yaml"
    arguments = (
        "--job",
        "legacy-build",
        "--reason",
        "the vendor has no other: yes, #really",
        "--approved-by",
        "a.smith",
    )
    done = world.run("waive", "image-catalogue", *arguments, "--ticket", "12", "--expires", "2026-12-20", cwd=folder)
    assert done.returncode == 0, done.stderr
    text = register.read_text()
    assert text.startswith(world.register.rstrip("\n"))
    assert "W-2026-001" in text
    assert world.run("waive", "--close", "W-1", cwd=folder).returncode == 0
    assert "# the only one" in register.read_text()
    assert "status: closed" in register.read_text()
    evidence = json.loads(world.run("report", "--format", "json", cwd=folder).stdout)
    assert {one["id"]: one["state"] for one in evidence["waivers"]}["W-1"] == "closed"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("image-privat-registry",), "did you mean"),
        (("image-catalogue", "--reason", "a reason that is long enough"), "--approved-by"),
        (("image-catalogue", "--expires", "2020-01-01"), "say what it is about: --job"),
        (("image-catalogue", "--expires", "2020-01-01"), "that day is over"),
        (("image-catalogue", "--requested-by", "a\nb"), "--requested-by holds a line break"),
        (("image-catalogue", "--requested-by", "a\nb"), "--reason, --approved-by, --ticket, --expires are missing"),
        (("image-catalogue", "--ticket", "T\u202e1"), "--ticket holds a line break, or a character"),
        (("image-catalogue", "--job", "a\x1b[31m"), "--job holds"),
        (("image-catalogue", "--reason", "todo", "--id", "a b"), "--id: an id holds"),
        (("image-catalogue", "--reason", "todo", "--id", "a b"), "--reason: a reason has at least 15"),
        (("image-catalogue", "--reason", "the password=hunter2hunter9 is needed"), "--reason holds a secret"),
        (("--close", "W-9"), "there is no waiver W-9"),
        ((), "which rule"),
    ],
)
def test_waive_refuses_what_is_not_whole_and_writes_nothing(world, tmp_path, arguments, says):
    folder = world.repository(
        tmp_path / "refused", {".gitlab-ci.yml": world.waived, ".cilint-waivers.yaml": world.register}
    )
    done = world.run("waive", *arguments, cwd=folder)
    assert done.returncode == 2
    assert says in done.stderr
    assert (folder / ".cilint-waivers.yaml").read_text() == world.register


@pytest.mark.parametrize(
    ("scope", "broad"),
    [
        ({"jobs": ["legacy-*"]}, True),
        ({"file": "*"}, True),
        ({"value": "**"}, True),
        ({"value": "node:22*"}, False),
        ({"file": ".gitlab-ci.yml"}, False),
    ],
)
def test_a_waiver_for_whatever_fits_a_pattern_is_told_of(check, scope, broad):
    found = check({**FULL, "scope": scope})
    assert status(found) == ["waived"]
    assert ("waiver-broad" in found) is broad


@pytest.mark.parametrize(("arguments", "settings"), [(["--strict"], ""), ([], "strict: true\n")])
def test_under_strict_a_waiver_that_settles_nothing_is_an_error(check, arguments, settings):
    unused = FULL | {"scope": {"jobs": ["other-build"]}}
    found = check(unused, arguments=arguments, settings=settings)
    assert [finding["severity"] for finding in found["waiver-unused"]] == ["error"]


def test_without_strict_a_waiver_that_settles_nothing_is_a_warning(check):
    found = check(FULL | {"scope": {"jobs": ["other-build"]}})
    assert [finding["severity"] for finding in found["waiver-unused"]] == ["warning"]
