"""The expressions of `rules:if`, `only:variables` and their like: lexer and parser.

GitLab's code is `lib/gitlab/ci/pipeline/expression/`: the lexer tries its lexemes in a fixed order at every place, and
the parser is a shunting-yard one. Offsets count characters of the expression from 0.
"""

from __future__ import annotations

from cilint.notation.patterns import PatternError, compile_pattern
from cilint.notation.terms import (
    And,
    Binary,
    Comparison,
    Input,
    Literal,
    Match,
    Not,
    Or,
    PatternLiteral,
    Term,
    Variable,
    is_present,
    occurs,
)
from cilint.pattern import Pattern

TYPE_CHECKING = False
if TYPE_CHECKING:
    import re
    from collections.abc import Iterator

    from cilint.notation.terms import Variables

__all__ = [
    "And", "Binary", "Comparison", "Expression", "ExpressionError", "Input", "Literal", "Match", "Not", "Or",
    "PatternLiteral", "Term", "Variable", "is_present", "occurs", "parse",
]  # fmt: skip

MAX_TOKENS = 100  # reaching it is already too many: the lexer must see the end of the text before (lexer.rb)
_CACHE_LIMIT = 4096
# In the order of Lexer::LEXEMES. A pattern needs two characters of body, and the last may not be a backslash.
_LEXEME = Pattern(
    r"""(?ax)(?P<open>\()|(?P<close>\))
      |\$\[\[\s*inputs\.(?P<input>[a-zA-Z0-9_-]+)\s*\]\]
      |\$(?P<variable>\w+)
      |"(?P<double>.*?)"|'(?P<single>.*?)'
      |(?P<pattern>/(?:[^/]|\\/)+[^\\]/[ismU]*)
      |(?P<null>null)
      |(?P<boolean>(?:true|false)\b)
      |(?P<operator>==|=~|!=|!~|&&|\|\||!)""",
)
_SPACE = Pattern(r"(?a)\s*")
_PRECEDENCE = {"!": 1, "==": 10, "=~": 10, "!=": 10, "!~": 10, "&&": 11, "||": 12, "(": 901}
_CLOSE = 900


class ExpressionError(ValueError):
    """An expression that GitLab refuses. reason: what is wrong; offset: the character where it shows."""

    def __init__(self, reason: str, offset: int) -> None:
        super().__init__(reason)
        self.reason = reason
        self.offset = offset


class Expression:
    """A parsed expression. text: as written. root: the whole of it as a term."""

    __slots__ = ("_variables", "root", "text")

    def __init__(self, text: str, root: Term) -> None:
        self.text = text
        self.root = root
        self._variables: list[str] | None = None

    def matches(self, variables: Variables) -> bool:
        """Whether the expression holds: its value is present, in Ruby's sense (statement.rb, `truthful?`)."""
        return is_present(self.root.value(variables))

    def terms(self) -> Iterator[Term]:
        """Every part of the expression, a parent before its operands."""
        waiting = [self.root]
        while waiting:
            term = waiting.pop()
            yield term
            waiting.extend(reversed(term.parts()))

    @property
    def variables(self) -> list[str]:
        """The names of the variables that it reads, each once, in order."""
        if self._variables is None:
            self._variables = list(dict.fromkeys(term.name for term in self.terms() if isinstance(term, Variable)))
        return self._variables

    def __repr__(self) -> str:
        return f"Expression({self.text!r})"


_cache: dict[str, Expression] = {}


def parse(text: str) -> Expression:
    """The expression that a text holds; the same object for the same text. Raises ExpressionError."""
    known = _cache.get(text)
    if known is None:
        known = Expression(text, _tree(_postfix(_tokens(text)), len(text)))
        if len(_cache) >= _CACHE_LIMIT:
            _cache.clear()
        _cache[text] = known
    return known


class _Token:
    """kind: "value", "(", ")" or the operator itself; term: the term of a value."""

    __slots__ = ("end", "kind", "start", "term")

    def __init__(self, kind: str, start: int, end: int, term: Term | None = None) -> None:
        self.kind = kind
        self.start = start
        self.end = end
        self.term = term


