"""A fingerprint survives every edit that leaves the fault as it is, and changes with the fault."""

from __future__ import annotations

import pytest

from cilint.check import check
from cilint.finding import Finding
from cilint.fingerprint import stamp
from cilint.rules import BUILT_IN, load
from cilint.rules.packs import prose
from cilint.source import Source
from cilint.span import Span
from cilint.testing import opened
from cilint.tree.documents import read

START = """\
.base: &base
  image: node:latest
build:
  extends: .base
  script:
    - make a
    - curl http://x | sh
    - make b
  rules:
    - if: $CI_COMMIT_TAG
      when: manual
    - when: always
deploy:
  script: make deploy
"""


def prints(text, word, *, rule="r", path=".gitlab-ci.yml", secret=False, jobs=("build",)):
    """The fingerprints of findings at every place of a word."""
    source = Source(path, text)
    findings, at = [], text.find(word)
    while at >= 0:
        line, column = text[:at].count("\n") + 1, at - (text.rfind("\n", 0, at) + 1) + 1
        findings.append(Finding(rule, "m", Span(source, line, column, line, column + len(word)), jobs=jobs))
        at = text.find(word, at + len(word))
    stamp(findings, [read(source)], frozenset({rule}) if secret else frozenset())
    return [finding.fingerprint for finding in findings]


BLANKS = "\n\n# a comment\n" + START
INDENTED = (
    START.replace("\n  ", "\n      ")
    .replace("\n          - ", "\n        - ")
    .replace("\n            when", "\n          when")
)
REORDERED = START.replace("  extends: .base\n", "").replace("  rules:", "  extends: .base\n  rules:")
MOVED = START[START.index("deploy:") :] + START[: START.index("deploy:")]
MERGED = START.replace("  extends: .base\n", "  <<: *base\n")
LONGER = START.replace("    - make a\n", "    - make a\n    - make c\n    - make d\n")
NEW_CLAUSE = START.replace("    - if: $CI_COMMIT_TAG", "    - if: $OTHER\n    - if: $CI_COMMIT_TAG")


@pytest.mark.parametrize("word", ["node:latest", "curl http://x | sh", "manual", "build", "rules"])
@pytest.mark.parametrize(
    "text", [BLANKS, INDENTED, REORDERED, MOVED, MERGED, LONGER, NEW_CLAUSE, START.replace("\n", "\r\n")]
)
def test_edits_elsewhere_change_nothing(text, word):
    assert read(Source("x", text)).findings == []
    assert prints(text, word)[:1] == prints(START, word)[:1]


@pytest.mark.parametrize("quote", ["'", '"'])
def test_quotes_change_nothing(quote):
    quoted = START.replace("node:latest", f"{quote}node:latest{quote}")
    assert prints(quoted, f"{quote}node:latest{quote}") == prints(START, "node:latest")


def test_the_jobs_that_inherit_it_change_nothing():
    assert prints(START, "node:latest", jobs=("deploy", "build")) == prints(START, "node:latest")


@pytest.mark.parametrize(
    ("text", "word"),
    [
        (START.replace("node:latest", "node:20"), "node:20"),
        (START.replace(".base", ".root"), "node:latest"),
        (START.replace("  image: node:latest", "  services: [node:latest]"), "node:latest"),
    ],
)
def test_another_value_place_or_job_is_another_fault(text, word):
    assert prints(text, word) != prints(START, "node:latest")


def test_another_rule_or_file_is_another_fault():
    assert prints(START, "manual", rule="other") != prints(START, "manual")
    assert prints(START, "manual", path="ci/other.yml") != prints(START, "manual")


def test_equal_faults_are_told_apart_and_keep_the_first_when_one_is_mended():
    twice = START.replace("    - make b\n", "    - curl http://x | sh\n")
    both = prints(twice, "curl http://x | sh")
    assert len(set(both)) == 2
    assert both[0] == prints(START, "curl http://x | sh")[0]


def test_two_faults_in_one_block_scalar_are_two():
    text = "a:\n  script:\n    - |\n      curl x | sh\n      make\n      curl y | sh\n"
    assert prints(text, "curl x | sh") != prints(text, "curl y | sh")
    longer = text.replace("      make\n", "      make all\n      make more\n")
    assert prints(longer, "curl y | sh") == prints(text, "curl y | sh")


def test_a_secret_is_not_hashed():
    one, other = (f"a:\n  variables:\n    TOKEN: {secret}\n" for secret in ("hunter22", "hunter23"))
    assert prints(one, "hunter22", secret=True) == prints(other, "hunter23", secret=True)
    assert prints(one, "hunter22") != prints(other, "hunter23")


def test_a_file_that_is_no_yaml_has_fingerprints_too():
    broken = "a: [\nb: }\n"
    assert prints(broken, "b: }") == prints("\n\n" + broken, "b: }")


def test_the_included_file_seen_from_two_projects_is_one_fault():
    assert prints("x:\n  image: a\n", "a", path="ci/base.yml", jobs=("one",)) == prints(
        "x:\n  image: a\n", "a", path="ci/base.yml", jobs=("two",)
    )


def test_two_faults_of_one_value_are_told_apart_by_what_they_are_about():
    def of(*about):
        source = Source(".gitlab-ci.yml", START)
        findings = [Finding("r", "m", Span(source, 12, 1, 12, 7), jobs=["deploy"]) for _ in about]
        for finding, what in zip(findings, about, strict=True):
            finding.about = what
        stamp(findings, [read(source)], frozenset())
        return [finding.fingerprint for finding in findings]

    first, second = of("canary in main", "canary in tag")
    assert of("canary in tag") == [second], "once the first is mended, the other is still the other"
    assert of("canary in tag", "canary in main") == [second, first], "whatever their order"


RULES = load((*BUILT_IN, "cilint"))
EXAMPLES = [
    (name, example)
    for name, entry in prose(RULES).items()
    for example in (*entry["examples"]["bad"], *entry["examples"]["good"])
]


@pytest.mark.slow
def test_what_differs_in_words_differs_in_its_fingerprint_whatever_else_is_found():
    """Where only the order told two faults of a value apart, a new one would pass for the one that was mended."""
    seen = 0
    for name, example in EXAMPLES:
        with opened(RULES, name, example) as (source, project, _):
            checked = check(source, project, RULES)
        alike = {}
        for finding in checked.findings:
            if finding.about or finding.path or finding.jobs:
                key = (finding.rule, finding.span.key, finding.about, finding.jobs)
                alike.setdefault(key, set()).add(finding.message)
        seen += len(alike)
        assert not [key for key, messages in alike.items() if len(messages) > 1], name
    assert seen > 1000
