"""Globs are Ruby's: a table, and Ruby itself where it is installed."""

from __future__ import annotations

import json
import subprocess
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cilint.notation.globs import MAX_ALTERNATIVES, fnmatch

ROWS = [
    ("Dockerfile", "Dockerfile", True), ("Dockerfile", "svc/Dockerfile", False), ("DOCKERFILE", "Dockerfile", False),
    ("*.md", "README.md", True), ("*.md", "docs/README.md", False), ("**/*.md", "README.md", True),
    ("**/*.md", "a/b/c.md", True), ("docs/**/*", "docs/x/y.txt", True), ("docs/**/*", "docs/x", True),
    ("docs/**", "docs/x", True), ("docs/**", "docs/x/y", False), ("docs/", "docs/a", False), ("docs", "docs/a", False),
    ("src/*.{rb,py}", "src/a.py", True), ("src/*.{rb,py}", "src/a.js", False), ("{a,b/{c,d}}/*", "b/d/x", True),
    ("**/*", ".hidden/x", True), ("*", ".env", True), ("file?.txt", "file1.txt", True), ("file?.txt", "file/.txt", False),
    ("**Dockerfile", "a/Dockerfile", False), ("src/**.go", "src/a/b.go", False), ("[!a]x", "bx", True), ("[!a]x", "ax", False),
    ("[^a]x", "bx", True), ("[a-c]", "b", True), ("[z-a]", "z", True), ("[z-a]", "m", False), ("[]", "]", False),
    ("[a", "a", False), ("{a", "{a", False), ("\\*", "*", True), ("\\*", "x", False), ("a[/]b", "a/b", False),
    ("/a", "a", False), ("./a", "a", False), ("é*", "éa", True), ("**/**/x", "x", True), ("a/**/b", "a/b", True),
]  # fmt: skip


@pytest.mark.parametrize(("glob", "path", "fits"), ROWS)
def test_rows(glob, path, fits):
    assert fnmatch(glob, path) is fits


RUBY = """
flags = File::FNM_PATHNAME | File::FNM_DOTMATCH | File::FNM_EXTGLOB
puts JSON.dump(JSON.parse(STDIN.read).map { |glob, path| File.fnmatch?(glob, path, flags) })
"""
GLOBS = st.lists(st.text("ab/*?[]{},\\!-^.é", max_size=10) | st.sampled_from(["**/", "*", "/"]), max_size=4).map(
    "".join
)
PATHS = st.text("ab/.é-],\\", max_size=8)


@settings(max_examples=5, deadline=None)
@given(st.lists(st.tuples(GLOBS, PATHS), min_size=200, max_size=400))
def test_agrees_with_ruby(tool, pairs):
    ruby = tool("ruby")
    pairs += [(glob, path) for glob, path, _ in ROWS]
    done = subprocess.run(
        [ruby, "-rjson", "-e", RUBY], input=json.dumps(pairs), capture_output=True, text=True, check=True
    )
    verdicts = json.loads(done.stdout)
    assert [(g, p, fnmatch(g, p)) for g, p in pairs] == [(g, p, v) for (g, p), v in zip(pairs, verdicts, strict=True)]


def test_hostile_globs_cost_little():
    start = time.process_time()
    assert not fnmatch("*a" * 200 + "b", "a" * 4000)
    assert not fnmatch("**/*a/" * 60 + "b", "a/" * 1500)
    assert not fnmatch("{a,b}" * 40, "a" * 40)  # 2 to the 40 alternatives: given up
    assert not fnmatch("{" * 5000, "a")
    assert not fnmatch("[" * 5000, "a")
    assert fnmatch("{" + ",".join(map(str, range(MAX_ALTERNATIVES))) + "}", "77")
    assert time.process_time() - start < 2
