"""Patterns are searched in little room, whatever they hold."""

from __future__ import annotations

import subprocess
import sys


def test_thousands_of_groups_take_no_room():
    program = (
        "import resource; from cilint.notation.patterns import compile_pattern;"
        "found = compile_pattern('/' + '(' * 5000 + 'a' + ')' * 5000 + '/').search('xay');"
        "print(found, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024 < 200)"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert run.stdout.split() == ["True", "True"]
    assert run.stderr == ""
