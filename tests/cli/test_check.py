"""`cilint check`, end to end: what people and programs see, to the letter."""

from __future__ import annotations

import json
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

FILES = {
    ".gitlab-ci.yml": """\
include: ci/base.yml
stages: [build, x]
build:
  extends: .base
  stage: build
  script: [make]
odd:
  extends: .base
  stage: x
  script: [make]
""",
    "ci/base.yml": """\
.base:
  image: node:22
""",
}
CILINT = Path(sys.executable).with_name("cilint")
CLEAN = {".gitlab-ci.yml": "build:\n  image: $CI_REGISTRY/node:22\n  script: [make]\n"}
HOUSE = ("--policy", "./policy")

BAD = "a:\n  image: node\n  script: [x]\n"

FULL = """\
.gitlab-ci.yml:9:10: warning[stage-known]: the house has no stage x
    |
  9 |   stage: x
    |          ^
    = in: job odd
    = help: Use build or test.
    = more: cilint explain stage-known --policy ./policy

ci/base.yml:2:10: error[image-private]: node:22 comes from outside the house
    |
  2 |   image: node:22
    |          ^^^^^^^
    = in: jobs build, odd
    = via: include ci/base.yml at .gitlab-ci.yml:1:10, then extends .base at .gitlab-ci.yml:4:12
    = help: Mirror the image and use $CI_REGISTRY/...
    = more: cilint explain image-private --policy ./policy

1 error, 1 warning in 2 jobs (2 files, N rules)
"""


def test_full(cilint):
    done = cilint("check", *HOUSE, "--format", "full", files=FILES)
    assert (done.out, done.err, done.status) == (FULL, "", 1)


def test_concise_is_what_a_pipe_gets(cilint):
    done = cilint("check", *HOUSE, files=FILES)
    assert done.status == 1
    assert done.out == textwrap.dedent("""\
        .gitlab-ci.yml:9:10: warning[stage-known]: the house has no stage x (job odd)
        ci/base.yml:2:10: error[image-private]: node:22 comes from outside the house (jobs build, odd)
        1 error, 1 warning in 2 jobs (2 files, N rules)
        """)


def test_grouped(cilint):
    assert cilint("check", *HOUSE, "--format", "grouped", files=FILES).out == textwrap.dedent("""\
        .gitlab-ci.yml
          9:10  warning  the house has no stage x (job odd)  stage-known

        ci/base.yml
          2:10  error    node:22 comes from outside the house (jobs build, odd)  image-private

        1 error, 1 warning in 2 jobs (2 files, N rules)
        """)


def test_statistics(cilint):
    assert cilint("check", *HOUSE, "--statistics", files=FILES).out == textwrap.dedent("""\
            1   error   image-private  Images come from the house's registry
            1   warning stage-known    Stages have the house's names
        1 error, 1 warning in 2 jobs (2 files, N rules)
        """)


def test_statistics_are_no_report(cilint):
    done = cilint("check", *HOUSE, "--statistics", "--format", "json", files=FILES)
    assert (done.status, done.out) == (2, "")
    assert "--format has no place beside it" in done.err


def test_a_file_that_is_named_twice_is_checked_once(cilint, folder):
    once = cilint("check", *HOUSE, files=FILES)
    again = cilint("check", *HOUSE, ".", ".gitlab-ci.yml", str(folder / ".gitlab-ci.yml"))
    assert (again.status, again.out) == (once.status, once.out)


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        (("explain", "--job", "build"), "../.gitlab-ci.yml:3:1: job build\n"),
        (("settings",), "repo/.cilint.yaml\n"),
        (("resolve",), "../.gitlab-ci.yml:9:10: error["),
    ],
)
def test_from_a_folder_below_every_command_speaks_of_the_same_pipeline(cilint, folder, call, expected):
    (folder / "sub").mkdir()
    files = (
        FILES if call[0] != "resolve" else {**FILES, ".gitlab-ci.yml": FILES[".gitlab-ci.yml"].replace("e: x", "e: y")}
    )
    done = cilint(
        *call,
        files={**files, ".cilint.yaml": "fail-on: info\n", "sub/.cilint.yaml": "strict: true\n"},
        cwd=folder / "sub",
    )
    assert expected in done.out + done.err


