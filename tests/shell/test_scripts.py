from __future__ import annotations

from cilint.compose import compose
from cilint.compose.fetch import Project
from cilint.pipeline import build
from cilint.shell.scripts import DECISIVE, Scripts
from cilint.source import Source


def scripts_of(tmp_path, files: dict[str, str]):
    for path, text in files.items():
        place = tmp_path / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text)
    project = Project(str(tmp_path))
    pipeline = build(compose(Source(".gitlab-ci.yml", files[".gitlab-ci.yml"]), project))
    return pipeline, Scripts(project)


def names(scripts, job):
    return [command.name for command in scripts.of(job) if command.name]


def test_entries_that_belong_together_are_read_as_one(tmp_path):
    pipeline, scripts = scripts_of(
        tmp_path,
        {".gitlab-ci.yml": "a:\n  script:\n    - if true; then\n    - deploy now\n    - fi\n    - after\n"},
    )
    commands = scripts.of(pipeline.jobs["a"])
    deploy = next(command for command in commands if command.name == "deploy")
    assert (deploy.span.line, deploy.span.text) == (4, "deploy now")


def test_script_files_are_followed_with_spans_in_them(tmp_path):
    pipeline, scripts = scripts_of(
        tmp_path,
        {
            ".gitlab-ci.yml": "a:\n  script: [cd infra && ./deploy.sh, $CI_PROJECT_DIR/scripts/x.sh]\n",
            "infra/deploy.sh": '#!/bin/bash\nsource "$(dirname "$0")/lib/log.sh"\nkubectl apply -f x\n',
            "infra/lib/log.sh": "say() { echo; }\naws s3 ls\n",
            "scripts/x.sh": "#!/usr/bin/env python3\nprint('not shell')\n",
        },
    )
    job = pipeline.jobs["a"]
    assert {"kubectl", "aws"} <= set(names(scripts, job))
    assert [source.path for source in scripts.files(job)] == ["infra/deploy.sh", "infra/lib/log.sh", "scripts/x.sh"]
    kubectl = next(command for command in scripts.of(job) if command.name == "kubectl")
    assert (kubectl.span.source.path, kubectl.span.line) == ("infra/deploy.sh", 3)


def test_npm_scripts_are_followed(tmp_path):
    pipeline, scripts = scripts_of(
        tmp_path,
        {
            ".gitlab-ci.yml": "a: {script: [npm run lint, npm test, npm ci]}\n",
            "package.json": '{"scripts": {"lint": "eslint . && npm run lint:yaml", "lint:yaml": "yamllint .", "test": "jest"}}',
        },
    )
    found = set(names(scripts, pipeline.jobs["a"]))
    assert {"eslint", "yamllint", "jest"} <= found


def test_files_outside_the_repository_and_circles_are_left_alone(tmp_path):
    outside = tmp_path / "outside.sh"
    outside.write_text("rm -rf /\n")
    root = tmp_path / "root"
    root.mkdir()
    pipeline, scripts = scripts_of(
        root,
        {
            ".gitlab-ci.yml": "a: {script: [sh ../outside.sh, ./a.sh]}\n",
            "a.sh": "./b.sh\n",
            "b.sh": "./a.sh\nend\n",
        },
    )
    found = names(scripts, pipeline.jobs["a"])
    assert "rm" not in found
    assert found.count("end") == 1


def test_npm_scripts_bring_what_runs_before_and_after_them(tmp_path):
    package = (
        '{"scripts": {"predeploy": "eslint .", "deploy": "cdk deploy", "postdeploy": "npm run tell", "tell": "curl x"}}'
    )
    files = {
        ".gitlab-ci.yml": "a: {script: [npm run deploy]}\nb: {script: [npm run deploy --workspace packages/web]}",
        "package.json": package,
        "packages/web/package.json": '{"scripts": {"deploy": "npm run go", "go": "helm upgrade"}}',
    }
    pipeline, scripts = scripts_of(tmp_path, files)
    assert names(scripts, pipeline.jobs["a"]) == ["npm", "eslint", "cdk", "npm", "curl"]
    assert names(scripts, pipeline.jobs["b"]) == ["npm", "npm", "helm"]


def test_where_a_text_is_too_long_to_be_read_whole_is_known():
    from cilint.shell.script import Script
    from cilint.shell.words import MAX_COMMANDS, MAX_WORDS
    from cilint.source import Source

    def cut(text):
        return Script((), Source("f.sh", text), text).cut

    assert cut("a\n" * MAX_COMMANDS + "b\n") == 2 * MAX_COMMANDS - 1  # right behind the last command
    assert cut("\n".join("a" * MAX_COMMANDS)) is None
    assert cut("echo " + "a " * (MAX_WORDS - 1)) is None
    assert cut("echo " + "a " * MAX_WORDS) is not None
    assert cut("echo `" + "a " * MAX_WORDS + "`") is not None


def test_the_commands_of_a_job_itself_are_those_of_all_its_scripts(tmp_path):
    steps = "  run:\n    - {name: one, script: third x}\n"
    text = "a:\n  hooks: {pre_get_sources_script: [first]}\n  before_script: [second, ./own.sh]\n" + steps
    files = {".gitlab-ci.yml": text + "  after_script: [last]\n", "own.sh": "inner\n"}
    pipeline, scripts = scripts_of(tmp_path, files)
    job = pipeline.jobs["a"]
    assert [one.name for one in scripts.written(job)] == ["first", "second", "own.sh", "third", "last"]
    assert [one.name for one in scripts.written(job, DECISIVE)] == ["first", "second", "own.sh", "third"]
