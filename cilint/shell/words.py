"""Words of shell: plain text, quotes, variables, substitutions, arrays. What `Reader` builds commands from."""

from __future__ import annotations

from cilint.pattern import Pattern
from cilint.shell.command import Command, Part, Word

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cilint.shell.parameters import Reference
    from cilint.shell.script import Script

_PLAIN = Pattern(r"[^\s\\'\"$`|&;<>()]+")
_QUOTED = Pattern(r'[^"\\$`]+')
_NAME = Pattern(r"(?a)[A-Za-z_]\w*|[0-9@*#?$!-]")
_BRACED = Pattern(r"(?a)[!#]?([A-Za-z_]\w*|[0-9]+|[@*#?$!-])")
_BRACED_PLAIN = Pattern(r"[^\\\"$`'}]+")
_GIVEN = frozenset(("@", "*", "OPTARG", *"123456789"))
_PARENTHESIS = Pattern(r"[()]")
_MAX_GLOB = 256
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "\\": "\\", "'": "'", '"': '"'}
BLANK = Pattern(r"(?:[ \t\r\f\v]|\\\n)+")
MAX_DEPTH = 25
MAX_COMMANDS = 20_000  # of one text; nobody writes more
MAX_WORDS = 100_000  # of one text; a megabyte of words took 300 MB and 5 s


