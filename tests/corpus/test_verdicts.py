"""A hundred findings in real projects, judged by hand: nearly all right, and the rules still say what was judged."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import pytest
import yaml

from cilint.check import check
from cilint.checks import _outcomes
from cilint.compose import open_project
from cilint.rules.packs import load

VERDICTS = yaml.safe_load((Path(__file__).parent / "verdicts.yml").read_text())


def test_at_least_95_of_100_are_right():
    assert len(VERDICTS) == 100
    assert {entry["verdict"] for entry in VERDICTS} <= {"right", "wrong"}
    assert all(entry["reason"] for entry in VERDICTS)
    assert sum(entry["verdict"] == "right" for entry in VERDICTS) >= 95


@pytest.mark.slow
def test_what_was_judged_right_is_still_told(shared, monkeypatch):
    monkeypatch.setattr(_outcomes, "SECONDS", 120.0)
    rules = load(["security", "enterprise"])
    by_project = defaultdict(list)
    for entry in VERDICTS:
        by_project[entry["at"].partition("/")[0]].append(entry)
    lost = []
    for name, entries in by_project.items():
        root = shared / "corpus" / "projects" / name
        project, source = open_project(str(root / ".gitlab-ci.yml"), root=str(root))
        found = {
            (f"{name}/{finding.span.source.path}:{finding.span.line}", finding.rule)
            for finding in check(source, project, rules).findings
        }
        lost += [
            entry for entry in entries if entry["verdict"] == "right" and (entry["at"], entry["rule"]) not in found
        ]
    assert lost == []
