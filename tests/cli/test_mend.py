"""`--fix` and `--diff`: what they write, what they say, when they stop."""

from __future__ import annotations

import pytest

from cilint.check import check as real_check
from cilint.cli import _lint, main
from cilint.finding import Edit, Finding
from cilint.span import Span

TEXT = "# top\na:\n  image: node  # keep\n  script: [x]\n  tags: ['old']\n"


@pytest.fixture
def repository(tmp_path, monkeypatch):
    """A folder with a pipeline, and a check that finds two mendable faults in it, one of them unsafe to mend."""
    (tmp_path / ".git").mkdir()
    (tmp_path / ".gitlab-ci.yml").write_text(TEXT)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))

    def check(entry, project, rules, *more, **told):
        checked = real_check(entry, project, rules, *more, **told)
        for number, line in enumerate(entry.lines, 1):
            for word, better, safe in (("node", "$CI_REGISTRY/nodes", True), ("old", "new", False)):
                if f" {word}" in line or f"'{word}" in line:
                    span = Span(entry, number, line.index(word) + 1, number, line.index(word) + 1 + len(word))
                    found = Finding("r", "m", span, severity="error", edits=[Edit(span, better, safe=safe)])
                    checked.findings.append(found)
        return checked

    monkeypatch.setattr(_lint, "check", check)
    return tmp_path / ".gitlab-ci.yml"


CALL = ["check", "--policy", "cilint", "--select", "cilint"]


def test_safe_fixes_are_made_and_told(repository, capsys):
    assert main([*CALL, "--fix"]) == 1  # what only an unsafe fix mends is still there
    assert repository.read_text() == TEXT.replace("node ", "$CI_REGISTRY/nodes ")
    assert capsys.readouterr().err == "mended .gitlab-ci.yml\n"


def test_unsafe_fixes_are_made_when_asked_for(repository):
    assert main([*CALL, "--fix", "--unsafe-fixes"]) == 0
    assert repository.read_text() == TEXT.replace("node ", "$CI_REGISTRY/nodes ").replace("old", "new")


def test_a_diff_changes_nothing(repository, capfdbinary):
    assert main([*CALL, "--diff", "--color", "never"]) == 1
    assert repository.read_text() == TEXT
    assert capfdbinary.readouterr().out.decode() == (
        "--- a/.gitlab-ci.yml\n+++ b/.gitlab-ci.yml\n@@ -1,5 +1,5 @@\n # top\n a:\n-  image: node  # keep\n"
        "+  image: $CI_REGISTRY/nodes  # keep\n   script: [x]\n   tags: ['old']\n"
    )


def test_fixes_that_bring_other_findings_are_refused_and_told(repository, monkeypatch, capsys):
    def check(entry, project, rules, *more, **told):
        checked = real_check(entry, project, rules, *more, **told)
        word, other = ("node", "ruby") if "node" in entry.text else ("ruby", "node")
        column = entry.line(3).index(word) + 1
        span = Span(entry, 3, column, 3, column + 4)
        checked.findings.append(Finding("r", "m", span, severity="error", edits=[Edit(span, other)]))
        return checked

    monkeypatch.setattr(_lint, "check", check)
    assert main([*CALL, "--fix"]) == 1
    assert repository.read_text() == TEXT
    assert "not mended .gitlab-ci.yml:3:10: r: its fix would bring other findings\n" in capsys.readouterr().err


def test_a_read_only_file_ends_the_run_before_anything_is_written(repository, capsys):
    repository.chmod(0o444)
    assert main([*CALL, "--fix"]) == 2
    assert repository.read_text() == TEXT
    assert "cannot write .gitlab-ci.yml: it is read-only" in capsys.readouterr().err


def test_what_is_saved_while_fixes_are_tried_is_not_written_over(repository, monkeypatch, capsys):
    theirs = TEXT + "b:\n  script: [y]\n"
    calls = []

    def check(entry, *more, judge=_lint.check, **told):
        if calls:
            repository.write_text(theirs)
        calls.append(entry)
        return judge(entry, *more, **told)

    monkeypatch.setattr(_lint, "check", check)
    assert main([*CALL, "--fix"]) == 2
    assert repository.read_text() == theirs
    assert ".gitlab-ci.yml was changed while its fixes were tried" in capsys.readouterr().err


def test_a_diff_that_git_does_not_take_says_so(repository, capsys):
    repository.write_text(TEXT.replace("keep", "keep \N{RIGHT-TO-LEFT OVERRIDE}"))
    assert main([*CALL, "--diff", "--color", "always"]) == 1
    assert "git takes no such diff" in capsys.readouterr().err
    repository.write_text(TEXT)
    assert main([*CALL, "--diff", "--color", "always"]) == 1
    assert capsys.readouterr().err == "--fix would change 1 file\n"
