"""Rules judge any configuration without raising: every value of the reference pipeline replaced by every kind of junk."""

from __future__ import annotations

import random
import time
from pathlib import Path
from typing import Any

import pytest
import yaml

from cilint.check import check
from cilint.checks._secrets import by_format
from cilint.compose.fetch import Project
from cilint.rules import load
from cilint.source import Source

ROOT = Path(__file__).resolve().parents[2]
ROUNDS = 6
JUNK: tuple[Any, ...] = (
    None,
    True,
    0,
    -1.5,
    "",
    "x",
    "$X",
    "[",
    [],
    [None],
    [[["a"]]],
    {},
    {"a": None},
    {"when": "manual"},
    [{"job": 1}],
    "a" * 3000,
)


class _Tagged(yaml.SafeLoader):
    """Reads `!reference [a, b]` as a list: what it would bring is of no matter here."""


def _list(loader: yaml.SafeLoader, node: Any) -> Any:
    return loader.construct_sequence(node)


_Tagged.add_constructor("!reference", _list)


def places(node, path=()):
    if isinstance(node, dict):
        for key, value in node.items():
            yield (*path, key)
            yield from places(value, (*path, key))
    elif isinstance(node, list):
        for index, value in enumerate(node):
            yield (*path, index)
            yield from places(value, (*path, index))


def put(node, path, value):
    for key in path[:-1]:
        node = node[key]
    node[path[-1]] = value


@pytest.mark.parametrize("seed", range(4))
def test_junk_anywhere_raises_nothing(seed):
    text = (ROOT / "examples" / ".gitlab-ci.yml").read_text()
    rules = load()
    chance = random.Random(seed)
    for _ in range(ROUNDS):
        tree = yaml.load(text, _Tagged)
        every = list(places(tree))
        for _ in range(8):
            try:
                put(tree, chance.choice(every), chance.choice(JUNK))
            except (KeyError, IndexError, TypeError):
                continue  # an earlier change has taken the place away
        junk = yaml.safe_dump(tree, sort_keys=False)
        checked = check(Source(".gitlab-ci.yml", junk), Project(str(ROOT)), rules)
        assert checked.findings


@pytest.mark.parametrize("unit", ["x", "a.", "+", "://", "https://a:", "a:b@", "x ", "=", "password "])
def test_the_search_for_credentials_is_linear(unit):
    text = (unit * 200_000)[:200_000] + " https://u:hunter2secret@example.com"
    started = time.process_time()
    found = list(by_format(text))
    assert time.process_time() - started < 3
    assert text[found[-1].start : found[-1].end] == "hunter2secret"
