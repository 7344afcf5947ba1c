"""Blocks are found where Ruby's pattern finds them."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from cilint.compose.blocks import blocks
from cilint.compose.ruby import TooLong, gsub

_RUBY = re.compile(r"\$\[\[\s*(\S.*?\S)\s*\]\]", re.ASCII)
_TEXTS = st.lists(st.sampled_from(["$[[", "]]", "]", " ", "a", "ab", "\n", "\t", "$", "[", "x.y"]), max_size=14)


@given(_TEXTS)
def test_blocks_are_those_of_the_pattern(parts):
    text = "".join(parts)
    assert list(blocks(text)) == [(found.start(), found.end(), found[1]) for found in _RUBY.finditer(text)]


def test_a_block_may_open_on_the_line_before():
    assert list(blocks("$[[$[[\na b]]")) == [(3, 12, "a b")]


@given(st.text(alphabet="ab", max_size=12), st.text(alphabet="x\\0&`'1", max_size=8), st.integers(0, 60))
def test_a_replacement_is_whole_or_refused(text, replacement, limit):
    whole = gsub(text, "a", replacement, 10_000)
    try:
        assert gsub(text, "a", replacement, limit) == whole
        assert len(whole) <= max(limit, len(text))
    except TooLong:
        assert len(whole) > limit
