"""`--fix`, `--diff` and `--unsafe-fixes` of the installed command, on the built-in rules."""

from __future__ import annotations

import json
import subprocess

import pytest

BASE = ".base:\n  artifacts:\n    paths: [dist]  # built\n    # for a week\n"
MAIN = (
    "include: ci/base.yml\n"
    "build:\n"
    "  extends: .base\n"
    "  script: [make]\n"
    "  when: on_sucess  # always\n"
    "test:\n"
    "  script: [make test]\n"
    "  artifacts: {paths: [out], expire_in: '30 days'}  # mine\n"
    "  interruptible: 'true'\n"
)
FILES = {".gitlab-ci.yml": MAIN, "ci/base.yml": BASE}
CHECK = ("check", "--select", "artifact-expiry,keyword-type,keyword-value")
MENDED = {
    ".gitlab-ci.yml": MAIN.replace("'30 days'", "'1 week'").replace("'true'", "true"),
    "ci/base.yml": BASE.replace("# built\n", "# built\n    expire_in: 1 week\n"),
}


def texts(folder):
    return {name: (folder / name).read_text() for name in FILES}


def test_safe_fixes_in_two_files(cilint, folder):
    done = cilint(*CHECK, "--fix", files=FILES)
    assert texts(folder) == MENDED
    assert sorted(done.err.splitlines()) == ["mended .gitlab-ci.yml", "mended ci/base.yml"]
    assert done.status == 1  # the near word is not for --fix to choose
    assert "1 fixable with --unsafe-fixes" in done.out


def test_unsafe_fixes_are_asked_for_and_the_run_is_clean_after_them(cilint, folder):
    done = cilint(*CHECK, "--fix", "--unsafe-fixes", files=FILES)
    assert done.status == 0
    assert "when: on_success  # always\n" in texts(folder)[".gitlab-ci.yml"]
    again = cilint(*CHECK, "--fix", "--unsafe-fixes")
    assert (again.status, again.err) == (0, "")


@pytest.mark.parametrize("unsafe", [(), ("--unsafe-fixes",)])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_the_diff_is_what_fix_writes(cilint, folder, unsafe, newline):
    files = {name: text.replace("\n", newline) for name, text in FILES.items()}
    shown = cilint(*CHECK, "--diff", *unsafe, files=files)
    assert shown.status == 1
    assert {name: (folder / name).read_bytes().decode() for name in FILES} == files
    patch = folder.parent / "patch"
    patch.write_bytes(shown.raw)
    subprocess.run(["git", "init", "-q", folder], check=True)
    subprocess.run(["git", "-C", folder, "apply", patch], check=True)
    patched = {name: (folder / name).read_bytes() for name in FILES}
    cilint(*CHECK, "--fix", *unsafe, files=files)
    assert {name: (folder / name).read_bytes() for name in FILES} == patched


def test_json_tells_what_can_be_mended(cilint):
    found = json.loads(cilint(*CHECK, "--format", "json", files=FILES).out)["findings"]
    assert {(one["rule"], one["fixable"], one["fix"]) for one in found} == {
        ("artifact-expiry", True, "safe"),
        ("keyword-type", True, "safe"),
        ("keyword-value", True, "unsafe"),
    }
    [edit] = next(one["edits"] for one in found if one["rule"] == "keyword-value")
    assert (edit["replacement"], edit["safe"]) == ("on_success", False)


def test_a_read_only_file_stops_everything(cilint, folder):
    cilint("--version", files=FILES)
    (folder / "ci/base.yml").chmod(0o444)
    done = cilint(*CHECK, "--fix")
    assert done.status == 2
    assert "cannot write ci/base.yml: it is read-only" in done.err
    assert texts(folder) == FILES


def test_nothing_is_written_through_a_link_out_of_the_repository(cilint, folder):
    outside = folder.parent / "outside.yml"
    outside.write_text("build:\n  script: [make]\n  artifacts: {paths: [dist]}\n")
    before = outside.read_text()
    (folder / ".gitlab-ci.yml").symlink_to(outside)
    done = cilint(*CHECK, "--fix")
    assert done.status == 1
    assert outside.read_text() == before


def test_what_is_shared_with_jobs_of_another_kind_is_not_safe(cilint, folder):
    text = (
        ".base: {coverage: '/x/'}\n"
        "unit-test: {extends: .base, script: [vitest run --coverage]}\n"
        "lint: {extends: .base, script: [eslint .]}\n"
    )
    done = cilint("check", "--select", "coverage-regex", "--fix", files={".gitlab-ci.yml": text})
    assert (folder / ".gitlab-ci.yml").read_text() == text
    assert "1 fixable with --unsafe-fixes" in done.out


