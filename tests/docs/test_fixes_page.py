"""The page that says why rules have no safe fix names just those rules, each once."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

from cilint.rules import BUILT_IN, load
from cilint.rules.packs import prose

PAGE = Path(__file__).resolve().parents[2] / "docs" / "decisions" / "0010-which-rules-have-a-fix.md"


def test_every_rule_without_a_safe_fix_is_given_a_reason():
    told = prose(load((*BUILT_IN, "cilint")))
    named = Counter(re.findall(r"`([a-z0-9]+(?:-[a-z0-9]+)+)`", PAGE.read_text("utf-8")))
    assert {name: count for name, count in named.items() if count > 1} == {}
    assert set(named) == {name for name, data in told.items() if data["fixable"] != "safe"}
