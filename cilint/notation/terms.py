"""The parts of an expression of `rules:if`, and what they evaluate to (`lib/gitlab/ci/pipeline/expression/lexeme/`).

Values follow Ruby: `&&` and `||` return an operand, and only null and false are falsy to them. Offsets count
characters of the expression from 0.
"""

from __future__ import annotations

from cilint.notation.patterns import Pattern, PatternError, compile_pattern

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import TypeAlias

    Result: TypeAlias = "str | bool | Pattern | None"
    Variables: TypeAlias = Mapping[str, str]

# Ruby's [[:space:]] in Unicode; str.strip() alone would also take the ASCII separators 0x1c to 0x1f.
_BLANK = "\t\n\v\f\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000"


class Term:
    """A part of an expression, from character `start` up to, not including, `end`."""

    __slots__ = ("end", "start")

    def __init__(self, start: int, end: int) -> None:
        self.start = start
        self.end = end

    def value(self, variables: Variables) -> Result:
        """What the part evaluates to."""
        raise NotImplementedError

    def parts(self) -> tuple[Term, ...]:
        """The operands, left to right."""
        return ()


class Variable(Term):
    """`$NAME`: its unexpanded value, null where it is not defined."""

    __slots__ = ("name",)

    def __init__(self, name: str, start: int, end: int) -> None:
        super().__init__(start, end)
        self.name = name

    def value(self, variables: Variables) -> Result:
        """See Term."""
        return variables.get(self.name)


class Literal(Term):
    """A string, `null`, `true` or `false`: `content` is the Python value."""

    __slots__ = ("content",)

    def __init__(self, content: str | bool | None, start: int, end: int) -> None:  # noqa: FBT001
        super().__init__(start, end)
        self.content = content

    def value(self, variables: Variables) -> Result:  # noqa: ARG002
        """See Term."""
        return self.content


class PatternLiteral(Term):
    """`/pattern/flags`."""

    __slots__ = ("pattern",)

    def __init__(self, pattern: Pattern, start: int, end: int) -> None:
        super().__init__(start, end)
        self.pattern = pattern

    def value(self, variables: Variables) -> Result:  # noqa: ARG002
        """See Term."""
        return self.pattern


class Input(Term):
    """`$[[ inputs.name ]]` that interpolation has left: no value is known when a pipeline is created."""

    __slots__ = ("name",)

    def __init__(self, name: str, start: int, end: int) -> None:
        super().__init__(start, end)
        self.name = name

    def value(self, variables: Variables) -> Result:  # noqa: ARG002
        """See Term."""
        return None


class Not(Term):
    """`!operand`: whether the operand is not present."""

    __slots__ = ("operand",)

    def __init__(self, operand: Term, start: int, end: int) -> None:
        super().__init__(start, end)
        self.operand = operand

    def value(self, variables: Variables) -> Result:
        """See Term."""
        return not is_present(self.operand.value(variables))

    def parts(self) -> tuple[Term, ...]:
        """See Term."""
        return (self.operand,)


class Binary(Term):
    """An operator between two operands."""

    __slots__ = ("left", "right")

    def __init__(self, left: Term, right: Term, start: int, end: int) -> None:
        super().__init__(start, end)
        self.left = left
        self.right = right

    def parts(self) -> tuple[Term, ...]:
        """See Term."""
        return (self.left, self.right)


class Comparison(Binary):
    """`left == right`, or `!=` when negated."""

    __slots__ = ("negated",)

    def __init__(self, left: Term, right: Term, start: int, end: int, *, negated: bool) -> None:
        super().__init__(left, right, start, end)
        self.negated = negated

    def value(self, variables: Variables) -> Result:
        """See Term."""
        left, right = self.left.value(variables), self.right.value(variables)
        if isinstance(left, bool) and isinstance(right, str):
            left = as_text(left)
        elif isinstance(right, bool) and isinstance(left, str):
            right = as_text(right)
        return (left == right) is not self.negated


class Match(Binary):
    """`left =~ right`, or `!~` when negated."""

    __slots__ = ("negated",)

    def __init__(self, left: Term, right: Term, start: int, end: int, *, negated: bool) -> None:
        super().__init__(left, right, start, end)
        self.negated = negated

    def value(self, variables: Variables) -> Result:
        """See Term."""
        return occurs(self.left.value(variables), self.right.value(variables)) is not self.negated


class And(Binary):
    """`left && right`."""

    __slots__ = ()

    def value(self, variables: Variables) -> Result:
        """See Term."""
        left = self.left.value(variables)
        return left if left is None or left is False else self.right.value(variables)


class Or(Binary):
    """`left || right`."""

    __slots__ = ()

    def value(self, variables: Variables) -> Result:
        """See Term."""
        left = self.left.value(variables)
        return self.right.value(variables) if left is None or left is False else left


def is_present(value: Result) -> bool:
    """Ruby's `present?`: null, false, and text of nothing but white space are not."""
    if isinstance(value, str):
        return bool(value.strip(_BLANK))
    return value is not None and value is not False


def occurs(left: Result, right: Result) -> bool:
    """The value of `left =~ right` (lexeme/matches.rb).

    A right side that is text but no working pattern is searched for the *left* text: `String#scan` with a string.
    """
    if right is None or right is False:
        return False
    text = as_text(left)
    if isinstance(right, Pattern):
        return right.search(text)
    right = as_text(right)
    if right.find("/") >= 0:
        try:
            return compile_pattern(right).search(text)
        except PatternError:
            pass
    return text in right


def as_text(value: Result) -> str:
    """Ruby's `to_s`."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    return value.source if isinstance(value, Pattern) else ("true" if value else "false")
