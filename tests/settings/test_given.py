"""`--set KEY=VALUE`: validated like the file's settings, over them, and never a way round what is required."""

from __future__ import annotations

import os

import pytest

from cilint.errors import CilintError
from cilint.settings import Settings, load
from cilint.settings.given import over

pytestmark = pytest.mark.usefixtures("own_cache")


@pytest.mark.parametrize(
    ("text", "key", "value"),
    [
        ("strict=true", "strict", True),
        ("severity.image-missing=warning", "severity", {"image-missing": "warning"}),
        ("ignore=image-missing", "ignore", ["image-missing"]),
        ("ignore=[a, b]", "ignore", ["a", "b"]),
        ("ignore=- a\n- b", "ignore", ["a", "b"]),
        ("parameters.artifact-expiry.expire_in=7d", "parameters", {"artifact-expiry": {"expire_in": "7d"}}),
        ("parameters.r.map={a: [1]}", "parameters", {"r": {"map": {"a": [1]}}}),
        ("per-file-ignores.ci/*.yml=[a]", "per_file_ignores", {"ci/*.yml": ["a"]}),
        ("variables.A=x=y: z", None, None),
        ("variables.A='x=y: z'", "variables", {"A": "x=y: z"}),
        ("scenarios.v1.variables.CI_X=3", "scenarios", {"v1": {"variables": {"CI_X": "3"}}}),
        ("waivers.at-most.error=30", "waivers", {"at-most": {"error": 30}}),
    ],
)
def test_values_are_yaml_and_names_follow_behind_dots(text, key, value):
    if key is None:
        with pytest.raises(CilintError, match=r"--set variables\.A: "):
            over(Settings(), [text])
    else:
        assert getattr(over(Settings(), [text]), key) == value


@pytest.mark.parametrize(
    ("text", "message", "help"),
    [
        ("strct=true", "--set strct: unknown key strct", "did you mean strict?"),
        ("strict", "--set strict: no value is given", "write KEY=VALUE"),
        ("=1", "--set : a key has no name", "write KEY=VALUE"),
        ("severity.=error", "--set severity.: a key has no name", "write KEY=VALUE"),
        ("strict=ja", "--set strict: true or false is wanted, without quotes", ""),
        ("strict.x=true", "--set strict.x: unknown key strict.x", "did you mean strict?"),
        ("severity.r=eror", "--set severity.r: one of error, warning, info is wanted", "did you mean error?"),
        ("ignore=[a", "--set ignore: the `[` opened on line 1 is not closed", ""),
        ("strict=true\rignore: [a]", "--set strict: ", ""),
        ("packs=", "--set packs: a list is wanted, and nothing is there", ""),
    ],
)
def test_what_is_wrong_is_told_as_typed(text, message, help):
    with pytest.raises(CilintError) as caught:
        over(Settings(), [text])
    error = caught.value
    assert error.message.startswith(message)
    assert help in error.help
    assert error.span is None


def test_scenarios_are_judged_whole():
    with pytest.raises(CilintError, match=r"--set scenarios\.x\.branch: .*a pipeline has one ref"):
        over(Settings(), ["scenarios.x.tag=v1", "scenarios.x.branch=main"])


def test_the_file_keeps_what_is_not_named_and_is_not_changed(tmp_path):
    (tmp_path / ".cilint.yaml").write_text("severity: {a: info, b: info}\nstrict: true\nrequired: [a]\n")
    settings = load(str(tmp_path / ".cilint.yaml"))
    result = over(settings, ["severity.a=error", "severity.a=warning", "required=[b]", "fail-on=warning"])
    assert result.severity == {"a": "warning", "b": "info"}
    assert (result.strict, result.fail_on, result.required) == (True, "warning", ["a", "b"])
    assert (settings.severity, settings.required) == ({"a": "info", "b": "info"}, ["a"])
    assert over(settings, ["required=[]"]).required == ["a"]


def test_paths_begin_at_the_working_directory(tmp_path, monkeypatch):
    (tmp_path / ".cilint.yaml").write_text("baseline: known.json\n")
    (tmp_path / "sub").mkdir()
    monkeypatch.chdir(tmp_path / "sub")
    settings = load(str(tmp_path / ".cilint.yaml"))
    texts = ["baseline=mine.json", "packs=[security, ./own]", "vendored=copies", "waivers.file=w.yaml"]
    result = over(settings, texts)
    assert result.place(result.baseline) == str(tmp_path / "sub" / "mine.json")
    assert result.pack_names == ["security", str(tmp_path / "sub" / "own")]
    assert result.vendored_folder == str(tmp_path / "sub" / "copies")
    assert os.path.normpath(result.place(result.waivers["file"])) == str(tmp_path / "sub" / "w.yaml")
