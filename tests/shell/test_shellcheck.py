"""shellcheck's remarks stand where they are written; it is asked only where a policy wants it, and can do no harm."""

from __future__ import annotations

import os
import subprocess
import sys
import time

import pytest

from cilint.check import check
from cilint.checks import shellcheck as rule
from cilint.compose.fetch import Project
from cilint.errors import UsageError
from cilint.rules.packs import OPTIONAL, load, prose
from cilint.shell import shellcheck
from cilint.source import Source
from cilint.testing import outcomes

pytestmark = pytest.mark.usefixtures("own_cache")

RULES = load(OPTIONAL)


def checked(tmp_path, text: str, files: dict[str, str] | None = None, **parameters):
    root = tmp_path / "repository"
    for name, content in {".gitlab-ci.yml": text, **(files or {})}.items():
        place = root / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(content)
    rules = RULES.configured({"shellcheck": {"parameters": parameters}}) if parameters else RULES
    return check(Source(".gitlab-ci.yml", text), Project(str(root)), rules)


def told(result):
    """(code, file, the very characters) of each remark."""
    return [
        (finding.message.rpartition("(")[2][:-1], finding.span.source.path, finding.span.source.slice(finding.span))
        for finding in result.findings
        if finding.rule == "shellcheck"
    ]


@pytest.mark.parametrize("outcome", list(outcomes(RULES, prose(RULES))), ids=lambda outcome: outcome.name)
def test_the_examples_hold(outcome):
    assert outcome.holds, outcome.complaint


@pytest.mark.parametrize(
    "lines",
    [
        "script: [rm $A]",
        'script: ["rm $A"]',
        "script: ['echo ''it''', 'rm $A']",
        'script: ["echo \\"x\\"; rm $A"]',
        "script:\n    - |\n      # indented\n        rm $A\n",
        "script:\n    - >-\n      echo long line;\n      rm $A\n",
        "script:\n    - echo plain over\n      two lines; rm $A\n",
        "before_script: [x=1, 'echo \"$x\"']\n  script:\n    - [[echo, 'rm $A']]\n",
        "after_script:\n    - echo\n    - rm $A\n  script: [make]",
        "script:\n    - if true; then\n    - rm $A\n    - fi\n",
        "script:\n    - |\n      cat <<EOF\n      text\n      EOF\n      rm $A\n",
        "script:\n    - |\n      echo\n      \trm\t\t$A",
    ],
)  # fmt: skip
def test_a_remark_stands_at_the_very_characters(tmp_path, lines):
    assert told(checked(tmp_path, f"a:\n  {lines}\n")) == [("SC2086", ".gitlab-ci.yml", "$A")]


def test_one_cause_is_one_finding_with_its_jobs(tmp_path):
    text = """
include: /base.yml
.other: {script: ["rm $B"]}
default: {before_script: ["rm $A"]}
a: {extends: .base}
b: {script: [!reference [.other, script], make]}
c: {extends: .base}
"""
    result = checked(
        tmp_path, text, {"base.yml": ".base:\n  script:\n    - rm $C ; ./run.sh\n", "run.sh": "#!/bin/sh\nrm $D\n"}
    )
    found = {finding.span.source.slice(finding.span): finding for finding in result.findings}
    assert {name: tuple(sorted(finding.jobs)) for name, finding in found.items()} == {
        "$A": ("a", "b", "c"), "$B": ("b",), "$C": ("a", "c"), "$D": ("a", "c"),
    }  # fmt: skip
    assert {finding.span.source.path for finding in found.values()} == {".gitlab-ci.yml", "base.yml", "run.sh"}
    assert found["$C"].path == ("a", "script", 0)
    assert found["$A"].help == "https://www.shellcheck.net/wiki/SC2086"


