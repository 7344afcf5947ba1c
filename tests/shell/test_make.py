"""What `make` runs: recipes of Makefiles as shell, each line at its place."""

from __future__ import annotations

import time

import pytest

from cilint.check import check
from cilint.compose import compose
from cilint.compose.fetch import Project
from cilint.pipeline import build
from cilint.rules.packs import load
from cilint.shell.scripts import Scripts
from cilint.source import Source

MAKEFILE = """NS ?= production
KUBECTL := kubectl

.PHONY: ship
ship: build
\t@$(KUBECTL) -n $(NS) \\
\t  apply -f x.yaml

build:
\t-docker build .
"""


def commands(tmp_path, line: str, files: dict[str, str]) -> list[tuple[str, str]]:
    for path, text in files.items():
        place = tmp_path / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text)
    project = Project(str(tmp_path))
    pipeline = build(compose(Source(".gitlab-ci.yml", f"a:\n  script:\n    - {line}\n"), project))
    found = Scripts(project).of(pipeline.jobs["a"])
    return [(" ".join(word.text for word in one.argv), str(one.span)) for one in found if one.words]


@pytest.mark.parametrize(
    ("line", "path"),
    [
        ("make ship", "Makefile"),
        ("make", "Makefile"),
        ("make -j 4 ship", "GNUmakefile"),
        ("make -C infra ship", "infra/Makefile"),
        ("make --directory=infra ship", "infra/Makefile"),
        ("cd infra && make ship", "infra/makefile"),
        ("make -f build/all.mk ship", "build/all.mk"),
        ("sudo gmake ship", "Makefile"),
    ],
)
def test_the_recipes_of_a_target_and_of_what_it_needs_stand_at_their_lines(tmp_path, line, path):
    found = commands(tmp_path, line, {path: MAKEFILE})
    assert found[-2:] == [("docker build .", f"{path}:10:3"), ("kubectl -n production apply -f x.yaml", f"{path}:6:3")]


@pytest.mark.parametrize(
    "line", ["make -n ship", "make --dry-run ship", "make other", "make -C .. ship", "make $(targets)"]
)
def test_what_make_does_not_run_is_not_read(tmp_path, line):
    assert not any(text.startswith("kubectl") for text, _ in commands(tmp_path, line, {"Makefile": MAKEFILE}))


@pytest.mark.parametrize(
    ("line", "text", "expected"),
    [
        ("make ship NS=staging", MAKEFILE, "kubectl -n staging apply -f x.yaml"),
        ("make deploy-prod", "deploy-%:\n\tkubectl -n $* x\n", "kubectl -n prod x"),
        ("make a", "a:\n\tkubectl $@ $$HOME $(NOBODY)\n", "kubectl a $HOME $NOBODY"),
        ("make a", "V = x\nV += y\na:\n\tkubectl ${V}\n", "kubectl x y"),
        ("make a", "define go\nkubectl -n $(1)\nendef\na:\n\t$(call go,prod)\n", "kubectl -n prod"),
        ("make a", "ifdef X\nV=x\nelse\nV=y\nendif\na:\n\tkubectl $(V)\n", "kubectl y"),
        ("make a", "a: ; kubectl x\n", "kubectl x"),
        ("make a", "a: b\nb:\n\t+$(MAKE) c\nc:\n\tkubectl x\n", "kubectl x"),
        ("make a", "V = $(V) $(W)\nW = $(V)\na:\n\tkubectl x $(V)\n", "kubectl x $ $"),
    ],
)
def test_variables_and_rules(tmp_path, line, text, expected):
    assert expected in [one for one, _ in commands(tmp_path, line, {"Makefile": text})]


def test_included_files_and_what_a_recipe_calls_are_followed(tmp_path):
    files = {
        "Makefile": "include mk/*.mk Makefile\n",
        "mk/a.mk": "all:\n\t./go.sh\n\t$(MAKE) -C web ship\n",
        "go.sh": "kubectl x\n",
        "web/Makefile": "ship:\n\tnpm run ship\n",
        "web/package.json": '{"scripts": {"ship": "helm upgrade"}}',
    }
    found = commands(tmp_path, "make all", files)
    assert ("kubectl x", "go.sh:1:1") in found
    assert ("helm upgrade", "web/package.json:1:23") in found


def test_a_failure_that_make_forgives_is_told_where_it_is_forgiven(tmp_path):
    (tmp_path / "Makefile").write_text("a:\n\t-kubectl apply -f x\n\t-rm -f y\n\tkubectl get x\n")
    rules = load(["enterprise"]).narrow(select=["allow-failure-not-permitted"])
    entry = Source(".gitlab-ci.yml", "x:\n  script:\n    - make a\n")
    found = [(str(one.span), one.message) for one in check(entry, Project(str(tmp_path)), rules).findings]
    assert found == [("Makefile:2:3", "make goes on: a failure of kubectl does not stop the pipeline")]


@pytest.mark.parametrize(
    "text",
    [
        "a: a\n\t$(a)\n" * 20_000,
        "".join(f"V{n} = $(V{n + 1})$(V{n + 1})\n" for n in range(2_000)) + "a:\n\tx $(V0)\n",
        "".join(f"t{n}: t{n + 1} t{n + 2}\n\tx $(y)\n" for n in range(5_000)) + "a: t0\n",
        "a:\n\t" + "$(" * 50_000 + "\n",
        "include Makefile\n" * 5_000 + "a:\n\tx\n",
    ],
)
def test_hostile_makefiles_are_read_in_bounded_time(tmp_path, text):
    begin = time.process_time()
    commands(tmp_path, "make a", {"Makefile": text})
    assert time.process_time() - begin < 5


@pytest.mark.parametrize("text", ["t%:\n\tkubectl $*\n", ".ONESHELL:\nt%:\n\tkubectl $*\n"])
def test_no_more_than_a_thousand_recipes_are_read(tmp_path, text):
    line = " ; ".join(f"make {' '.join(f't{number * 100 + one}' for one in range(100))}" for number in range(11))
    found = [text for text, _ in commands(tmp_path, line, {"Makefile": text}) if text.startswith("kubectl")]
    assert found == [f"kubectl {number}" for number in range(1_000)]
