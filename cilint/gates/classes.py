"""String classes: the finitely many ways in which a text can answer all the questions that a pipeline asks about it.

Every comparison in a pipeline (`==` with a literal, `=~` with a pattern, "is it blank", "does it occur inside that
literal") is a question. Texts with the same answers are one class, so a prover need not tell them apart.
"""

from __future__ import annotations

import re

from cilint.gates import charset
from cilint.gates.automaton import Automaton, of_regex, of_substrings
from cilint.gates.budget import Budget, Limits
from cilint.gates.machines import Table, tabulate
from cilint.gates.nodes import TEXT_END, TEXT_START, Cat, Chars, Look, Repeat
from cilint.gates.product import Product
from cilint.gates.regex import Regex, parse

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = [
    "BLANK",
    "FILE_PATH",
    "GIT_REF_NAME",
    "Budget",
    "Language",
    "Limits",
    "Partition",
    "StringClass",
    "find",
    "is_ref_name",
    "partition",
]

# Names that a reader takes for granted: they make the better witness wherever they lie in the class.
HINTS = (
    "main",
    "develop",
    "master",
    "feature/x",
    "v1.0.0",
    "release/1.0",
    "hotfix/1",
    "staging",
    "production",
    "true",
    "false",
    "1",
    "0",
)
_FEW = 2  # up to so many patterns, the cheapest text that has them all is found at once


class Language:
    """The texts in which every pattern of `inside` is found and none of `outside`."""

    __slots__ = ("inside", "outside")

    def __init__(self, inside: Sequence[Regex] = (), outside: Sequence[Regex] = ()) -> None:
        self.inside = tuple(inside)
        self.outside = tuple(outside)


# Names that `git check-ref-format refs/heads/NAME` accepts (git's Documentation/git-check-ref-format), less those that
# begin with a dash, which GitLab refuses (lib/gitlab/git_ref_validator.rb, lib/gitlab/checks/branch_check.rb).
_NO_REF_NAME = r"[\x00-\x20\x7f~^:?*\[\\]|\.\.|@\{|^[/-]|//|/$|(^|/)\.|\.lock(/|$)|\.$|^$"
GIT_REF_NAME = Language(outside=[parse(_NO_REF_NAME)])
# Paths that git can hold in a tree: no empty, `.`, `..` or `.git` component, no NUL (git's read-cache.c, verify_path).
FILE_PATH = Language(outside=[parse(r"\x00|^$|^/|//|/$|(?i:(^|/)(\.|\.\.|\.git)(/|$))")])
# Ruby's blank?: nothing but white space. An `if` whose result is blank does not hold (lib/gitlab/ci/pipeline/expression/statement.rb).
_WHITE = Repeat(Chars(charset.BLANK), 0, None)
BLANK = Regex(r"\A[[:space:]]*\z", "", Cat([Look(TEXT_START), _WHITE, Look(TEXT_END)]))


def is_ref_name(text: str) -> bool:
    """Whether a text is of GIT_REF_NAME."""
    return re.search(_NO_REF_NAME, text) is None


class StringClass:
    """The texts that answer all questions alike.

    equal: the literal that they equal (then there is only one text), or None. matches: whether each pattern is found.
    blank: whether they are empty or white space only. inside: whether they occur inside each of the given texts.
    witness: the most ordinary one of them. singleton: whether there is only one, so that two texts of the class are
    equal.
    """

    __slots__ = ("_ends", "_product", "blank", "equal", "inside", "matches", "singleton", "witness")

    def __init__(self, product: Product, ends: Sequence[int], witness: str, equal: str | None) -> None:
        self._product = product
        self._ends = ends
        self.witness = witness
        self.equal = equal
        self.singleton = False
        self.matches: tuple[bool, ...] = ()
        self.inside: tuple[bool, ...] = ()
        self.blank = False

    def __repr__(self) -> str:
        return f"StringClass({self.witness!r}, equal={self.equal!r}, matches={self.matches}, blank={self.blank})"

    def texts(self, count: int) -> list[str]:
        """Up to `count` different texts of the class, the witness first (for variables that must differ)."""
        others = self._product.texts(set(self._ends), count)
        return [self.witness, *(text for text in others if text != self.witness)][:count]


