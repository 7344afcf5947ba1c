"""`--set` on the commands that take settings."""

from __future__ import annotations

import json

import pytest

CI = "a:\n  image: node\n  script: [x]\n"
HOUSE = "packs: [./policy]\n"


@pytest.fixture
def checked(cilint):
    def run(*texts, settings=HOUSE, more=()):
        given = [word for text in texts for word in ("--set", text)]
        done = cilint(
            "check", "--format", "json", *given, *more, files={".gitlab-ci.yml": CI, ".cilint.yaml": settings}
        )
        return done, {} if done.status == 2 else {
            one["rule"]: one["severity"] for one in json.loads(done.raw)["findings"]
        }

    return run


def test_it_outranks_the_file(checked):
    settings = HOUSE + "severity: {image-private: info}\n"
    assert checked(settings=settings)[1]["image-private"] == "info"
    assert checked("severity.image-private=warning", settings=settings)[1]["image-private"] == "warning"
    assert "image-private" not in checked("ignore=[image-private]")[1]


def test_it_holds_without_a_file(checked):
    found = checked("packs=[./policy]", "severity.image-private=warning", more=["--isolated"])[1]
    assert found["image-private"] == "warning"


@pytest.mark.parametrize(
    ("text", "done"),
    [
        ("ignore=[image-private]", "ignored"),
        ("severity.image-private=info", "changed"),
        ("severity={image-private: info}", "changed"),
        ("packs=[gitlab]", "left out"),
    ],
)
def test_what_the_file_requires_cannot_be_switched_off(checked, text, done):
    outcome, _ = checked(text, settings=HOUSE + "required: [image-private]\n")
    assert outcome.status == 2
    key = text.partition("=")[0]
    assert f"--set {key}: image-private is required by .cilint.yaml and cannot be {done}" in outcome.err


@pytest.mark.parametrize(
    "text", ["required=[]", "select=[stage-known]", "per-job-ignores.a=[policy]", "ignore=[policy]"]
)
def test_what_is_required_stays(checked, text):
    _, found = checked(text, settings=HOUSE + "required: [image-private]\n")
    assert "image-private" in found


def test_a_rule_that_is_not_there_is_told_as_typed(checked):
    done, _ = checked("severity.image-privat=info")
    assert (done.status, "--set severity.image-privat: no such rule" in done.err) == (2, True)
    assert "did you mean image-private?" in done.err
    done, _ = checked("packs=[./nowhere]")
    assert (done.status, "--set packs: no pack of rules" in done.err) == (2, True)


def test_a_fault_of_the_file_stays_the_files(checked):
    done, _ = checked("severity.image-private=info", settings=HOUSE + "severity: {nope: info}\n")
    assert ".cilint.yaml:2:12: no such rule: nope" in done.err
    done, _ = checked("required=[image-private]", settings=HOUSE + "required: [nope]\n")
    assert ".cilint.yaml:2:12: no such rule or pack: nope" in done.err


def test_settings_say_where_each_comes_from(cilint):
    files = {".cilint.yaml": HOUSE + "severity: {image-private: info}\n", ".gitlab-ci.yml": CI}
    given = ("--set", "severity.stage-known=info", "--set", "strict=true")
    lines = cilint("settings", *given, files=files).out.splitlines()
    assert "strict: true  # --set strict" in lines
    [severity] = [line for line in lines if line.startswith("severity:")]
    assert severity.endswith("# .cilint.yaml:2:1, --set severity.stage-known")
    assert "  severity set (--set severity.stage-known)" in cilint("settings", "--why", "stage-known", *given).out
    assert "  severity set (.cilint.yaml:2:12)" in cilint("settings", "--why", "image-private", *given).out


@pytest.mark.parametrize(
    "command", ["simulate", "graph", "prove", "report", "resolve", "baseline", "settings", "check"]
)
def test_every_command_with_settings_takes_it(cilint, command):
    done = cilint(command, "--set", "strct=true", files={".gitlab-ci.yml": CI})
    assert (done.status, "--set strct: unknown key strct" in done.err) == (2, True)


def test_variables_reach_the_plan(cilint):
    files = {".gitlab-ci.yml": "include: {local: '$A'}\nb:\n  script: [x]\n", "x.yml": "c:\n  script: [y]\n"}
    done = cilint("simulate", "--format", "json", "--set", "variables.A=x.yml", files=files)
    assert {job["name"] for job in json.loads(done.raw)["jobs"]} == {"b", "c"}
