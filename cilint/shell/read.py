"""A reader of POSIX shell and bash: text to commands. It never raises, and its work grows with the text's length.

It reads what rules need: words with their quotes, variables and substitutions, pipelines, lists, redirections, here-
documents, functions, compound commands. It does not run or expand anything. Where a text is no shell (PowerShell,
a broken quote) it gives what can be read.
"""

from __future__ import annotations

import re

from cilint.shell.command import Command, Part, Redirect, Word, tail

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cilint.shell.script import Script

_PLAIN = re.compile(r"[^\s\\'\"$`|&;<>()]+")
_QUOTED = re.compile(r'[^"\\$`]+')
_BLANK = re.compile(r"(?:[ \t\r\f\v]|\\\n)+")
_NAME = re.compile(r"[A-Za-z_]\w*|[0-9@*#?$!-]", re.A)
_BRACED = re.compile(r"[!#]?([A-Za-z_]\w*|[0-9]+|[@*#?$!-])", re.A)
_BRACED_PLAIN = re.compile(r"[^\\\"$`'}]+")
_ASSIGN = re.compile(r"([A-Za-z_]\w*)(?:\[[^\]\s]*\])?\+?=", re.A)
_REDIRECT = re.compile(r"(?:\d+|\{\w+\})?(<<<|<<-|<<|<>|<&|>>|>&|>\||<(?!\()|>(?!\()|&>>|&>)")
_CALL = re.compile(r"[ \t]*\([ \t]*\)")
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "\\": "\\", "'": "'", '"': '"'}

_OPENERS = {"if": "fi", "while": "done", "until": "done", "{": "}"}
_CLOSERS = ("fi", "done", "}", "esac")
_MAX_DEPTH = 25
_MAX_COMMANDS = 20_000


