"""Keys that are written again: each is told, and of very many how many there are."""

from __future__ import annotations

from cilint.compose.duplicates import duplicate_keys
from cilint.source import Source
from cilint.tree import read


def lost(count):
    text = "job: {script: x}\n" * (count + 1)
    return list(duplicate_keys(read(Source("f.yml", text))))


def test_every_lost_value_is_told():
    assert [finding.span.line for finding in lost(3)] == [1, 2, 3]
    assert len(lost(1000)) == 1000


def test_of_very_many_the_rest_is_counted():
    *listed, rest = lost(1234)
    assert len(listed) == 1000
    assert rest.message.startswith("234 more keys of this file are written again")
    assert rest.span.line == 1001
