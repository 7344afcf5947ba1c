"""GitLab's durations in seconds: "1 week", "2h20min", "3 weeks and 2 days", "twenty four hours", "1:30:20".

The grammar is that of the gem gitlab_chronic_duration as `lib/gitlab/ci/build/duration_parser.rb` uses it: unknown
words are refused, a number without a unit is seconds, the parts are added up, and zero is no duration.
"""

from __future__ import annotations

from cilint.pattern import Pattern

TYPE_CHECKING = False
if TYPE_CHECKING:
    import re
    from collections.abc import Callable

_MINUTE, _HOUR, _DAY = 60, 3600, 86400
# A week is a quarter of a month of 30 days in whole days, a year has 365.25 days.
_UNITS = {
    "seconds": 1, "second": 1, "secs": 1, "sec": 1, "s": 1,
    "minutes": _MINUTE, "minute": _MINUTE, "mins": _MINUTE, "min": _MINUTE, "m": _MINUTE,
    "hours": _HOUR, "hour": _HOUR, "hrs": _HOUR, "hr": _HOUR, "h": _HOUR,
    "days": _DAY, "day": _DAY, "dy": _DAY, "d": _DAY,
    "weeks": 7 * _DAY, "week": 7 * _DAY, "wks": 7 * _DAY, "wk": 7 * _DAY, "w": 7 * _DAY,
    "months": 30 * _DAY, "month": 30 * _DAY, "mos": 30 * _DAY, "mo": 30 * _DAY,
    "years": 31557600, "year": 31557600, "yrs": 31557600, "yr": 31557600, "y": 31557600,
}  # fmt: skip
_FILLERS = frozenset(("and", "with", "plus"))
_CLOCK_UNITS = ("seconds", "minutes", "hours", "days", "months", "years")  # a clock has no weeks
_NUMBER = Pattern(r"[0-9]*\.?[0-9]+")
_CLOCK = Pattern(r"[0-9]*\.?[0-9]+:[0-9]*\.?[0-9]+")
_LONGEST = 1000  # characters; no duration is longer, and the grammar takes time with the square of the length
_KNOWN_AT_MOST = 1000  # the same few durations stand in hundreds of jobs
_known: dict[str, float | None] = {}
_LETTERS = Pattern(r"[^\W\d_]+")
_BLANK = Pattern("[ \t\n\v\f\r]+")


def seconds(text: str) -> float | None:
    """The length of a duration in seconds; None when GitLab takes the text for no duration (zero included).

    `never` is no duration here: see `is_never`.
    """
    if text not in _known:
        if len(_known) >= _KNOWN_AT_MOST:
            _known.clear()
        _known[text] = _seconds(text)
    return _known[text]


def _seconds(text: str) -> float | None:
    if len(text) > _LONGEST:
        return None
    words = _words(text.lower())
    if words is None:
        return None
    total = 0.0
    for place, word in enumerate(words):
        if isinstance(word, float):
            following = words[place + 1] if place + 1 < len(words) else "seconds"
            total += word * _UNITS[following] if isinstance(following, str) else 0
    return total or None


def is_never(text: str) -> bool:
    """Whether the text is the word that keeps artifacts for ever."""
    return text.lower() == "never"


def _words(text: str) -> list[float | str] | None:
    """Numbers and units in order; None when a word is neither nor a filler."""
    clocked = _clock(_digits(text) if _has_number_words(text) else text)
    if clocked is None:
        return None
    words: list[float | str] = []
    for word in _BLANK.split(_NUMBER.sub(lambda number: f" {number[0]} ", clocked).strip()):
        if _NUMBER.search(word):
            words.append(float(word))
            continue
        bare = word.removeprefix(",").removesuffix(",")
        if bare in _UNITS:
            words.append(bare)
        elif bare not in _FILLERS:
            return None
    if words and isinstance(words[0], str):
        words.insert(0, 1.0)
    return words


def _has_number_words(text: str) -> bool:
    """Whether words may have to become digits: seldom, so most durations take the short way."""
    words: list[str] = _LETTERS.findall(text)
    return "-" in text or "/" in text or any(word not in _UNITS and word not in _FILLERS for word in words)


