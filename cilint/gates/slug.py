"""Slugs: what is asked of `CI_COMMIT_REF_SLUG`, as a question about the name of the ref of which GitLab makes it.

A machine that reads the slug becomes one that reads the name: small letters for capitals, a dash for what is neither a
letter nor a digit, no more than 63 characters, and no dash at either end (`lib/gitlab/utils.rb`, `slugify`).
"""

from __future__ import annotations

from cilint.gates import charset
from cilint.gates.alphabet import Alphabet
from cilint.gates.automaton import bits, of_regex, of_substrings
from cilint.gates.machines import DEAD, TOP, Table, smallest, tabulate
from cilint.gates.regex import Regex, Unsupported, parse
from cilint.notation.patterns import Pattern
from cilint.plan.predefined import SLUG_LENGTH, slug_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cilint.gates.budget import Limits
    from cilint.gates.charset import Ranges

    # Whether the slug would be accepted if it ended with the last letter or digit, the state of its machine now, and
    # how many characters it may still have; None: nothing but dashes so far, which it does not begin with.
    State = tuple[bool, int | None, int]
    # What a character of the name gives the slug: for each of its own, the minterm, and whether it is no dash.
    Given = tuple[tuple[int, bool], ...]

_LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789"
_KELVIN = 0x212A  # K, of which the small letter is an ordinary k
_DOTTED = 0x130  # of which the small letter is an i, and a dot that is no letter
_MOST_STATES = 6_000


class Slugged(Pattern):
    """A question about the slug of a text; of a text without a slug it does not hold.

    Whether a pattern is found in the slug, or with `whole` whether the slug occurs in that text.
    """

    __slots__ = ("_pattern", "_whole")

    def __init__(self, pattern: Pattern, *, whole: str = "") -> None:
        super().__init__(pattern.text, pattern.source)
        self._pattern = pattern.source
        self._whole = whole
        # What tells it from the same pattern looked for in the text itself.
        self.source = f"slug in: {whole}" if whole else f"in slug: {pattern.source}"

    def search(self, text: str) -> bool:
        """Whether it holds of the text's slug."""
        slug = slug_of(text)
        return bool(slug) and (slug in self._whole if self._whole else super().search(slug))

    def regex(self, limits: Limits) -> Regex:
        """The question as one about the text. Raises Unsupported, and Budget."""
        inner = parse(self._pattern)
        automaton = of_substrings(self._whole) if self._whole else of_regex(inner, limits)
        made = Regex(self.source, "", inner.node)
        made.machine = _Reader(tabulate(automaton, limits), limits).table()
        return made


class _Reader:
    """Reads a name as the machine of a slug reads the slug."""

    def __init__(self, slug: Table | None, limits: Limits) -> None:
        if slug is None:
            raise Unsupported("it has too many states to be looked for in a slug")
        self._slug = slug
        self._limits = limits
        by_minterm: dict[int, list[str]] = {}
        for char in _LETTERS:
            by_minterm.setdefault(slug.alphabet.minterm(char), []).append(char)
        # The characters of a name, by what they give the slug: letters that its machine does not tell apart, or a dash.
        self._gives: dict[Ranges, Given] = {
            charset.union(*(_names_of(char) for char in chars)): ((minterm, True),)
            for minterm, chars in by_minterm.items()
        }
        dotted, dash = charset.single(_DOTTED), (slug.alphabet.minterm("-"), False)
        rest = charset.negate(charset.union(dotted, *self._gives))
        self._gives |= {dotted: ((slug.alphabet.minterm("i"), True), dash), rest: (dash,)}

    def table(self) -> Table:
        sets = dict.fromkeys(self._gives)
        alphabet = Alphabet(sets)
        kinds: list[Given] = [()] * len(alphabet.samples)
        for ranges, gives in self._gives.items():
            for minterm in bits(alphabet.mask(ranges)):
                kinds[minterm] = gives
        start: State = (False, None, SLUG_LENGTH)
        numbers: dict[State | int, int] = {DEAD: DEAD, TOP: TOP, start: 2}
        states: list[State] = [start]
        steps = [[DEAD] * len(kinds), [TOP] * len(kinds)]
        accepting = [0, 1]
        for state in states:  # which grows meanwhile
            self._limits.check()
            if len(states) > _MOST_STATES:
                raise Unsupported("it has too many states to be looked for in a slug")
            row = []
            for gives in kinds:
                target = self._after(state, gives)
                if target not in numbers and not isinstance(target, int):
                    numbers[target] = len(numbers)
                    states.append(target)
                row.append(numbers[target])
            steps.append(row)
            accepting.append(int(state[0]))
        return smallest(sets, alphabet, steps, accepting, numbers[start])

    def _after(self, state: State, gives: Given) -> State | int:
        """The state after one character of the name, DEAD or TOP when the rest of it makes no difference."""
        accepted, current, left = state
        for minterm, is_letter in gives:
            if not left:
                break
            left -= 1
            if is_letter or current is not None:
                current = self._step(self._slug.start if current is None else current, minterm)
            if is_letter:
                accepted = bool(self._slug.accepting[current or DEAD])
        if not left or current == (TOP if accepted else DEAD):
            return TOP if accepted else DEAD
        return accepted, current, left

    def _step(self, state: int, minterm: int) -> int:
        return next(target for mask, target in self._slug.rows[state] if mask >> minterm & 1)


def _names_of(char: str) -> Ranges:
    """The characters that a letter or digit of a slug may come from."""
    codes = {ord(char), ord(char.upper()), *([_KELVIN] if char == "k" else [])}
    return charset.union(*(charset.single(code) for code in codes))
