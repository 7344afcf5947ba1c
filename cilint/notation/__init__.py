"""The small notations inside strings: expressions of `rules:if`, patterns, globs, durations."""

from __future__ import annotations
