"""Edits by span: only the edited stretches change; what must not be touched is not."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from cilint.compose.fetch import Project
from cilint.errors import UnreadableError
from cilint.finding import Edit, Finding
from cilint.fix.edits import by_file, chosen, edited
from cilint.fix.mend import Draft, mend
from cilint.fix.write import write
from cilint.source import Source
from cilint.span import Span
from cilint.tree.documents import read


def span(source, word):
    at = source.text.index(word)
    before = source.text[:at].replace("\r\n", "\n")
    line, column = before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1
    return Span(source, line, column, line, column + len(word))


def edit(source, word, new, *, safe=True):
    return Edit(span(source, word), new, safe=safe)


def finding(*edits):
    return Finding("r", "m", edits[0].span, edits=edits)


TEXT = "# top\na:  # keep\n  image: 'node'   # and this\n  key: |\n    x  # y\n"


def test_comments_quotes_and_blanks_stay():
    source = Source("ci.yml", TEXT)
    assert edited(source, [edit(source, "node", "node:22"), edit(source, "key", "script")]) == TEXT.replace(
        "node", "node:22"
    ).replace("key", "script")


def test_windows_line_breaks_stay():
    source = Source("ci.yml", "a:\r\n  b: 1\r\n")
    assert edited(source, [edit(source, "1", "1\n  c: 2")]) == "a:\r\n  b: 1\r\n  c: 2\r\n"


def test_an_edit_past_the_last_line_appends():
    source = Source("ci.yml", "a: 1\n")
    assert edited(source, [Edit(Span(source, 2, 1, 2, 1), "b: 2\n")]) == "a: 1\nb: 2\n"


def test_overlapping_fixes_wait_for_the_next_round():
    source = Source("ci.yml", "a: node:latest\n")
    found = [finding(edit(source, "node:latest", "x")), finding(edit(source, "latest", "22"))]
    assert chosen(found, unsafe=False) == found[:1]


def test_unsafe_fixes_are_asked_for():
    source = Source("ci.yml", "a: 1\n")
    found = [finding(edit(source, "1", "2", safe=False))]
    assert chosen(found, unsafe=False) == []
    assert "ci.yml" in by_file(chosen(found, unsafe=True))


def test_settled_findings_are_not_mended():
    source = Source("ci.yml", "a: 1\n")
    one = finding(edit(source, "1", "2"))
    one.status = "suppressed"
    assert chosen([one], unsafe=False) == []


@pytest.fixture
def repository(tmp_path):
    root = tmp_path / "repo"
    root.mkdir()
    (root / "ci.yml").write_text("a: 1\n")
    (tmp_path / "outside.yml").write_text("a: 1\n")
    (root / "link.yml").symlink_to(tmp_path / "outside.yml")
    return root


def drafted(repository, path, text="a: 1\n", new="2", reached="entry"):
    """What mending the one fault of a file gives; the file must be readable and without the fault to be mended."""
    entry = Source(path, text, reached)

    def judge(source, project):
        del project
        if source.text == text:
            return [finding(edit(source, "1", new))]
        return read(source).findings

    draft = Draft()
    mend(draft, entry, Project(str(repository)), judge, unsafe=False)
    return list(draft.changes.values())


def mended(*arguments, **named):
    return [(change.path, change.text) for change in drafted(*arguments, **named)]


def test_a_file_of_the_repository_is_mended(repository):
    assert mended(repository, "ci.yml") == [(str(repository / "ci.yml"), "a: 2\n")]


@pytest.mark.parametrize("path", ["link.yml", "../outside.yml", "gone.yml", "/etc/hostname"])
def test_nothing_outside_is_mended(repository, path):
    assert mended(repository, path) == []


def test_files_of_others_are_not_mended(repository):
    assert mended(repository, "ci.yml", reached="include project a/b@v1") == []


def test_a_file_that_has_changed_since_is_left_alone(repository):
    assert mended(repository, "ci.yml", text="a: 1 \n") == []


def test_a_file_that_is_not_utf_8_is_left_alone(repository):
    (repository / "ci.yml").write_bytes(b"a: 1\n# \xff\n")
    assert mended(repository, "ci.yml", text="a: 1\n# \ufffd\n") == []


def test_an_edit_that_breaks_the_file_is_not_made(repository):
    assert mended(repository, "ci.yml", new="[") == []


def test_a_diff_is_one_that_git_takes(repository):
    [change] = drafted(repository, "ci.yml")
    assert change.diff() == "--- a/ci.yml\n+++ b/ci.yml\n@@ -1 +1 @@\n-a: 1\n+a: 2\n"


def test_an_edit_that_does_not_remove_its_finding_is_refused_alone(repository):
    def judge(source, project):
        del project
        found = [finding(edit(source, "1", "2"))] if "1" in source.text else []
        word = "a" if "a" in source.text else "b"
        return [*found, finding(edit(source, word, "b"))]

    draft = Draft()
    [left] = mend(draft, Source("ci.yml", "a: 1\n"), Project(str(repository)), judge, unsafe=False)
    assert left.edits[0].replacement == "b"
    assert [change.text for change in draft.changes.values()] == ["a: 2\n"]


def test_a_read_only_file_is_left_as_it_is(tmp_path):
    path = tmp_path / "x.yml"
    path.write_text("old")
    path.chmod(0o444)
    with pytest.raises(UnreadableError, match=r"cannot write .*x\.yml: it is read-only"):
        write(str(path), "new")
    assert path.read_text() == "old"
    assert os.listdir(tmp_path) == ["x.yml"]


def test_writing_keeps_the_mode_and_leaves_nothing_behind(tmp_path):
    path = tmp_path / "x.yml"
    path.write_text("old")
    path.chmod(0o640)
    write(str(path), "new")
    assert path.read_text() == "new"
    assert path.stat().st_mode & 0o777 == 0o640
    assert os.listdir(tmp_path) == ["x.yml"]


def test_writing_makes_folders_and_says_what_cannot_be(tmp_path):
    write(str(tmp_path / "a" / "b.txt"), "x")
    assert (tmp_path / "a" / "b.txt").read_text() == "x"
    with pytest.raises(UnreadableError, match="cannot write"):
        write(str(tmp_path / "a" / "b.txt" / "c"), "x")


_KILLED = """
import os, sys
from cilint.fix import write
os.replace = lambda *paths: os._exit(9)
write.write(sys.argv[1], "new")
"""


def test_a_run_that_is_killed_leaves_the_file_whole_and_the_next_one_tidies_up(tmp_path):
    path = tmp_path / ".gitlab-ci.yml"
    path.write_text("old")
    killed = subprocess.run([sys.executable, "-c", _KILLED, str(path)], check=False)
    assert killed.returncode == 9
    assert path.read_text() == "old"
    assert [name for name in os.listdir(tmp_path) if name.endswith((".yml", ".yaml"))] == [".gitlab-ci.yml"]
    write(str(path), "new")
    assert os.listdir(tmp_path) == [".gitlab-ci.yml"]
    assert path.read_text() == "new"
