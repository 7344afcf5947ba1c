"""Whatever a file holds, it is judged: nothing raises, and every finding stands where something is written."""

from __future__ import annotations

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from cilint.compose import Project, compose
from cilint.language import Edition, validate
from cilint.language.root import ROOT
from cilint.language.tables.job import JOB
from cilint.language.tables.trigger import TRIGGER_JOB
from cilint.pipeline import build
from cilint.pipeline.logic import logic
from cilint.source import Source

KEYS = sorted(
    {*ROOT, *JOB.fields, *TRIGGER_JOB.fields}
    | {
        "name",
        "job",
        "matrix",
        "paths",
        "if",
        "key",
        "files",
        "value",
        "options",
        "aud",
        "include",
        "project",
        "reports",
    }
)
_scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 300),
    st.floats(allow_nan=False),
    st.sampled_from(["", "a", "$A", "/a(/", "1 week", *KEYS]),
)
_values = st.recursive(
    _scalars,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(KEYS), inner, max_size=4)),
    max_leaves=20,
)
_jobs = st.dictionaries(st.sampled_from(KEYS), _values, max_size=6).map(lambda job: {"script": ["make"], **job})
_files = st.dictionaries(st.sampled_from(["a", "b", ".c", "default", *ROOT]), st.one_of(_jobs, _values), max_size=6)


@settings(max_examples=300, deadline=None)
@given(file=_files, edition=st.sampled_from([Edition(), Edition("ultimate", (19, 0))]))
def test_any_nesting_of_keywords_is_judged(file, edition):
    source = Source(".gitlab-ci.yml", json.dumps(file, indent=1))
    config = compose(source, Project("/nonexistent"))
    if config.root is None:
        return
    findings = validate(config, edition) + logic(build(config))
    for finding in findings:
        assert 1 <= finding.span.line <= len(source.lines)
        assert finding.message
        assert "\n" not in finding.message


@settings(max_examples=100, deadline=None)
@given(file=_files)
def test_the_order_of_keys_changes_no_verdict(file):
    def rules(data):
        config = compose(Source(".gitlab-ci.yml", json.dumps(data, indent=1)), Project("/nonexistent"))
        if config.root is None:
            return []
        return sorted(f"{f.rule} {f.message}" for f in validate(config) if f.rule != "no-visible-job")

    assert rules(file) == rules(dict(reversed(file.items())))
