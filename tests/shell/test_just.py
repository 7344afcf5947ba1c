"""What `just` runs: recipes of justfiles as shell, each line at its place. Checked against just 1.59."""

from __future__ import annotations

import time

import pytest

from cilint.compose import compose
from cilint.compose.fetch import Project
from cilint.pipeline import build
from cilint.shell.scripts import Scripts
from cilint.source import Source

JUSTFILE = """namespace := "production"
kubectl := "kube" + 'ctl'

# what is shipped
ship: build
    @{{kubectl}} -n {{ namespace }} \\
      apply -f x.yaml

build:
    -docker build .
"""


def commands(tmp_path, line: str, files: dict[str, str]) -> list[tuple[str, str]]:
    for path, text in files.items():
        place = tmp_path / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text)
    project = Project(str(tmp_path))
    pipeline = build(
        compose(Source(".gitlab-ci.yml", f"a:\n  variables: {{CI_ENV: live}}\n  script:\n    - {line}\n"), project)
    )
    found = Scripts(project, lambda _, name: ["live"] if name == "CI_ENV" else []).of(pipeline.jobs["a"])
    return [(" ".join(word.text for word in one.argv), str(one.span)) for one in found if one.words]


@pytest.mark.parametrize(
    ("line", "path"),
    [
        ("just ship", "justfile"),
        ("just", "justfile"),
        ("just ship", ".justfile"),
        ("just ship", "Justfile"),
        ("just -f infra/justfile ship", "infra/justfile"),
        ("just --justfile=infra/all.just ship", "infra/all.just"),
        ("just infra/ship", "infra/justfile"),
        ("just infra/", "infra/justfile"),
        ("cd infra/deep && just ship", "infra/justfile"),
        ("sudo just --quiet --color never ship", "justfile"),
    ],
)
def test_the_recipes_that_are_asked_for_and_what_they_need_stand_at_their_lines(tmp_path, line, path):
    found = commands(tmp_path, line, {path: JUSTFILE})
    assert found[-2:] == [("docker build .", f"{path}:10:6"), ("kubectl -n production apply -f x.yaml", f"{path}:6:6")]


@pytest.mark.parametrize(
    "line",
    ["just -n ship", "just --list", "just --show ship", "just other", "just -f ../justfile ship", "just --choose", "just $A"],
)  # fmt: skip
def test_what_just_does_not_run_is_not_read(tmp_path, line):
    assert not any(text.startswith("kubectl") for text, _ in commands(tmp_path, line, {"justfile": JUSTFILE}))


@pytest.mark.parametrize(
    ("line", "text", "expected"),
    [
        ("just a prod", "a env tag='x' *rest:\n  kubectl {{env}} {{tag}} {{rest}}\n", "kubectl prod x"),
        ("just a prod y --now z", "a env tag='x' *rest:\n  kubectl {{env}} {{tag}} {{rest}}\n", "kubectl prod y --now z"),
        ("just b a prod", "a env:\n  kubectl {{env}}\nb:\n  true\n", "kubectl prod"),
        ("just --set ns prod a", "ns := 'dev'\na:\n  kubectl {{ns}}\n", "kubectl prod"),
        ("just ns=prod a", "ns := 'dev'\na:\n  kubectl {{ns}}\n", "kubectl prod"),
        ("just a", "ns := env('CI_ENV')\na:\n  kubectl {{ns}}\n", "kubectl live"),
        ("just a", "ns := env('NOBODY', 'prod')\na:\n  kubectl {{ns}}\n", "kubectl prod"),
        ("just a", "ns := env_var('NOBODY')\na:\n  kubectl {{ns}}\n", "kubectl $NOBODY"),
        ("just a", "ns := if env('X') == 'y' { 'dev' } else { 'prod' }\na:\n  kubectl {{ns}}\n", "kubectl prod"),
        ("just a", "ns := if a == b { 'a' } else if c != d { 'b' } else { 'prod' }\na:\n  kubectl {{ns}}\n", "kubectl prod"),
        ("just a", "dir := 'x' / 'y'\na:\n  kubectl {{dir}} {{trim(dir)}}\n", "kubectl x/y x/y"),
        ("just a", "a: (b 'prod' 'x')\nb env tag:\n  kubectl {{env}} {{tag}}\n", "kubectl prod x"),
        ("just a prod", "a env: (b env)\nb env:\n  kubectl {{env}}\n", "kubectl prod"),
        ("just a", "a: && b\n  true\nb:\n  kubectl x\n", "kubectl x"),
        ("just z", "alias z := a\na:\n  kubectl x\n", "kubectl x"),
        ("just a", "a:\n  #!/usr/bin/env bash\n  set -e\n  kubectl x\n", "kubectl x"),
        ("just a", "[script('bash')]\na:\n  kubectl x\n", "kubectl x"),
        ("just a", "[group('x')]\n[confirm]\n@a:\n  kubectl x {{{{y}}\n", "kubectl x {{y}}"),
        ("just a", "a:\n  kubectl x\n\n  \nb:\n  true\n", "kubectl x"),
        ("just a", "ns := '''\n  a\n'''\nb := 'prod'\na:\n  kubectl {{b}}\n", "kubectl prod"),
        ("just a", "[windows]\na:\n  true\n[linux]\na:\n  kubectl x\n", "kubectl x"),
        ("just a", "a:\n  kubectl {{ns}}\nns := a\na := ns\n", "kubectl $"),
        ("just a", "a:\n  kubectl {{ ) }} x\n", "kubectl $ x"),
        ("just a", "tag := `git tag`\na:\n  kubectl {{tag}}\n", "kubectl $(git tag)"),
        ("just", "set shell := ['bash', '-c']\n[private]\nb:\n  kubectl x\na:\n  true\n", "kubectl x"),
        ("just a", "a $NS='prod':\n  kubectl $NS\n", "kubectl prod"),
        ("just a", "export NS := 'prod'\na:\n  kubectl $NS\n", "kubectl prod"),
    ],
)  # fmt: skip
def test_what_a_justfile_says(tmp_path, line, text, expected):
    found = commands(tmp_path, line, {"justfile": text})
    assert expected in [one for one, _ in found]


