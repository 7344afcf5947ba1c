"""Rules: what they are, where they come from, and how they are judged. A rule is data first; see `schema.py`."""

from __future__ import annotations

from cilint.rules.packs import BUILT_IN, EVERY, OPTIONAL, load
from cilint.rules.rule import Rule, RuleSet

__all__ = ["BUILT_IN", "EVERY", "OPTIONAL", "Rule", "RuleSet", "load"]