def test_markdown(cilint):
    assert cilint("check", *HOUSE, "--format", "markdown", files=FILES).out == textwrap.dedent("""\
        <!-- cilint:report -->

        ### cilint: failed

        1 error, 1 warning in 2 jobs (2 files, N rules).

        | | Where | Rule | What | Jobs |
        |---|---|---|---|---|
        | warning | `.gitlab-ci.yml:9` | `stage-known` | `the house has no stage x` | `odd` |
        | error | `ci/base.yml:2` | `image-private` | `node:22 comes from outside the house` | `build`, `odd` |

        <sub>cilint 0.1.0; N rules</sub>
        """)


def test_json_keeps_the_contract(cilint):
    done = cilint("check", *HOUSE, "--format", "json", files=FILES)
    data = json.loads(done.out)
    assert data["schema_version"] == 1
    assert data["tool"]["name"] == "cilint"
    assert data["not_assessed"] == []
    finding = data["findings"][1]
    assert finding["location"] == {"file": "ci/base.yml", "line": 2, "column": 10, "end_line": 2, "end_column": 17}
    assert (finding["rule"], finding["severity"]) == ("image-private", "error")
    assert (finding["job"], finding["jobs"], finding["path"]) == ("build", ["build", "odd"], ["build", "image"])
    assert (finding["controls"], finding["fixable"], finding["waived"]) == (["pci-dss:6.3.2"], False, False)
    assert isinstance(finding["fingerprint"], str)
    assert (
        data["summary"] | {"files": 2, "jobs": 2, "error": 1, "warning": 1, "info": 0, "waived": 0} == data["summary"]
    )


def test_clean(cilint):
    done = cilint("check", *HOUSE, "--format", "full", files=CLEAN)
    assert (done.out, done.status) == ("no findings in 1 job (1 file, N rules)\n", 0)


def test_quiet(cilint):
    assert cilint("check", *HOUSE, "--quiet", files=CLEAN).out == ""


def test_what_could_not_be_read_is_never_clean(cilint):
    files = {".gitlab-ci.yml": CLEAN[".gitlab-ci.yml"] + "include: {project: a/b, file: x.yml}\n"}
    done = cilint("check", *HOUSE, "--format", "full", files=files)
    assert done.status == 0
    assert "not assessed" in done.out
    assert "no findings in what could be assessed" in done.out
    assert cilint("check", *HOUSE, "--strict").status == 1


def test_one_cause_is_told_once_and_json_holds_every_entry(cilint):
    image = "  image: $ELSEWHERE\n  script: [make]\n"
    text = f"include: {{project: a/b, file: x.yml}}\none:\n{image}two:\n{image}"
    select = "--select=required-job,image-unpinned,image-private-registry"
    entries = json.loads(cilint("check", select, "--format=json", files={".gitlab-ci.yml": text}).raw)["not_assessed"]
    jobs = [entry for entry in entries if entry["rules"] == ["required-job"]]
    images = [entry for entry in entries if "$ELSEWHERE" in entry["why"]]
    assert len(jobs) > 30
    assert len(images) == 4
    assert len(entries) == 1 + len(jobs) + len(images)
    for form in ("full", "concise", "grouped", "markdown"):
        done = cilint("check", select, f"--format={form}")
        told = done.out.replace("`", "")
        assert "include project a/b:/x.yml: no copy at hand (3 rules undecided)" in told.replace("N rules", "3 rules")
        assert f"{', '.join(entry['what'] for entry in jobs[:3])} and {len(jobs) - 3} more: {jobs[0]['why']}" in told
        assert f"{images[0]['why']} (image-private-registry, image-unpinned undecided)" in told
        assert len([line for line in told.split("\n") if "undecided" in line]) == 3
        assert f"{len(entries)} not assessed, all told by --format json" in told