PACK = """\
rules:
  - id: interruptible-stated
    severity: error
    fixable: safe
    title: Jobs are interruptible
    select: job
    assert: {present: interruptible}
    edit: {put: {interruptible: true}}
    message: "{name} does not say interruptible"
    why: Old pipelines should end.
    fix: Say so.
  - id: tags-house
    severity: error
    title: Tags are the house's
    select: $.jobs.*.tags[*]
    assert: {starts_with: house-}
    parameters: {prefix: house-}
    edit: {sub: {"^": house-}, safe: false}
    message: "{value}"
    why: Others are not ours.
    fix: Say so.
"""


def test_a_house_s_own_rules_in_data_mend(cilint, folder):
    text = "a:  # one\n  script: [x]\n  tags: ['big']  # t\nb: {script: [y]}\n"
    call = ("check", "--policy", "./own.yaml", "--fix", "--unsafe-fixes")
    done = cilint(*call, files={"own.yaml": PACK, ".gitlab-ci.yml": text})
    assert done.status == 0, done.out + done.err
    assert (folder / ".gitlab-ci.yml").read_text() == (
        "a:  # one\n  script: [x]\n  tags: ['house-big']  # t\n  interruptible: true\nb: {script: [y], interruptible: true}\n"
    )


@pytest.mark.parametrize(
    ("edit", "complaint"),
    [
        ("{set: x, put: {a: b}}", "one of set, sub and put"),
        ("{}", "one of set, sub and put"),
        ("{sub: {'(': x}}", "RE2 does not take this regular expression"),
        ("{put: {a: '{none}'}}", "a parameter that the rule does not have"),
        ("{put: {a: 1, b: 2}}", "at most 1 item"),
        ("{sett: x}", "unknown key rules.edit.sett; did you mean set?"),
    ],
)
def test_a_wrong_edit_is_told_at_its_line(cilint, edit, complaint):
    pack = PACK.replace("{put: {interruptible: true}}", edit)
    done = cilint("check", "--policy", "./own.yaml", files={"own.yaml": pack, ".gitlab-ci.yml": MAIN})
    assert done.status == 2
    assert complaint in done.err.replace("`", "")
    assert "own.yaml:" in done.err


def test_the_edition_of_the_settings_decides_what_is_allowed(cilint):
    text = "build:\n  needs: [{project: a/b, job: x, ref: main, artifacts: true}]\n  script: [make]\n"
    files = {".gitlab-ci.yml": text, ".cilint.yaml": "edition: community\n"}
    assert "Premium" in cilint("check", "--policy", "gitlab", files=files).out
    files[".cilint.yaml"] = 'edition: premium\ngitlab-version: "18.5"\n'
    done = cilint("check", "--policy", "gitlab", files=files)
    assert "Premium" not in done.out
    wrong = cilint("check", files={".cilint.yaml": "gitlab-version: 18.10\n"})
    assert wrong.status == 2
    assert "gitlab-version" in wrong.err


PREMIUM = {
    ".gitlab-ci.yml": (
        "build:\n  needs: [{project: a/b, job: x, ref: main, artifacts: true}]\n  script: [make]\n"
        "pages:\n  script: [make]\n  pages: {path_prefix: x}\n"
    )
}
COMMANDS = (
    ("check", "--policy", "gitlab", "--fail-on", "warning"),
    ("resolve",),
    ("simulate",),
    ("graph",),
    ("report", "--policy", "gitlab", "--fail-on", "warning"),
)


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command[0])
def test_every_command_judges_for_the_edition_of_the_settings(cilint, command):
    files = {**PREMIUM, ".cilint.yaml": "edition: community\n"}
    assert cilint(*command, files=files).status != 0
    done = cilint(*command, files={".cilint.yaml": "edition: premium\n"})
    assert done.status == 0, done.out + done.err


def test_an_explanation_knows_the_edition(cilint):
    files = {**PREMIUM, ".cilint.yaml": "edition: premium\npacks: [gitlab]\n"}
    assert "Premium" not in cilint("explain", ".gitlab-ci.yml:2", files=files).out
    assert "Premium" in cilint("explain", ".gitlab-ci.yml:2", files={".cilint.yaml": "packs: [gitlab]\n"}).out


SECRET = "glpat-aB3dE5fG7hI9jK1lM3nO"  # of the form of a token, and of no use


def test_a_diff_shows_no_secret(cilint):
    text = f"variables:\n  TOKEN: {SECRET}\n  CI_DEBUG_TRACE: true\nbuild: {{script: [make]}}\n"
    done = cilint("check", "--diff", "--policy", "security", files={".gitlab-ci.yml": text})
    assert "CI_DEBUG_TRACE" in done.out
    assert SECRET not in done.out + done.err
    assert f"TOKEN: {'*' * len(SECRET)}" in done.out
    assert "masked" in done.err


@pytest.mark.parametrize("more", [("--format", "json"), ("--output", "json=x.json"), ("--statistics",)])
def test_a_diff_is_no_report(cilint, more):
    done = cilint("check", "--diff", *more, files={".gitlab-ci.yml": MAIN})
    assert done.status == 2
    assert more[0] in done.err
    assert "report" in done.err
    assert done.out == ""
