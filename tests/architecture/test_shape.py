"""The shape of the code: sizes, names, and what may not be imported on the way of a plain check."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MODULES = sorted((ROOT / "cilint").rglob("*.py"))
LINES_AT_MOST = 350
DESIGN = ROOT / "docs" / "design.md"
FORBIDDEN_NAMES = {"utils", "util", "helpers", "common", "manager", "misc", "base"}


@pytest.mark.parametrize("module", MODULES, ids=lambda p: str(p.relative_to(ROOT)))
def test_a_module_is_small_and_named_for_what_it_holds(module):
    text = module.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= LINES_AT_MOST
    assert module.stem not in FORBIDDEN_NAMES
    assert ast.get_docstring(ast.parse(text)), "a module says in one sentence what it is for"


@pytest.mark.parametrize("module", MODULES, ids=lambda p: str(p.relative_to(ROOT)))
def test_functions_fit_a_screen(module):
    tree = ast.parse(module.read_text(encoding="utf-8"))
    long = [
        f"{node.name}: {node.end_lineno - node.lineno + 1} lines"
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and node.end_lineno - node.lineno + 1 > 70
    ]
    assert not long


def test_only_the_tree_reads_yaml():
    readers = [m for m in MODULES if "import yaml" in m.read_text() or "from yaml" in m.read_text()]
    assert {m.parent.name for m in readers} == {"tree"}


def test_the_page_on_design_names_every_package_and_module_at_the_top():
    tree = DESIGN.read_text(encoding="utf-8").partition("## The tree")[2].partition("\n## ")[0]
    named = {name for row in re.findall(r"^\| (`.+?) \|", tree, re.M) for name in re.findall(r"`(\w+)(?:/|\.py)`", row)}
    there = {
        path.stem for path in (ROOT / "cilint").iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()
    }
    assert named == there - {"__init__", "__main__"}


def test_the_page_on_design_points_at_code_that_is_there():
    words = DESIGN.read_text(encoding="utf-8").partition("## The words")[2].partition("\n## ")[0]
    places = re.findall(r"\| `([a-z_/]+(?:\.py)?)` \|$", words, re.M)
    assert len(places) == words.count("\n| **")
    assert [place for place in places if not (ROOT / "cilint" / place).exists()] == []