def test_levels_become_severities(tmp_path):
    text = 'a:\n  script:\n    - \'echo `date`; rm $A; for x in ${a[@]}; do echo "$x"; done; B="$(a)" export B\'\n'
    severity = {
        code: finding.severity
        for finding in checked(tmp_path, text, minimum="style").findings
        for code in [finding.message[-7:-1]]
    }
    assert (severity["SC2006"], severity["SC2086"], severity["SC2068"]) == ("info", "info", "error")
    assert "SC2006" not in {code for code, _, _ in told(checked(tmp_path, text))}
    capped = RULES.configured({"shellcheck": {"severity": "warning"}})
    again = check(Source(".gitlab-ci.yml", text), Project(str(tmp_path)), capped).findings
    assert {finding.severity for finding in again} == {"warning", "info"}


def test_codes_can_be_left_out(tmp_path):
    assert told(checked(tmp_path, "a: {script: ['rm $A']}", ignore=["SC2086"])) == []
    assert told(checked(tmp_path, "a: {script: ['rm $A']}", ignore=[2086])) == []


@pytest.mark.parametrize("parameters", [{"minimum": "loud"}, {"shell": "fish"}, {"ignore": ["all"]}])
def test_what_shellcheck_does_not_know_is_refused(tmp_path, parameters):
    with pytest.raises(UsageError, match="shellcheck: "):
        checked(tmp_path, "a: {script: [x]}", **parameters)


def test_variables_of_the_files_are_known_and_hold_what_nobody_knows(tmp_path):
    text = "variables: {low: x, UP: y}\na:\n  variables: {own: z}\n  script:\n    - 'echo \"$low$own$CI_JOB_ID\" $UP'\n    - 'echo \"$other\"'\n"
    assert told(checked(tmp_path, text, ignore=[])) == [
        ("SC2086", ".gitlab-ci.yml", "$UP"), ("SC2154", ".gitlab-ci.yml", "$other"),
    ]  # fmt: skip


def test_a_syntax_error_is_told_once(tmp_path):
    assert [code for code, _, _ in told(checked(tmp_path, "a: {script: ['if [ a ; then b; fi']}"))] == ["SC1073"]


@pytest.mark.parametrize(
    "job",
    [
        "{image: mcr.microsoft.com/powershell, script: [x $A]}",
        "{tags: [saas-windows-medium-amd64], script: [x $A]}",
        "{script: ['echo $env:PATH $A']}",
        "{script: ['Get-ChildItem $A']}",
    ],
)
def test_other_shells_are_not_assessed(tmp_path, job):
    result = checked(tmp_path, f"a: {job}\n")
    assert told(result) == []
    assert ["PowerShell" in item.why for item in result.not_assessed] == [True]


def test_a_file_for_another_shell_is_not_assessed(tmp_path):
    result = checked(tmp_path, "a: {script: [./x.sh]}", {"x.sh": "#!/usr/bin/env zsh\nrm $A\n"})
    assert (told(result), [item.what for item in result.not_assessed]) == ([], ["script x.sh"])


