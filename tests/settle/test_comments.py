"""Comments that ignore rules: what they cover, and what is said about comments that are wrong."""

from __future__ import annotations

import json

import pytest

from cilint.cli import main
from cilint.finding import Finding
from cilint.settle.comments import settle, unused
from cilint.source import Source
from cilint.span import Span
from cilint.tree.documents import read

TODAY = "2026-06-15"
KNOWN = ("image-unpinned", "script-too-long")


def run(text, *marks, rule="image-unpinned", jobs=(), required=(), reached="entry", **options):
    """Settle one finding at each of some words; (findings, faults, unused)."""
    source = Source(".gitlab-ci.yml", text, reached)
    findings = []
    for mark in marks:
        before = text[: text.index(mark)]
        line, column = before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1
        findings.append(Finding(rule, "bad", Span(source, line, column, line, column + len(mark)), jobs=jobs))
    reading = read(source)
    assert not reading.findings
    ignores, faults = settle(findings, [reading], required, TODAY, **options)
    return findings, faults + unused(ignores, KNOWN, KNOWN, {"security"}, TODAY)


def statuses(text, *marks, **options):
    findings, faults = run(text, *marks, **options)
    return [finding.status for finding in findings], [fault.rule for fault in faults]


IGNORE = "# cilint: ignore[image-unpinned] mirrored"


@pytest.mark.parametrize(
    "text",
    [
        f"a:\n  image: X  {IGNORE}\n",
        f"a:\n  {IGNORE}\n  image: X\n",
        f"{IGNORE}\na:\n  image: X\n",
        f"a:  {IGNORE}\n  image: X\n",
        f"a:\n  {IGNORE}\n\n  # another comment\n  image: X\n",
        f"a:\n  image:  {IGNORE}\n    name: X\n",
        f"a:\n  rules:\n    {IGNORE}\n    - if: $A\n      when: X\n",
        f"a:\n  script:\n    - b\n    - X  {IGNORE}\n",
        f"a:\n  script:\n    - |\n      b\n      X  {IGNORE}\n",
        f"a:\n  script:  {IGNORE}\n    - |\n      b\n      X\n",
        "a:\n  image: X  # see below, cilint: no\n  # cilint: ignore[image-unpinned] why\n".replace("X  #", "Y  #")
        + "  services: [X]\n",
        "a:\n  image: X  # cilint: ignore[script-too-long,image-unpinned] why\n",
        "a:\r\n  image: X  # cilint: ignore[image-unpinned] why\r\n",
        "a:\n  image: X  #cilint:ignore[image-unpinned] why\n",
        f"a:\n  image: X  # renovate: datasource=docker {IGNORE}\n",
        f"a:\n  # renovate: datasource=docker {IGNORE}\n  image: X\n",
    ],
)
def test_what_a_comment_covers(text):
    status, faults = statuses(text, "X")
    assert status == ["suppressed"]
    assert [fault for fault in faults if fault != "unused-suppression"] == []


@pytest.mark.parametrize(
    "text",
    [
        f"a:\n  script: b  {IGNORE}\n  image: X\n",
        f"a:\n  image: X\nb:  {IGNORE}\n  image: Y\n",
        f"a:\n  {IGNORE}\n  script: b\n  image: X\n",
        f"a:\n  rules:\n    {IGNORE}\n    - if: $A\n    - when: X\n",
        "a:\n  image: X\n  variables: {A: '# cilint: ignore[image-unpinned] why'}\n",
        'a:\n  image: "X # cilint: ignore[image-unpinned] why"\n',
    ],
)
def test_what_a_comment_does_not_cover(text):
    assert statuses(text, "X")[0] == ["open"]


def test_the_reason_is_kept():
    findings, _ = run("a:\n  image: X  # cilint: ignore[image-unpinned] vendor ships no tags (until 2026-12-31)\n", "X")
    assert findings[0].reason == "vendor ships no tags"


def test_a_comment_on_a_job_covers_what_it_inherits():
    text = f".base:\n  image: X\na:  {IGNORE}\n  extends: .base\nb:\n  extends: .base\n"
    findings, faults = run(text, "X", jobs=("a", "b"))
    assert findings[0].status == "open"
    assert findings[0].jobs == ("b",)
    assert faults == []
    findings, _ = run(text, "X", jobs=("a",))
    assert findings[0].status == "suppressed"


