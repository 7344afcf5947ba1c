"""Fixes over every bad example and over random pipelines: each removes its finding, adds none, and keeps the rest."""

from __future__ import annotations

import re
from collections import Counter
from functools import cache

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cilint.check import check
from cilint.compose.fetch import Project
from cilint.fix.draft import Draft, drafted
from cilint.fix.edits import edited
from cilint.fix.mend import mend
from cilint.rules import load
from cilint.rules.packs import prose
from cilint.source import Source
from cilint.testing import opened
from cilint.tree.node import plain

RULES = load(("gitlab", "security", "enterprise"))
PROSE = prose(RULES)
CASES = [
    pytest.param(rule, example, id=f"{rule.id}-{number}")
    for rule in RULES
    for number, example in enumerate(PROSE[rule.id]["examples"]["bad"], 1)
]
_COMMENT = re.compile(r"(?:^|\s)#.*$", re.M)


def tally(findings):
    return Counter((finding.rule, job) for finding in findings for job in finding.jobs or ("",))


def comments(texts):
    return Counter(match[0].strip() for text in texts for match in _COMMENT.finditer(text))


def untouched(source, edits):
    """The lines of a file that no edit touches; what is put in at the end of a line begins a new one."""
    lines = set(range(1, len(source.lines) + 1))
    for edit in edits:
        span = edit.span
        if span.text or span.column <= len(source.line(span.line)):
            lines -= set(range(span.line, span.end_line + (span.end_column > 1)))
    return [source.line(line) for line in sorted(lines)]


def holds(source, project, rules, *, unsafe):
    """Mend once; assert all that every mending must keep. The draft, and the findings whose edits were refused."""
    before = check(source, project, rules).findings
    draft = Draft()
    refused = mend(draft, source, project, lambda *at: check(*at, rules).findings, unsafe=unsafe)
    texts = draft.texts()
    after = check(*drafted(source, project, texts), rules).findings
    grown = tally(after) - tally(before)
    assert not grown, grown
    assert bool(draft.changes) == bool(tally(before) - tally(after)), "what is changed mends something"
    for change in draft.changes.values():
        was = change.source.text
        assert was != change.text
        assert not comments([was]) - comments([change.text])
        assert ("\r\n" in was) == ("\r\n" in change.text)
        assert not re.search(r"(?<!\r)\n", change.text) or "\r\n" not in was
        edits = [edit for finding in before for edit in finding.edits if edit.span.source.path == change.source.path]
        lines = iter(Source("", change.text).lines)
        for line in untouched(change.source, edits):
            assert any(line == other for other in lines), line
    return draft, refused


def settled(source, project, rules, *, unsafe):
    """Mend until nothing changes; then the same once more must change nothing."""
    draft = Draft()
    judge = lambda *at: check(*at, rules).findings  # noqa: E731
    for _ in range(10):
        texts = draft.texts()
        mend(draft, source, project, judge, unsafe=unsafe)
        if draft.texts() == texts:
            break
    else:
        pytest.fail("does not end")
    again = Draft()
    mend(again, *drafted(source, project, draft.texts()), judge, unsafe=unsafe)
    return draft


@cache
def _safe_and_unsafe():
    """What the examples of each rule show: "safe", "unsafe" or ""."""
    shown = {}
    for rule in RULES:
        shown[rule.id] = ""
        for example in PROSE[rule.id]["examples"]["bad"]:
            with opened(RULES, rule.id, example) as (source, project, chosen):
                for finding in check(source, project, chosen).findings:
                    if finding.rule == rule.id and finding.fix:
                        shown[rule.id] = "safe" if "safe" in (finding.fix, shown[rule.id]) else "unsafe"
    return shown


