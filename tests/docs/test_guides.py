"""The guides are true: their files are written, their commands run in order, and the output is what they show.

A block whose first line names a path is a file; a `console` block is a session. `python tests/docs/test_guides.py` writes
the output of today into the guides.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
GUIDES = [
    ROOT / "docs" / name
    for name in (
        "writing-rules.md",
        "suppressions.md",
        "gitlab.md",
        "settings.md",
        "fixes.md",
        "shell.md",
        "report.md",
        "waivers.md",
        "python.md",
    )
]
BLOCK = re.compile(r"^```(\w+)(?: (\S+))?\n(.*?)^```$", re.M | re.S)


def play(guide, folder):
    """The sessions of a guide as (shown, real), played in a folder."""
    (folder / ".git").mkdir()
    shutil.copytree(ROOT / "templates", folder / "templates")
    environment = {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "HOME": str(folder),
        "PYTHONUTF8": "1",
        "XDG_CACHE_HOME": os.environ.get("XDG_CACHE_HOME", str(Path.home() / ".cache")),
    }
    for language, path, body in BLOCK.findall(guide.read_text("utf-8")):
        if path:
            if path.startswith("cilint/") and not (folder / "cilint").exists():  # a part of the program: use a copy
                shutil.copytree(ROOT / "cilint", folder / "cilint", ignore=shutil.ignore_patterns("__pycache__"))
                shutil.copytree(ROOT / "rules", folder / "rules")
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(body, "utf-8")
        elif language == "console":
            out = []
            for command in re.findall(r"^\$ (.+)$", body, re.M):
                done = subprocess.run(
                    command, shell=True, cwd=folder, env=environment, text=True, check=False,
                    stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                )  # fmt: skip
                out.append(f"$ {command}\n{done.stdout}")
            yield body, "".join(out)


def counted(text):
    """The text without how many rules there are, which every new one changes, and without how long tests take."""
    return re.sub(r"passed in [\d.]+s", "passed in Ns", re.sub(r"\d+ rules", "N rules", text))


def cut(real, shown):
    """The real output, cut where the guide shows only its beginning."""
    lines = shown.count("\n")
    return "".join(real.splitlines(keepends=True)[:lines]) if real.startswith("$ cilint new") else real


@pytest.mark.parametrize("guide", GUIDES, ids=lambda guide: guide.stem)
def test_the_guide_shows_what_happens(guide, tmp_path):
    sessions = list(play(guide, tmp_path))
    assert sessions
    for shown, real in sessions:
        assert counted(cut(real, shown)) == counted(shown)


def test_every_guide_is_played():
    # These hold no session.
    others = {"README.md", "design.md", "gates.md", "vendored-includes.md", "words.md", "requirements.md"}
    for page in (ROOT / "docs").glob("*.md"):
        assert page in GUIDES or (page.name in others and "```console" not in page.read_text("utf-8"))


if __name__ == "__main__":
    for guide in GUIDES:
        text = guide.read_text("utf-8")
        with tempfile.TemporaryDirectory() as folder:
            for shown, real in play(guide, Path(folder)):
                if counted(cut(real, shown)) != counted(shown):
                    text = text.replace(shown, cut(real, shown))
        guide.write_text(text, "utf-8")