def _tokens(text: str) -> list[_Token]:
    tokens: list[_Token] = []
    place = _SPACE.match(text, 0).end()  # type: ignore[union-attr]  # matches everywhere
    while place < len(text):
        if len(tokens) == MAX_TOKENS - 1:
            raise ExpressionError(f"too many tokens: at most {MAX_TOKENS - 1} are read", place)
        found = _LEXEME.match(text, place)
        if found is None:
            raise ExpressionError(_unknown(text, place), place)
        tokens.append(_token(found))
        place = _SPACE.match(text, found.end()).end()  # type: ignore[union-attr]
    if not tokens:
        raise ExpressionError("the expression is empty", 0)
    return tokens


def _token(found: re.Match[str]) -> _Token:
    group, (start, end) = found.lastgroup, found.span()
    content = found[group or 0]
    term: Term
    if group in ("open", "close", "operator"):
        return _Token(content, start, end)
    if group == "variable":
        term = Variable(content, start, end)
    elif group == "pattern":
        try:
            term = PatternLiteral(compile_pattern(content), start, end)
        except PatternError as error:
            raise ExpressionError(str(error), start) from None
    elif group == "input":
        term = Input(content, start, end)
    elif group == "null":
        term = Literal(None, start, end)
    else:
        term = Literal(content == "true" if group == "boolean" else content, start, end)
    return _Token("value", start, end, term)


_WORD = Pattern(r"[A-Za-z_0-9.-]+")


def _unknown(text: str, place: int) -> str:
    """What is wrong at a place where no lexeme fits."""
    rest = text[place:]
    if rest.startswith("${"):
        return "a variable is written $NAME here, without braces"
    if rest[0] == "%":
        return "a variable is written $NAME here, not %NAME%"
    if rest[0] in "\"'":
        return f"the string has no closing {rest[0]}"
    if rest[0] == "/":
        return "a pattern is written /pattern/, with at least two characters inside and \\/ for a slash"
    if rest[0] in "=&|":
        return f'unknown operator "{rest[0]}": there are == != =~ !~ && || and !'
    word = _WORD.match(rest)
    if word and word[0] in ("and", "or", "not"):
        return f'unknown operator "{word[0]}": write {dict(zip(("and", "or", "not"), ("&&", "||", "!"), strict=True))[word[0]]}'
    if word:
        return f'"{word[0]}" is neither a variable nor a quoted string'
    return f'unexpected "{rest[0]}"'


def _postfix(tokens: list[_Token]) -> list[_Token]:
    """The tokens in reverse Polish notation, as parser.rb orders them, oddities included."""
    output: list[_Token] = []
    operators: list[_Token] = []
    for token in tokens:
        if token.kind == "value":
            output.append(token)
        elif token.kind in ("(", "!"):
            operators.append(token)
        else:
            limit = _CLOSE if token.kind == ")" else _PRECEDENCE[token.kind]
            while operators and limit >= _PRECEDENCE[operators[-1].kind]:
                output.append(operators.pop())
            if token.kind != ")":
                operators.append(token)
            elif not operators:
                raise ExpressionError("this ) closes nothing", token.start)
            else:
                operators.pop()
    return output + operators[::-1]


def _tree(postfix: list[_Token], length: int) -> Term:
    results: list[Term] = []
    for token in postfix:
        if token.term is not None:
            results.append(token.term)
        elif token.kind == "(":
            raise ExpressionError("this ( is never closed", token.start)
        elif token.kind == "!":
            if not results:
                raise ExpressionError("! has nothing to negate", token.start)
            operand = results.pop()
            results.append(Not(operand, min(token.start, operand.start), max(token.end, operand.end)))
        else:
            if len(results) < 2:
                raise ExpressionError(f"{token.kind} needs a value on both sides", token.start)
            right, left = results.pop(), results.pop()
            results.append(_binary(token, left, right))
    if len(results) > 1:
        raise ExpressionError("two values stand side by side without an operator", results[1].start)
    if not results:
        raise ExpressionError("the expression holds no value", min(length, postfix[0].start if postfix else 0))
    return results[0]


def _binary(token: _Token, left: Term, right: Term) -> Term:
    start, end = min(left.start, right.start, token.start), max(left.end, right.end, token.end)
    if token.kind == "&&":
        return And(left, right, start, end)
    if token.kind == "||":
        return Or(left, right, start, end)
    kind = Comparison if token.kind in ("==", "!=") else Match
    return kind(left, right, start, end, negated=token.kind[0] == "!")
