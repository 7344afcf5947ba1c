"""`.cilint.yaml`: where it is looked for, and what is said when it is wrong."""

from __future__ import annotations

import pytest
from pydantic import BaseModel

from cilint.errors import CilintError, SettingsError
from cilint.settings import NAME, Settings, find, load
from cilint.settings.schema import SettingsModel, json_schema


@pytest.fixture(autouse=True)
def cache(tmp_path_factory, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))


def loaded(tmp_path, text):
    path = tmp_path / NAME
    path.write_text(text)
    return load(str(path))


def refused(tmp_path, text):
    with pytest.raises(SettingsError) as caught:
        loaded(tmp_path, text)
    error = caught.value
    return error.message, error.help, (error.span.line, error.span.column)


def test_the_nearest_file_up_to_the_root_of_the_repository(tmp_path):
    (tmp_path / NAME).write_text("")
    (tmp_path / "repo" / ".git").mkdir(parents=True)
    (tmp_path / "repo" / "sub").mkdir()
    assert find(str(tmp_path / "repo" / "sub" / "ci.yml")) is None  # never above the repository
    (tmp_path / "repo" / NAME).write_text("")
    assert find(str(tmp_path / "repo" / "sub" / "ci.yml")) == str(tmp_path / "repo" / NAME)
    (tmp_path / "repo" / "sub" / NAME).write_text("")
    assert find(str(tmp_path / "repo" / "sub" / "ci.yml")) == str(tmp_path / "repo" / "sub" / NAME)


def test_a_name_that_is_nearly_right_is_told(tmp_path):
    (tmp_path / ".cilint.yml").write_text("")
    with pytest.raises(SettingsError, match=r"\.cilint\.yml is not read"):
        find(str(tmp_path / "ci.yml"))


@pytest.mark.parametrize("text", ["", "# nothing\n", "packs: []\n"])
def test_empty_settings_are_the_defaults(tmp_path, text):
    settings = loaded(tmp_path, text)
    default = Settings()
    for name in SettingsModel.model_fields:
        assert getattr(settings, name) == getattr(default, name), name


def test_defaults_of_schema_and_settings_are_the_same():
    for name, field in SettingsModel.model_fields.items():
        default = field.get_default(call_default_factory=True)
        written = default.model_dump(exclude_unset=True) if isinstance(default, BaseModel) else default
        assert getattr(Settings(), name) == written, name


def test_what_is_written_holds_on_the_first_and_the_second_run(tmp_path):
    text = "packs: [gitlab, ./policy]\nvariables: {A: 8, B: yes}\nseverity: {a: info}\nparameters: {a: {n: 3}}\n"
    for _ in range(2):
        settings = loaded(tmp_path, text)
        assert settings.pack_names == ["gitlab", str(tmp_path / "./policy")]
        assert settings.variables == {"A": "8", "B": "true"}
        assert settings.changes() == {"a": {"severity": "info", "parameters": {"n": 3}}}


@pytest.mark.parametrize(
    ("text", "message", "hint", "place"),
    [
        ("packs: [gitlab]\nignor: [x]\n", "unknown key ignor", "did you mean ignore?", (2, 1)),
        ("per-file-ignore: {}\n", "unknown key per-file-ignore", "did you mean per-file-ignores?", (1, 1)),
        (
            "severity:\n  a: eror\n",
            "severity.a: input should be 'error', 'warning' or 'info'",
            "did you mean error?",
            (2, 6),
        ),
        ("strict: 'yes'\n", "strict: input should be a valid boolean", "", (1, 9)),
        ("ignore:\n  - a\n  - [b]\n", "ignore: input should be a valid string", "", (3, 5)),
        (
            "scenarios: {x: {var: {}}}\n",
            "unknown key scenarios.x.var",
            "known are branch, tag, merge-request, schedule, source, variables, changed",
            (1, 17),
        ),
        (
            "scenarios: {x: {tag: v1, branch: main}}\n",
            "scenarios.x: a pipeline has one ref: a branch, a tag or a merge request",
            "",
            (1, 16),
        ),
        ("packs: [\n", None, "", (1, 9)),
        ("- a\n", None, "", (1, 1)),
        ("strict: true\nstrict: false\n", "strict is written twice", "", (1, 1)),
    ],
)
def test_what_is_wrong_is_told_with_its_place(tmp_path, text, message, hint, place):
    got = refused(tmp_path, text)
    if message is not None:
        assert got[0] == message
    assert got[1:] == (hint, place)


def test_binary_settings_are_refused(tmp_path):
    (tmp_path / NAME).write_bytes(b"\xff\xfe")
    with pytest.raises(CilintError):
        load(str(tmp_path / NAME))


def test_every_key_is_described_in_the_schema():
    schema = json_schema()
    assert schema["additionalProperties"] is False
    for name, field in schema["properties"].items():
        whole = schema["$defs"][field["$ref"].rpartition("/")[2]] if "$ref" in field else field
        assert whole.get("description"), name
