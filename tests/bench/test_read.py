"""How fast the parse layer is, as a ratio to libyaml's raw parse of the same texts (no Python objects made).

Run with `pytest tests/bench --run-slow -s` to see the figures.
"""

from __future__ import annotations

import gc
import os
import time
from pathlib import Path

import pytest

from cilint.source import Source
from cilint.tree import read

SHARED = Path(__file__).resolve().parents[3] / "shared"
ROUNDS = 9
# 7.2 to 7.4 on a quiet machine, 9.0 beside other work. Reading twice, or once more in Python, would be far beyond.
AT_MOST = 10

pytestmark = pytest.mark.slow


def texts() -> list[str]:
    folder = SHARED / "corpus" / "projects"
    if not folder.is_dir():
        pytest.skip("no ../shared/corpus beside this checkout")
    files = [Path(at, name) for at, _, names in os.walk(folder) for name in names if name.endswith((".yml", ".yaml"))]
    found = [file.read_bytes().decode("utf-8", "replace") for file in files]
    return [text for text in found if not read(Source("f.yml", text)).findings]


def seconds(work) -> float:
    begin = time.process_time()
    work()
    return time.process_time() - begin


def test_reading_costs_at_most_ten_raw_parses():
    yaml = pytest.importorskip("yaml._yaml", reason="PyYAML without libyaml has no raw parse to compare with")
    all_texts = texts()

    def raw():
        for text in all_texts:
            yaml.CParser(text).raw_parse()

    def ours():
        for text in all_texts:
            read(Source("f.yml", text))

    collecting = min(seconds(ours) for _ in range(ROUNDS)) / min(seconds(raw) for _ in range(ROUNDS))
    gc.disable()
    try:
        pairs = [(seconds(raw), seconds(ours)) for _ in range(ROUNDS)]
    finally:
        gc.enable()
    ratio = min(mine for _, mine in pairs) / min(theirs for theirs, _ in pairs)
    figures = f"{ratio:.1f} raw parses, {collecting:.1f} with the garbage collector on, {len(all_texts)} files"
    print(f"\nread: {figures}")  # noqa: T201  # what a benchmark is run for
    assert ratio <= AT_MOST