class Reader:
    """One reading of one text. commands: in order of their beginning, those of substitutions among them.

    open: the text ends inside a quote, a compound command or a here-document, so that the next line goes on with it.
    """

    __slots__ = (
        "_blocks", "_closers", "_items", "_condition", "_documents", "_function", "_functions", "_joined", "_last", "_negated",
        "_no_arithmetic", "_parents", "_pos", "_script", "_stop", "_text", "commands", "open",
    )  # fmt: skip

    def __init__(self, script: Script, start: int = 0, stop: int | None = None) -> None:
        self._script = script
        self._text = script.text
        self._pos = start
        self._stop = len(script.text) if stop is None else stop
        self.commands: list[Command] = []
        self.open = False
        self._blocks: list[tuple[str, int]] = []  # what closes a compound command, and where its commands begin
        self._closers: list[str] = []
        self._documents: list[tuple[Redirect, str, bool, bool]] = []
        self._functions: list[tuple[int, str]] = []
        self._parents: list[Command] = []
        self._no_arithmetic = False
        self._items: tuple[Word, ...] | None = None
        self._begin()

    def _begin(self) -> None:
        self._joined = ""
        self._last: Command | None = None
        self._condition = False
        self._negated = False
        self._function = ""

    def read(self) -> Reader:
        """Read all of the text."""
        self._list("")
        if self._blocks or self._documents:
            self.open = True
        return self

    # -- lists of commands

    def _list(self, closer: str) -> None:
        text = self._text
        while self._pos < self._stop and len(self.commands) < _MAX_COMMANDS:
            blank = _BLANK.match(text, self._pos, self._stop)
            if blank:
                self._pos = blank.end()
                continue
            char = text[self._pos]
            if char == "\n":
                self._pos += 1
                self._read_documents()
                if self._joined not in ("&&", "||", "|"):
                    self._join(";")
            elif char == "#":
                self._skip_comment()
            elif char == closer:
                return
            elif char in ";&|" and not text.startswith("&>", self._pos):
                self._operator()
            elif char == "(":
                self._parenthesis()
            elif char == ")":
                self._pos += 1  # ends a pattern of `case`, or is a slip
            else:
                self._command()
        self._pos = max(self._pos, self._stop) if len(self.commands) >= _MAX_COMMANDS else self._pos

    def _skip_comment(self) -> None:
        end = self._text.find("\n", self._pos, self._stop)
        self._pos = self._stop if end < 0 else end

    def _operator(self) -> None:
        text, pos = self._text, self._pos
        for op in ("&&", "||", ";;&", ";;", ";&", "|&"):
            if text.startswith(op, pos):
                break
        else:
            op = text[pos]
        self._pos = pos + len(op)
        self._join("|" if op == "|&" else ";" if op[0] == ";" else op)
        if op in (";;", ";&", ";;&") and self._blocks and self._blocks[-1][0] == "esac":
            self._skip_pattern()

    def _join(self, op: str) -> None:
        if self._last is not None:
            self._last.followed = self._last.followed or op
        self._joined = op
        if op != "|":
            self._negated = False

    def _parenthesis(self) -> None:
        text = self._text
        if text.startswith("((", self._pos) and (end := self._arithmetic_end()) > 0:
            self._pos = end
            return
        start = self._pos
        self._pos += 1
        if len(self._closers) >= _MAX_DEPTH:
            return
        first = len(self.commands)
        joined = self._joined
        self._nested(")")
        self._joined = joined
        self._compound(start, first)

    def _nested(self, closer: str) -> None:
        """Commands up to a closer, in a state of their own."""
        state = (self._joined, self._last, self._condition, self._negated, self._blocks)
        self._joined, self._last, self._condition, self._negated, self._blocks = "", None, False, False, []
        self._closers.append(closer)
        self._list(closer)
        self._closers.pop()
        self._joined, self._last, self._condition, self._negated, self._blocks = state
        if self._pos < self._stop:
            self._pos += 1
        else:
            self.open = True

    def _compound(self, start: int, first: int) -> None:
        """The commands since `first` as one, for what joins them: a pipe, a redirection, `|| true`."""
        command = Command(self._script, start)
        command.end = min(self._pos, self._stop)
        command.inner = [one for one in self.commands[first:] if one.parent is self._parent]
        self._place(command)
        self._rest(command)

    @property
    def _parent(self) -> Command | None:
        return self._parents[-1] if self._parents else None

    def _place(self, command: Command) -> None:
        """Join the command to the one before it."""
        last = self._last
        command.joined, command.negated, command.function = self._joined, self._negated, self._function
        command.condition, command.parent = self._condition, self._parent
        if last is not None:
            last.next = command
            if self._joined == "|":
                command.pipe = last.pipe
                command.pipe.append(command)
        self._joined = ""
        self._last = command
        self.commands.append(command)

    # -- one command

    def _command(self) -> None:
        text = self._text
        start = self._pos
        word = self._redirect_or_word()
        if word is None:  # a redirection stands first
            command = Command(self._script, start)
            self._pos = start
            self._place(command)
            self._rest(command)
            return
        if not word.parts and not word.quoted:
            if self._reserved(word):
                return
            call = _CALL.match(text, self._pos, self._stop)
            if call and not _ASSIGN.match(word.text):
                self._pos = call.end()
                self._start_function(word.text)
                return
        command = Command(self._script, start)
        self._place(command)
        self._adopt(command, word)
        self._rest(command)

    def _redirect_or_word(self) -> Word | None:
        return None if _REDIRECT.match(self._text, self._pos, self._stop) else self._word()

    def _adopt(self, command: Command, word: Word) -> None:
        """Take a word into a command: as an assignment while no name was seen, else as one of its words."""
        command.end = word.end
        for inner in word.commands:
            inner.parent = command
        if not command.words and not word.quoted:
            assign = _ASSIGN.match(word.text)
            if assign and self._text.startswith(assign[1], word.start):
                command.assignments.append((assign[1], tail(word, assign.end())))
                return
        command.words.append(word)

    def _rest(self, command: Command) -> None:
        """Words and redirections up to the end of the command."""
        text = self._text
        double = bool(command.words) and command.words[0].text == "[["
        self._parents.append(command)
        while self._pos < self._stop:
            blank = _BLANK.match(text, self._pos, self._stop)
            if blank:
                self._pos = blank.end()
                continue
            char = text[self._pos]
            if double and char in "<>&|()" and char != "\n":
                self._pos += 1
                continue
            redirect = _REDIRECT.match(text, self._pos, self._stop)
            if redirect:
                self._redirect(command, redirect)
                continue
            if char == "\n" and double:
                self._pos += 1
                continue
            if char in "\n;&|)" or char in self._closers[-1:] or (char == "#"):
                break
            if char == "(":
                self._pos += 1  # an extended glob, or a slip
                continue
            word = self._word()
            self._adopt(command, word)
            double = double and word.text != "]]"
        self._parents.pop()

    def _redirect(self, command: Command, redirect: re.Match[str]) -> None:
        self._pos = redirect.end()
        blank = _BLANK.match(self._text, self._pos, self._stop)
        if blank:
            self._pos = blank.end()
        op = redirect[1]
        word = self._word()
        entry = Redirect("<<" if op == "<<-" else op, word)
        command.redirects.append(entry)
        command.end = max(command.end, word.end)
        for inner in word.commands:
            inner.parent = command
        if op in ("<<", "<<-") and word.end > word.start:
            literal = word.quoted or "\\" in self._text[word.start : word.end]
            self._documents.append((entry, word.text, op == "<<-", literal))

    def _read_documents(self) -> None:
        """The bodies of the here-documents whose operators stood on the line that has just ended."""
        waiting, self._documents = self._documents, []
        for entry, delimiter, strip, literal in waiting:
            start = self._pos
            while self._pos < self._stop:
                end = self._text.find("\n", self._pos, self._stop)
                end = self._stop if end < 0 else end
                line = self._text[self._pos : end]
                body_end = self._pos
                self._pos = min(end + 1, self._stop)
                if (line.lstrip("\t") if strip else line).rstrip("\r") == delimiter:
                    break
            else:
                body_end = self._stop
                self.open = True
            entry.word = self._document(start, body_end, literal=literal)

    def _document(self, start: int, end: int, *, literal: bool) -> Word:
        body = self._text[start:end]
        if literal or ("$" not in body and "`" not in body):
            return Word(body, start, end, quoted=True)
        inner = Reader(self._script, start, end)
        inner._closers = ["", *self._closers]  # so that depth adds up
        parts: list[Part] = []
        inner._double_quoted(parts, closing=False)
        for command in inner.commands:
            command.parent = self._last
        self.commands += inner.commands
        return _join_parts(parts, start, end, quoted=True)

    # -- words that the grammar reserves

    def _reserved(self, word: Word) -> bool:
        """Whether the word was the grammar's, and is dealt with."""
        name = word.text
        if name in _OPENERS:
            self._blocks.append((_OPENERS[name], len(self.commands)))
            self._condition = name != "{"
        elif name in ("then", "do", "else"):
            self._condition = False
        elif name == "elif":
            self._condition = True
        elif name == "!":
            self._negated = True
            return True
        elif name == "function":
            self._skip_blank()
            self._start_function(self._word().text)
            call = _CALL.match(self._text, self._pos, self._stop)
            self._pos = call.end() if call else self._pos
        elif name in ("for", "select", "case"):
            self._head(name, word)
            return True
        elif name in _CLOSERS:
            self._close(name, word)
            return True
        else:
            return False
        self._joined = self._joined if name == "{" else ""
        return True

    def _close(self, name: str, word: Word) -> None:
        while self._blocks:
            closer, first = self._blocks.pop()
            if closer == name:
                break
        else:
            return
        self._condition = False
        if self._functions and self._functions[-1][0] >= len(self._blocks):
            self._function = self._functions.pop()[1]
        self._joined = ""
        self._last = None
        self._compound(word.start, first)

    def _head(self, name: str, word: Word) -> None:
        """`for x in ...`, `select`, `case ... in`: the head as a command, the body as a block."""
        command = Command(self._script, word.start)
        self._place(command)
        command.words.append(word)
        command.end = word.end
        self._blocks.append(("esac" if name == "case" else "done", len(self.commands)))
        if name != "case":
            self._skip_blank()
            if self._text.startswith("((", self._pos):
                self._parenthesis()
            self._rest(command)
            return
        self._parents.append(command)
        for _ in range(2):
            self._skip_blank()
            if self._pos < self._stop and self._text[self._pos] not in "\n;&|()":
                self._adopt(command, self._word())
        self._parents.pop()
        self._skip_pattern()

    def _skip_pattern(self) -> None:
        """`a|b)` of a case; stands before the commands of the branch when it is done, or before `esac`."""
        text = self._text
        while self._pos < self._stop:
            char = text[self._pos]
            if char == ")":
                self._pos += 1
                break
            if char == "#":
                self._skip_comment()
            elif char.isspace() or char in "(|&;<>":
                self._pos += 1
            else:
                start = self._pos
                if self._word().text == "esac":
                    self._pos = start
                    break
                self._pos = max(self._pos, start + 1)
        self._join(";")

    def _start_function(self, name: str) -> None:
        self._functions.append((len(self._blocks), self._function))
        self._function = name
        self._joined = ";"

    def _skip_blank(self) -> None:
        blank = _BLANK.match(self._text, self._pos, self._stop)
        if blank:
            self._pos = blank.end()

    # -- words

    def _word(self) -> Word:
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
        word = _join_parts(parts, start, min(self._pos, stop), quoted=text[start : start + 1] in ("'", '"'))
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
            end = text.find("'", pos + 1, self._stop)
            self.open = self.open or end < 0
            end = self._stop if end < 0 else end
            parts.append(Part("text", text[pos + 1 : end], pos + 1, end, quoted=True))
            self._pos = min(end + 1, self._stop)
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
        else:
            return False
        return True

    def _array(self, parts: list[Part]) -> None:
        """`NAME=(a b c)`: the items, set apart by blanks."""
        self._pos += 1
        if len(self._closers) >= _MAX_DEPTH:
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
        self._pos = min(self._pos + 1, self._stop)

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
            parts.append(Part("variable", name[0], pos, name.end(), quoted=quoted))
            self._pos = name.end()
        else:
            self._pos += 1
            if following != '"' or quoted:
                parts.append(Part("text", "$", pos, pos + 1, quoted=quoted))

    def _arithmetic(self, parts: list[Part], *, quoted: bool) -> bool:
        end = self._arithmetic_end()
        if end < 0:
            return False
        parts.append(Part("arithmetic", self._text[self._pos + 3 : end - 2], self._pos, end, quoted=quoted))
        self._pos = end
        return True

    def _arithmetic_end(self) -> int:
        """Behind the next `))`; -1 when there is none, which is then remembered so that nobody looks again."""
        if self._no_arithmetic:
            return -1
        end = self._text.find("))", self._pos, self._stop)
        self._no_arithmetic = end < 0
        return end + 2 if end >= 0 else -1

    def _substitution(
        self, parts: list[Part], closer: str, skip: int, *, quoted: bool, kind: str = "command"
    ) -> None:
        start = self._pos
        self._pos += skip
        if len(self._closers) >= _MAX_DEPTH:
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
        if len(self._closers) >= _MAX_DEPTH:
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
        parts.append(Part("variable", name[1] if name else "", start, self._pos, quoted=quoted, commands=commands))
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


def _join_parts(parts: list[Part], start: int, end: int, *, quoted: bool) -> Word:
    if len(parts) == 1 and parts[0].kind == "text" and not parts[0].quoted and parts[0].start == start:
        return Word(parts[0].text, start, end)
    texts = [f"${part.text}" if part.kind == "variable" else part.text for part in parts]
    return Word("".join(texts), start, end, tuple(parts), quoted=quoted)