def test_a_folder_of_copies_that_is_not_there_is_told(cilint, folder):
    files = {
        ".gitlab-ci.yml": "include: [{project: a/b, file: x.yml}, {remote: 'https://ci.example.org/y.yml'}]\n",
        ".cilint.yaml": "vendored: ci/vendord\n",
    }
    told = "no copy at hand, for there is no folder ci/vendord, where `vendored` looks"
    done = cilint("check", *HOUSE, files=files)
    assert done.out.count(told) == 2
    (folder / "ci" / "vendord").mkdir(parents=True)
    done = cilint("check", *HOUSE)
    assert told not in done.out
    assert done.out.count("no copy at hand") == 2


def test_not_yaml_is_a_finding(cilint):
    done = cilint("check", *HOUSE, "--format", "json", files={".gitlab-ci.yml": "a: [\nb: }\n"})
    assert done.status == 1
    assert [one["rule"] for one in json.loads(done.out)["findings"]] == ["yaml-syntax"]


@pytest.mark.parametrize(
    ("option", "status"),
    [("error", 0), ("warning", 1), ("info", 1), ("never", 0)],
)
def test_fail_on(cilint, option, status):
    files = {".gitlab-ci.yml": "stages: [x]\na:\n  image: $CI_REGISTRY/a\n  stage: x\n  script: x\n"}
    assert cilint("check", *HOUSE, "--fail-on", option, files=files).status == status


@pytest.mark.parametrize("paths", [("lax", "firm"), ("firm", "lax"), ("firm",)])
def test_each_file_fails_by_its_own_settings(cilint, paths):
    bad = {
        "lax/.gitlab-ci.yml": BAD,
        "firm/.gitlab-ci.yml": CLEAN[".gitlab-ci.yml"],
        "lax/.cilint.yaml": "fail-on: never\n",
    }
    assert cilint("check", *HOUSE, *paths, files=bad).status == 0
    worse = {
        "firm/.gitlab-ci.yml": "include: gone.yml\n" + CLEAN[".gitlab-ci.yml"],
        "firm/.cilint.yaml": "strict: true\n",
    }
    assert cilint("check", *HOUSE, *paths, files=worse).status == 1


def test_exit_zero(cilint):
    assert cilint("check", *HOUSE, "--exit-zero", files=FILES).status == 0


def test_select_and_ignore(cilint):
    def rules(*options):
        done = cilint("check", *HOUSE, "--format", "json", *options, files=FILES)
        return [one["rule"] for one in json.loads(done.out)["findings"]]

    assert rules("--select", "stage-known") == ["stage-known"]
    assert rules("--ignore", "stage-known") == ["image-private"]
    assert rules("--select", "policy") == ["stage-known", "image-private"]
    assert rules("--select=stage-known,image-private", "--ignore=stage-known") == ["image-private"]


def test_standard_input(cilint):
    done = cilint(
        "check",
        *HOUSE,
        "-",
        "--stdin-filename",
        "sub/x.yml",
        stdin=b"include: /ci/base.yml\na:\n  extends: .base\n  script: x\n",
        files=FILES,
    )
    assert done.out.startswith("ci/base.yml:2:10: error[image-private]")


def test_paths_are_those_of_the_reader(cilint, folder):
    cilint(files=FILES)
    done = cilint("check", "--policy", "../policy", cwd=folder / "ci")
    assert "\nbase.yml:2:10" in done.out
    assert "../.gitlab-ci.yml:9:10" in done.out


def test_a_folder_stands_for_its_pipeline(cilint):
    files = {f"sub/{name}": text for name, text in CLEAN.items()}
    assert cilint("check", *HOUSE, "sub", files=files).status == 0