def _clock(text: str) -> str | None:
    """`1:30:20` as "1 hours 30 minutes 20 seconds"; None for more parts than there are units."""
    packed = text.replace(" ", "")
    if not _CLOCK.search(packed):
        return text
    parts = packed.split(":")
    while parts and not parts[-1]:  # Ruby's split drops empty parts at the end
        parts.pop()
    if len(parts) > len(_CLOCK_UNITS):
        return None
    units = _CLOCK_UNITS[len(parts) - 1 :: -1]
    return " ".join(f"{part} {unit}" for part, unit in zip(parts, units, strict=True))


# Words for numbers, as the gem numerizer reads them. "@" marks a number that came from a word, for joining.
_SINGLES = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_TEENS = {
    "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16, "seventeen": 17,
    "eighteen": 18, "nineteen": 19, "ninteen": 19, "zero": 0, "ten": 10,
}  # fmt: skip
_TENS = {
    "twenty": 20, "thirty": 30, "forty": 40, "fourty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80,
    "ninety": 90,
}  # fmt: skip
_NAMED = {
    **_TEENS,
    **{word: number for number, word in enumerate(_SINGLES, 1)},
    **{ten + one: tens + number for ten, tens in _TENS.items() for number, one in enumerate(_SINGLES, 1)},
    **_TENS,
}
_POWERS = {"hundred": 100, "thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12}
_PARTS = {
    "half": 2,
    "third": 3,
    "fourth": 4,
    "quarter": 4,
    "fifth": 5,
    "sixth": 6,
    "seventh": 7,
    "eighth": 8,
    "nineth": 9,
}
# "fifty third" is 53rd, which is no number for a duration; "third" alone can be a fraction.
_ORDINAL = Pattern(rf"(?a)(?:{'|'.join(_TENS)})\s?(?:first|third|fourth|fifth|sixth|seventh|eighth|ninth)(?=$|\W)")
_HYPHEN = Pattern(r" +|([^0-9])-([^0-9])")
_MIXED = Pattern(r"(?a)([0-9]+)(?: | and |-)+(?:@|\s)*([0-9]+)\s*/\s*([0-9]+)")
_SUM = Pattern(r"(?a)@([0-9]+)( | and )@([0-9]+)(?=\W|$)")


def _digits(text: str) -> str:
    """The text with its words for numbers written in digits."""
    text = _HYPHEN.sub(lambda found: f"{found[1] or ''} {found[2] or ''}", text)
    text = _ORDINAL.sub("nth", text)
    for word, number in _NAMED.items():
        if word in text:
            text = _replaced(rf"(?am)(^|\W){word}(?=$|\W)", rf"\g<1>@{number}", text)
    text = _fractions(text)
    for word, power in _POWERS.items():
        if word in text:
            text = _multiplied(text, word, power)
        text = _joined(text)
    return _joined(text).replace("@", "")


def _multiplied(text: str, word: str, power: int) -> str:
    def times(found: re.Match[str]) -> str:
        return f"@{int(found[1]) * power}" if found[1] else str(power)

    return _replaced(rf"@?([0-9]*) *{word}", times, text)


def _replaced(pattern: str, new: str | Callable[[re.Match[str]], str], text: str) -> str:
    import re  # slow to import, and hardly anybody writes numbers as words

    return re.sub(pattern, new, text)


def _fractions(text: str) -> str:
    for word, part in _PARTS.items():
        if word in text:
            plural = "" if word == "half" else "s?"
            text = _replaced(rf"(?am)a {word}{plural}(?=$|\W)", f"@1/{part}", text)
            text = _replaced(rf"(?am)\s{word}{plural}(?=$|\W)", f"/{part}", text)
    return _MIXED.sub(lambda found: str(int(found[1]) + int(found[2]) / (int(found[3]) or 1)), text)


def _joined(text: str) -> str:
    """Neighbours added up: "@20 @4" is "@24", "@100 and @5" is "@105"."""
    place = 0
    while found := _SUM.search(text, place):
        if "and" in found[2] or len(found[1]) > len(found[3]):
            text = f"{text[: found.start()]}@{int(found[1]) + int(found[3])}{text[found.end() :]}"
            place = 0
        else:
            place = found.end()
    return text