@pytest.mark.parametrize(("rule", "example"), CASES)
def test_what_an_example_offers_holds_under_its_rule(rule, example):
    with opened(RULES, rule.id, example) as (source, project, chosen):
        draft, refused = holds(source, project, chosen, unsafe=True)
        found = [one for one in check(source, project, chosen).findings if one.rule == rule.id]
        assert refused == []
        assert bool(draft.changes) == any(finding.edits for finding in found)


@pytest.mark.parametrize(("rule", "example"), CASES)
def test_safe_fixes_of_an_example_change_only_the_jobs_that_the_rule_names(rule, example):
    with opened(RULES, rule.id, example) as (source, project, chosen):
        before = check(source, project, chosen)
        found = [one for one in before.findings if one.fix == "safe"]
        draft = settled(source, project, chosen, unsafe=False)
        after = check(*drafted(source, project, draft.texts()), chosen)
        named = {job for finding in found for job in finding.jobs}
        if before.pipeline is None or after.pipeline is None:
            return
        for name, job in before.pipeline.jobs.items():
            if name not in named:
                assert plain(job.site.node) == plain(after.pipeline.jobs[name].site.node)


@pytest.mark.parametrize("rule", list(RULES), ids=lambda rule: rule.id)
def test_the_list_of_rules_says_which_can_be_mended(rule):
    assert PROSE[rule.id]["fixable"] == _safe_and_unsafe()[rule.id]


# Pieces of pipelines in which something is wrong, in the ways people write.
_JOBS = (
    "{name}:\n  stage: test\n  script:\n    - npm test  # run\n  artifacts:\n    paths: [dist]  # built\n    expire_in: 30 days\n",
    "{name}:\n  script: [make]\n  artifacts: {{paths: [dist]}}  # all\n",
    "{name}: {{script: [make], artifacts: {{paths: [dist], expire_in: '2 days'}}}}\n",
    "{name}:\n    script: >-\n      make\n      all\n    timeouts: 1h   # how long\n    allow_failure: 'true'\n",
    "{name}:\n  extends: .base\n  # deploys\n  environment: production\n  script: [make deploy]\n  retry: 2\n",
    "{name}:\n  extends: .base\n  script: [gitleaks detect]\n\n",
    "{name}:\n  script: [make]\n  stage: tests\n  stage: test\n",
    "{name}:\n  image: docker.io/library/node:22.11.0\n  script:\n    - curl -k --insecure https://a.example  # why\n",
    "{name}:\n  <<: *shared\n  script: [vitest --coverage]\n  rules:\n    - if: $CI_COMMIT_REF_PROTECTED\n      when: manual\n",
    "{name}:\n  script: [make]\n  needs: [bulid]\n  only: [/main/]\n",
    "{name}:\n  when: manual\n  script: |\n    make\n\n",
    '{name}:\n  script: [a]\n  variables: {{CI_DEBUG_TRACE: "true"}}  # loud\n',
    '"{name}":\n  "script": ["npm ci"]\t# tab\n  \'cache\': {{"paths": [node_modules], \'key\': "x"}}\n',
    "? {name}\n: script: [make]\n  artifacts:\n    paths:\n      - dist\n",
    "{name}: {{\n  script: [make], # flow\n  artifacts: {{\n    paths: [dist]\n  }},\n  needs: [a, a]\n}}\n",
    "{name}:\n  script: &script\n    - trivy image $IMAGE # scan\n    - echo $CI_BUILD_REF\n  needs: &needs\n    - job: a\n    - a\n    - a\n",
    "{name}:\n  stage: test\n  extends: [.base, .in-file]\n  script: [npm test]\n  cache:\n    unprotect: true # all\n    paths: [x]\n",
    "{name}:\n  script:\n    - |\n      # in shell\n      wget --no-check-certificate https://a.example\n  image: node:18 # old\n",
    "{name}:\n  extends: .bse\n  script: [make]\n",
    "{name}:\n  script: [scripts/get.sh]\n  variables: {{CI_COMMIT_SHA: x, A: b}} # own\n",
)
_INCLUDED = """\
# included
.in-file:
  artifacts: {paths: [z]} # never
  retry: 2
image: alpine:3.20  # for all
included:
  script: [make]   # here
  artifacts:
    paths: [dist]
    expire_in: 3 months # long
"""
_SCRIPT = "#!/bin/sh\n# gets\ncurl -k https://a.example # why\n"
_HEADER = "spec:\n  inputs:\n    kind: {default: x} # any\n# end\n---\n"
_GLOBALS = ("", "image: alpine:3.20 # global\nbefore_script:\n  # first\n  - make deps\n", "cache:\n  paths: [x]\n\n")
_HEADS = (
    ".base:\n  artifacts:\n    paths: [out]\n    # kept\n  tags: [x]\n",
    ".base: {artifacts: {when: always}}\n",
    ".base:\n  artifacts: &kept\n    paths:\n    - out\n    expire_in: never # long\n  coverage: /x/\n",
)
_SHARED = '.shared: &shared\n  artifacts: {paths: [y], expire_in: 1 day}\n  interruptible: "false"\n'


