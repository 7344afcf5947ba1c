"""Patterns that are searched for in texts of the checked repository take time in proportion to the text."""

from __future__ import annotations

from time import process_time

import pytest

from cilint.checks import artifact_not_shared, canary_traffic, script_public_image, shellcheck

SIZE = 100_000  # characters; with the square of it each of these took more than a minute


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        (artifact_not_shared._VARIABLE, "\n"),
        (canary_traffic._IN_WORD, "["),
        (script_public_image._VARIABLE, "${a:-"),
        (shellcheck._POWERSHELL, "\n"),
    ],
)
def test_a_search_is_linear(pattern, text):
    start = process_time()
    assert not list(pattern.finditer(text * (SIZE // len(text))))
    assert process_time() - start < 2
