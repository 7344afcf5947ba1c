"""The committed pages are what `make docs` writes, every rule has one, and every link on them leads somewhere."""

from __future__ import annotations

import importlib.util
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
CILINT = Path(sys.executable).with_name("cilint")
PAGES = sorted([*DOCS.rglob("*.md"), ROOT / "README.md"])
SKELETON = ["What", "Why", "Fix", "Silence", "Related"]


@pytest.fixture(scope="module")
def generated():
    spec = importlib.util.spec_from_file_location("generate", DOCS / "generate.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.generated()


def test_the_committed_pages_are_current(generated):
    stale = [path.name for path, text in generated.items() if not path.exists() or path.read_text("utf-8") != text]
    gone = set((DOCS / "rules").glob("*.md")) - set(generated)
    assert not stale, "run `make docs`"
    assert not gone, "run `make docs`"


def test_every_page_of_a_rule_has_the_skeleton(generated):
    for path, text in generated.items():
        if path.parent.name == "rules" and path.name != "README.md":
            assert text.startswith(f"# {path.stem}\n")
            headings = re.findall(r"^## (.+)$", text, re.M)
            assert [heading for heading in headings if heading in SKELETON] == SKELETON, path.name


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_somewhere(page):
    text = re.sub(r"^(`{3,}).*?^\1", "", page.read_text("utf-8"), flags=re.M | re.S)
    for target in re.findall(r"\]\((?!https?:)([^)#]+)", text):
        assert (page.parent / target).exists(), target


def test_a_house_gets_pages_of_its_own_rules(tmp_path):
    subprocess.run([CILINT, "new", "rule", "image-names-version"], cwd=tmp_path, check=True, capture_output=True)
    command = [CILINT, "rules", "--policy", "./policy", "--pages", "pages"]
    done = subprocess.run(command, cwd=tmp_path, check=True, capture_output=True, text=True)
    assert done.stderr == "wrote 2 pages into pages\n"
    assert "[image-names-version](image-names-version.md)" in (tmp_path / "pages/README.md").read_text("utf-8")
    page = (tmp_path / "pages/image-names-version.md").read_text("utf-8")
    assert "image: node  # finding" in page
    assert "- `node names no version`" in page
