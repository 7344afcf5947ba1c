"""Building the image, and knowing which image a pipeline is about."""

from __future__ import annotations

import subprocess

import pytest

REPOSITORY = "registry.example/team/app/payments"
DIGEST = "sha256:" + "a" * 64
BUILD = ("build-image.sh", "--repository", REPOSITORY, "--base-registry", "registry.example")
RESOLVE = ("resolve-image.sh", "--repository", REPOSITORY)
GOOD = """\
ARG CI_REGISTRY
FROM ${CI_REGISTRY}/infrastructure/node:22.11.0 AS build
FROM --platform=linux/amd64 registry.example/infrastructure/node:22.11.0
COPY --from=build /app /app
"""


@pytest.fixture
def docker(workplace, reply):
    def answers(revision="", **failing):
        workplace.tool(
            "docker",
            *[reply(match, code=1) for match in failing.values()],
            reply("^image inspect", f"{REPOSITORY}@{DIGEST}\n"),
            reply(r"imagetools inspect --format {{.Manifest", DIGEST + "\n"),
            reply(r"imagetools inspect --format {{index", revision + "\n"),
        )

    answers()
    return answers


@pytest.fixture
def repository(workplace):
    def git(*arguments):
        done = subprocess.run(
            ["git", "-c", "user.name=a", "-c", "user.email=a@example.com", *arguments],
            cwd=workplace.cwd, capture_output=True, text=True, check=True,
        )  # fmt: skip
        return done.stdout.strip()

    git("init", "--quiet")
    for path in ("Dockerfile", ".dockerignore", "package-lock.json", "src/server.ts", "README.md"):
        workplace.file(path, path)
    git("add", ".")
    git("commit", "--quiet", "--message", "first")
    return git


@pytest.mark.usefixtures("docker")
def test_the_image_is_built_from_our_registry_pushed_and_handed_on_by_digest(workplace):
    workplace.file("Dockerfile", GOOD)
    result = workplace.run(*BUILD)
    assert result.code == 0, result.err
    assert (workplace.cwd / "build-image.env").read_text() == f"BUILT_IMAGE={REPOSITORY}@{DIGEST}\n"
    lines = result.lines("docker")
    sha = workplace.env["CI_COMMIT_SHA"]
    assert f"docker push {REPOSITORY}:{sha}" in lines
    assert f"docker push {REPOSITORY}:main" in lines
    assert "docker login --username gitlab-ci-token --password-stdin registry.example" in lines
    assert lines[-1] == "docker logout registry.example"
    login = next(call for call in result.calls if call["argv"][:1] == ["login"])
    assert login["stdin"].strip() == workplace.env["CI_REGISTRY_PASSWORD"]


@pytest.mark.parametrize("branch", [None, "feature", "MAIN"])
@pytest.mark.usefixtures("docker")
def test_only_main_and_develop_publish_under_a_branch_tag(workplace, branch):
    workplace.file("Dockerfile", GOOD)
    result = workplace.run(*BUILD, env={"CI_COMMIT_BRANCH": branch})
    pushed = [line for line in result.lines("docker") if line.startswith("docker push")]
    assert pushed == [f"docker push {REPOSITORY}:{workplace.env['CI_COMMIT_SHA']}"]


@pytest.mark.parametrize(
    "line",
    ["FROM node:22", "FROM docker.io/library/node:22 AS base", "FROM --platform=linux/amd64 node:22", "from node:22",
     "FROM registry.example.evil/node:22"],
)  # fmt: skip
@pytest.mark.usefixtures("docker")
def test_a_foreign_base_image_is_refused(workplace, line):
    workplace.file("Dockerfile", GOOD + line + "\n")
    result = workplace.run(*BUILD)
    assert result.code == 1
    assert "Dockerfile:5: " in result.err
    assert result.calls == []


def test_a_failed_push_hands_nothing_on_and_logs_out(workplace, docker):
    workplace.file("Dockerfile", GOOD)
    workplace.file("build-image.env", "BUILT_IMAGE=stale\n")
    docker(push="^push")
    result = workplace.run(*BUILD)
    assert result.code == 1
    assert not (workplace.cwd / "build-image.env").exists()
    assert result.lines("docker")[-1] == "docker logout registry.example"


def test_a_docker_that_never_comes_up_is_an_error(workplace, docker):
    workplace.file("Dockerfile", GOOD)
    docker(info="^info")
    result = workplace.run(*BUILD)
    assert result.code == 1
    assert "no Docker daemon" in result.err


@pytest.mark.usefixtures("docker")
def test_a_dry_run_builds_nothing(workplace):
    workplace.file("Dockerfile", GOOD)
    result = workplace.run(*BUILD, "--dry-run")
    assert result.code == 0
    assert result.calls == []


@pytest.mark.usefixtures("docker")
def test_the_image_of_this_pipeline_wins(workplace):
    result = workplace.run(*RESOLVE, env={"BUILT_IMAGE": workplace.new})
    assert result.code == 0
    assert (workplace.cwd / "resolve-image.env").read_text() == f"APP_IMAGE={workplace.new}\n"
    assert result.calls == []


def test_without_a_build_it_is_the_last_published_one(workplace, docker, repository):
    docker(revision=repository("rev-parse", "HEAD"))
    workplace.file("README.md", "changed")
    repository("commit", "--quiet", "--all", "--message", "docs only")
    result = workplace.run(*RESOLVE)
    assert result.code == 0, result.err
    assert (workplace.cwd / "resolve-image.env").read_text() == f"APP_IMAGE={REPOSITORY}@{DIGEST}\n"
    assert f"{REPOSITORY}:main" in result.lines("docker")[1]


def test_a_published_image_that_is_too_old_is_not_deployed(workplace, docker, repository):
    docker(revision=repository("rev-parse", "HEAD"))
    workplace.file("src/server.ts", "changed")
    repository("commit", "--quiet", "--all", "--message", "code")
    result = workplace.run(*RESOLVE)
    assert result.code == 1
    assert "sources changed since" in result.err
    assert not (workplace.cwd / "resolve-image.env").exists()


@pytest.mark.parametrize(
    "context",
    [{"CI_COMMIT_BRANCH": None, "CI_PIPELINE_SOURCE": "merge_request_event"}, {"CI_PIPELINE_SOURCE": "schedule"}],
)
def test_where_nothing_is_deployed_the_published_image_is_scanned_as_it_is(workplace, docker, repository, context):
    docker(revision=repository("rev-parse", "HEAD"))
    workplace.file("src/server.ts", "changed")
    repository("commit", "--quiet", "--all", "--message", "code")
    assert workplace.run(*RESOLVE, env=context).code == 0


def test_develop_has_its_own_image(workplace, docker, repository):
    docker(revision=repository("rev-parse", "HEAD"))
    result = workplace.run(*RESOLVE, env={"CI_COMMIT_BRANCH": "develop"})
    assert f"{REPOSITORY}:develop" in result.lines("docker")[1]


def test_nothing_published_yet_says_what_to_do(workplace, docker):
    docker(inspect="imagetools")
    result = workplace.run(*RESOLVE)
    assert result.code == 1
    assert "run a pipeline for main by hand" in result.err


@pytest.mark.usefixtures("docker")
def test_a_tag_is_no_image_to_hand_on(workplace):
    assert workplace.run(*RESOLVE, env={"BUILT_IMAGE": f"{REPOSITORY}:main"}).code == 1
