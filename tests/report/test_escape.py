"""Nothing in a machine format misleads who reads its raw text, and every parser still gets the very characters."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cilint.report.escape import harmless_json, json_text, printable

EVIL = '\x7f\x80\x9b\xad\u061c\u200b\u200d\u200e\u2028\u202e\u2060\u2066\ufeff\ufffe\ud800\U000e0041\U0010ffff\x1b\n\t"'


@pytest.mark.parametrize("character", EVIL)
def test_json_spells_out_what_cannot_be_read(character):
    text = json_text({f"a{character}b": [f"{character}é日😀"]})
    assert all(one == "\n" or one.isprintable() for one in text), ascii(text)
    assert "é日😀" in text
    assert json.loads(text) == {f"a{character}b": [f"{character}é日😀"]}


def test_json_of_others_is_spelt_out_too():
    assert harmless_json('{"a": "\u202e\U000e0041"}\n') == '{"a": "\\u202e\\udb40\\udc41"}\n'
    assert harmless_json('{"a": "é"}\n') == '{"a": "é"}\n'


def test_text_shows_what_cannot_be_read():
    assert printable("a\u202eb\x9bc\u200bd") == "a\\u202eb\\x9bc\\u200bd"


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
def test_json_is_laid_out_as_the_library_does(data):
    for indent in (1, 2):
        assert json_text(data, indent) == harmless_json(json.dumps(data, indent=indent, ensure_ascii=False))


def test_what_is_no_json_is_refused():
    with pytest.raises(TypeError, match="set is not JSON"):
        json_text({"a": {1}})
