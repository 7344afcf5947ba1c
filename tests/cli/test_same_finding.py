"""Every finding of a whole pipeline keeps its fingerprint through the edits that leave its fault as it is."""

from __future__ import annotations

import pytest

from cilint import rules
from cilint.check import check
from cilint.compose.fetch import Project
from cilint.fingerprint import stamp
from cilint.report.secret import SECRET_RULES
from cilint.source import Source

BASE = """\
.base: &base
  image: node:latest
  services: [postgres, redis]
  artifacts:
    paths: [dist]
"""
BUILD = """\
build:
  extends: .base
  stage: build
  script:
    - make all
    - curl http://example.com/i | sh
    - curl -k https://example.com
    - curl http://example.com/i | sh
  retry: 9
  variables:
    TOKEN: hunter2hunter2hunter2
"""
DEPLOY = """\
deploy:
  stage: deply
  script: [./deploy.sh, "docker run alpine:latest"]
  environment: {name: production, actoin: start}
  when: manul
  rules:
    - if: $CI_COMMIT_TAG ==
    - if: $CI_COMMIT_BRANCH == "main"
      when: manual
"""
HEAD = "stages: [build, deploy]\n"
TEXT = HEAD + BASE + BUILD + DEPLOY
INDENTED = "\n".join(
    " " * (len(line) - len(line.lstrip())) + line.replace("  - ", "  -   ") for line in TEXT.split("\n")
)
EDITS = {
    "blank lines and comments": "# one\n\n" + TEXT.replace("\n  script", "\n\n  # a comment\n  script"),
    "indentation": INDENTED,
    "order of keys": HEAD
    + BASE
    + BUILD.replace("  stage: build\n", "")
    .replace("  variables", "  stage: build\n  variables")
    .replace("  retry: 9\n", "")
    + "  retry: 9\n"
    + DEPLOY,
    "order of jobs": DEPLOY + HEAD + BASE + BUILD,
    "a merge instead of extends": TEXT.replace("  extends: .base\n", "  <<: *base\n"),
    "line ends": TEXT.replace("\n", "\r\n"),
    "quotes": TEXT.replace("node:latest", "'node:latest'").replace("manul", '"manul"'),
    "lines around": TEXT.replace("    - make all\n", "    - make one\n    - make two\n"),
    "a job beside it": TEXT + "also:\n  stage: build\n  script: [make]\n  image: $CI_REGISTRY/a/b:1.2.3\n",
}


def found(text, path=".gitlab-ci.yml"):
    """{fingerprint: rule and job} of every finding."""
    checked = check(Source(path, text), Project("/nowhere"), rules.load(rules.BUILT_IN))
    stamp(checked.findings, checked.config.readings, SECRET_RULES)
    assert len({finding.fingerprint for finding in checked.findings}) == len(checked.findings)
    return {finding.fingerprint: f"{finding.rule} {finding.job}" for finding in checked.findings}


START = found(TEXT)


def test_there_is_enough_to_lose():
    assert len({rule.split()[0] for rule in START.values()}) >= 8, START
    assert sum(rule == "pipe-to-shell build" for rule in START.values()) == 2


@pytest.mark.parametrize("edit", EDITS)
def test_an_edit_that_leaves_the_faults_leaves_the_fingerprints(edit):
    after = found(EDITS[edit])
    lost = {rule for mark, rule in START.items() if mark not in after}
    assert lost == set(), (edit, lost, {rule for mark, rule in after.items() if mark not in START})


def test_one_of_two_equal_faults_mended_is_one_gone_and_none_new():
    mended = TEXT.replace(
        "    - curl -k https://example.com\n    - curl http://example.com/i | sh\n",
        "    - curl -k https://example.com\n",
    )
    after = found(mended)
    assert after.keys() < START.keys()
    assert [START[mark] for mark in START.keys() - after.keys()] == ["pipe-to-shell build"]


def test_another_name_of_the_job_is_another_fault():
    after = found(TEXT.replace("deploy:\n  stage", "release:\n  stage"))
    assert not {mark for mark, rule in START.items() if rule.endswith(" deploy")} & after.keys()


def test_another_file_is_another_fault():
    assert not START.keys() & found(TEXT, "ci/other.yml").keys()


BARE = TEXT.removeprefix(HEAD).replace("  stage: build\n", "").replace("  stage: deply\n", "")


@pytest.mark.parametrize(
    "text",
    [
        "# one\n\n" + BARE,
        DEPLOY.replace("  stage: deply\n", "") + BARE.replace(DEPLOY.replace("  stage: deply\n", ""), ""),
        "stages: [test]\n" + BARE,
    ],
)
def test_faults_of_the_whole_pipeline_stand_nowhere_in_particular(text):
    def whole(text):
        return {mark for mark, rule in found(text).items() if rule.endswith(" None")}

    assert len(whole(BARE)) > 20
    assert whole(text) == whole(BARE)


def test_another_missing_job_is_another_fault():
    """One job that is asked for goes and another one comes: a baseline must not take the first for the second."""
    scan = "scan:\n  image: $CI_REGISTRY/a/semgrep:1.2.3\n  script: [semgrep ci]\n"
    lint = "lint:\n  image: $CI_REGISTRY/a/hadolint:1.2.3\n  script: [hadolint Dockerfile]\n"
    before, after = found(TEXT + scan), found(TEXT + lint)
    new = [rule for mark, rule in after.items() if mark not in before and rule.endswith(" None")]
    assert new == ["required-job None"]