def test_one_include_of_two_files_is_told_once(cilint):
    files = {**FILES, "other.yml": "include: ci/base.yml\nthird: {extends: .base, script: x}\n"}
    data = json.loads(cilint("check", *HOUSE, "--format=json", "other.yml", ".gitlab-ci.yml", files=files).out)
    [image] = [one for one in data["findings"] if one["rule"] == "image-private"]
    assert image["jobs"] == ["third", "build", "odd"]


def test_several_formats_in_one_run(cilint, folder):
    done = cilint(
        "check", *HOUSE, "--output", "json=out/a.json", "--output=full=a.txt", "--format=concise", files=FILES
    )
    assert done.out.count("\n") == 3
    assert len(json.loads((folder / "out" / "a.json").read_text())["findings"]) == 2
    assert (folder / "a.txt").read_text().splitlines()[:-1] == FULL.splitlines()[:-1]


@pytest.mark.parametrize(
    ("arguments", "message", "help"),
    [
        (["check", "nope.yml"], "cannot read nope.yml: No such file or directory", "name a file"),
        (["check", "--select", "image-privat"], "no such rule or pack: image-privat", "did you mean image-private?"),
        (["check", "--policy", "nope"], "no pack of rules: nope", "built in are"),
        (["check", "--output", "jsn=x"], "there is no format jsn", "did you mean `json`?"),
        (["check", "--output", "json"], "no file is named", "--output json=report.json"),
        (["check", "--settings", "nope.yaml"], "cannot read settings nope.yaml", ""),
        (["check", "--baseline", "nope.json"], "cannot read the baseline nope.json", "`cilint baseline` writes it"),
        (["check", "--fix", "-"], "standard input cannot be mended", ""),
        (["check", "--frmat"], "No such option", "`cilint check --help`"),
        (["check", "--fail-on", "x"], "Invalid value for '--fail-on'", "`cilint check --help`"),
        (["chek"], "no such command: chek", "did you mean `cilint check`?"),
        (["x\x1b[31m"], "no such command: x\\x1b[31m", "`cilint --help`"),
    ],
)
def test_a_wrong_call_is_told_in_a_sentence(cilint, arguments, message, help):
    if arguments[0] == "check" and "--policy" not in arguments:
        arguments = [*arguments, *HOUSE]
    done = cilint(*arguments, files=CLEAN)
    assert (done.status, done.out) == (2, "")
    lines = done.err.splitlines()
    assert lines[0].startswith("cilint: error: ")
    assert message in lines[0]
    assert help in done.err
    assert len(lines) <= 2


def test_nothing_to_check_is_no_success(cilint):
    done = cilint("check", *HOUSE)
    assert done.status == 2
    assert "there is no .gitlab-ci.yml in" in done.err


def test_a_reader_that_leaves_is_no_fault(cilint, folder):
    jobs = "".join(f"job{n}:\n  image: node:{n}\n  script: [x]\n" for n in range(3000))
    cilint(files={".gitlab-ci.yml": jobs})
    command = [CILINT, "check", *HOUSE, "--format", "full"]
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        process.stdout.read(10)
        process.stdout.close()
        assert process.stderr.read() == b""


def test_version_and_help(cilint):
    assert cilint("--version").out == "cilint 0.1.0\n"
    assert "check" in cilint("--help").out
    assert "check" in cilint().out
    assert "--output" in cilint("check", "--help").out


def test_the_two_roads_into_check_give_the_same(cilint):
    fast = cilint("check", *HOUSE, "--format=json", files=FILES)
    slow = cilint("check", *HOUSE, "--format=json", "--", ".gitlab-ci.yml")
    assert (fast.out, fast.status) == (slow.out, slow.status)


