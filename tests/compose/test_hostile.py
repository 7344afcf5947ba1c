"""Files that mean harm: they end in a finding, soon, and never in a traceback or outside the repository."""

from __future__ import annotations

import os
import time

import pytest

from cilint.compose import Project, compose, open_project
from cilint.errors import UnreadableError
from cilint.source import Source

SECONDS = 5.0


def quickly(entry: str, folder) -> set[str]:
    started = time.process_time()
    config = compose(Source(".gitlab-ci.yml", entry), Project(str(folder)))
    assert time.process_time() - started < SECONDS
    return {finding.rule for finding in config.findings}


def test_references_that_multiply(tmp_path):
    lines = [".l0: [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f".l{n}: [{', '.join([f'!reference [.l{n - 1}]'] * 10)}]" for n in range(1, 12)]
    assert quickly("\n".join([*lines, "job: {script: [x]}"]), tmp_path) == {"config-too-big"}


def test_bases_that_multiply(tmp_path):
    variables = ", ".join(f"V{n}: x" for n in range(2500))
    jobs = "\n".join(f"j{n}: {{extends: .b, variables: {{A: x}}, script: [x]}}" for n in range(2500))
    assert quickly(f".b: {{variables: {{{variables}}}}}\n{jobs}\n", tmp_path) == {"config-too-big"}


def test_a_long_chain_of_bases(tmp_path):
    chain = "\n".join(f".b{n}: {{extends: .b{n + 1}}}" for n in range(5000))
    assert "extends-too-deep" in quickly(f"{chain}\n.b5000: {{image: x}}\njob: {{script: [x]}}\n", tmp_path)


def test_a_long_chain_of_references(tmp_path):
    chain = "\n".join(f".b{n}: {{x: !reference [.b{n + 1}, x]}}" for n in range(5000))
    config = compose(
        Source(".gitlab-ci.yml", f"{chain}\n.b5000: {{x: y}}\njob: {{script: [x]}}\n"), Project(str(tmp_path))
    )
    assert config.findings == []
    assert config.not_assessed


def test_a_file_that_includes_itself_with_growing_inputs(tmp_path):
    (tmp_path / "a.yml").write_text(
        "spec: {inputs: {x: {type: array}, t: }}\n---\n"
        "include: {local: a.yml, inputs: {x: [$[[ inputs.x ]], $[[ inputs.x ]]], t: '$[[ inputs.t ]]$[[ inputs.t ]]'}}\n".replace(
            "$[[ inputs.x ]]", '"$[[ inputs.x ]]"'
        )
    )
    entry = "include: {local: a.yml, inputs: {x: [1], t: abc}}\njob: {script: [x]}\n"
    assert quickly(entry, tmp_path) & {"include-limit", "input-invalid", "interpolation-invalid"}


def test_a_wildcard_that_includes_its_own_folder(tmp_path):
    (tmp_path / "a.yml").write_text("include: '*.yml'\na: {script: [x]}\n")
    (tmp_path / "b.yml").write_text("include: '*.yml'\nb: {script: [x]}\n")
    assert quickly("include: '*.yml'\njob: {script: [x]}\n", tmp_path) == set()


@pytest.mark.parametrize("path", ["../secret.yml", "link.yml", "folder/secret.yml", "/../secret.yml", ".git/x.yml"])
def test_nothing_outside_the_repository_is_read(tmp_path, path):
    root = tmp_path / "repository"
    (root / ".git").mkdir(parents=True)
    (root / ".git" / "x.yml").write_text("secret: {script: [x]}\n")
    (tmp_path / "secret.yml").write_text("secret: {script: [x]}\n")
    os.symlink(tmp_path / "secret.yml", root / "link.yml")
    os.symlink(tmp_path, root / "folder")
    config = compose(Source(".gitlab-ci.yml", f"include: {path}\njob: {{script: [x]}}\n"), Project(str(root)))
    assert {finding.rule for finding in config.findings} == {"include-local-missing"}
    assert "secret" not in config.root.values


def test_a_pipe_is_no_file(tmp_path):
    os.mkfifo(tmp_path / "pipe.yml")
    assert quickly("include: pipe.yml\njob: {script: [x]}\n", tmp_path) == {"include-local-missing"}


def test_an_entry_that_is_not_there(tmp_path):
    with pytest.raises(UnreadableError, match=r"nothing\.yml"):
        open_project(str(tmp_path / "nothing.yml"))
    with pytest.raises(UnreadableError, match="folder"):
        open_project(str(tmp_path))


def test_the_root_is_where_git_is(tmp_path):
    (tmp_path / ".git").mkdir()
    (tmp_path / "ci").mkdir()
    (tmp_path / "ci" / "a.yml").write_text("include: ci/b.yml\n")
    (tmp_path / "ci" / "b.yml").write_text("job: {script: [x]}\n")
    project, source = open_project(str(tmp_path / "ci" / "a.yml"))
    assert (project.root, source.path) == (str(tmp_path), "ci/a.yml")
    assert "job" in compose(source, project).root.values


_HEADER = 'spec: {inputs: {x: {default: "%s"}}}\n---\njob: {script: [x]}\n'


@pytest.mark.parametrize(
    ("value", "text", "rules"),
    [
        ("a", "$[[ a" * 190_000, set()),  # opened, and never closed
        ("a", "$[[ \\n" * 190_000, set()),
        ("a" * 300_000, "$[[inputs.x]]" * 20_000, {"interpolation-invalid"}),
        (
            "\\\\`" * 20_000,
            "b" * 100_000 + "$[[inputs.x]]" * 2000,
            {"interpolation-invalid"},
        ),  # \` is all that is before
    ],
)
def test_blocks_that_multiply(tmp_path, value, text, rules):
    assert quickly(f'{_HEADER % value}.z: "{text}"\n', tmp_path) == rules


def test_blocks_that_multiply_all_over_the_file(tmp_path):
    lines = "".join(f'.z{n}: "{"$[[ inputs.x ]]" * 9}"\n' for n in range(3000))
    assert quickly(_HEADER % ("y" * 100_000) + lines, tmp_path) == {"config-too-big"}
