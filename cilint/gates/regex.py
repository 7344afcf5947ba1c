"""RE2 patterns as trees.

The dialect is that of GitLab's `lib/gitlab/untrusted_regexp.rb`: RE2 with its default options, flags given as a
`(?flags)` prefix (`lib/gitlab/untrusted_regexp/ruby_syntax.rb`), and an unanchored search for a match anywhere in the
text. Only which texts match counts here, not where: greedy and lazy are the same, groups are brackets.
"""

from __future__ import annotations

from cilint.gates import charset
from cilint.gates.nodes import (
    BOUNDARY,
    LINE_END,
    LINE_START,
    NO_BOUNDARY,
    TEXT_END,
    TEXT_START,
    Cat,
    Chars,
    Look,
    Node,
    Repeat,
    Unsupported,
    alternatives,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cilint.gates.charset import Ranges

__all__ = ["Regex", "Unsupported", "parse", "quote"]

_MAX_REPEAT = 1000  # RE2's limit, also for the product of nested repetitions


class Regex:
    """A parsed pattern; `node` is what must be found somewhere in the text."""

    __slots__ = ("flags", "machine", "node", "pattern")

    def __init__(self, pattern: str, flags: str, node: Node) -> None:
        self.pattern = pattern
        self.flags = flags
        self.node = node
        self.machine: object = None  # what classes makes of it, kept

    def __repr__(self) -> str:
        return f"Regex({self.pattern!r}, {self.flags!r})"


def parse(pattern: str, flags: str = "") -> Regex:
    r"""The tree of an RE2 pattern.

    flags: GitLab's flags after the closing slash, any of `i s m U`. Raises Unsupported, with the reason, for what RE2
    refuses and for what cannot be represented exactly: `\C` (a byte), scripts as in `\p{Greek}`, a `\Q` without `\E`
    (GitLab puts the pattern between brackets, and the closing one would be swallowed).
    """
    return Regex(pattern, flags, _Parser(f"(?{flags}){pattern}" if flags else pattern).parse())


def quote(text: str) -> str:
    """A pattern that matches exactly this text, wherever it stands."""
    return "".join(char if char.isalnum() or ord(char) >= 0x80 else f"\\x{{{ord(char):x}}}" for char in text)


class _Group:
    """An open bracket: what is read of it, and the flags to go back to when it closes."""

    __slots__ = ("branches", "flags", "items")

    def __init__(self, flags: frozenset[str]) -> None:
        self.flags = flags
        self.branches: list[Node] = []
        self.items: list[Node] = []

    def end_branch(self) -> None:
        self.branches.append(self.items[0] if len(self.items) == 1 else Cat(self.items))
        self.items = []

    def close(self) -> Node:
        self.end_branch()
        return alternatives(self.branches)


_ESCAPED = {"a": 7, "f": 12, "n": 10, "r": 13, "t": 9, "v": 11}
_HEX = frozenset("0123456789abcdefABCDEF")
_OCTAL = frozenset("01234567")


class _Parser:
    """Reads a pattern from left to right, as RE2's parse.cc does; groups are on a stack, not on Python's."""

    __slots__ = ("at", "flags", "groups", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.flags: frozenset[str] = frozenset()
        self.groups = [_Group(self.flags)]

    def parse(self) -> Node:
        text = self.text
        repeated = False  # whether the last thing read was a repetition: RE2 refuses to stack them
        while self.at < len(text):
            char = text[self.at]
            if char in "*+?" or (char == "{" and self.counts() is not None):
                if repeated:
                    raise Unsupported(f"repetition of a repetition at character {self.at + 1}")
                self.repetition(char)
                repeated = True
                continue
            repeated = False
            self.at += 1
            if char == "(":
                self.open()
            elif char == ")":
                if len(self.groups) == 1:
                    raise Unsupported(f"`)` without `(` at character {self.at}")
                node = self.groups[-1].close()
                self.flags = self.groups.pop().flags
                self.groups[-1].items.append(node)
            elif char == "|":
                self.groups[-1].end_branch()
            elif char == "\\":
                self.escape()
            else:
                self.groups[-1].items.append(self.plain(char))
        if len(self.groups) > 1:
            raise Unsupported("`(` without `)`")
        return self.groups[0].close()

    def plain(self, char: str) -> Node:
        if char == "^":
            return Look(LINE_START if "m" in self.flags else TEXT_START)
        if char == "$":
            return Look(LINE_END if "m" in self.flags else TEXT_END)
        if char == ".":
            return Chars(charset.ANY if "s" in self.flags else charset.negate(charset.NEWLINE))
        if char == "[":
            return Chars(self.bracketed())
        return self.literal(ord(char))

    def literal(self, code: int) -> Node:
        return Chars(self.folded(charset.single(code)))

    def folded(self, ranges: Ranges) -> Ranges:
        return charset.fold(ranges) if "i" in self.flags else ranges

    def take(self, text: str) -> bool:
        """Step over the text if it stands here."""
        if not self.text.startswith(text, self.at):
            return False
        self.at += len(text)
        return True

    # -- repetition

    def counts(self) -> tuple[int, int, int | None] | None:
        """The end, low and high of a `{n,m}` that starts here; None when the brace is an ordinary character."""
        close = self.text.find("}", self.at, self.at + 200)
        low, comma, high = self.text[self.at + 1 : close].partition(",") if close > 0 else ("", "", "")
        if not (low.isascii() and low.isdigit()) or not (high == "" or (high.isascii() and high.isdigit())):
            return None
        return close + 1, int(low), int(high) if high else None if comma else int(low)

    def repetition(self, char: str) -> None:
        start = self.at
        counted = self.counts() if char == "{" else None
        if counted is None:
            low, high = {"*": (0, None), "+": (1, None), "?": (0, 1)}[char]
            self.at += 1
        else:
            self.at, low, high = counted
            if low > _MAX_REPEAT or (high is not None and not low <= high <= _MAX_REPEAT):
                raise Unsupported(f"repetition beyond RE2's limits: {self.text[start : self.at]}")
        self.take("?")
        items = self.groups[-1].items
        if not items:
            raise Unsupported(f"nothing to repeat before character {start + 1}")
        node = Repeat(items[-1], low, high)
        if node.product > _MAX_REPEAT:
            raise Unsupported(f"nested repetitions beyond RE2's limit of {_MAX_REPEAT}")
        items[-1] = node

    # -- groups and flags

    def open(self) -> None:
        if not self.take("?"):
            self.groups.append(_Group(self.flags))
        elif self.take("P<") or self.take("<"):
            close = self.text.find(">", self.at)
            name = self.text[self.at : close]
            if close < 0 or not (name.isascii() and f"_{name}".isidentifier() and name):
                raise Unsupported(f"group name {name!r}")
            self.at = close + 1
            self.groups.append(_Group(self.flags))
        else:
            self.switch_flags()

    def switch_flags(self) -> None:
        """`(?flags)` up to the end of the group, or `(?flags:` for a group of its own."""
        flags = set(self.flags)
        negated = seen = False
        while self.at < len(self.text):
            char = self.text[self.at]
            self.at += 1
            if char in "ismU":
                seen = True
                (flags.discard if negated else flags.add)(char)
            elif char == "-" and not negated:
                negated, seen = True, False
            elif char in ":)" and (seen or not negated):
                if char == ":":
                    self.groups.append(_Group(self.flags))
                self.flags = frozenset(flags)
                return
            else:
                break
        raise Unsupported("`(?` followed by what RE2 does not know (look-around, comments and back references)")

    # -- escapes

    def escape(self) -> None:
        items = self.groups[-1].items
        looks = {"b": BOUNDARY, "B": NO_BOUNDARY, "A": TEXT_START, "z": TEXT_END}
        char = self.text[self.at : self.at + 1]
        if char in looks:
            self.at += 1
            items.append(Look(looks[char]))
        elif char == "C":
            raise Unsupported("`\\C` matches a byte, not a character")
        elif char == "Q":
            end = self.text.find("\\E", self.at)
            if end < 0:
                raise Unsupported("`\\Q` without `\\E`")
            items.extend(self.literal(ord(quoted)) for quoted in self.text[self.at + 1 : end])
            self.at = end + 2
        else:
            ranges = self.class_escape()
            items.append(self.literal(self.code_escape()) if ranges is None else Chars(ranges))

    def class_escape(self) -> Ranges | None:
        """The set of `d s w D S W` or `p` after a backslash; None, and no step taken, when it is something else."""
        char = self.text[self.at : self.at + 1]
        if char in ("p", "P"):
            return self.property_escape(negated=char == "P")
        if char.lower() not in charset.PERL:
            return None
        self.at += 1
        ranges = self.folded(charset.PERL[char.lower()])
        return charset.negate(ranges) if char.isupper() else ranges

    def property_escape(self, *, negated: bool) -> Ranges:
        self.at += 1
        name = self.text[self.at : self.at + 1]
        self.at += 1
        if name == "{":
            close = self.text.find("}", self.at)
            name = self.text[self.at : close]
            self.at = close + 1
            if close < 0:
                raise Unsupported("`\\p{` without `}`")
            if name.startswith("^"):
                name, negated = name[1:], not negated
        ranges = charset.category(name)
        if ranges is None:
            raise Unsupported(f"`\\p{{{name}}}`: not a Unicode general category")
        return charset.negate(self.folded(ranges)) if negated else self.folded(ranges)

    def code_escape(self) -> int:
        """The character that a backslash and what follows it stand for."""
        text, start = self.text, self.at
        char = text[start : start + 1]
        self.at += 1
        if char in _ESCAPED:
            return _ESCAPED[char]
        if char == "x":
            return self.hexadecimal()
        if char in _OCTAL and char and (char == "0" or text[self.at : self.at + 1] in _OCTAL):
            while self.at < start + 3 and text[self.at : self.at + 1] in _OCTAL and self.at < len(text):
                self.at += 1
            return int(text[start : self.at], 8)
        if char and ord(char) < 0x80 and not char.isalnum():
            return ord(char)
        raise Unsupported(f"`\\{char}` is not an escape of RE2")

    def hexadecimal(self) -> int:
        if self.take("{"):
            close = self.text.find("}", self.at)
            digits = self.text[self.at : max(close, self.at)]
            self.at = close + 1
        else:
            digits = self.text[self.at : self.at + 2]
            self.at += 2
            if len(digits) < 2:
                digits = ""
        if not digits or not _HEX.issuperset(digits) or int(digits, 16) > charset.LAST:
            raise Unsupported("`\\x` needs two hexadecimal digits, or up to 10FFFF in braces")
        return int(digits, 16)

    # -- [brackets]

    def bracketed(self) -> Ranges:
        negated = self.take("^")
        sets: list[Ranges] = []
        first = True
        while first or not self.text.startswith("]", self.at):
            if self.at >= len(self.text):
                raise Unsupported("`[` without `]`")
            first = False
            named = self.named_class()
            if named is None and self.text[self.at] == "\\":
                self.at += 1
                named = self.class_escape()
                if named is None:
                    self.at -= 1
            sets.append(self.member() if named is None else named)
        self.at += 1
        ranges = charset.union(*sets)
        return charset.negate(ranges) if negated else ranges

    def named_class(self) -> Ranges | None:
        """The set of a `[:name:]` that stands here."""
        close = self.text.find(":]", self.at + 2)
        if close < 0 or not self.text.startswith("[:", self.at):
            return None
        name = self.text[self.at + 2 : close]
        ranges = charset.POSIX.get(name.removeprefix("^"))
        if ranges is None:
            raise Unsupported(f"`[:{name}:]` is not a class of characters")
        self.at = close + 2
        ranges = self.folded(ranges)
        return charset.negate(ranges) if name.startswith("^") else ranges

    def member(self) -> Ranges:
        """A character or a range between brackets."""
        low = high = self.member_code()
        if self.text.startswith("-", self.at) and self.text[self.at + 1 : self.at + 2] not in ("", "]"):
            self.at += 1
            high = self.member_code()
            if high < low:
                raise Unsupported(f"range from {chr(low)!r} down to {chr(high)!r}")
        return self.folded(charset.normal(((low, high),)))

    def member_code(self) -> int:
        if self.at >= len(self.text):
            raise Unsupported("`[` without `]`")
        self.at += 1
        return self.code_escape() if self.text[self.at - 1] == "\\" else ord(self.text[self.at - 1])
