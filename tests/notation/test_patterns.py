"""Patterns are searched in little room, whatever they hold."""

from __future__ import annotations

import sys


def test_thousands_of_groups_take_no_room(spend):
    program = (
        "from cilint.notation.patterns import compile_pattern;"
        "assert compile_pattern('/' + '(' * 5000 + 'a' + ')' * 5000 + '/').search('xay')"
    )
    spent = spend([sys.executable, "-c", program], seconds=10)
    assert (spent.exit, spent.err) == (0, "")
    assert spent.megabytes < 200
