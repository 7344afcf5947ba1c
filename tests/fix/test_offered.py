"""What particular fixes make of a file, where more than one form can be met."""

from __future__ import annotations

import pytest

from cilint.check import check
from cilint.compose.fetch import Project
from cilint.fix.draft import Draft
from cilint.fix.mend import mend
from cilint.rules import load
from cilint.settle.examples import about_comments
from cilint.source import Source

PACKS = ("gitlab", "security", "enterprise", "cilint")


def mended(tmp_path, text, *chosen, unsafe=False, files=None):
    """The text once all fixes of some rules are made."""
    (tmp_path / ".gitlab-ci.yml").write_bytes(text.encode())
    for name, content in (files or {}).items():
        (tmp_path / name).parent.mkdir(exist_ok=True, parents=True)
        (tmp_path / name).write_text(content)
    rules = load(PACKS).narrow(select=chosen)

    def judge(source, project):
        own = about_comments(source, project)
        return check(source, project, rules).findings + [finding for finding in own if finding.rule in chosen]

    draft, source, project = Draft(), Source(".gitlab-ci.yml", text), Project(str(tmp_path))
    for _ in range(9):
        before = draft.texts()
        mend(draft, source, project, judge, unsafe=unsafe)
        if draft.texts() == before:
            break
    texts = {path.removeprefix(f"{tmp_path}/"): new for path, new in draft.texts().items()}
    return texts if files else texts.get(".gitlab-ci.yml", text)


JOBS = "a: {script: [make]}\nb:\n  script: [make]\n"


@pytest.mark.parametrize(
    ("needs", "expected"),
    [
        ("  needs: [a, a]\n", "  needs: [a]\n"),
        ("  needs: [a, a, ]\n", "  needs: [a, ]\n"),
        ("  needs: [ 'a' , a ] # why\n", "  needs: [ 'a' ] # why\n"),
        ("  needs:\n    - a\n    - a\n", "  needs:\n    - a\n"),
        ("  needs:\n    - a\n    - a", "  needs:\n    - a\n"),
        ("  needs:\n    - a # one\n    - a # two\n", None),  # a comment would go with it
        ("  needs:\n    - &x a\n    - *x\n", None),
        ("  needs:\n    - a\n    - {job: a}\n", None),  # they do not say the same
        (
            "  needs:\n    - job: a\n      artifacts: true\n    -  job: a\n       artifacts: true\n",
            "  needs:\n    - job: a\n      artifacts: true\n",
        ),
    ],
)
def test_a_need_that_stands_twice_goes(tmp_path, needs, expected):
    text = JOBS + needs
    assert mended(tmp_path, text, "needs-duplicate") == (text if expected is None else JOBS + expected)


def test_needs_that_differ_are_a_choice(tmp_path):
    text = f"{JOBS}  needs:\n    - a\n    - {{job: a, artifacts: false}}\n"
    assert mended(tmp_path, text, "needs-duplicate") == text
    assert mended(tmp_path, text, "needs-duplicate", unsafe=True) == f"{JOBS}  needs:\n    - a\n"


def test_a_shared_list_of_needs_is_mended_for_all_who_share_it(tmp_path):
    text = "a: {script: [make]}\n.n: {needs: [a, a]}\nb: {extends: .n, script: [x]}\nc: {extends: .n, script: [x]}\n"
    assert mended(tmp_path, text, "needs-duplicate") == text.replace("[a, a]", "[a]")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "image: alpine:3.20  # small\nservices: [redis:7]\n# jobs\na: {script: [make]}\n",
            "default:\n  services: [redis:7]\n  image: alpine:3.20  # small\n# jobs\na: {script: [make]}\n",
        ),
        (
            "before_script:\n  # first\n  - |\n    cd x\n\n    make\nb: {script: [make]}\n",
            "default:\n  before_script:\n    # first\n    - |\n      cd x\n\n      make\nb: {script: [make]}\n",
        ),
        (
            "default:\n    # tags\n    tags: [x]\na: {script: [make]}\ncache:\n  key: a\n  paths: [b]",
            "default:\n    # tags\n    cache:\n      key: a\n      paths: [b]\n    tags: [x]\na: {script: [make]}\n",
        ),
        ("image: a:1\r\na: {script: [make]}\r\n", "default:\r\n  image: a:1\r\na: {script: [make]}\r\n"),
        ("default: {tags: [x]}\nimage: a:1\na: {script: [make]}\n", None),  # no line of its own to put it on
        (
            "default: {image: b:2}\nimage: a:1\na: {script: [make]}\n",
            None,
        ),  # GitLab refuses both, and one must be chosen
        ("image: a:1\na: {script: [!reference [image]]}\n", None),  # somebody refers to it there
        ("{image: a:1, a: {script: [make]}}\n", None),
    ],
)
def test_globals_move_under_default(tmp_path, text, expected):
    got = mended(tmp_path, text, "deprecated-keyword", "reference-undefined", "default-defined-twice")
    assert got == (text if expected is None else expected)