def test_a_comment_of_an_included_project_rules_only_nothing():
    assert statuses(f"a:\n  image: X  {IGNORE}\n", "X", reached="include project a/b@v1") == (["open"], [])


def test_required_rules_stay():
    text = f"a:\n  image: X  {IGNORE}\n"
    assert statuses(text, "X", required={"image-unpinned"}) == (["open"], ["suppression-refused"])


@pytest.mark.parametrize(
    ("comment", "status", "fault"),
    [
        ("# cilint: ignore[image-unpinned]", "suppressed", "suppression-reason"),
        ("# cilint: ignore[image-unpined] why", "open", "suppression-unknown-rule"),
        ("# cilint: ignore", "open", "suppression-malformed"),
        ("# cilint: ignore[] why", "open", "suppression-malformed"),
        ("# cilint: disable=image-unpinned", "open", "suppression-malformed"),
        ("# cilint: ignore[image-unpinned] why until 2026-06-14", "open", "suppression-expired"),
        ("# cilint: ignore[image-unpinned] why until 2026-02-30", "open", "suppression-malformed"),
        ("# cilint: ignore[image-unpinned] why until tomorrow", "open", "suppression-malformed"),
        ("# cilint: ignore[image-unpinned] why (until 31.12.2026)", "open", "suppression-malformed"),
        ("# cilint: ignore[image-unpinned] why until 2026-12-31T00:00", "open", "suppression-malformed"),
        ("# cilint: ignore[image-unpinned] why until 2026-12-311", "open", "suppression-malformed"),
        ("# cilint: ignore[image-unpinned] why until 2026/12/31", "open", "suppression-malformed"),
        ("# cilint: ignore[image-unpinned] why until", "open", "suppression-malformed"),
        ("# cilint: ignore[image-unpinned] until the move", "open", "suppression-malformed"),
        ("# cilint: ignore[image-unpinned] until 2026-12-31 or until 2027-12-31", "open", "suppression-malformed"),
        ("# cilint: ignore[image-unpinned] until 2026-12-31, until 2027-2-3", "open", "suppression-malformed"),
        ("# cilint: ignore[security] why", "open", "suppression-unknown-rule"),
        ("# cilint: ignore[script-too-long] why", "open", "unused-suppression"),
    ],
)
def test_comments_that_are_wrong(comment, status, fault):
    got, faults = statuses(f"a:\n  image: X  {comment}\n", "X")
    assert (got, faults[0]) == ([status], fault)


@pytest.mark.parametrize(
    "comment",
    [
        "CILINT: IGNORE[image-unpinned] why", "Cilint: ignore[image-unpinned] why", "cilint ignore[image-unpinned] why",
        "cilint-ignore[image-unpinned]", "ci-lint: ignore[image-unpinned] why", "cilint; ignore [image-unpinned] why",
        "cilint ignore image-unpinned", "cilint-disable image-unpinned", "CILINT:disable=image-unpinned",
        "cilint ignore: image-unpined", "cilint[image-unpinned] why", "cilint skip(image-unpinned)",
        "# cilint: ignore[image-unpinned] why", "by ops # CILINT: ignore[image-unpinned] why", "CILINT IGNORE[a, b]",
    ],
)  # fmt: skip
@pytest.mark.parametrize("shape", ["a:\n  image: X  # {}\n", "a:\n  # {}\n  image: X\n"])
def test_a_comment_that_is_nearly_right_is_told(comment, shape):
    findings, faults = run(shape.format(comment), "X", known=KNOWN)
    assert (findings[0].status, [fault.rule for fault in faults]) == ("open", ["suppression-malformed"])
    assert "`# cilint: ignore[" in faults[0].message


def test_a_comment_that_is_nearly_right_is_told_inside_a_script():
    text = (
        "a:\n  script:\n    - |\n      # CILINT: ignore[image-unpinned] why\n      X # cilint ignore[image-unpinned]\n"
    )
    assert [fault.span.line for fault in run(text, known=KNOWN)[1]] == [4, 5]


