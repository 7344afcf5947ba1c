"""What the other commands print, end to end: what a newcomer reads, and that wrong calls are told how to be right."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest
import yaml

from cilint.rules.packs import built_in_folder

CILINT = Path(sys.executable).with_name("cilint")

GOOD = """\
stages: [build, deploy]
build:
  stage: build
  script: [make]
deploy:
  stage: deploy
  script: [./deploy.sh]
  when: manual
  environment: production
nightly:
  stage: build
  script: [make nightly]
  rules:
    - if: $CI_PIPELINE_SOURCE == "schedule"
"""
HOSTILE = '"a\\e[2J<script>|\\u202Eb\\n/close":\n  stage: build\n  script: [x]\n'
FILES = {".gitlab-ci.yml": GOOD}


def test_help_lists_every_command_with_a_sentence(cilint):
    done = cilint("--help")
    assert done.status == 0
    listed = done.out.partition("Commands:")[2]
    for name in (
        "check",
        "explain",
        "rules",
        "resolve",
        "simulate",
        "graph",
        "baseline",
        "test",
        "init",
        "new",
        "schema",
    ):
        assert f"\n  {name} " in listed


@pytest.mark.parametrize("name", ["check", "explain", "rules", "resolve", "simulate", "graph", "baseline", "test",
                                  "completion", "init", "new", "schema", "settings", "prove", "report", "waive"])  # fmt: skip
def test_every_command_has_help(cilint, name):
    done = cilint(name, "--help")
    assert done.status == 0
    assert done.out.startswith(f"Usage: cilint {name}")
    assert done.err == ""


def test_new_alone_shows_its_help(cilint):
    done = cilint("new")
    assert done.status == 0
    assert "rule  Write a rule with examples" in done.out


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["schema", "setings"], "Invalid value for '{settings|pack|waivers|framework|evidence}': 'setings' is not one of 'settings', 'pack', 'waivers', 'framework', 'evidence'; did you mean `settings`?"),
        (["schema"], "Missing argument '{settings|pack|waivers|framework|evidence}'. Choose from: settings, pack, waivers, framework, evidence"),
        (["completion", "tcsh"], "Invalid value for '{bash|zsh|fish}': 'tcsh' is not one of 'bash', 'zsh', 'fish'"),
        (["rules", "--pack", "nope"], "no such pack: nope"),
        (["test", "nope"], "no pack of rules: nope is neither a built-in pack nor a file or folder"),
        (["new", "rule", "Foo Bar"], "Foo Bar is no id for a rule"),
        (["simulate", "--branch", "a", "--tag", "b"], "--tag and --branch exclude each other"),
        (["graph", "--format", "svgg"], "Invalid value for '--format': 'svgg' is not one of 'svg', 'mermaid', 'dot', 'html'; did you mean `svg`?"),
        (["chek"], "no such command: chek"),
        (["resolve", "nope.yml"], "cannot read nope.yml: No such file or directory"),
        (["settings", "--why", "image-unpined"], "no such rule: image-unpined"),
    ],
)  # fmt: skip
def test_a_wrong_call_is_told_in_one_line_and_helped(cilint, arguments, complaint):
    done = cilint(*arguments, files=FILES)
    assert done.status == 2
    assert done.out == ""
    first, second, *rest = done.err.split("\n")
    assert first.startswith(f"cilint: error: {complaint}")
    assert second.startswith("  help: ")
    assert rest == [""]


def test_rules_lists_a_pack_and_tells_all_of_it_in_json(cilint):
    done = cilint("rules", "--pack", "security")
    assert done.out.startswith("security (")
    assert "  pipe-to-shell                   error     Downloaded code is checked before it runs\n" in done.out
    rules = json.loads(cilint("rules", "--format", "json").out)["rules"]
    assert {rule["pack"] for rule in rules} == {"gitlab", "security", "enterprise", "shell", "cilint"}
    assert all(rule["why"] and rule["fix"] and rule["title"] for rule in rules)


def test_simulate_shows_stages_and_what_is_not_there(cilint):
    done = cilint("simulate", files=FILES)
    assert done.status == 0
    assert "3 jobs" not in done.out
    assert "nightly" in done.out
    assert ".gitlab-ci.yml:13" in done.out, "the clause that kept it out"
    names = [job["name"] for job in json.loads(cilint("simulate", "--schedule", "--format", "json").out)["jobs"]]
    assert names == ["build", "nightly", "deploy"]


@pytest.mark.parametrize("form", ["mermaid", "dot", "svg", "html"])
def test_graph_draws_and_no_name_breaks_out(cilint, form):
    done = cilint("graph", "--format", form, files={".gitlab-ci.yml": GOOD + HOSTILE})
    assert done.status == 0
    assert "deploy" in done.out
    assert form == "dot" or "<script>" not in done.out.replace("<script>\n", "")
    assert "\x1b" not in done.out
    assert "\u202e" not in done.out


def test_resolve_and_simulate_print_no_control_character(cilint):
    for command in (["resolve"], ["resolve", "--origin"], ["simulate"], ["simulate", "--all"]):
        text = (
            GOOD + HOSTILE + '"c":\n  extends: "a\\e[2J<script>|\\u202Eb\\n/close"\n  variables: {A: "\\u202Ex\\ny"}\n'
        )
        done = cilint(*command, files={".gitlab-ci.yml": text})
        assert done.status == 0, done.err
        assert all(character == "\n" or character.isprintable() for character in done.out)


def test_baseline_is_written_used_and_pruned(cilint):
    bad = {".gitlab-ci.yml": "a:\n  image: node\n  script: [x]\n"}
    done = cilint("baseline", "--policy", "./policy", files=bad)
    assert (done.status, done.out) == (0, "")
    assert done.err == (
        ".cilint-baseline.json: 1 finding, 1 added, 0 taken out\n"
        "next: `cilint check --baseline .cilint-baseline.json`, or `baseline: .cilint-baseline.json` in .cilint.yaml for good\n"
    )
    assert cilint("check", "--policy", "./policy", "--baseline", ".cilint-baseline.json").status == 0
    settings = {".cilint.yaml": "packs: [./policy]\nbaseline: .cilint-baseline.json\n"}
    mended = {".gitlab-ci.yml": "a:\n  image: $CI_REGISTRY/node\n  script: [x]\n"}
    done = cilint("baseline", "--prune", files={**mended, **settings})
    assert done.err == ".cilint-baseline.json: 0 findings, 0 added, 1 taken out\n"


def test_init_proposes_settings_and_a_baseline_under_which_the_check_is_green(cilint, folder):
    files = {".gitlab-ci.yml": GOOD.replace("[make]", "['curl http://x.example | sh']")}
    proposal = cilint("init", "--dry-run", files=files).out
    assert not (folder / ".cilint.yaml").exists()
    done = cilint("init")
    assert done.status == 0
    assert (folder / ".cilint.yaml").read_text() == proposal
    assert "packs: [gitlab, security]\n" in proposal, "the pipeline is not of the kind that enterprise is for"
    assert "baseline: .cilint-baseline.json" in proposal
    done = cilint("check")
    assert done.status == 0
    assert "baselined" in done.out
    again = cilint("init")
    assert again.status == 2
    assert again.err.startswith("cilint: error: there is a .cilint.yaml already")


def test_a_new_rule_passes_its_examples_and_is_used(cilint):
    done = cilint("new", "rule", "image-names-version", files={".gitlab-ci.yml": "a: {image: node, script: [x]}\n"})
    assert (done.status, done.out) == (0, "")
    assert done.err.startswith("wrote policy/image-names-version.yaml\n")
    done = cilint("test", "policy/image-names-version.yaml")
    assert (done.status, done.out) == (0, "2 examples of 1 rule: as marked\n")
    done = cilint("check", "--policy", "policy/image-names-version.yaml", "--fail-on", "warning")
    assert done.status == 1
    assert "warning[image-names-version]: node names no version" in done.out
    assert cilint("new", "rule", "image-names-version").status == 2


def test_an_example_that_does_not_hold_is_told_at_its_rule(cilint, folder):
    cilint("new", "rule", "image-names-version", "--folder", "house")
    path = folder / "house" / "image-names-version.yaml"
    path.write_text(path.read_text().replace("image: node  # finding", "image: node"))
    done = cilint("test", "./house")
    assert done.status == 1
    assert done.out == (
        "house/image-names-version.yaml:3: image-names-version bad 1: marks no line with `# finding`\n"
        "2 examples of 1 rule: 1 not as marked\n"
    )


def test_a_dot_is_the_folder_one_stands_in_and_not_that_of_the_built_in_packs(cilint, folder):
    cilint("new", "rule", "image-names-version", "--folder", "house")
    assert cilint("test", ".", cwd=folder / "house").out == "2 examples of 1 rule: as marked\n"
    (folder / "house" / "inner").mkdir()
    assert cilint("test", "..", cwd=folder / "house" / "inner").out == "2 examples of 1 rule: as marked\n"
    assert cilint("test", "").status == 2


def test_a_closed_standard_input_is_told_and_is_no_fault_of_cilint(folder):
    words = ["sh", "-c", f"'{CILINT}' check - <&-"]
    done = subprocess.run(words, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr.startswith("cilint: error: cannot read standard input: it is closed\n")


def test_schemas_are_schemas_and_take_what_is_written(cilint, folder):
    settings = json.loads(cilint("schema", "settings").out)
    jsonschema.Draft202012Validator.check_schema(settings)
    cilint("init", files=FILES)
    jsonschema.validate(yaml.safe_load((folder / ".cilint.yaml").read_text()), settings)
    pack = json.loads(cilint("schema", "pack").out)
    jsonschema.Draft202012Validator.check_schema(pack)
    cilint("new", "rule", "image-names-version")
    jsonschema.validate(yaml.safe_load((folder / "policy" / "image-names-version.yaml").read_text()), pack)


def test_settings_tell_where_each_is_written_and_why_a_rule_is_off(cilint):
    files = {**FILES, ".cilint.yaml": "packs: [security]\nignore: [pipe-to-shell]\n"}
    done = cilint("settings", files=files)
    assert 'packs: ["security"]  # .cilint.yaml:1:1\n' in done.out
    assert "strict: false\n" in done.out
    done = cilint("settings", "--why", "pipe-to-shell")
    assert done.out == "pipe-to-shell (pack security) does not run\n  ignore: pipe-to-shell (.cilint.yaml:2:1)\n"


def test_the_schema_takes_every_built_in_pack_and_all_short_forms(cilint):
    pack = json.loads(cilint("schema", "pack").out)
    for path in sorted(Path(built_in_folder()).glob("*/*.yaml")):
        body = yaml.safe_load(path.read_text("utf-8"))
        if {"rules", "roles", "override"} & set(body):
            jsonschema.validate(body, pack)
    settings = json.loads(cilint("schema", "settings").out)
    jsonschema.validate(
        {"packs": "security", "variables": {"A": 8, "B": True}, "per-job-ignores": {"x": "y"}}, settings
    )
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"pack": "security"}, settings)


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_is_a_script_of_that_shell(cilint, shell):
    done = cilint("completion", shell)
    assert done.status == 0
    assert "_CILINT_COMPLETE" in done.out
    if shutil.which(shell):
        subprocess.run([shell, "-n"], input=done.out, text=True, check=True)


def test_init_from_a_folder_below_writes_where_settings_are_found(cilint, folder):
    (folder / "sub").mkdir()
    done = cilint("init", cwd=folder / "sub", files={".gitlab-ci.yml": "a: {script: [make], stage: tst}\n"})
    assert done.status == 0, done.err
    assert "wrote ../.cilint.yaml" in done.err
    assert not list((folder / "sub").iterdir())
    assert cilint("check").status == 0


def test_init_without_git_writes_where_settings_are_found(cilint, folder):
    (folder / ".git").rmdir()
    (folder / "ci").mkdir()
    (folder / "ci" / "x.yml").write_text("a: {script: [make], stage: tst}\n")
    assert cilint("init", "ci/x.yml").status == 0
    assert (folder / ".cilint.yaml").exists()
    assert cilint("check", "ci/x.yml").status == 0


def test_init_does_not_bury_what_cannot_be_read(cilint, folder):
    done = cilint("init", files={".gitlab-ci.yml": "a: [\n"})
    assert done.status == 2
    assert "mend it first" in done.err
    assert not (folder / ".cilint.yaml").exists()


COMMANDS = ("check", "explain", "rules", "resolve", "simulate", "prove", "graph", "report", "baseline", "waive", "test",
            "completion", "init", "new", "new rule", "schema", "settings")  # fmt: skip


@pytest.mark.parametrize("name", COMMANDS)
def test_help_tells_exit_statuses_and_examples_whose_options_exist(cilint, name):
    told = cilint(*name.split(), "--help").out
    assert told.count("Exit status: 0 ") == 1
    examples, _, options = told.partition("Examples:\n")[2].partition("\n\n")
    examples = re.findall(rf"^  .*?(cilint {name}\b.*)", examples, re.M)
    assert examples
    known = set(re.findall(r"(?<!\S)--?[a-z][a-z-]*", options.replace(",", " ")))
    for example in examples:
        assert set(re.findall(r"(?<=\s)--?[a-z][a-z-]*", example)) <= known, example


def test_help_of_all_commands_is_listed(cilint):
    listed = re.findall(r"^  ([a-z]+) ", cilint("--help").out.partition("Commands:")[2], re.M)
    assert sorted(listed) == sorted(name for name in COMMANDS if " " not in name)


@pytest.mark.parametrize(
    "name", ["check", "explain", "rules", "resolve", "baseline", "waive", "test", "init", "settings"]
)
def test_an_unknown_option_is_told_with_the_nearest(cilint, name):
    option = re.findall(r"^  (--[a-z-]{4,})", cilint(name, "--help").out, re.M)[-1]
    done = cilint(name, option[:-1] + "x")
    assert done.status == 2
    assert option in done.err
    assert f"`cilint {name} --help`" in done.err


@pytest.mark.parametrize("colour", [True, False])
def test_what_resolve_refuses_is_framed_on_a_terminal_and_coloured_if_it_may(folder, cache, colour):
    (folder / ".gitlab-ci.yml").write_text("a: {script: [x], stage: biuld}\n")
    screen, end = os.openpty()
    env = {"PATH": os.environ["PATH"], "HOME": str(cache), "XDG_CACHE_HOME": str(cache), "PYTHONUTF8": "1"}
    env |= {} if colour else {"NO_COLOR": "1"}
    done = subprocess.run([CILINT, "resolve"], cwd=folder, env=env, stderr=end, stdout=subprocess.PIPE, check=False)
    os.close(end)
    shown = os.read(screen, 65536).decode()
    os.close(screen)
    assert (done.returncode, done.stdout) == (1, b"")
    assert "= help: " in shown.replace("\x1b[1m", "").replace("\x1b[1;34m", "").replace("\x1b[0m", "")
    assert ("\x1b[" in shown) is colour


def test_who_comes_without_settings_is_shown_the_way_to_some(folder, cache):
    """On a terminal alone: what stands in a pipe or a log is read by somebody who knows."""
    (folder / ".gitlab-ci.yml").write_text("a: {script: [x], image: node}\n")
    env = {"PATH": os.environ["PATH"], "HOME": str(cache), "XDG_CACHE_HOME": str(cache), "PYTHONUTF8": "1"}
    for options, told in (([], True), (["--policy", "enterprise"], False), (["--select", "image-unpinned"], False)):
        screen, end = os.openpty()
        subprocess.run(
            [CILINT, "check", *options], cwd=folder, env=env, stderr=end, stdout=subprocess.PIPE, check=False
        )
        os.write(end, b".")
        os.close(end)
        assert ("`cilint init` proposes" in " ".join(os.read(screen, 65536).decode().split())) is told, options
        os.close(screen)