@st.composite
def pipelines(draw):
    jobs = draw(st.lists(st.sampled_from(_JOBS), min_size=1, max_size=6))
    names = draw(st.permutations(["build", "unit-test", "deploy-dev", "secrets", "x y", "Ä"]))
    head = draw(st.sampled_from(_HEADS))
    globals_ = draw(st.sampled_from(_GLOBALS))
    default = draw(st.sampled_from(["", "default:\n  image: alpine  # small\n  artifacts: {expire_in: 1 mo}\n"]))
    text = (
        draw(st.sampled_from(["", _HEADER]))
        + "# top\ninclude: ci/base.yml\n"
        + globals_
        + default
        + head
        + _SHARED
        + "".join(job.format(name=name) for job, name in zip(jobs, names, strict=False))
    )
    text = text.rstrip("\n") if draw(st.booleans()) else text
    text = text.replace("\n", "\r\n") if draw(st.booleans()) else text
    return f"\ufeff{text}" if draw(st.booleans()) else text


def written(root, text):
    """A repository with the pipeline, and what it includes and calls."""
    for name, content in ((".gitlab-ci.yml", text), ("ci/base.yml", _INCLUDED), ("scripts/get.sh", _SCRIPT)):
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).write_bytes(content.encode())
    (root / "scripts/get.sh").chmod(0o755)
    return Source(".gitlab-ci.yml", text), Project(str(root))


@pytest.mark.slow
@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(text=pipelines(), unsafe=st.booleans())
def test_mending_random_pipelines(tmp_path_factory, text, unsafe):
    root = tmp_path_factory.mktemp("repo")
    source, project = written(root, text)
    holds(source, project, RULES, unsafe=unsafe)
    settled(source, project, RULES, unsafe=unsafe)


def test_the_pieces_hold_safe_and_unsafe_fixes(tmp_path):
    """Or the random pipelines would prove nothing."""
    jobs = "".join(job.format(name=f"job{n}") for n, job in enumerate(_JOBS))
    text = "# top\ninclude: ci/base.yml\n" + _GLOBALS[1] + _HEADS[0] + _SHARED + jobs
    found = check(*written(tmp_path, text), RULES).findings
    fixes = Counter((finding.rule, finding.fix) for finding in found if finding.fix)
    assert {finding.span.source.path for finding in found if finding.fix} == {
        ".gitlab-ci.yml", "ci/base.yml", "scripts/get.sh",
    }  # fmt: skip
    assert {rule for rule, fix in fixes if fix == "safe"} >= {"artifact-expiry", "keyword-type", "debug-trace-on"}
    assert {rule for rule, fix in fixes if fix == "unsafe"} >= {
        "tls-verification-off", "extends-undefined", "container-scan-blocking", "predefined-variable-overridden",
    }  # fmt: skip
    assert edited(found[0].span.source, []) == text
