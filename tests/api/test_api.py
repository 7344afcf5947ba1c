"""The Python face: what tests of a pipeline ask, and that it answers as the commands do."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

import cilint
from cilint.cli import main

FILES = {
    ".gitlab-ci.yml": """\
include: ci/base.yml
stages: [build, approve, deploy]
default:
  image: node:22
build:
  stage: build
  script:
    - curl https://get.example.com/make | sh
approve:
  stage: approve
  script: [echo approved]
  rules:
    - if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH
      when: manual
deploy:
  extends: .deploy
  stage: deploy
  script:
    - - ./deploy.sh
  rules:
    - if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH
      changes: [src/**/*]
""",
    "ci/base.yml": ".deploy:\n  environment: {name: production}\n  retry: 1\n",
    ".cilint.yaml": "packs: [gitlab, security]\n",
}


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    for name, text in {**FILES, ".git/HEAD": ""}.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_findings_are_those_of_the_command(capsysbinary):
    checked = cilint.check_file()
    main(["check", "--format", "json"])
    told = [item for item in json.loads(capsysbinary.readouterr().out)["findings"] if not item["waived"]]
    assert checked.path == ".gitlab-ci.yml"
    assert told
    assert [(f.rule, f.severity, f.message, f.file, f.line) for f in checked.findings] == [
        (t["rule"], t["severity"], t["message"], t["location"]["file"], t["location"]["line"]) for t in told
    ]
    assert [f.fingerprint for f in checked.findings] == [item["fingerprint"] for item in told]


def test_rules_are_chosen_as_by_the_options():
    assert {f.rule for f in cilint.check_file(select=["pipe-to-shell"]).findings} == {"pipe-to-shell"}
    assert "pipe-to-shell" not in {f.rule for f in cilint.check_file(ignore="pipe-to-shell").findings}
    with pytest.raises(cilint.CilintError, match="pipe-to-shel"):
        cilint.check_file(select=["pipe-to-shel"])


def test_what_a_comment_answers_is_settled_and_no_finding(folder):
    path = folder / ".gitlab-ci.yml"
    path.write_text(path.read_text().replace("| sh", "| sh  # cilint: ignore[pipe-to-shell] our own server"))
    checked = cilint.check_file(select=["pipe-to-shell"])
    assert checked.findings == ()
    assert [(f.rule, f.status) for f in checked.settled] == [("pipe-to-shell", "suppressed")]


@pytest.mark.parametrize(
    ("path", "value", "file", "line", "way"),
    [
        (["image"], "node:22", ".gitlab-ci.yml", 4, "default image"),
        (["environment"], {"name": "production"}, "ci/base.yml", 2, "include ci/base.yml"),
        (["environment", "name"], "production", "ci/base.yml", 2, "extends .deploy"),
        (["retry"], 1, "ci/base.yml", 3, "extends .deploy"),
        (["script"], ["./deploy.sh"], ".gitlab-ci.yml", 19, ""),
        (["script", 0], "./deploy.sh", ".gitlab-ci.yml", 19, ""),
        (["rules", 0, "changes"], ["src/**/*"], ".gitlab-ci.yml", 22, ""),
    ],
)
def test_a_value_knows_where_it_is_written(path, value, file, line, way):
    found = cilint.check_file().value("deploy", *path)
    assert (found.value, found.file, found.line) == (value, file, line)
    assert way in ", ".join(found.via)


def test_what_is_not_set_is_none_and_a_job_that_is_not_there_is_an_error():
    checked = cilint.check_file()
    assert checked.jobs == ("build", "approve", "deploy")
    for path in (["cache"], ["script", 7], ["image", "name"], ["image", 0], ["environment", "url"]):
        assert checked.value("deploy", *path) is None
    with pytest.raises(cilint.CilintError, match="there is no job deplyo; did you mean `deploy`"):
        checked.value("deplyo", "image")


def test_a_plan_is_the_pipeline_of_the_situation():
    checked = cilint.check_file()
    assert checked.plan().names == ["build", "approve", "deploy"]
    assert checked.plan(changed=["src/app/a.ts"]).names == ["build", "approve", "deploy"]
    assert checked.plan(changed=[]).names == checked.plan(changed=["README.md"]).names == ["build", "approve"]
    assert checked.plan(variables={"CI_DEFAULT_BRANCH": "trunk", "CI_COMMIT_BRANCH": "main"}).names == ["build"]
    assert checked.plan(branch="topic").absent["deploy"].reason
    assert checked.plan().get("approve").is_gate
    merge = checked.plan(merge_request=True)
    assert merge.names == []
    assert [error.kind for error in merge.errors] == ["empty"]
    with pytest.raises(cilint.CilintError, match="exclude each other"):
        checked.plan(branch="main", tag="v1")


def test_a_gate_is_proven_or_comes_with_the_pipeline_that_breaks_it(folder):
    checked = cilint.check_file()
    assert checked.prove("deploy", by="approve").proven
    path = folder / ".gitlab-ci.yml"
    path.write_text(path.read_text().replace("  extends: .deploy\n", "  extends: .deploy\n  needs: [build]\n"))
    answer = cilint.check_file().prove("deploy", by=["approve"])
    assert not answer.proven
    assert (answer.status, answer.why) == ("refuted", "not_blocking")
    assert answer.command.startswith("cilint simulate")
    assert "refuted" in repr(answer)
    assert checked.prove("deploy", by="approve").proven  # of the text that was checked
    for wrong in ({"guarded": "deplyo", "by": "approve"}, {"guarded": "deploy", "by": []}):
        with pytest.raises(cilint.CilintError, match=wrong["guarded"]):
            checked.prove(**wrong)


def test_a_refused_file_has_no_pipeline_and_proves_nothing():
    refused = cilint.check_text("build: {script: [make], stage: biuld}\n")
    assert [(f.rule, f.line) for f in refused.findings if f.severity == "error"] == [("stage-undefined", 1)]
    plan = refused.plan()
    assert plan.names == []
    assert [error.kind for error in plan.errors] == ["configuration"]
    answer = refused.prove("build", by="approve")
    assert answer.status == "unknown"
    assert "biuld" in answer.reason
    broken = cilint.check_text("build: [")
    assert [f.rule for f in broken.findings] == ["yaml-syntax"]
    for ask in (lambda: broken.jobs, lambda: broken.value("build", "script")):
        with pytest.raises(cilint.CilintError, match="cannot be read"):
            ask()


def test_a_text_stands_where_its_path_says():
    checked = cilint.check_text("include: base.yml\n" + "job: {extends: .deploy, script: [make]}\n", "ci/other.yml")
    assert checked.path == "ci/other.yml"
    assert "include-local-missing" in {f.rule for f in checked.findings}  # for local includes begin at the root
    assert "include local base.yml" in {item.what for item in checked.not_assessed}
    named = cilint.check_text("include: ci/base.yml\njob: {extends: .deploy, script: [make]}\n", "ci/other.yml")
    assert named.value("job", "retry").file == "ci/base.yml"


def test_a_file_that_is_not_there_is_no_finding():
    with pytest.raises(cilint.CilintError, match=r"nowhere\.yml"):
        cilint.check_file("nowhere.yml")


def test_importing_cilint_imports_none_of_it():
    probe = (
        "import sys, cilint; cilint.__version__; "
        "print(sorted(name for name in sys.modules if name.startswith('cilint.') or name in ('typing', 'dataclasses'))); "
        "from cilint import check_file; print(check_file.__module__)"
    )
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\ncilint.api\n"


def test_what_is_public_is_there_and_nothing_else_passes_for_it():
    for name in cilint.__all__:
        assert getattr(cilint, name)
    with pytest.raises(AttributeError, match="check_fiel"):
        cilint.check_fiel  # noqa: B018
