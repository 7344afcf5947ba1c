"""`.cilint.yaml`: where it is looked for, and what is said when it is wrong."""

from __future__ import annotations

import os

import pytest
from pydantic import BaseModel

from cilint import rules
from cilint.errors import CilintError, SettingsError
from cilint.settings import NAME, Settings, find, load
from cilint.settings.names import elsewhere
from cilint.settings.schema import SettingsModel, json_schema

pytestmark = pytest.mark.usefixtures("own_cache")


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


@pytest.mark.parametrize("text", ["", "# nothing\n", "---\n", "~\n", "{}\n", "packs: []\n"])
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
            "severity.a: one of error, warning, info is wanted",
            "did you mean error?",
            (2, 6),
        ),
        ("strict: 'yes'\n", "strict: true or false is wanted, without quotes", "", (1, 9)),
        ("ignore:\n  - a\n  - [b]\n", "ignore: a text is wanted", "", (3, 5)),
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
        ("- a\n", "settings are a map of keys, and this is a list", "as in fail-on: warning", (1, 1)),
        ("# all\n---\n[]\n", "settings are a map of keys, and this is a list", "as in fail-on: warning", (3, 1)),
        ("''\n", "settings are a map of keys, and this is a text", "as in fail-on: warning", (1, 1)),
        ("false\n", "settings are a map of keys, and this is a text", "as in fail-on: warning", (1, 1)),
        ("strict: true\nstrict: false\n", "strict is written twice", "", (1, 1)),
        ("severity: {a: info, a: error}\n", "a is written twice", "", (1, 12)),
        ("scenarios:\n  - x: [{a: 1, a: 2}]\n", "a is written twice", "", (2, 10)),
        ("strict: true\n---\nstrict: false\n", "settings are one document", "", (2, 1)),
        ("---\nstrict: true\n--- # more\nignore: []\n", "settings are one document", "", (3, 1)),
        ("severity:\n", "severity: a map is wanted, and nothing is there", "", (1, 10)),
        ("scenarios: {a: {changed: x}}\n", "scenarios.a.changed: a list is wanted", "", (1, 26)),
        ("waivers: {approvers: {error: [1]}}\n", "waivers.approvers.error: a text is wanted", "", (1, 31)),
        ("waivers: {at-most: {error: x}}\n", "waivers.at-most.error: a whole number is wanted", "", (1, 28)),
        (
            "waivers: {ticket: '['}\n",
            "waivers.ticket: RE2 does not take this regular expression: missing ]: [",
            "",
            (1, 19),
        ),
        (
            "gitlab-version: 18.10\n",
            "gitlab-version: a text is wanted",
            'as in gitlab-version: "18.10", in quotes',
            (1, 17),
        ),
        (
            'gitlab-version: "18"\n',
            "gitlab-version: '18' has another form",
            'as in gitlab-version: "18.10", in quotes',
            (1, 17),
        ),
        (
            'per-file-ignores:\n  "ci/[": [a]\n',
            "per-file-ignores.ci/[: in the glob 'ci/[' a [ is not closed; [[] means the character itself",
            "",
            (2, 3),
        ),
        ('per-job-ignores:\n  "": [a]\n', "per-job-ignores.: an empty glob matches nothing", "", (2, 3)),
    ],
)
def test_what_is_wrong_is_told_with_its_place(tmp_path, text, message, hint, place):
    got = refused(tmp_path, text)
    if message is not None:
        assert got[0] == message
    assert got[1:] == (hint, place)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("strikt: true\nfail-on: eror\nignore: 3\n", ["1:1", "2:10", "3:9"]),
        ("waivers: {approvers: {error: [1]}, remind: x}\nscenarios: {a: {tags: v1}}\n", ["1:31", "1:44", "2:17"]),
        ("strict: true\nstrict: true\nignore: []\nignore: []\n", ["1:1", "3:1"]),
    ],
)
def test_all_that_is_wrong_is_told_by_place(tmp_path, text, told):
    with pytest.raises(SettingsError) as caught:
        loaded(tmp_path, text)
    faults = (caught.value, *caught.value.further)
    assert [f"{fault.span.line}:{fault.span.column}" for fault in faults] == told


def test_no_more_faults_than_a_person_reads(tmp_path):
    with pytest.raises(SettingsError) as caught:
        loaded(tmp_path, "".join(f"x{number}: 1\n" for number in range(50)))
    assert caught.value.message == "unknown key x0"
    assert len(caught.value.further) == 19
    assert caught.value.further[-1].message == "31 more faults are left out here"


@pytest.mark.parametrize("glob", ["*", "ci/[a-z]*.yml", "[[]x[]]", "[]]", "[!]]", "a]"])
def test_sound_globs_are_taken(tmp_path, glob):
    assert loaded(tmp_path, f"per-job-ignores: {{'{glob}': [a]}}\n").per_job_ignores == {glob: ["a"]}


def test_a_faulty_pattern_is_told_by_cilint_alone(tmp_path, capfd):
    refused(tmp_path, "waivers: {ticket: '['}\n")
    assert capfd.readouterr() == ("", "")