class Partition(list[StringClass]):
    """All classes that hold a text; every text of the language lies in exactly one."""

    def __init__(self, product: Product, classes: dict[int, StringClass]) -> None:
        super().__init__(classes.values())
        self._product = product
        self._classes = classes

    def of(self, text: str) -> StringClass | None:
        """The class of a text; None when it is not of the language."""
        number = self._product.end(text)
        return None if number < 0 else self._classes.get(self._product.output(number))


def partition(
    literals: Sequence[str],
    patterns: Sequence[Regex],
    alphabet_language: Language | None = None,
    budget: Limits | None = None,
    *,
    inside: Sequence[str] = (),
    hints: Sequence[str] = HINTS,
) -> Partition:
    """The classes of all texts of the language, by the answers to all these questions.

    Which of the literals the text equals; which patterns are found in it; which of the texts `inside` it occurs in;
    whether it is blank. hints: texts preferred as witnesses, best first. Raises Budget when it costs more than `budget`
    allows (by default 2 seconds, 200,000 states).
    """
    literals = list(dict.fromkeys(literals))
    limits = budget or Limits()
    product, own = _product([*patterns, *inside, BLANK], literals, alphabet_language, limits)
    ends: dict[int, list[int]] = {}  # output -> states, the cheapest first
    for number in product.walk():
        if (output := product.output(number)) >= 0:
            ends.setdefault(output, []).append(number)
    ordinary: dict[int, str] = {}
    for text in _candidates(hints, literals):
        if (number := product.end(text)) >= 0:
            ordinary.setdefault(product.output(number), text)
    counts = product.counts()
    classes: dict[int, StringClass] = {}
    for output, numbers in ends.items():
        answers = [bool(output >> bit & 1) for bit in range(own, own + len(patterns) + len(inside) + 1)]
        equal = output >> own + len(answers)
        found = classes[output] = StringClass(
            product,
            numbers,
            ordinary.get(output) or product.cheapest(numbers[0]),
            literals[equal.bit_length() - 1] if equal else None,
        )
        found.singleton = sum(counts[number] for number in numbers) == 1
        found.matches = tuple(answers[: len(patterns)])
        found.inside = tuple(answers[len(patterns) : -1])
        found.blank = answers[-1]
    return Partition(product, classes)


def find(
    yes: Sequence[Regex],
    no: Sequence[Regex] = (),
    alphabet_language: Language | None = None,
    budget: Limits | None = None,
    *,
    unequal: Sequence[str] = (),
    hints: Sequence[str] = HINTS,
) -> str | None:
    """An ordinary text of the language in which all of `yes` and none of `no` is found; None when there is none.

    It is none of `unequal`. For families of patterns too large for `partition`. Raises Budget.
    """
    must = (1 << len(yes)) - 1
    never = (1 << len(yes) + len(no) + len(unequal)) - 1 - must
    product, _ = _product([*yes, *no], unequal, alphabet_language, budget or Limits(), must=must, never=never)
    for text in _candidates(hints, unequal):
        if (number := product.end(text)) >= 0 and product.output(number) >= 0:
            return text
    for number in product.walk(eager=len(yes) > _FEW):
        if product.output(number) >= 0:
            return product.cheapest(number)
    return None


def _product(
    asked: Sequence[Regex | str],
    literals: Sequence[str],
    language: Language | None,
    limits: Limits,
    *,
    must: int = 0,
    never: int = 0,
) -> tuple[Product, int]:
    """The product of a language and of what is asked; and how many bits of its outputs are the language's own."""
    inside, outside = (language.inside, language.outside) if language else ((), ())
    own = len(inside) + len(outside)
    required = (1 << len(inside)) - 1
    automata = [
        of_substrings(part) if isinstance(part, str) else _machine(part, limits) for part in (*inside, *outside, *asked)
    ]
    must = required | must << own
    never = (1 << own) - 1 - required | never << own
    return Product(automata, literals, limits, must=must, never=never), own


def _machine(regex: Regex, limits: Limits) -> Automaton | Table:
    """The pattern's table, or its automaton when that is too large for a table; kept with the pattern."""
    if regex.machine is None:
        found = of_regex(regex, limits)
        regex.machine = tabulate(found, limits) or found
    assert isinstance(regex.machine, Automaton | Table)
    return regex.machine


def _candidates(hints: Sequence[str], literals: Sequence[str]) -> Iterator[str]:
    """Texts that a reader would find ordinary: the hints, then names near to the pipeline's own."""
    yield from hints
    for literal in literals:
        if literal:
            yield from (f"{literal}-x", f"x-{literal}", f"feature/{literal}")
