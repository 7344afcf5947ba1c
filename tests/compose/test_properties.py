"""What must hold of composition whatever the files say."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cilint.compose import Project, compose
from cilint.language import validate
from cilint.report import yaml_text
from cilint.report.resolved import data, leaves, view
from cilint.source import Source
from cilint.tree import read
from cilint.tree.node import Mapping, Scalar, Sequence
from cilint.tree.scalars import type_plain

NAMES = [".a", ".b", ".c", "job", "other", "default", "image", "variables", "stages", "include"]
KEYS = ["script", "image", "variables", "extends", "rules", "tags", "before_script", "inherit", "needs", "cache"]

names = st.sampled_from(NAMES[:5])
scalars = st.sampled_from(
    [
        "x",
        "3",
        "true",
        "null",
        "~",
        "'a: b'",
        '""',
        "1.10",
        "010",
        "yes",
        "$[[ inputs.a ]]",
        '"$[[ inputs.b | split(1) ]]"',
    ]
)
references = st.lists(st.sampled_from([*NAMES, *KEYS, "0"]), max_size=3).map(
    lambda path: f"!reference [{', '.join(path)}]"
)
extends = st.lists(names, max_size=3).map(lambda bases: f"[{', '.join(bases)}]") | names | scalars
leaf = scalars | references
values = st.recursive(
    leaf,
    lambda inner: (
        st.lists(inner, max_size=3).map(lambda items: f"[{', '.join(items)}]")
        | st.dictionaries(st.sampled_from([*KEYS, "A", "1", "'on'"]), inner, max_size=3).map(
            lambda pairs: "{" + ", ".join(f"{key}: {value}" for key, value in pairs.items()) + "}"
        )
    ),
    max_leaves=6,
)
jobs = st.lists(st.tuples(st.sampled_from(KEYS), values | extends), max_size=5).map(
    lambda pairs: "\n".join(f"  {key}: {value}" for key, value in pairs) or "  {}"
)
includes = st.lists(
    st.sampled_from(["a.yml", "b.yml", "/*.yml", "**.yml", "c.yml", "https://x.example/a.yml", "null", "3"])
    | st.tuples(st.sampled_from(["local", "project", "file", "remote", "rules", "inputs", "component"]), values).map(
        lambda pair: f"{{{pair[0]}: {pair[1]}}}"
    )
    | st.just("{local: b.yml, inputs: {a: [x, y], b: 1}}"),
    max_size=3,
).map(lambda items: f"include: [{', '.join(items)}]\n")
headers = (
    st.just("")
    | st.just("spec: {inputs: {a: {default: 1}, b: }}\n---\n")
    | values.map(lambda value: f"spec: {{inputs: {value}}}\n---\n")
)
files = st.builds(
    lambda header, include, parts: header + include + "".join(f"{name}:\n{job}\n" for name, job in parts),
    headers,
    st.just("") | includes,
    st.lists(st.tuples(st.sampled_from(NAMES[:9]), jobs), max_size=5),
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("project")


def composed(folder: Path, entry: str, a: str, b: str):
    (folder / "a.yml").write_text(a)
    (folder / "b.yml").write_text(b)
    return compose(Source(".gitlab-ci.yml", entry), Project(str(folder)))


@settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)
@given(files, files, files)
def test_composing_never_raises_and_every_finding_has_a_place(folder, entry, a, b):
    config = composed(folder, entry, a, b)
    for finding in config.findings:
        assert finding.message
        assert finding.span.line >= 1
        assert finding.span.source.text is not None
    if config.root is not None:
        yaml_text.render(view(config))


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(files, files, files)
def test_composing_twice_changes_nothing(folder, entry, a, b):
    config = composed(folder, entry, a, b)
    if config.root is None or config.findings or config.not_assessed or validate(config):
        return  # what GitLab refuses need not be the same again
    assert_idempotent(config)


def assert_idempotent(config):
    once = view(config)
    text = yaml_text.render({**{k: v for k, v in once.items() if k != "jobs" and v}, **once["jobs"]})
    again = compose(Source(".gitlab-ci.yml", text), Project("/nowhere"))
    if [finding.rule for finding in again.findings] == ["yaml-too-big"]:
        return  # written out, what 300 jobs share passes GitLab's limit
    assert [finding for finding in again.findings if finding.rule != "duplicate-key"] == []
    assert data(view(again)) == data(once)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(files, files, files)
def test_a_leaf_slices_to_the_text_that_it_was_written_as(folder, entry, a, b):
    config = composed(folder, entry, a, b)
    if config.root is not None:
        assert_leaves_stand_where_they_are_written(config)


def assert_leaves_stand_where_they_are_written(config):
    for path, leaf in leaves(view(config)):
        site = leaf.site
        if site is None or not isinstance(site.node, Scalar) or any(step.kind == "input" for step in site.trail):
            continue
        if path[0] == "stages" and leaf.value in {".pre", ".post"}:
            continue  # what GitLab adds stands at the list
        node = site.node
        text = re.sub(r"^&\S+ +", "", node.span.text)  # a span begins with the anchor
        if node.style == "" and "\n" not in text and not text.startswith("!"):
            assert type_plain(text) == node.value or node.value != node.value, path  # NaN differs from itself
        elif node.style in {"'", '"'}:
            assert node.span.text[-1] == node.style


def test_the_corpus_composes_to_itself_and_knows_where_all_of_it_is_written(shared):
    from cilint.compose import open_project

    seen = 0
    for folder in sorted((shared / "corpus" / "neutral").iterdir()):
        entry = folder / ".gitlab-ci.yml"
        if not entry.is_file():
            continue
        project, source = open_project(str(entry), root=str(folder))
        config = compose(source, project)
        assert config.root is not None
        assert_leaves_stand_where_they_are_written(config)
        if not config.open_jobs:
            assert_idempotent(config)
            seen += 1
    assert seen > 40


@settings(max_examples=300, deadline=None)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(min_size=1), inner, max_size=4),
        max_leaves=12,
    )
)
def test_what_is_rendered_reads_as_the_same_data(value):
    from cilint.report.resolved import Leaf

    def shown(part):
        if isinstance(part, dict):
            return {key: shown(item) for key, item in part.items()}
        return [shown(item) for item in part] if isinstance(part, list) else Leaf(part)

    reading = read(Source("x.yml", yaml_text.render({"key": shown(value)})))
    assert reading.findings == []
    assert reading.body is not None
    assert same(reading.body.values["key"], value)


def same(node, value) -> bool:
    if isinstance(value, dict):
        return (
            isinstance(node, Mapping)
            and [*node.values] == [*value]
            and all(same(node.values[key], item) for key, item in value.items())
        )
    if isinstance(value, list):
        return isinstance(node, Sequence) and len(node) == len(value) and all(map(same, node.items, value))
    return isinstance(node, Scalar) and type(node.value) is type(value) and node.value == value
