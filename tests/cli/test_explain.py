"""`cilint explain`: a rule, a line, a job; also with names that try to break out."""

from __future__ import annotations

import re

import pytest

FILES = {
    ".gitlab-ci.yml": """\
include: ci/base.yml
stages: [build, test]
build:
  extends: .base
  stage: build
  script:
    - npm ci
    - |
      make
      make all
test:
  extends: .base
  stage: test
  image: ruby
  script: [npm test]
""",
    "ci/base.yml": ".base:\n  image: node:22\n  tags: [x]\n.unused:\n  image: alpine\n",
}


@pytest.fixture
def lines(cilint):
    def of(*arguments, status=0, **more):
        done = cilint("explain", *arguments, files={**FILES, **more.pop("files", {})}, **more)
        assert done.status == status, done.err
        return (done.out if status == 0 else done.err).split("\n")

    return of


def test_a_line_of_an_included_file_tells_who_has_it_and_which_way(lines):
    told = lines("ci/base.yml:3")
    assert told[:4] == [
        "ci/base.yml:3: tags: [x]",
        "  tags: 2 jobs have it",
        "    build: include ci/base.yml at .gitlab-ci.yml:1:10, then extends .base at .gitlab-ci.yml:4:12",
        "    test: include ci/base.yml at .gitlab-ci.yml:1:10, then extends .base at .gitlab-ci.yml:12:12",
    ]


def test_findings_and_rules_of_the_line(lines):
    told = lines("ci/base.yml:2", "--policy", "./policy", "--policy", "enterprise")
    assert "  image: job build has it" in told, "test has an image of its own"
    assert any(line.startswith("  found: error[image-private]: node:22 ") for line in told)
    [rules] = [line for line in told if line.startswith("  rules that look at it: ")]
    assert {"image-private", "image-version", "image-catalogue"} <= set(rules.partition(": ")[2].split(", "))


@pytest.mark.parametrize(
    ("place", "wanted"),
    [
        ("ci/base.yml:5", "  .unused.image: no job has it; others are in its place"),
        ("ci/base.yml:4", "  .unused: no job has it"),
        (".gitlab-ci.yml:2", "  stages: holds for the whole pipeline"),
        (".gitlab-ci.yml:10", "  script: job build has it"),
        (".gitlab-ci.yml:10:7", "  script: job build has it"),
        (".gitlab-ci.yml:3", "  the job itself: job build has it"),
    ],
)
def test_what_a_line_is(lines, place, wanted):
    assert lines(place)[1] == wanted


def test_a_line_seen_from_another_configuration(lines):
    other = {"other.yml": "include: ci/base.yml\nlint: {extends: .unused, script: [x]}\n"}
    told = lines("ci/base.yml:5", "--in", "other.yml", files=other)
    assert told[1] == "  image: job lint has it"
    told = lines("ci/base.yml:5", "--in", "lonely.yml", files={"lonely.yml": "a: {script: [x]}\n"}, status=2)
    assert told[0] == "cilint: error: lonely.yml does not include ci/base.yml"


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["nope.yml:3"], "there is no file nope.yml"),
        ([".gitlab-ci.yml:99"], ".gitlab-ci.yml has no line 99"),
        (["image-unpined"], "no such rule: image-unpined; did you mean `image-unpinned`?"),
        ([], "what is to be explained?"),
        (["--job", "biuld"], ".gitlab-ci.yml has no job 'biuld'; did you mean `build`?"),
    ],
)
def test_what_cannot_be_explained(lines, arguments, complaint):
    assert lines(*arguments, status=2)[0] == f"cilint: error: {complaint}"


def test_several_at_once(lines):
    told = lines("yaml-syntax", ".gitlab-ci.yml:2")
    assert told[0] == "yaml-syntax: The file is valid YAML"
    assert ".gitlab-ci.yml:2: stages: [build, test]" in told


def test_the_settings_of_the_repository_hold(lines):
    settings = {".cilint.yaml": "packs: [./policy]\nignore: [image-private]\n"}
    assert not any("image-private" in line for line in lines("ci/base.yml:2", files=settings))


@pytest.mark.parametrize("arguments", [["--job", "a\x1b[2Jb"], [".gitlab-ci.yml:1"], [".gitlab-ci.yml:2"]])
def test_no_name_steers_the_terminal(lines, arguments):
    text = '"a\\e[2Jb":\n  image: "\\u202Eevil"\n  script: [x]\n'
    told = lines(*arguments, "--policy", "./policy", files={".gitlab-ci.yml": text})
    assert all(line.isprintable() for line in told)


def test_a_secret_is_masked(lines):
    text = "a:\n  variables:\n    TOKEN: glpat-aB3dE5fG7hI9jK1lM3nO\n  script: [x]\n"
    assert not any("aB3dE5" in line for line in lines(".gitlab-ci.yml:3", files={".gitlab-ci.yml": text}))


def test_a_line_of_what_cannot_be_read(lines):
    told = lines(".gitlab-ci.yml:1", files={".gitlab-ci.yml": "a: [\nb: }\n"})
    assert told[1] == "  the configuration cannot be read, so nobody knows; `cilint check` tells why"


@pytest.mark.parametrize("number", ["0", "16", "99999", "16:1"])
def test_a_line_that_is_not_there_is_told_with_those_that_are(lines, number):
    told = lines(f".gitlab-ci.yml:{number}", status=2)
    assert f"has no line {number.partition(':')[0]}" in told[0]
    assert "its lines are 1 to 15" in told[1]


@pytest.mark.parametrize("word", [".gitlab-ci.yml", ".gitlab-ci.yml:abc", ".gitlab-ci.yml:"])
def test_a_file_without_a_line_is_told(lines, word):
    told = lines(word, status=2)
    assert "is neither a rule nor a line" in told[0]
    assert ".gitlab-ci.yml:12" in told[1]


def test_findings_about_the_whole_are_named_and_not_told(lines):
    told = lines(".gitlab-ci.yml:2", "--policy", "enterprise")
    [whole] = [line for line in told if "as a whole" in line]
    assert "required-job" in whole
    assert not any("found: error[required-job]" in line for line in told)


@pytest.mark.parametrize(
    ("text", "number", "part"),
    [
        ("# a comment\na: {script: [x]}\n", 1, "nothing is written here that a job could have"),
        ("a: {script: [x]}\n\nb: {script: [x]}\n", 2, "nothing is written here that a job could have"),
        (".x: &x {tags: [t]}\na:\n  <<: *x\n  script: [x]\n", 1, "a: <<: *x"),
        ("a:\n  script:\n    - |\n      one\n\n      two\n", 5, "script: job a has it"),
        ("image: &i ruby\na:\n  image: *i\n  script: [x]\n", 3, "alias *i"),
    ],
)
def test_lines_of_every_kind(lines, text, number, part):
    told = lines(f".gitlab-ci.yml:{number}", files={".gitlab-ci.yml": text})
    assert any(part in line for line in told), told


def test_what_a_finding_names_as_its_page_can_be_typed(cilint):
    """For a rule of a house's own pack, too, whether the settings or the call bring it."""
    bad = {".gitlab-ci.yml": "a: {image: node, script: [x], stage: test}\n"}
    for options, files in ((("--policy", "./policy"), bad), ((), {**bad, ".cilint.yaml": "packs: [./policy]\n"})):
        out = cilint("check", "--format", "full", *options, files=files).out
        page = re.search(r"= more: cilint (explain image-private.*)", out)[1]
        done = cilint(*page.split(" "))
        assert (done.status, done.out.partition(":")[0]) == (0, "image-private")
    assert "image-private " in cilint("rules").out
