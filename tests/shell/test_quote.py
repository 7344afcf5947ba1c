"""Words quoted for a shell come out of a real one as they went in."""

from __future__ import annotations

import subprocess

import pytest

from cilint.shell.quote import join, quote

WORDS = [
    "main", "a b", "", "~", "=ls", "it's", 'say "x"', "$HOME `id` $(id)", "a\\b\\n", "!!", "*", "%s %d", "X=1 2",
    "a\tb", "\x1b[31m", "line\nline", "größe", "\u202egnp", "it's\t100% \\n!", "x;y|z&", "-n", "#x", "{a,b}",
]  # fmt: skip
ENDS = "it's \\ 5%\n"


@pytest.mark.parametrize("shell", ["sh", "bash"])
def test_a_shell_reads_the_words_that_were_written(shell):
    script = f"for word in {join(WORDS)}; do printf '%s\\0' \"$word\"; done"
    out = subprocess.run([shell, "-c", script], capture_output=True, check=True).stdout
    assert out.decode().split("\0")[:-1] == WORDS


def test_a_line_end_at_the_end_is_kept():
    out = subprocess.run(["bash", "-c", f"printf '%s' {quote(ENDS)}"], capture_output=True, check=True)
    assert out.stdout.decode() == ENDS


@pytest.mark.parametrize("word", WORDS)
def test_nothing_but_printable_ascii_is_written(word):
    assert quote(word).isascii()
    assert quote(word).isprintable()
