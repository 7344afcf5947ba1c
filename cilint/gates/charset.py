"""Sets of characters, as RE2 means them.

A set is a sorted tuple of inclusive code point ranges that neither touch nor overlap. Surrogates are not
characters: no set holds one.
"""

from __future__ import annotations

from bisect import bisect_right

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

Ranges = tuple[tuple[int, int], ...]

LAST = 0x10FFFF
ANY: Ranges = ((0, 0xD7FF), (0xE000, LAST))
NOTHING: Ranges = ()
NEWLINE: Ranges = ((10, 10),)
DIGIT: Ranges = ((48, 57),)
WORD: Ranges = ((48, 57), (65, 90), (95, 95), (97, 122))
SPACE: Ranges = ((9, 10), (12, 13), (32, 32))
NOT_ASCII: Ranges = ((0x80, 0xD7FF), (0xE000, LAST))
# What Ruby's String#blank? strips: Onigmo's [[:space:]], that is Unicode's White_Space.
BLANK: Ranges = (
    (9, 13),
    (32, 32),
    (0x85, 0x85),
    (0xA0, 0xA0),
    (0x1680, 0x1680),
    (0x2000, 0x200A),
    (0x2028, 0x2029),
    (0x202F, 0x202F),
    (0x205F, 0x205F),
    (0x3000, 0x3000),
)

PERL: dict[str, Ranges] = {"d": DIGIT, "s": SPACE, "w": WORD}
POSIX: dict[str, Ranges] = {
    "alnum": ((48, 57), (65, 90), (97, 122)),
    "alpha": ((65, 90), (97, 122)),
    "ascii": ((0, 127),),
    "blank": ((9, 9), (32, 32)),
    "cntrl": ((0, 31), (127, 127)),
    "digit": DIGIT,
    "graph": ((33, 126),),
    "lower": ((97, 122),),
    "print": ((32, 126),),
    "punct": ((33, 47), (58, 64), (91, 96), (123, 126)),
    "space": ((9, 13), (32, 32)),
    "upper": ((65, 90),),
    "word": WORD,
    "xdigit": ((48, 57), (65, 70), (97, 102)),
}
_CATEGORIES = frozenset(
    [
        "C",
        "Cc",
        "Cf",
        "Co",
        "Cs",
        "L",
        "Ll",
        "Lm",
        "Lo",
        "Lt",
        "Lu",
        "M",
        "Mc",
        "Me",
        "Mn",
        "N",
        "Nd",
        "Nl",
        "No",
        "P",
        "Pc",
        "Pd",
        "Pe",
        "Pf",
        "Pi",
        "Po",
        "Ps",
        "S",
        "Sc",
        "Sk",
        "Sm",
        "So",
        "Z",
        "Zl",
        "Zp",
        "Zs",
    ]
)


def normal(pairs: Iterable[tuple[int, int]]) -> Ranges:
    """Sort, join and rid of surrogates any inclusive code point ranges."""
    merged: list[tuple[int, int]] = []
    for low, high in sorted(pairs):
        if merged and low <= merged[-1][1] + 1:
            if high > merged[-1][1]:
                merged[-1] = (merged[-1][0], high)
        else:
            merged.append((low, high))
    if not merged or merged[-1][1] < 0xD800:
        return tuple(merged)
    return tuple(
        (max(low, first), min(high, last))
        for low, high in merged
        for first, last in ANY
        if max(low, first) <= min(high, last)
    )


def union(*sets: Ranges) -> Ranges:
    """Every character that is in one of the sets."""
    return normal(pair for ranges in sets for pair in ranges)


def negate(ranges: Ranges) -> Ranges:
    """Every character that is not in the set, the newline included (RE2's ClassNL, which GitLab does not change)."""
    gaps: list[tuple[int, int]] = []
    after = 0
    for low, high in ranges:
        if low > after:
            gaps.append((after, low - 1))
        after = high + 1
    if after <= LAST:
        gaps.append((after, LAST))
    return normal(gaps)


def single(code: int) -> Ranges:
    """The set of one character."""
    return normal(((code, code),))


def holds(ranges: Ranges, code: int) -> bool:
    """Whether the character of this code point is in the set."""
    before = bisect_right(ranges, (code, LAST + 1)) - 1
    return before >= 0 and ranges[before][1] >= code


def fold(ranges: Ranges) -> Ranges:
    """The set with every simple case variant of its characters, as RE2's flag `i` adds them.

    Simple folding joins k, K and the Kelvin sign, and s, S and the long s; it never makes one character two.
    """
    extra: list[tuple[int, int]] = []
    for first, last, shift in ((65, 90, 32), (97, 122, -32)):
        for low, high in ranges:
            low, high = max(low, first), min(high, last)
            if low <= high:
                extra.append((low + shift, high + shift))
    if holds(ranges, 75) or holds(ranges, 107):
        extra.append((0x212A, 0x212A))
    if holds(ranges, 83) or holds(ranges, 115):
        extra.append((0x17F, 0x17F))
    if ranges and ranges[-1][1] >= 0x80:
        for orbit in _orbits():
            if any(holds(ranges, code) for code in orbit):
                extra.extend((code, code) for code in orbit)
    return normal((*ranges, *extra))


_known_orbits: list[tuple[int, ...]] = []


def _orbits() -> list[tuple[int, ...]]:
    """The groups of characters beyond ASCII that differ in case only; worked out once, when first asked for."""
    if _known_orbits:
        return _known_orbits
    groups: dict[int, list[int]] = {}
    for code in range(0x80, 0x1EA00):
        if not 0xD800 <= code < 0xF900:
            char = chr(code)
            folded = char.casefold()
            if folded != char:
                if len(folded) > 1:  # full folding makes it several characters: its simple folding is its lower case
                    folded = char.lower()
                if len(folded) == 1 and folded != char:
                    groups.setdefault(ord(folded), []).append(code)
    # These pairs have equal full foldings and so became simple foldings in Unicode 15.1, which RE2 follows.
    for low, other in ((0x390, 0x1FD3), (0x3B0, 0x1FE3), (0xFB06, 0xFB05)):
        if other not in groups.setdefault(low, []):
            groups[low].append(other)
    for base in (ord("k"), ord("s")):
        groups[base].append(ord(chr(base).upper()))
    _known_orbits.extend((base, *others) for base, others in groups.items())
    return _known_orbits


def category(name: str) -> Ranges | None:
    """The characters of a Unicode general category (`L`, `Lu`, `Nd`, `Any` ...); None for what is not one (scripts).

    The categories are those of this Python's Unicode version; characters assigned since then are in none.
    """
    if name == "Any":
        return ANY
    if name not in _CATEGORIES:
        return None
    if name not in _known_categories:
        from itertools import groupby
        from unicodedata import category as category_of

        def inside(code: int) -> bool:
            kind = category_of(chr(code))
            return kind.startswith(name) and kind != "Cn"

        spans: list[tuple[int, int]] = []
        for member, codes in groupby(range(LAST + 1), inside):
            if member:
                span = list(codes)
                spans.append((span[0], span[-1]))
        _known_categories[name] = normal(spans)
    return _known_categories[name]


_known_categories: dict[str, Ranges] = {}