def test_old_variables_get_their_new_names_where_they_stand(tmp_path):
    text = 'a:\n  script:\n    - echo "$CI_BUILD_REF ${CI_BUILD_REF}" CI_BUILD_REF $CI_BUILD_REF_NAME\n'
    expected = 'a:\n  script:\n    - echo "$CI_COMMIT_SHA ${CI_COMMIT_SHA}" CI_BUILD_REF $CI_COMMIT_REF_NAME\n'
    assert mended(tmp_path, text, "deprecated-keyword") == text
    assert mended(tmp_path, text, "deprecated-keyword", unsafe=True) == expected


IGNORE = "# cilint: ignore[tls-verification-off] old"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"a: {IGNORE}\n  script: [make]\n", "a:\n  script: [make]\n"),
        (f"# top\n{IGNORE}\na:\n  script: [make]\n", "# top\na:\n  script: [make]\n"),
        (f"a:\n  script: [make]   {IGNORE}", "a:\n  script: [make]"),
        (f"a:\r\n  {IGNORE}\r\n  script: [make]\r\n", "a:\r\n  script: [make]\r\n"),
        (f"a:\n  script:\n    - |\n      {IGNORE}\n      make\n", "a:\n  script:\n    - |\n      make\n"),
        (f"a:\n  script: [make] {IGNORE} # and a word\n", "a:\n  script: [make] # and a word\n"),
        (
            "a:\n  script: ['curl -k x']  # cilint: ignore[tls-verification-off, debug-trace-on] both\n",
            "a:\n  script: ['curl -k x']  # cilint: ignore[tls-verification-off] both\n",
        ),
        ("a:\n  script: ['curl -k x'] # cilint: ignore[tls-verification-off] used\n", None),
    ],
)
def test_a_comment_without_use_goes(tmp_path, text, expected):
    got = mended(tmp_path, text, "unused-suppression", "tls-verification-off", "debug-trace-on")
    assert got == (text if expected is None else expected)


def test_a_misspelt_rule_in_a_comment_is_respelt_on_demand(tmp_path):
    text = "a:\n  script: ['curl -k x'] # cilint: ignore[tls-verification-of] by proxy\n"
    chosen = ("suppression-unknown-rule", "tls-verification-off")
    assert mended(tmp_path, text, *chosen) == text
    right = text.replace("tls-verification-of]", "tls-verification-off]")
    assert mended(tmp_path, text, "suppression-unknown-rule", unsafe=True) == right


def test_a_flag_in_a_script_file_is_mended_there(tmp_path):
    files = {"scripts/get.sh": "#!/bin/sh\ncurl -k https://x.example/a  # slow\n"}
    text = "a: {script: [scripts/get.sh]}\n"
    got = mended(tmp_path, text, "tls-verification-off", unsafe=True, files=files)
    assert got == {"scripts/get.sh": "#!/bin/sh\ncurl https://x.example/a  # slow\n"}


@pytest.mark.parametrize(
    ("text", "rule", "expected"),
    [
        ("a:\n  script: ['trivy image --severity HIGH,CRITICAL $I']\n", "container-scan-blocking",
         "a:\n  script: ['trivy image --exit-code 1 --severity HIGH,CRITICAL $I']\n"),
        ("a: {script: ['grype $I --fail-on critical']}\n", "container-scan-blocking",
         "a: {script: ['grype $I --fail-on high']}\n"),
        ("a: {extends: .bse, script: [x]}\n.base: {tags: [t]}\n", "extends-undefined",
         "a: {extends: .base, script: [x]}\n.base: {tags: [t]}\n"),
        (".base: {script: [x]}\na: {script: [!reference [.bse, script]]}\n", "reference-undefined",
         ".base: {script: [x]}\na: {script: [!reference [.base, script]]}\n"),
        ("pages:\n  script: [x]\n  pages:\n    publish: out\n    path_prefix: p\n", "ce-unavailable",
         "pages:\n  script: [x]\n  pages:\n    publish: out\n"),
        ("a: {image: '$CI_REGISTRY/x/node:20.1-alpine', script: [x]}\n", "image-version",
         "a: {image: '$CI_REGISTRY/x/node:22-alpine', script: [x]}\n"),
        ("default:\n  artifacts: {expire_in: 1 week}\na:\n  script: [x]\n  artifacts: {paths: [y]}\n", "default-lost",
         "default:\n  artifacts: {expire_in: 1 week}\na:\n  script: [x]\n  artifacts: {paths: [y], expire_in: 1 week}\n"),
        ("a:\n  script: [x]\n  variables:\n    SAST_DISABLED: 'true'\n    B: c\n", "scanner-switched-off",
         "a:\n  script: [x]\n  variables:\n    B: c\n"),
        ("a: {script: [x], variables: {CI_COMMIT_SHA: x, B: c}}\n", "predefined-variable-overridden",
         "a: {script: [x], variables: {B: c}}\n"),
        ("a:\n  cache: {key: {files: [l]}, paths: [node_modules]}\n  script: [npm ci]\n", "cache-branch-key",
         "a:\n  cache: {key: {files: [l], prefix: $CI_COMMIT_REF_SLUG}, paths: [node_modules]}\n  script: [npm ci]\n"),
    ],
)  # fmt: skip
def test_fixes_that_need_a_look(tmp_path, text, rule, expected):
    assert mended(tmp_path, text, rule, unsafe=True) == expected
