"""What has changed since an earlier report: told by a chain of digests, and fixed only where somebody looked again."""

from __future__ import annotations

import csv
import io
import json

import pytest

TWO = """\
stages: [build]
legacy-build: {stage: build, image: 'node:22.11.0', script: [npm ci]}
other-build: {stage: build, image: 'python:3.13.1', script: [pip install .]}
"""
FIRST = TWO.replace("'python:3.13.1'", "$CI_REGISTRY/infrastructure/python:3.13.1")
NONE = FIRST.replace("'node:22.11.0'", "$CI_REGISTRY/infrastructure/node:22.11.0")


@pytest.fixture
def story(world, tmp_path):
    """Report after report on one repository, each with what came before; the last one."""
    folder = world.repository(tmp_path / "story", {".gitlab-ci.yml": FIRST})
    last = tmp_path / "last.json"

    def tell(text=None, register=None, *arguments, since=True):
        if text is not None:
            (folder / ".gitlab-ci.yml").write_text(text)
        if register is not None:
            (folder / ".cilint-waivers.yaml").write_text(register)
        words = ("--since", last) if since and last.exists() else ()
        done = world.run("report", "--format", "json", *words, *arguments, cwd=folder)
        assert done.returncode in (0, 1), done.stderr
        last.write_text(done.stdout)
        return json.loads(done.stdout)

    tell.folder, tell.last = folder, last
    return tell


def kinds(evidence, rule="image-private-registry"):
    return {(one["kind"], one["job"]) for one in evidence["since"]["changes"] if one["rule"] == rule}


def test_new_fixed_reopened(story):
    first = story()
    assert first["since"] is None
    second = story(TWO)
    assert kinds(second) == {("new", "other-build")}
    assert second["since"]["digest"] == first["digest"]
    third = story(NONE)
    assert kinds(third) == {("fixed", "legacy-build"), ("fixed", "other-build")}
    fourth = story(FIRST)
    assert kinds(fourth) == {("reopened", "legacy-build")}
    assert [point["digest"] for point in fourth["since"]["trend"]] == [one["digest"] for one in (first, second, third)]
    assert kinds(story()) == set()


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda data: data | {"schema_version": 0}, "schema 0"),
        (lambda data: data | {"schema_version": 9, "more": 1}, "schema 9"),
        (lambda data: {**data, "provenance": {**data["provenance"], "version": "9.1.0", "more": 1}}, "cilint 9.1.0"),
        (lambda data: data | {"schema_version": "\x1b[2J"}, "names no version"),
        (lambda data: {key: value for key, value in data.items() if key != "limits"}, "not whole"),
        (lambda _: {"schema_version": 1, "tool": {"name": "cilint"}, "findings": []}, "cilint check"),
        (lambda _: [], "no report of cilint"),
    ],
)
def test_a_report_that_cannot_be_read_is_called_what_it_is(story, world, change, says):
    story.last.write_text(json.dumps(change(story())))
    done = world.run("report", "--since", story.last, "--format", "json", cwd=story.folder)
    assert done.returncode == 2
    assert says in done.stderr
    assert "\x1b" not in done.stderr


def test_what_else_decides_the_results_is_told_when_it_changes(story, world):
    first = story()
    assert (story()["since"]["population"], story()["since"]["policy"]) == ([], [])
    settings = story.folder / ".cilint.yaml"
    settings.write_text("ignore: [image-missing]\n")
    since = story(None, None, ".gitlab-ci.yml", "gone.yml")["since"]
    assert since["population"] == [{"target": "gone.yml", "before": "", "now": "missing"}]
    told = "; ".join(since["policy"])
    assert ".cilint.yaml is new" in told
    assert "since then: image-missing: off" in told
    settings.unlink()
    text = world.run("report", "--since", story.last, "--format", "html", cwd=story.folder).stdout
    assert "is not there then, not in this report now" in text
    assert "no longer: image-missing: off" in text
    assert first["since"] is None


def test_a_finding_says_since_when_it_is_known(story, world):
    def seen(evidence):
        return {
            item["job"]: item["first_seen"]
            for test in evidence["tested"]
            if test["rule"] == "image-private-registry"
            for item in test["items"]
            if item["result"] == "fail"
        }

    assert seen(story()) == {"legacy-build": ""}
    days = ("2026-12-01T00:00:00Z", "2026-12-02T00:00:00Z")
    later = str(int(world.epoch) + 86_400)
    (story.folder / ".gitlab-ci.yml").write_text(TWO)
    done = world.run("report", "--format", "json", "--since", story.last, cwd=story.folder, SOURCE_DATE_EPOCH=later)
    assert seen(json.loads(done.stdout)) == {"legacy-build": days[0], "other-build": ""}
    story.last.write_text(done.stdout)
    assert seen(story()) == {"legacy-build": days[0], "other-build": days[1]}


def test_accepted_and_lapsed(story, world):
    register = world.register.replace("      path: image\n", "")
    story()
    assert kinds(story(None, register)) == {("accepted", "legacy-build")}
    assert kinds(story(None, "waivers: []\n")) == {("lapsed", "legacy-build")}


def test_what_nobody_looked_at_is_not_fixed(story):
    story()
    assert kinds(story("include: {project: a/b, file: /x.yml}\n" + NONE)) == {("unknown", "legacy-build")}
    story(FIRST)
    story(None, None, "--ignore", "image-private-registry")
    last = story(None, None, "--ignore", "image-private-registry")
    assert kinds(last) == set()


def test_a_changed_report_is_refused(story, world):
    story()
    text = story.last.read_text()
    for wrong, says in (
        (text.replace("legacy-build", "legacy-bluid"), "was changed after it was made"),
        ("{}", "is no report of cilint"),
        ("[" * 100_000, "is no report of cilint"),
    ):
        story.last.write_text(wrong)
        done = world.run("report", "--since", story.last, cwd=story.folder)
        assert done.returncode == 2
        assert says in done.stderr
    assert world.run("report", "--since", "gone.json", cwd=story.folder).returncode == 2


def test_every_format_tells_it_and_twice_the_same(story, world):
    story()
    (story.folder / ".gitlab-ci.yml").write_text(TWO)
    words = ("report", "--since", story.last)
    for name in ("html", "markdown", "csv-changes", "json", "intoto"):
        one = world.run(*words, "--format", name, cwd=story.folder).stdout
        assert one == world.run(*words, "--format", name, cwd=story.folder, PYTHONHASHSEED="3").stdout
        assert json.loads(story.last.read_text())["digest"] in one, name
    rows = list(csv.DictReader(io.StringIO(world.run(*words, "--format", "csv-changes", cwd=story.folder).stdout)))
    assert ("new", "other-build") in {(row["\ufeffchange"], row["job"]) for row in rows}