class Words:
    """A place in a text of shell, and the reading of words from there on.

    commands: all that were read, in order of their beginning, those of substitutions among them.
    open: the text ends inside a quote, a compound command or a here-document, so that the next line goes on with it.
    references: variables of which more is known than their names.
    """

    __slots__ = (
        "_closers", "_function", "_given", "_items", "_no_arithmetic", "_parents", "_pos", "_script", "_stop", "_text", "_words_left",
        "commands", "cut", "open", "references",
    )  # fmt: skip

    def __init__(self, script: Script, start: int = 0, stop: int | None = None) -> None:
        self._script = script
        self._text = script.text
        self._given = script.given
        self._pos = start
        self._stop = len(script.text) if stop is None else stop
        self.commands: list[Command] = []
        self.references: list[Reference] = []
        self._function = ""
        self.open = False
        self.cut: int | None = None
        self._words_left = MAX_WORDS
        self._closers: list[str] = []  # what ends the substitutions and lists around this place
        self._parents: list[Command] = []
        self._no_arithmetic = False
        self._items: tuple[Word, ...] | None = None

    def _nested(self, closer: str) -> None:
        """Read commands up to a closer."""
        raise NotImplementedError

    def _expansions(self, start: int, end: int) -> tuple[list[Part], list[Command]]:
        """What `$` and backticks put into a stretch."""
        raise NotImplementedError

    def _is_full(self) -> bool:
        """Whether there are so many commands that no more are read."""
        full = len(self.commands) >= MAX_COMMANDS
        if full:
            self._cut()
        return full

    def _cut(self) -> None:
        """Leave the rest of the text unread."""
        if self.cut is None and self._pos < self._stop:
            self.cut = self._pos
            self._stop = self._pos

    def _skip_comment(self) -> None:
        end = self._text.find("\n", self._pos, self._stop)
        self._pos = self._stop if end < 0 else end

    def _skip_blank(self) -> None:
        blank = BLANK.match(self._text, self._pos, self._stop)
        if blank:
            self._pos = blank.end()

    def _word(self) -> Word:
        self._words_left -= 1
        if self._words_left < 0:
            self._cut()
        text, stop = self._text, self._stop
        start = self._pos
        plain = _PLAIN.match(text, start, stop)
        if plain:
            self._pos = plain.end()
            if self._pos >= stop or text[self._pos] in " \t\n;|":
                return Word(plain[0], start, self._pos)
        parts: list[Part] = []
        if plain:
            parts.append(Part("text", plain[0], start, self._pos))
        while self._pos < stop and self._piece(parts):
            pass
        if self._pos == start < stop:
            self._pos += 1  # whatever it is, go on behind it
        word = join_parts(parts, start, min(self._pos, stop), quoted=text[start : start + 1] in ("'", '"'))
        word.items, self._items = self._items, None
        return word

    def _piece(self, parts: list[Part]) -> bool:
        """One piece of a word; False at the word's end."""
        text, pos = self._text, self._pos
        plain = _PLAIN.match(text, pos, self._stop)
        if plain:
            parts.append(Part("text", plain[0], pos, plain.end()))
            self._pos = plain.end()
            return True
        char = text[pos]
        if char == "'":
            self._single_quoted(parts)
        elif char == '"':
            self._pos += 1
            self._double_quoted(parts, closing=True)
        elif char == "\\":
            following = text[pos + 1 : pos + 2]
            if following != "\n" and following:
                parts.append(Part("text", following, pos, pos + 2, quoted=True))
            self._pos = min(pos + 2, self._stop)
        elif char == "$":
            self._dollar(parts, quoted=False)
        elif char == "`" and self._closers[-1:] != ["`"]:
            self._substitution(parts, "`", 1, quoted=False)
        elif char in "<>" and text.startswith("(", pos + 1):
            self._substitution(parts, ")", 2, quoted=False, kind="process")
        elif char == "(" and parts and parts[-1].kind == "text" and parts[-1].text.endswith("="):
            self._array(parts)
        elif char == "(" and parts and text[pos - 1] in "?*+@!" and parts[-1].end == pos and not parts[-1].quoted:
            self._extended_glob(parts)
        else:
            return False
        return True

    def _extended_glob(self, parts: list[Part]) -> None:
        """`!(a|b)` behind a word's beginning."""
        start = self._pos
        end = self._text.find(")", start, min(self._stop, start + _MAX_GLOB))
        self._pos = end + 1 if end >= 0 else start + 1
        parts.append(Part("text", self._text[start : self._pos], start, self._pos))

    def _array(self, parts: list[Part]) -> None:
        """`NAME=(a b c)`: the items, set apart by blanks."""
        self._pos += 1
        if len(self._closers) >= MAX_DEPTH:
            return
        self._closers.append(")")
        items: list[Word] = []
        while self._pos < self._stop and self._text[self._pos] != ")":
            if self._text[self._pos].isspace():
                self._pos += 1
            elif self._text[self._pos] == "#":
                self._skip_comment()
            else:
                word = self._word()
                items.append(word)
                parts.append(Part("text", " ", word.start, word.start))
                parts += word.parts or (Part("text", word.text, word.start, word.end),)
        self._closers.pop()
        self._items = tuple(items)
        self.open = self.open or self._pos >= self._stop
        self._pos = min(self._pos + 1, self._stop)

    def _single_quoted(self, parts: list[Part]) -> None:
        start = self._pos + 1
        end = self._text.find("'", start, self._stop)
        self.open = self.open or end < 0
        end = self._stop if end < 0 else end
        place = self._text.find("$", start, end) if self._given else -1
        while place >= 0:
            if place in self._given:
                parts.append(Part("text", self._text[start:place], start, place, quoted=True))
                parts.append(self._put_in(place, quoted=True))
                start = place + 1
            place = self._text.find("$", place + 1, end)
        parts.append(Part("text", self._text[start:end], start, end, quoted=True))
        self._pos = min(end + 1, self._stop)

    def _put_in(self, place: int, *, quoted: bool) -> Part:
        """What the shell around this one puts into its code, before this one reads it."""
        part = self._given[place].moved(place, place + 1, quoted=quoted)
        if part.key:
            self.references.append(part)  # type: ignore[arg-type]  # only references have keys
        return part

    def _variable(self, name: str, start: int, *, quoted: bool, commands: list[Command] | None = None) -> Part:
        """A variable that the shell puts in, written from `start` up to here."""
        part = Part("variable", name, start, self._pos, quoted=quoted, commands=commands)
        if name in _GIVEN or self._pos - start > len(name) + 4:  # more than `${NAME}`
            from cilint.shell.parameters import known  # few texts have any

            return known(part, self._text, self._function, self.references)
        return part

    def _double_quoted(self, parts: list[Part], *, closing: bool) -> None:
        text = self._text
        if closing and self._pos < self._stop and text[self._pos] == '"':
            parts.append(Part("text", "", self._pos, self._pos, quoted=True))
        while self._pos < self._stop:
            pos = self._pos
            run = _QUOTED.match(text, pos, self._stop)
            if run:
                parts.append(Part("text", run[0], pos, run.end(), quoted=True))
                self._pos = run.end()
                continue
            char = text[pos]
            if char == '"':
                self._pos += 1
                if closing:
                    return
                parts.append(Part("text", '"', pos, pos + 1, quoted=True))
            elif char == "\\":
                following = text[pos + 1 : pos + 2]
                if following != "\n":
                    kept = following if following in '"\\$`' else char + following
                    parts.append(Part("text", kept, pos, pos + 2, quoted=True))
                self._pos = min(pos + 2, self._stop)
            elif char == "$":
                self._dollar(parts, quoted=True)
            elif self._closers[-1:] == ["`"]:
                return
            else:
                self._substitution(parts, "`", 1, quoted=True)
        self.open = self.open or closing

    def _dollar(self, parts: list[Part], *, quoted: bool) -> None:
        text, pos = self._text, self._pos
        if self._given and pos in self._given:
            parts.append(self._put_in(pos, quoted=quoted))
            self._pos += 1
            return
        following = text[pos + 1 : pos + 2] if pos + 1 < self._stop else ""
        if following == "(":
            if text.startswith("((", pos + 1) and self._arithmetic(parts, quoted=quoted):
                return
            self._substitution(parts, ")", 2, quoted=quoted)
        elif following == "{":
            self._braced(parts, quoted=quoted)
        elif following == "'" and not quoted:
            self._ansi(parts)
        elif name := _NAME.match(text, pos + 1, self._stop):
            self._pos = name.end()
            parts.append(self._variable(name[0], pos, quoted=quoted))
        else:
            self._pos += 1
            if following != '"' or quoted:
                parts.append(Part("text", "$", pos, pos + 1, quoted=quoted))

    def _arithmetic(self, parts: list[Part], *, quoted: bool) -> bool:
        start = self._pos
        end = self._arithmetic_end(start + 1)
        if end < 0:
            return False
        commands = self._expansions(start + 3, end - 2)[1]
        text = self._text[start + 3 : end - 2]
        parts.append(Part("arithmetic", text, start, end, quoted=quoted, commands=commands))
        self._pos = end
        return True

    def _arithmetic_end(self, start: int) -> int:
        """Behind the `))` that closes the `((` at the start; -1 when it is a subshell in a subshell, or never closed.

        What is never closed is remembered, so that nobody looks through the rest of the text again.
        """
        if self._no_arithmetic or len(self._closers) >= MAX_DEPTH:
            return -1
        depth = 0
        for sign in _PARENTHESIS.finditer(self._text, start + 2, self._stop):
            if sign[0] == "(":
                depth += 1
            elif depth:
                depth -= 1
            else:
                closed = self._text.startswith("))", sign.start(), self._stop)
                return sign.start() + 2 if closed else -1
        self._no_arithmetic = True
        return -1

    def _substitution(self, parts: list[Part], closer: str, skip: int, *, quoted: bool, kind: str = "command") -> None:
        start = self._pos
        self._pos += skip
        if len(self._closers) >= MAX_DEPTH:
            parts.append(Part("text", self._text[start : self._pos], start, self._pos, quoted=quoted))
            return
        first = len(self.commands)
        self._parents.append(Command(self._script, start))
        marker = self._parents[-1]
        self._nested(closer)
        self._parents.pop()
        inner = [command for command in self.commands[first:] if command.parent is marker]
        parts.append(Part(kind, self._text[start : self._pos], start, self._pos, quoted=quoted, commands=inner))

    def _braced(self, parts: list[Part], *, quoted: bool) -> None:
        start = self._pos
        if len(self._closers) >= MAX_DEPTH:
            self._pos += 2
            parts.append(Part("text", "${", start, self._pos, quoted=quoted))
            return
        name = _BRACED.match(self._text, start + 2, self._stop)
        self._pos = name.end() if name else start + 2
        inner: list[Part] = []
        self._closers.append("}")
        while self._pos < self._stop and self._text[self._pos] != "}":
            self._piece_of_brace(inner, quoted=quoted)
        self._closers.pop()
        self.open = self.open or self._pos >= self._stop
        self._pos = min(self._pos + 1, self._stop)
        commands = [command for part in inner for command in part.commands]
        parts.append(self._variable(name[1] if name else "", start, quoted=quoted, commands=commands))
        parts += [part for part in inner if part.kind == "variable"]

    def _piece_of_brace(self, parts: list[Part], *, quoted: bool) -> None:
        """A piece of what stands behind the name in `${NAME:-...}`."""
        plain = _BRACED_PLAIN.match(self._text, self._pos, self._stop)
        if plain:
            self._pos = plain.end()
        elif (self._text[self._pos] == '"' and quoted) or not self._piece(parts):
            self._pos += 1

    def _ansi(self, parts: list[Part]) -> None:
        """`$'...'`, with its escapes."""
        start = self._pos = self._pos + 2
        taken: list[str] = []
        text = self._text
        while self._pos < self._stop and text[self._pos] != "'":
            if text[self._pos] == "\\" and self._pos + 1 < self._stop:
                self._pos += 1
                taken.append(_ESCAPES.get(text[self._pos], "\\" + text[self._pos]))
            else:
                taken.append(text[self._pos])
            self._pos += 1
        parts.append(Part("text", "".join(taken), start, self._pos, quoted=True))
        self.open = self.open or self._pos >= self._stop
        self._pos = min(self._pos + 1, self._stop)


def join_parts(parts: list[Part], start: int, end: int, *, quoted: bool) -> Word:
    """A word out of its pieces; one without quotes and variables has none."""
    if len(parts) == 1 and parts[0].kind == "text" and not parts[0].quoted and parts[0].start == start:
        return Word(parts[0].text, start, end)
    texts = [f"${part.text}" if part.kind == "variable" else part.text for part in parts]
    return Word("".join(texts), start, end, tuple(parts), quoted=quoted)