def test_without_the_program_nothing_is_assessed_and_it_is_said_once(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    monkeypatch.setenv("PATH", "")
    result = checked(tmp_path, "a: {script: ['rm $A']}\nb: {script: ['rm $B']}")
    assert (told(result), [item.why for item in result.not_assessed]) == (
        [], ["shellcheck is not installed; `pip install 'cilint[shellcheck]'` brings it"],
    )  # fmt: skip


def test_no_program_of_the_repository_is_started(tmp_path, monkeypatch):
    root = tmp_path / "repository"
    for folder in (root, root / "bin"):
        folder.mkdir(exist_ok=True)
        (folder / "shellcheck").write_text(f"#!/bin/sh\ntouch {tmp_path}/started\n")
        (folder / "shellcheck").chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    monkeypatch.setenv("PATH", os.pathsep.join([".", "", "bin", str(root / "bin"), str(root)]))
    monkeypatch.chdir(root)
    assert checked(tmp_path, "a: {script: ['rm $A']}").not_assessed
    assert not (tmp_path / "started").exists()


def test_the_repository_does_not_steer_it(tmp_path, monkeypatch):
    monkeypatch.setenv("SHELLCHECK_OPTS", "--exclude=SC2086")
    secret = tmp_path / "secret.sh"
    secret.write_text("rm $STOLEN\n")
    files = {".shellcheckrc": "disable=SC2086\nexternal-sources=true\n"}
    text = f"a:\n  script:\n    - |\n      # shellcheck source={secret}\n      . ./lib.sh\n    - rm $A\n"
    assert told(checked(tmp_path, text, files)) == [("SC2086", ".gitlab-ci.yml", "$A")]


def test_an_unchanged_text_is_not_asked_about_again(tmp_path, monkeypatch):
    text = "a: {script: ['rm $A']}\nb: {script: ['rm $A']}\n"
    first = told(checked(tmp_path, text))
    monkeypatch.setattr(subprocess, "Popen", None)
    assert told(checked(tmp_path, text)) == first == [("SC2086", ".gitlab-ci.yml", "$A")] * 2


@pytest.mark.parametrize(
    ("program", "why"),
    [
        ("sleep 60", "takes too long"),
        ("yes '[[[['", "stopped with status"),
        ("echo nonsense", "stopped with status 0"),
        ("exit 3", "stopped with status 3"),
        ("echo '{\"comments\": 3}'", "stopped with status 0"),
        ("echo '[]'", "stopped with status 0"),
    ],
)
def test_a_program_that_fails_is_not_a_pass(tmp_path, monkeypatch, program, why):
    place = tmp_path / "shellcheck"
    place.write_text(f"#!/bin/sh\nPATH=/usr/bin:/bin\n{program}\n")
    place.chmod(0o755)
    monkeypatch.setattr(rule, "find", lambda _: str(place))
    monkeypatch.setattr(shellcheck.remarks, "__defaults__", (1.0,))
    begin = time.monotonic()
    result = checked(tmp_path, "a: {script: ['rm $A']}")
    assert time.monotonic() - begin < 20
    assert told(result) == []
    assert [why in item.why for item in result.not_assessed] == [True]


def test_a_text_that_is_too_big_is_not_assessed(tmp_path):
    result = checked(tmp_path, "a: {script: [./x.sh]}\nb: {script: ['rm $A']}", {"x.sh": "rm $B\n" * 80_000})
    assert [code for code, _, _ in told(result)] == ["SC2086"]
    assert not any("$B" in one for _, _, one in told(result))


def test_a_plain_check_starts_no_program(tmp_path):
    (tmp_path / ".gitlab-ci.yml").write_text("a: {script: ['rm $A']}")
    code = (
        "import sys; from cilint.cli import main; main(['check', '--exit-zero'])\n"
        "print([name for name in sys.modules if 'subprocess' in name or 'shellcheck' in name])"
    )
    ran = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert ran.stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize(
    "arguments",
    [
        ["--extend-select", "shell"],
        ["--extend-select", "shellcheck"],
        ["--select", "shellcheck"],
        ["--policy", "shell"],
    ],
)
def test_a_selection_brings_the_pack(tmp_path, arguments):
    (tmp_path / ".gitlab-ci.yml").write_text("a: {script: ['rm $A']}")
    command = [sys.executable, "-m", "cilint", "check", "--format", "concise", "--exit-zero", *arguments]
    ran = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert ".gitlab-ci.yml:1:18: info[shellcheck]: Double quote" in ran.stdout


def test_settings_bring_the_pack(tmp_path):
    (tmp_path / ".gitlab-ci.yml").write_text("a: {script: ['rm $A', 'echo `x`']}")
    (tmp_path / ".cilint.yaml").write_text(
        "extend-select: [shell]\nparameters: {shellcheck: {ignore: [SC2086], minimum: style}}\n"
    )
    command = [sys.executable, "-m", "cilint", "check", "--format", "concise", "--exit-zero"]
    ran = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert "(SC2006)" in ran.stdout
    assert "(SC2086)" not in ran.stdout
