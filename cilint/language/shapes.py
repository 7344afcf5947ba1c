"""The shapes of single values: strings, booleans, integers, words, durations, patterns, expressions.

A shape checks one node and reports what is wrong with it. Null is not handed to a shape: GitLab treats a keyword that
is null as unset nearly everywhere; the shapes that are asked all the same say so (`null`).
"""

from __future__ import annotations

from cilint.language.faults import shown
from cilint.notation.durations import is_never, seconds
from cilint.notation.expression import ExpressionError, parse
from cilint.notation.patterns import PatternError, compile_pattern
from cilint.pattern import Pattern
from cilint.tree.node import Scalar, Symbol

TYPE_CHECKING = False
if TYPE_CHECKING:
    import re
    from collections.abc import Callable

    from cilint.language.edition import Edition
    from cilint.language.faults import Faults, Way
    from cilint.tree.node import Node

    Check = Callable[[Node, Way, Faults], None]

_LISTED = 13  # words that a message lists
_WHOLE = Pattern(r"(?a)[+-]?\d{1,9}")
_VARIABLE = Pattern(r"\$(?:\w|\{\w)|%\w+%")


class Shape:
    """What one value may be. words: what it is, for "should be WORDS". null: whether null is a value like others."""

    __slots__ = ("null", "words")

    def __init__(self, words: str, *, null: bool = False) -> None:
        self.words = words
        self.null = null

    def accepts(self, node: Node) -> bool:
        """Whether the node is of the kind that this shape is about; `check` then tells what is wrong inside."""
        raise NotImplementedError

    def check(self, node: Node, path: Way, faults: Faults) -> None:
        """Report everything that is wrong with the node."""
        raise NotImplementedError


class Anything(Shape):
    """A value that GitLab does not look at, or that an own check looks at."""

    __slots__ = ()

    def accepts(self, node: Node) -> bool:  # noqa: ARG002
        """See Shape."""
        return True

    def check(self, node: Node, path: Way, faults: Faults) -> None:
        """See Shape."""


class Text(Shape):
    """A string.

    blank: whether it may be empty or white space. longest, shortest: in characters. form: a pattern that it must
    match, and what to say when it does not.
    """

    __slots__ = ("blank", "form", "longest", "shortest")

    def __init__(
        self,
        *,
        blank: bool = True,
        longest: int = 0,
        shortest: int = 0,
        form: tuple[re.Pattern[str], str] | None = None,
        words: str = "a string",
    ) -> None:
        super().__init__(words)
        self.blank = blank
        self.longest = longest
        self.shortest = shortest
        self.form = form

    def accepts(self, node: Node) -> bool:
        """See Shape."""
        return type(node) is Scalar and type(node.value) is str

    def check(self, node: Node, path: Way, faults: Faults) -> None:
        """See Shape."""
        if type(node) is not Scalar or type(text := node.value) is not str:
            faults.type(path, node, self.words)
        elif not self.blank and not text.strip():
            faults.add("keyword-missing", path, "can't be blank")
        elif self.longest and len(text) > self.longest:
            faults.add(
                "limit-exceeded", path, f"is too long (maximum is {self.longest} characters, this has {len(text)})"
            )
        elif len(text) < self.shortest:
            faults.add("limit-exceeded", path, f"is too short (minimum is {self.shortest} characters)")
        elif self.form and not self.form[0].match(text):
            faults.add("keyword-value", path, self.form[1])


class Value(Shape):
    """A scalar of any kind: string, number, boolean."""

    __slots__ = ()

    def accepts(self, node: Node) -> bool:
        """See Shape."""
        return type(node) is Scalar

    def check(self, node: Node, path: Way, faults: Faults) -> None:
        """See Shape."""
        if type(node) is not Scalar:
            faults.type(path, node, self.words)


class Flag(Shape):
    """A boolean."""

    __slots__ = ()

    def accepts(self, node: Node) -> bool:
        """See Shape."""
        return type(node) is Scalar and type(node.value) is bool

    def check(self, node: Node, path: Way, faults: Faults) -> None:
        """See Shape."""
        if type(node) is Scalar and type(node.value) is bool:
            return
        words = ("true", "false", "yes", "no", "on", "off")
        if isinstance(node, Scalar) and node.style and node.text.lower() in words:
            message = "should be a boolean value, not a string: leave out the quotes"
            faults.add("keyword-type", path, message, instead=node.text)
        else:
            faults.type(path, node, "a boolean value (`true` or `false`)")


class Whole(Shape):
    """An integer from `low` to `high`. lenient: whether a string of digits will do, as where GitLab asks for a number."""

    __slots__ = ("high", "lenient", "low")

    def __init__(self, low: int | None = None, high: int | None = None, *, lenient: bool = False) -> None:
        super().__init__("an integer" if low is None else f"an integer from {low} to {high}")
        self.low = low
        self.high = high
        self.lenient = lenient

    def accepts(self, node: Node) -> bool:
        """See Shape."""
        return type(node) is Scalar and type(node.value) is int

    def check(self, node: Node, path: Way, faults: Faults) -> None:
        """See Shape."""
        number = node.value if type(node) is Scalar else None
        if self.lenient and isinstance(number, str) and _WHOLE.fullmatch(number):
            number = int(number)
        if type(number) is not int:
            faults.type(path, node, self.words)
        elif self.low is not None and number < self.low:
            faults.add("limit-exceeded", path, f"must be greater than or equal to {self.low}, not {number}")
        elif self.high is not None and number > self.high:
            faults.add("limit-exceeded", path, f"must be less than or equal to {self.high}, not {number}")


