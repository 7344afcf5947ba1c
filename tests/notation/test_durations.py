"""GitLab's grammar of durations, in seconds."""

from __future__ import annotations

import shutil
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cilint.notation.durations import is_never, seconds

DAY = 86400
MEASURED = {
    "1w": 604800, "1 week": 604800, "7 days": 604800, "168h": 604800, "168 hours": 604800, "one week": 604800,
    "week": 604800, "7d": 604800, "1 wk 2 days": 777600, "3 weeks and 2 days": 1987200, "1 day": DAY,
    "1 mo": 30 * DAY, "30 days": 30 * DAY, "6 mos 1 day": 15638400, "1 year": 31557600,
    "47 yrs 6 mos and 4d": 1499104800, "2h20min": 8400, "3 mins 4 sec": 184, "42": 42, "1.5 days": 129600,
    "1h 30": 3630, "1:30:20": 5420, "12:30": 750, ".5 h": 1800, "1 Week": 604800, "1 week, 2 days": 777600,
    "2 weeks plus 1 day": 15 * DAY, "1 hour with 5 minutes": 3900, "twenty four hours": DAY, "twenty-four hours": DAY,
    "twentyfour hours": DAY, "one and a half days": 129600, "one hundred and five minutes": 6300,
    "two thousand seconds": 2000, "1 2 days": 2 * DAY, "1 1/2 hours": 5400, "day 12 h": 129600,
}  # fmt: skip
REFUSED = [
    "", " ", "0", "0 days", "never", "forever", "soon", "P7D", "$TTL", "7 elephants", "1 fortnight", "1 mon", "-1 day",
    "a minute", "1,5 days", "fifty third day", "1:2:3:4:5:6:7", "½ day", "1 day!",
]  # fmt: skip


@pytest.mark.parametrize(("text", "length"), MEASURED.items())
def test_what_gitlab_measures(text, length):
    assert seconds(text) == length


@pytest.mark.parametrize("text", REFUSED)
def test_what_is_no_duration(text):
    assert seconds(text) is None


def test_never_is_a_word_of_its_own():
    assert is_never("never")
    assert is_never("NEVER")
    assert not is_never("never ever")


_UNITS = {"s": 1, "sec": 1, "mins": 60, "hr": 3600, "days": DAY, "wk": 7 * DAY, "months": 30 * DAY, "y": 31557600}
_parts = st.lists(st.tuples(st.integers(1, 500), st.sampled_from(sorted(_UNITS))), min_size=1, max_size=5)


@given(parts=_parts, glue=st.sampled_from([" ", "", "  "]), joint=st.sampled_from([" ", ", ", " and ", " plus ", ""]))
def test_parts_add_up_however_they_are_joined(parts, glue, joint):
    text = joint.join(f"{number}{glue}{unit}" for number, unit in parts)
    assert seconds(text) == sum(number * _UNITS[unit] for number, unit in parts)
    assert seconds(text.upper()) == seconds(text)


@given(st.text())
def test_any_text_gives_a_positive_number_or_nothing(text):
    length = seconds(text)
    assert length is None or length > 0


@given(st.text(alphabet="0123456789abcdefghijklmnopqrstuvwxyz :.,-/", max_size=30))
def test_texts_near_a_duration_do_not_break_it(text):
    length = seconds(text)
    assert length is None or length > 0


WORDS = [
    "1", "2", "42", "1.5", ".5", "0", "10", ":", "1:30", "-", "mon", "a half", "one", "two", "ten", "twenty", "four",
    "twenty-four", "hundred", "thousand", "half", "third", "quarters", "week,", "3d,", "and", "with", "plus", ",", "a",
    "hour", "mins", "h", "d", "wks", "mo", "yrs", "s", "1/2", "first", "zero",
]  # fmt: skip
JUDGE = """
require 'numerizer'; require 'gitlab_chronic_duration'
ChronicDuration.raise_exceptions = true
STDIN.each_line(chomp: true) { |line| puts((ChronicDuration.parse(line) rescue nil).to_f) }
"""


def test_the_gem_that_gitlab_uses_says_the_same():
    """Debian's ruby-chronic-duration is gitlab_chronic_duration; where it is not installed there is no judge."""
    import random

    ruby = shutil.which("ruby")
    probe = "require 'gitlab_chronic_duration'"
    if ruby is None or subprocess.run([ruby, "-e", probe], capture_output=True, check=False).returncode:
        pytest.skip("no ruby-chronic-duration here: apt install ruby-chronic-duration ruby-numerizer")
    rng = random.Random(20_26)
    texts = [
        " ".join(rng.choices(WORDS, k=rng.randint(1, 6))).replace(" ", rng.choice([" ", " ", ""])) for _ in range(3000)
    ]
    done = subprocess.run([ruby, "-e", JUDGE], input="\n".join(texts), capture_output=True, text=True, check=True)
    judged = dict(zip(texts, map(float, done.stdout.split()), strict=True))
    assert {text: seconds(text) or 0.0 for text in texts} == pytest.approx(judged)
