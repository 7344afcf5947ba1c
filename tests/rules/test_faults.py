"""The same fault is told in the same words, whichever file has it."""

from __future__ import annotations

import pytest

from cilint.errors import CilintError
from cilint.evidence.frameworks import read_file
from cilint.rules import load
from cilint.settings import load as settings_of
from cilint.settle.waivers_schema import understood

pytestmark = pytest.mark.usefixtures("own_cache")


READERS = {
    "pack": (lambda path: load([str(path)]), "rules: {}\n", "rules: a list is wanted"),
    "framework": (
        read_file,
        "framework: x\ntitle: X\nversion: '1'\nlink: https://x.test\ncontrols: {}\n",
        "controls: a list is wanted",
    ),
    "settings": (lambda path: settings_of(str(path)), "ignore: {}\n", "ignore: a list is wanted"),
}


@pytest.mark.parametrize("kind", READERS)
def test_a_map_for_a_list(kind, tmp_path):
    reader, text, message = READERS[kind]
    path = tmp_path / "file.yaml"
    path.write_text(text)
    with pytest.raises(CilintError) as caught:
        reader(path)
    assert caught.value.message == message
    assert (caught.value.span.line, caught.value.span.source.text) == (text.count("\n"), text)


def test_a_map_for_a_text_in_a_register():
    told = [entry.get("fault") for entry in understood("waivers:\n  - id: W-1\n    reason: {a: b}\n")]
    assert "reason: a text is wanted" in told
    assert "rule is missing" in told