class Words(Shape):
    """One of a few words. newer: words that GitLab has taken since a version (major, minor)."""

    __slots__ = ("choices", "newer")

    def __init__(self, *choices: str, newer: tuple[tuple[int, int], tuple[str, ...]] = ((0, 0), ())) -> None:
        super().__init__("a string")
        self.choices = choices
        self.newer = newer

    def accepts(self, node: Node) -> bool:
        """See Shape."""
        return type(node) is Scalar and type(node.value) is str

    def check(self, node: Node, path: Way, faults: Faults) -> None:
        """See Shape."""
        if type(node) is not Scalar or type(node.value) is not str:
            faults.type(path, node, self._wanted())
        elif node.value not in self.choices:
            since, newer = self.newer
            if node.value not in newer:
                faults.value(path, node, self.choices)
            elif faults.edition.version < since:
                version = ".".join(map(str, faults.edition.version))
                faults.add(
                    "keyword-value", path, f"unknown value: {shown(node.value)}, which GitLab has only after {version}"
                )

    def _wanted(self) -> str:
        listed = f", one of: {', '.join(self.choices)}" if len(self.choices) <= _LISTED else ""
        return f"a string{listed}"


class Duration(Shape):
    """A duration in words.

    limit: at most so many seconds, and how GitLab writes the limit. never, variable: whether `never`, or a text with a
    variable, will do. Source: `DurationValidator` in lib/gitlab/config/entry/validators.rb.
    """

    __slots__ = ("limit", "never", "variable")

    def __init__(self, *, limit: tuple[float, str] | None = None, never: bool = False, variable: bool = False) -> None:
        super().__init__("a duration")
        self.limit = limit
        self.never = never
        self.variable = variable

    def accepts(self, node: Node) -> bool:
        """See Shape."""
        return type(node) is Scalar and type(node.value) is str

    def check(self, node: Node, path: Way, faults: Faults) -> None:
        """See Shape."""
        if type(node) is not Scalar or type(text := node.value) is not str:
            faults.type(path, node, "a duration in a string, like `1 week`")
            return
        if (self.never and is_never(text)) or (self.variable and _VARIABLE.search(text)):
            return
        length = seconds(text)
        if length is None:
            like = "like `30 minutes`, `1 week`, `2h20min`"
            also = " or `never`" if self.never else ""
            why = " (no variables here)" if "$" in text else " (zero is none)" if not text.strip("0. ") else ""
            faults.add("duration-invalid", path, f"should be a duration {like}{also}, not {shown(text)}{why}")
        elif self.limit and length > self.limit[0]:
            faults.add("limit-exceeded", path, f"should not exceed the limit of {self.limit[1]}")


class Regex(Shape):
    """A regular expression between slashes, in RE2's dialect. Source: `RegexpValidator`, the same file."""

    __slots__ = ()

    def accepts(self, node: Node) -> bool:
        """See Shape."""
        return type(node) is Scalar and type(node.value) is str

    def check(self, node: Node, path: Way, faults: Faults) -> None:
        """See Shape."""
        if type(node) is not Scalar or type(node.value) is not str:
            faults.type(path, node, self.words)
            return
        try:
            compile_pattern(node.value, unescape=False)
        except PatternError as error:
            faults.add(
                "pattern-invalid", path, f"must be a regular expression with re2 syntax, /between slashes/: {error}"
            )


class Condition(Shape):
    """An expression of `rules:if` and its like. Source: `ExpressionValidator`, the same file."""

    __slots__ = ()

    def accepts(self, node: Node) -> bool:
        """See Shape."""
        return type(node) is Scalar and type(node.value) is str

    def check(self, node: Node, path: Way, faults: Faults) -> None:
        """See Shape."""
        if type(node) is not Scalar or type(node.value) is not str:
            faults.type(path, node, self.words)
            return
        try:
            parse(node.value)
        except ExpressionError as error:
            faults.add("expression-invalid", path, f"Invalid expression syntax: {error}")


class Tiered(Shape):
    """A keyword of the Enterprise Edition, or of a newer GitLab; elsewhere it is unknown."""

    __slots__ = ("shape", "since", "tier")

    def __init__(self, shape: Shape, tier: str = "free", since: tuple[int, int] = (0, 0)) -> None:
        super().__init__(shape.words, null=True)
        self.shape = shape
        self.tier = tier
        self.since = since

    def known(self, edition: Edition) -> bool:
        """Whether that GitLab knows the keyword; without a licence an Enterprise build takes and ignores it."""
        return (self.tier == "free" or edition.enterprise) and edition.version >= self.since

    def accepts(self, node: Node) -> bool:
        """See Shape."""
        return self.shape.accepts(node)

    def check(self, node: Node, path: Way, faults: Faults) -> None:
        """See Shape."""
        edition = faults.edition
        if self.known(edition):
            if type(node) is not Scalar or node.value is not None:
                self.shape.check(node, path, faults)
        elif self.tier != "free" and not edition.enterprise:
            faults.unknown(path, (), f"; it needs {self.tier.title()}, and {edition.name} refuses it")
        else:
            faults.unknown(path, (), f"; GitLab has it only after {edition.version[0]}.{edition.version[1]}")


def is_string(node: Node) -> bool:
    """Whether GitLab takes the node for a string inside a list: symbols pass there."""
    return type(node) is Scalar and type(node.value) in (str, Symbol)


ANY = Anything("anything")
TEXT = Text()
FILLED = Text(blank=False, words="a non-empty string")
VALUE = Value("a string, a number or a boolean")
FLAG = Flag("a boolean")
INTEGER = Whole()
REGEX = Regex("a regular expression in a string, between slashes")
CONDITION = Condition("an expression in a string")