def test_a_checked_file_is_not_written_over(tmp_path):
    (tmp_path / ".gitlab-ci.yml").write_text("a: {script: [x]}\n")
    command = [sys.executable, "-m", "cilint", "check", "--output", "json=.gitlab-ci.yml"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "not written over" in done.stderr
    assert (tmp_path / ".gitlab-ci.yml").read_text() == "a: {script: [x]}\n"


@pytest.mark.parametrize(
    ("outputs", "complaint"),
    [
        (
            ["json=a.json", "sarif=./a.json"],
            "--output sarif=./a.json: --output json=a.json writes to that file already",
        ),
        (["json=a.json", "json=a.json"], "--output json=a.json: --output json=a.json writes to that file already"),
        (["json=-"], "--output json=-: standard output takes one format alone"),
        (["json=/dev/stdout"], "--output json=/dev/stdout: standard output takes one format alone"),
        (["json="], "--output json=: no file is named"),
        (["jsn=a"], "--output jsn=a: there is no format jsn"),
    ],
)
def test_outputs_that_cannot_be_are_refused_before_the_work(cilint, folder, outputs, complaint):
    done = cilint("check", *HOUSE, *[f"--output={one}" for one in outputs], files={".gitlab-ci.yml": BAD})
    assert (done.status, done.out) == (2, "")
    assert done.err.startswith(f"cilint: error: {complaint}\n  help: ")
    assert not (folder / "a.json").exists()


def test_no_output_is_written_when_one_would_write_over_what_was_checked(cilint, folder):
    done = cilint(
        "check", *HOUSE, "--output=json=a.json", "--output=sarif=./.gitlab-ci.yml", files={".gitlab-ci.yml": BAD}
    )
    assert (done.status, done.out) == (2, "")
    assert done.err.startswith("cilint: error: ./.gitlab-ci.yml is a file that was checked: it is not written over\n")
    assert not (folder / "a.json").exists()
    assert (folder / ".gitlab-ci.yml").read_text() == BAD


def test_an_output_makes_its_folder_and_goes_beside_statistics_too(cilint, folder):
    done = cilint("check", *HOUSE, "--statistics", "--output=json=made/for/it.json", files={".gitlab-ci.yml": BAD})
    assert done.status == 1
    assert done.out.split()[1:3] == ["error", "image-private"]
    assert json.loads((folder / "made" / "for" / "it.json").read_text())["summary"]["error"]


@pytest.mark.parametrize("command", ["check", "rules", "--version", "resolve", "check --help", "report"])
@pytest.mark.parametrize(
    ("redirect", "why"),
    [(">/dev/full", "No space left on device"), (">&-", "it is closed")],
)
def test_standard_output_that_takes_nothing_is_told_in_one_line(folder, command, redirect, why):
    (folder / ".gitlab-ci.yml").write_text("a:\n  script: [x]\n")
    words = ["sh", "-c", f"'{CILINT}' {command} {redirect}"]
    done = subprocess.run(words, cwd=folder, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (2, f"cilint: error: cannot write to standard output: {why}\n")


@pytest.mark.parametrize("command", ["check", "rules", "rules --format json", "resolve"])
def test_a_reader_that_has_gone_is_no_news(folder, command):
    (folder / ".gitlab-ci.yml").write_text("a:\n  script: [x]\n")
    words = ["bash", "-c", f"'{CILINT}' {command} | true; exit ${{PIPESTATUS[0]}}"]
    done = subprocess.run(words, cwd=folder, capture_output=True, text=True, check=False)
    assert done.stderr == ""
    assert done.returncode in (0, 1, 2)


@pytest.mark.parametrize("redirect", ["2>/dev/full", "2>&-", ">/dev/full 2>/dev/full"])
def test_where_nobody_can_be_told_the_exit_status_says_it(folder, redirect):
    done = subprocess.run(["sh", "-c", f"'{CILINT}' check nope.yml {redirect}"], cwd=folder, check=False)
    assert done.returncode == 2