def test_recipes_of_imports_and_modules_run(tmp_path):
    files = {
        "justfile": "import 'ci/deploy.just'\nimport? 'nothing.just'\nmod infra\nmod ops 'tools/ops'\nship: infra::up\n  kubectl own\n",
        "ci/deploy.just": "ship:\n  kubectl theirs\ndeploy:\n  kubectl imported\n",
        "infra.just": "up:\n  terraform apply\n",
        "tools/ops/justfile": "up:\n  ./here.sh\n",
        "tools/ops/here.sh": "helm upgrade\n",
    }
    ran = [one for one, _ in commands(tmp_path, "just ship && just deploy", files)]
    assert ran[-3:] == ["terraform apply", "kubectl own", "kubectl imported"]
    assert "terraform apply" in [one for one, _ in commands(tmp_path, "just infra::up", files)]
    assert ("helm upgrade", "tools/ops/here.sh:1:1") in commands(tmp_path, "just ops up", files)


def test_recipes_run_where_just_runs_them(tmp_path):
    script = {"sub/x.sh": "helm sub\n", "x.sh": "helm root\n", "other/x.sh": "helm other\n"}
    for text, expected in (
        ("a:\n  ./x.sh\n", "helm root"),
        ("set working-directory := 'sub'\na:\n  ./x.sh\n", "helm sub"),
        ("[working-directory: 'sub']\na:\n  ./x.sh\n", "helm sub"),
        ("[no-cd]\na:\n  ./x.sh\n", "helm other"),
    ):
        ran = [one for one, _ in commands(tmp_path, "cd other && just a", {"justfile": text, **script})]
        assert [one for one in ran if one[:4] == "helm"] == [expected]


def test_a_recipe_of_another_language_is_a_file_that_is_called(tmp_path):
    (tmp_path / "justfile").write_text("a:\n  #!/usr/bin/env python3\n  print('kubectl apply')\n")
    project = Project(str(tmp_path))
    pipeline = build(compose(Source(".gitlab-ci.yml", "a: {script: [just a]}\n"), project))
    scripts = Scripts(project)
    assert [source.path for source in scripts.files(pipeline.jobs["a"])] == ["justfile"]
    assert [command.name for command in scripts.of(pipeline.jobs["a"])] == ["just"]


@pytest.mark.parametrize(
    "text",
    [
        "".join(f"v{n} := v{n + 1} + v{n + 1}\n" for n in range(300)) + "a:\n  x {{v0}}\n",
        "".join(f"r{n}: r{n + 1} r{n + 2}\n  x\n" for n in range(5000)),
        "a:\n" + "  x {{ (((((((((((((((((((((( }}\n" * 3000,
        "a := " + "(" * 50_000 + "\nb:\n  x\n",
        "a:\n  " + "{{" * 100_000 + "\n",
        "v := " + "if x == y { v } else { v } + " * 2000 + "'z'\na:\n  {{v}}{{v}}{{v}}\n",
        "import 'justfile'\n" * 5000 + "a: a\n  just a\n",
        'v := "' + "\\x" * 100_000 + "\na:\n  x\n",
        "mod justfile 'justfile'\na: justfile::justfile::justfile::a\n  x\n",
        "a " + "b='x' " * 20_000 + ":\n  x\n",
        "'''" * 60_000,
    ],
)  # fmt: skip
def test_a_hostile_justfile_costs_little(tmp_path, text):
    started = time.process_time()
    commands(tmp_path, "just", {"justfile": text})
    commands(tmp_path, "just justfile justfile justfile a", {"justfile": text})
    assert time.process_time() - started < 5