def test_other_forms_of_the_same_settings(tmp_path):
    for text in ("\ufeffstrict: true\n", "---\nstrict: true\n", "strict: true\r\n", "# x\n--- # y\nstrict: true"):
        assert loaded(tmp_path, text).strict, text
    settings = loaded(tmp_path, "ignore: &a [x]\nrequired: *a\n")
    assert settings.ignore == settings.required == ["x"]


RULES = rules.load(("gitlab", "security", "cilint"))


@pytest.mark.parametrize(
    ("text", "message", "hint", "place"),
    [
        ("select: [gitlb]\n", "no such rule or pack: gitlb", "did you mean gitlab?", (1, 10)),
        (
            "ignore:\n  - stage-undefind\n",
            "no such rule or pack: stage-undefind",
            "did you mean stage-undefined?",
            (2, 5),
        ),
        ("extend-select: zz\n", "no such rule or pack: zz", "`cilint rules` lists them", (1, 16)),
        ("ignore: ''\n", "no such rule or pack: ''", "`cilint rules` lists them", (1, 9)),
        ("required: [image-mising]\n", "no such rule or pack: image-mising", "did you mean image-missing?", (1, 12)),
        (
            "per-file-ignores:\n  '*':\n    - gitlab\n    - tls-verification-of\n",
            "no such rule or pack: tls-verification-of",
            "did you mean tls-verification-off?",
            (4, 7),
        ),
        (
            "per-job-ignores: {a: image-mising}\n",
            "no such rule or pack: image-mising",
            "did you mean image-missing?",
            (1, 22),
        ),
        ("severity:\n  image-mising: info\n", "no such rule: image-mising", "did you mean image-missing?", (2, 3)),
        ("severity: {gitlab: info}\n", "no such rule: gitlab", "gitlab is a pack: name its rules", (1, 12)),
        ("severity: {3: info}\n", "no such rule: 3", "`cilint rules` lists them", (1, 12)),
        (
            "parameters: {image-version: {version: {}}}\n",
            "rule image-version has no parameter 'version'",
            "did you mean versions?",
            (1, 30),
        ),
        (
            "waivers: {unwaivable: [image-mising]}\n",
            "no such rule: image-mising",
            "did you mean image-missing?",
            (1, 24),
        ),
    ],
)
def test_names_that_mean_nothing_are_told_with_their_place(tmp_path, text, message, hint, place):
    settings = loaded(tmp_path, text)
    with pytest.raises(SettingsError) as caught:
        elsewhere(settings, RULES, lambda: rules.load(("gitlab", "security", "enterprise", "cilint")))
    error = caught.value
    assert (error.message, error.help, (error.span.line, error.span.column)) == (message, hint, place)
    assert error.span.source.path == settings.path


def test_all_names_that_mean_nothing_are_told_at_once(tmp_path):
    settings = loaded(tmp_path, "severity:\n  image-mising: info\nignore: [zz]\nwaivers: {unwaivable: [gitlab]}\n")
    with pytest.raises(SettingsError) as caught:
        elsewhere(settings, RULES, lambda: RULES)
    faults = (caught.value, *caught.value.further)
    assert [fault.span.line for fault in faults] == [2, 3, 4]
    assert "image-mising" in faults[0].message


def test_names_of_other_packs_are_passed_over_and_only_then_are_those_loaded(tmp_path):
    everything = rules.load(("gitlab", "security", "enterprise", "cilint"))
    settings = loaded(tmp_path, "ignore: [enterprise, gitlab]\nseverity: {image-missing: info}\n")
    assert elsewhere(settings, RULES, lambda: everything) == {"enterprise", "image-missing"}
    settings = loaded(tmp_path, "ignore: [gitlab]\nseverity: {stage-undefined: info}\n")
    assert elsewhere(settings, RULES, lambda: pytest.fail("loaded for nothing")) == frozenset()


def test_what_is_no_file_of_the_repository_is_not_passed_over(tmp_path):
    root = tmp_path / "repo"
    (root / ".git").mkdir(parents=True)
    (tmp_path / "outside.yaml").write_text("strict: true\n")
    path = root / NAME
    for make, message in (
        (path.mkdir, "is no file"),
        (lambda: os.mkfifo(path), "is no file"),
        (lambda: path.symlink_to(tmp_path / "nothing"), "is a link to nothing"),
        (lambda: path.symlink_to("/dev/zero"), "is no file"),
        (lambda: path.symlink_to(tmp_path / "outside.yaml"), "leads out of the repository"),
    ):
        make()
        with pytest.raises(SettingsError, match=message):
            find(str(root / "ci.yml"))
        path.rmdir() if path.is_dir() else path.unlink()
    (root / "shared.yaml").write_text("strict: true\n")
    path.symlink_to("shared.yaml")
    assert find(str(root / "ci.yml")) == str(path)


def test_a_big_file_is_refused(tmp_path):
    with pytest.raises(SettingsError, match="is bigger than 1048576 bytes"):
        loaded(tmp_path, "#" * 10_000_000)


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