@pytest.mark.parametrize(
    "comment",
    [
        "cilint ignores this file", "Cilint: runs in the lint stage", "CILINT is the linter", "cilint, see docs",
        "run cilint ignore[image-unpinned] by hand", "see cilint-ignore in the wiki", "CI Lint skips (most of) this",
        "cilint ignore list: docs/lint.md", "write `# cilint: ignore[rule] reason`", "ci-lint (image-unpinned)",
        "cilint [docs/lint.md]", "cilint disabled: too slow", "checked by cilint: image-unpinned", "cilint image-unpinned",
        "cilint disable pre-commit hooks", "cilint allows image-unpined",
    ],
)  # fmt: skip
def test_prose_about_cilint_is_let_be(comment):
    text = f"a:\n  image: X  # {comment}\n  # {comment}\n  services: [x]\n  script: ['# {comment.upper()}']\n"
    assert run(text, "X", known=KNOWN)[1] == []


def test_one_comment_is_told_once():
    text = "a:\n  image: X  # cilint: ignore # CILINT: ignore[image-unpinned] # Cilint: ignore[image-unpinned]\n"
    assert len(run(text, known=KNOWN)[1]) == 1


def test_a_comment_behind_another_goes_alone():
    text = "a:\n  # renovate: x # cilint: ignore[image-unpinned] why\n  image: X\n"
    _, [fault] = run(text)
    assert [(edit.span.text, edit.replacement) for edit in fault.edits] == [
        (" # cilint: ignore[image-unpinned] why", "")
    ]


def test_the_last_day_still_counts():
    assert statuses(f"a:\n  image: X  {IGNORE} until {TODAY}\n", "X") == (["suppressed"], [])


def test_a_reason_can_be_demanded():
    text = "a:\n  image: X  # cilint: ignore[image-unpinned]\n"
    assert statuses(text, "X", require_reason=True) == (["open"], ["suppression-reason"])


def test_the_nearest_rule_is_named():
    _, faults = run("a: 1  # cilint: ignore[image-unpined] why\n")
    assert "image-unpinned" in faults[0].message


@pytest.mark.parametrize(
    ("end", "reason"),
    [
        ("why until 2026-12-31", "why"), ("why (until 2026-12-31)", "why"), ("why, until: 2026-12-31.", "why"),
        ("Until 2026-12-31: why", "why"), ("until the move until 2026-12-31", "until the move"),
        ("why until 2026-12-31 # until tomorrow", "why"), ("untilted", "untilted"),
    ],
)  # fmt: skip
def test_an_end_that_is_a_day_is_heeded(end, reason):
    findings, faults = run(f"a:\n  image: X  # cilint: ignore[image-unpinned] {end}\n", "X")
    assert (findings[0].status, findings[0].reason, [fault.rule for fault in faults]) == ("suppressed", reason, [])


def in_script(folder, script, capsys):
    """What `check` says of a job that calls a script."""
    (folder / ".gitlab-ci.yml").write_text("build:\n  script: [./get.sh]\n", "utf-8")
    (folder / "get.sh").write_text(script, "utf-8")
    (folder / "get.sh").chmod(0o755)
    main(["check", "--policy", "security", str(folder / ".gitlab-ci.yml"), "--format", "json"])
    found = json.loads(capsys.readouterr().out)["findings"]
    return [(each["rule"], each["status"], each["location"]["line"]) for each in found]


@pytest.mark.parametrize(
    "script",
    [
        "curl https://a.example/b | bash # cilint: ignore[pipe-to-shell] signed\n",
        "# cilint: ignore[pipe-to-shell] signed\ncurl https://a.example/b | bash\n",
    ],
)
def test_a_comment_counts_in_a_script_file(script, tmp_path, capsys):
    assert [found[:2] for found in in_script(tmp_path, script, capsys)] == [("pipe-to-shell", "suppressed")]


def test_comments_in_script_files_are_told_off_like_others(tmp_path, capsys):
    script = "make # cilint: ignore[pipe-to-shell] signed\n# cilint: disable=pipe-to-shell\ncurl https://a.example/b | bash\n"
    assert sorted(in_script(tmp_path, script, capsys)) == [
        ("pipe-to-shell", "open", 3),
        ("suppression-malformed", "open", 2),
        ("unused-suppression", "open", 1),
    ]


def test_a_comment_is_not_taken_out_of_a_script_unasked(tmp_path, capsys):
    script = "cat > lib.sh <<'EOF'\nmake # cilint: ignore[pipe-to-shell] signed\nEOF\n"
    in_script(tmp_path, script, capsys)
    main(["check", "--policy", "security", str(tmp_path / ".gitlab-ci.yml"), "--fix"])
    assert (tmp_path / "get.sh").read_text("utf-8") == script
