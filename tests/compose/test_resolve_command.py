"""`cilint resolve`: what it prints, and how it ends."""

from __future__ import annotations

import contextlib
import io
import json

import pytest

from cilint.cli import main

GOOD = """\
default: {tags: [linux]}
.base:
  image: debian
  variables: {A: "yes", N: 010}
job:
  extends: .base
  inherit: {default: [tags], variables: false}
  rules: null
  script: make
"""


@pytest.fixture
def resolve(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def run(text: str, *options: str) -> tuple[int, str, str]:
        (tmp_path / ".gitlab-ci.yml").write_text(text)
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            status = main(["resolve", *options])
        return status, out.getvalue(), err.getvalue()

    return run


def test_json_is_what_the_contract_says(resolve):
    status, out, _ = resolve(GOOD, "--format", "json")
    assert status == 0
    assert json.loads(out) == {
        "stages": [".pre", "build", "test", "deploy", ".post"],
        "workflow": {},
        "variables": {},
        "jobs": {
            "job": {
                "image": "debian",
                "variables": {"A": "yes", "N": 8},
                "inherit": {"variables": False},
                "script": ["make"],
                "tags": ["linux"],
            }
        },
    }


def test_yaml_with_origins(resolve):
    status, out, _ = resolve(GOOD, "--origin", "--job", "job")
    assert status == 0
    assert out.splitlines()[:3] == [
        "job:",
        "  image: debian # .gitlab-ci.yml:3:10 via extends .base at .gitlab-ci.yml:6:12",
        "  variables:",
    ]
    assert '    A: "yes" # .gitlab-ci.yml:4:18 via extends .base at .gitlab-ci.yml:6:12' in out


def test_a_map_merged_in_place_has_no_anchor_to_name(resolve):
    _, out, _ = resolve("job:\n  <<: {image: debian}\n  script: make\n", "--origin")
    assert "image: debian # .gitlab-ci.yml:2:15 via << at .gitlab-ci.yml:2:7\n" in out


def test_origins_in_json(resolve):
    _, out, _ = resolve(GOOD, "--format", "json", "--origin")
    origins = {tuple(item["path"]): item for item in json.loads(out)["origins"]}
    image = origins["jobs", "job", "image"]
    assert image["location"]["line"] == 3
    assert [(step["kind"], step["name"], step["location"]["line"]) for step in image["trail"]] == [
        ("extends", ".base", 6)
    ]


def test_what_gitlab_refuses_is_exit_1_with_errors(resolve):
    bad = GOOD.replace("extends: .base", "extends: .bsae")
    status, out, _ = resolve(bad, "--format", "json")
    errors = json.loads(out)["errors"]
    assert (status, errors[0]["location"]["line"]) == (1, 6)
    assert "did you mean `.base`" in errors[0]["message"]
    status, out, err = resolve(bad)
    assert (status, out) == (1, "")
    assert ".gitlab-ci.yml:6:12" in err


def test_what_could_not_be_read_is_said(resolve):
    status, out, err = resolve("include: https://ci.example.org/x.yml\n" + GOOD)
    assert status == 0
    assert "not assessed: include remote https://ci.example.org/x.yml: no copy at hand" in err
    _, out, _ = resolve("include: https://ci.example.org/x.yml\n" + GOOD, "--format", "json")
    assert json.loads(out)["not_assessed"][0]["location"]["line"] == 1


def test_a_wrong_job_is_a_usage_error(resolve):
    status, _, err = resolve(GOOD, "--job", "jbo")
    assert status == 2
    assert "did you mean `job`" in err
