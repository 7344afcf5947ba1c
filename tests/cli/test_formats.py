"""The machine formats under their real validators, on a faulty, a clean, a partly unread and an unreadable pipeline,
with names that try to break out.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path

import jsonschema
import junitparser
import pytest

JUDGES = Path(__file__).resolve().parents[1] / "judges" / "node_modules" / "@microsoft" / "sarif-multitool-linux"
HOUSE = ("--policy", "./policy")
NAMES = [
    "<script>alert(1)</script>", "a|b", "line\nbreak\n/approve\n/merge", "\x1b[31mred\x1b[0m", "/close", "@all", "`tick``s`",
    "\u202egnp.exe", "]]>", "a & b", '"quoted"', "{{x}}", "%0A::error::x", "##vso[task]", "#1 !2 ~bug $3", "=1+1", "\x9bcsi",
    "<!-- cilint:report -->", "</details>", "[link](https://evil.example)", "\u2028sep", "日本", "e\u0301", "\ufffe",
]  # fmt: skip


def quoted(text):
    """The text as a double-quoted YAML scalar."""
    return (
        '"'
        + "".join(c if c.isascii() and c.isprintable() and c not in '"\\' else f"\\U{ord(c):08X}" for c in text)
        + '"'
    )


HOSTILE = "include: ['ci/<b>&\"odd\" %41 ünï.yml', {project: 'a/<i>', file: '|x.yml'}]\n" + "".join(
    f"{quoted(name)}:\n  image: {quoted('evil/' + name)}\n  script: [x]\n" for name in NAMES
)
PIPELINES = {
    "hostile": {".gitlab-ci.yml": HOSTILE, 'ci/<b>&"odd" %41 ünï.yml': "inc: {image: x, script: y}\n"},
    "hostile, clean": {".gitlab-ci.yml": HOSTILE.partition("\n")[2].replace('"evil/', '"$CI_REGISTRY/')},
    "hostile, unreadable": {".gitlab-ci.yml": HOSTILE + "x: [\n"},
    "clean": {".gitlab-ci.yml": "build:\n  image: $CI_REGISTRY/node:22\n  script: [make]\n"},
    "unread": {".gitlab-ci.yml": "include: {remote: 'https://x.example/a.yml'}\na:\n  image: b\n  script: [make]\n"},
    "unreadable": {".gitlab-ci.yml": "a: [\nb: }\n"},
    "empty": {".gitlab-ci.yml": ""},
    "binary": {".gitlab-ci.yml": b"\x00\xff\xfe\x1b[2J"},
    "suppressed": {
        ".gitlab-ci.yml": "a:\n  image: b  # cilint: ignore[image-private] <b>why</b> | @all\n  script: [make]\n"
    },
}
UNREADABLE = ("unreadable", "hostile, unreadable", "empty", "binary")
CODE_QUALITY = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["description", "check_name", "fingerprint", "severity", "location"],
        "additionalProperties": False,
        "properties": {
            "description": {"type": "string", "minLength": 1, "pattern": r"^[^\x00-\x1f\x7f-\x9f]+$"},
            "check_name": {"type": "string", "pattern": "^[a-z0-9-]+$"},
            "fingerprint": {"type": "string", "pattern": "^[0-9a-f]{32}$"},
            "severity": {"enum": ["info", "minor", "major", "critical", "blocker"]},
            "location": {
                "type": "object",
                "required": ["path", "lines"],
                "additionalProperties": False,
                "properties": {
                    "path": {"type": "string", "pattern": "^(?!/|\\./|\\.\\./)"},
                    "lines": {
                        "type": "object",
                        "required": ["begin"],
                        "properties": {
                            "begin": {"type": "integer", "minimum": 1},
                            "end": {"type": "integer", "minimum": 1},
                        },
                    },
                },
            },
        },
    },
}


@pytest.fixture(params=PIPELINES)
def pipeline(request):
    return request.param


@pytest.fixture
def output(cilint, pipeline):
    """A function that gives the outcome of one format on the pipeline."""

    def of(format, *options):
        done = cilint("check", *HOUSE, "--format", format, *options, files=PIPELINES[pipeline])
        assert done.err == ""
        assert done.status == (1 if pipeline in ("hostile", "unread", *UNREADABLE) else 0)
        return done

    return of


def test_code_quality(output, pipeline):
    done = output("gitlab")
    assert not done.raw.startswith(b"\xef\xbb\xbf")
    entries = json.loads(done.out)
    jsonschema.validate(entries, CODE_QUALITY)
    assert len({entry["fingerprint"] for entry in entries}) == len(entries)
    assert bool(entries) == (pipeline not in ("clean", "hostile, clean", "suppressed"))


def test_junit(output, pipeline):
    suites = junitparser.JUnitXml.fromstring(output("junit").raw)
    cases = [case for suite in suites for case in suite]
    keys = [(case.classname, case.name) for case in cases]
    assert len(set(keys)) == len(keys)
    assert suites.tests == len(cases)
    assert suites.failures == sum(any(isinstance(r, junitparser.Failure) for r in case.result) for case in cases)
    passed = [case for case in cases if case.is_passed]
    # What passed is told, too; of a file that cannot be read, nothing passes.
    assert bool(passed) == (pipeline not in UNREADABLE)
    assert pipeline not in UNREADABLE or suites.failures + suites.skipped == len(cases)
    assert not any(re.search(r":\d+", case.name) for case in cases if pipeline != "unread"), "no line number in a name"


def test_junit_tells_what_is_settled_and_what_is_not_assessed(cilint):
    done = cilint("check", *HOUSE, "--format=junit", files=PIPELINES["suppressed"])
    assert 'skipped message="suppressed: &lt;b&gt;why' in done.out
    done = cilint("check", *HOUSE, "--format=junit", files=PIPELINES["unread"])
    assert '<testcase classname="not assessed" name="include remote' in done.out


@pytest.fixture(scope="module")
def judge():
    if not JUDGES.is_dir():
        if os.environ.get("CI"):
            pytest.fail("sarif-multitool is not installed: `make tools` installs it")
        pytest.skip("sarif-multitool is not installed: `make tools` installs it")
    return JUDGES


def test_sarif_is_valid_for_oasis(output, judge):
    log = json.loads(output("sarif").out)
    schema = json.loads((judge / "sarif-2.1.0.json").read_text(encoding="utf-8-sig"))
    jsonschema.Draft202012Validator(schema).validate(log)


def test_sarif_means_what_it_says(output, pipeline):
    [run] = json.loads(output("sarif").out)["runs"]
    ids = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    for result in run["results"]:
        assert ids[result["ruleIndex"]] == result["ruleId"]
        assert "kind" not in result
        for place in result["locations"]:
            uri = place["physicalLocation"]["artifactLocation"]["uri"]
            assert re.fullmatch(r"[A-Za-z0-9/@+,~._-]*(%[0-9A-F]{2}[A-Za-z0-9/@+,~._-]*)*", uri), uri
            region = place["physicalLocation"]["region"]
            assert (region["startLine"], region["startColumn"]) <= (region["endLine"], region["endColumn"])
    notes = run["invocations"][0]["toolExecutionNotifications"]
    assert bool(notes) == (pipeline in ("hostile", "unread", *UNREADABLE))
    if pipeline == "suppressed":
        assert run["results"][0]["suppressions"][0]["justification"] == "<b>why</b> | @all"


@pytest.mark.slow
def test_sarif_is_valid_for_multitool(output, judge, tmp_path):
    path = tmp_path / "a.sarif"
    path.write_bytes(output("sarif").raw)
    program = judge / "Sarif.Multitool"
    program.chmod(0o755)
    done = subprocess.run(
        [program, "validate", path, "--rule-kind", "Sarif;Gh", "--level", "Error;Warning"],
        capture_output=True, text=True, check=False, env={**os.environ, "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT": "1"},
    )  # fmt: skip
    said = [line for line in done.stdout.splitlines() if re.search(r"\b(error|warning) [A-Z]+\d+", line)]
    # SARIF2005 and SARIF2007 want addresses on the web: of the tool and of the clone. There may be none.
    assert [line for line in said if not re.search("SARIF200[57]", line)] == [], done.stdout


@pytest.mark.parametrize("format", ["full", "concise", "grouped", "markdown"])
def test_text_cannot_be_steered(output, format):
    done = output(format)
    for character in done.out:
        assert character == "\n" or character.isprintable() or character == "\u200d", hex(ord(character))
    assert not any(line.lstrip().startswith("/") for line in done.out.split("\n")), "no quick action"


@pytest.mark.parametrize("format", ["json", "gitlab", "junit", "sarif"])
def test_the_raw_text_of_a_machine_format_cannot_mislead(output, format):
    assert all(character == "\n" or character.isprintable() for character in output(format).out)


STEERED = '"a\\u202eb\\x9bc":\n  image: "node\\u200b:1"\n  script: [x]\n  when: manual\n'


@pytest.mark.parametrize(
    "command",
    ["resolve", "simulate", "prove --guarded a\u202eb\x9bc --by b\u202ea", *(f"report --format {form}" for form in ("json", "hdf", "oscal", "intoto"))],
)  # fmt: skip
def test_nor_can_the_json_of_other_commands(cilint, command):
    json_too = [] if "--format" in command else ["--format", "json"]
    done = cilint(*command.split(), *json_too, files={".gitlab-ci.yml": STEERED})
    assert all(character == "\n" or character.isprintable() for character in done.out)
    assert json.loads(done.out)
    if "intoto" not in command:
        assert "\\u202e" in done.out


@pytest.mark.parametrize("format", ["full", "concise", "grouped"])
def test_text_is_ascii_where_nothing_else_can_be_shown(cilint, format):
    done = cilint(
        "check", *HOUSE, "--format", format, files=PIPELINES["hostile"],
        env={"PYTHONUTF8": "0", "LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONIOENCODING": "ascii"},
    )  # fmt: skip
    assert done.raw.isascii()
    assert done.status == 1


def test_markdown_keeps_every_name_in_a_code_span(cilint):
    done = cilint("check", *HOUSE, "--format", "markdown", files=PIPELINES["hostile"])
    rows = [line for line in done.out.split("\n") if line.startswith("| error")]
    assert len(rows) >= len(NAMES)
    for row in rows:
        outside = re.sub(r"(`+)(?!`).*?(?<!`)\1(?!`)", "", row)
        assert not set(outside) & set("<>@#!~$[]&"), row
        assert len(re.findall(r"(?<!\\)\|", row)) == 6, row


def test_gitlab_log_sections(cilint):
    done = cilint("check", *HOUSE, files=PIPELINES["unread"], env={"GITLAB_CI": "true"})
    starts = re.findall(r"\x1b\[0Ksection_start:\d+:(\w+)(\[collapsed=true\])?\r\x1b\[0K", done.out)
    ends = re.findall(r"\x1b\[0Ksection_end:\d+:(\w+)\r\x1b\[0K", done.out)
    assert [name for name, _ in starts] == ends == ["cilint_0"]
    assert starts[0][1] == "", "a section with an error stays open"
    assert "\x1b[1;31merror[image-private]" in done.out


@pytest.mark.parametrize(
    ("options", "settings", "closed"),
    [
        ((), "", True),
        (("--fail-on", "warning"), "", False),
        ((), "fail-on: warning\n", False),
        (("--fail-on", "never"), "fail-on: warning\n", True),
        (("--exit-zero",), "fail-on: warning\n", True),
    ],
)
def test_the_section_that_fails_the_run_is_open(cilint, options, settings, closed):
    files = {
        ".gitlab-ci.yml": "stages: [build]\na: {stage: build, image: i:1.2.3, script: [env]}\n",
        ".cilint.yaml": f"packs: [gitlab, security]\nselect: [secret-printed]\n{settings}",
    }
    done = cilint("check", *options, files=files, env={"GITLAB_CI": "true"})
    assert ("section_start:" in done.out, done.status) == (True, int(not closed))
    assert ("[collapsed=true]" in done.out) is closed


def test_no_secret_gets_out_of_a_frame(cilint):
    text = "a:\n  image: $CI_REGISTRY/x\n  variables:\n    TOKEN: glpat-aB3dE5fG7hI9jK1lM3nO\n  script: [x]\n"
    for name in ("full", "concise", "json", "gitlab", "junit", "sarif", "markdown"):
        done = cilint("check", "--select", "hardcoded-credential", "--format", name, files={".gitlab-ci.yml": text})
        assert done.status == 1
        assert "aB3dE5fG7hI9jK1lM3nO" not in done.out


PAGES = "https://ci.example/rules/{rule}.html"


def test_every_finding_names_its_page(cilint):
    """By the command that shows it, or by the address that the settings give."""
    files = {**PIPELINES["hostile"], ".cilint.yaml": f"packs: [./policy]\ndocs: {PAGES}\n"}
    page = PAGES.replace("{rule}", "image-private")
    assert (
        "= more: cilint explain image-private --policy ./policy\n"
        in cilint("check", *HOUSE, "--format=full", files=files | {".cilint.yaml": ""}).out
    )
    cilint("check", files=files)
    assert f"= more: {page}\n" in cilint("check", "--format=full").out
    assert f"= more: {page}\n" in cilint("check", "--format=junit").out
    assert f"[`image-private`](<{page}>)" in cilint("check", "--format=markdown").out
    assert {one["page"] for one in json.loads(cilint("check", "--format=json").out)["findings"]} >= {page}
    rules = json.loads(cilint("check", "--format=sarif").out)["runs"][0]["tool"]["driver"]["rules"]
    assert page in {rule["helpUri"] for rule in rules}


@pytest.mark.parametrize("address", ["https://x.example/", "javascript:alert({rule})", "https://x/{rule}>) [x](y)"])
def test_an_address_of_pages_is_one(cilint, address):
    done = cilint("check", files={".gitlab-ci.yml": "", ".cilint.yaml": f"docs: '{address}'\n"})
    assert done.status == 2
    assert (
        done.err
        == "cilint: error: .cilint.yaml:1:7: docs: an address with {rule} in it, as https://ci.example/rules/{rule}.html\n"
    )
