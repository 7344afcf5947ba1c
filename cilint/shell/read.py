"""A reader of POSIX shell and bash: text to commands. It never raises, and its work grows with the text's length.

It reads what rules need: words with their quotes, variables and substitutions, pipelines, lists, redirections, here-
documents, functions, compound commands. It does not run or expand anything. Where a text is no shell (PowerShell,
a broken quote) it gives what can be read.
"""

from __future__ import annotations

from cilint.pattern import Pattern
from cilint.shell.command import Command, Part, Redirect, Word, tail
from cilint.shell.heredoc import HereDocuments
from cilint.shell.words import BLANK, MAX_DEPTH

TYPE_CHECKING = False
if TYPE_CHECKING:
    import re

    from cilint.shell.script import Script

_ASSIGN = Pattern(r"(?a)([A-Za-z_]\w*)(?:\[[^\]\s]*\])?\+?=")
_REDIRECT = Pattern(r"(?:\d+|\{\w+\})?(<<<|<<-|<<|<>|<&|>>|>&|>\||<(?!\()|>(?!\()|&>>|&>)")
_OPERATOR = Pattern(r"&&|\|\||;;&|;;|;&|\|&|[;&|]")
_CALL = Pattern(r"[ \t]*\([ \t]*\)")

_OPENERS = {"if": "fi", "while": "done", "until": "done", "{": "}"}
_CLOSERS = ("fi", "done", "}", "esac")
_MAX_BLOCKS = 50


class Reader(HereDocuments):
    """One reading of one text: its commands."""

    __slots__ = ("_blocks", "_condition", "_functions", "_joined", "_negated")

    def __init__(self, script: Script, start: int = 0, stop: int | None = None) -> None:
        super().__init__(script, start, stop)
        self._blocks: list[tuple[str, int, bool]] = []  # what closes it, where its commands begin, whether negated
        self._functions: list[tuple[int, str]] = []
        self._joined = ""
        self._condition = False
        self._negated = False

    def read(self) -> Reader:
        """Read all of the text."""
        self._list("")
        if self._blocks or self._documents:
            self.open = True
        return self

    def _list(self, closer: str) -> None:
        text = self._text
        while self._pos < self._stop and not self._is_full():
            blank = BLANK.match(text, self._pos, self._stop)
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

    def _operator(self) -> None:
        found = _OPERATOR.match(self._text, self._pos)
        assert found is not None
        op = found[0]
        self._pos = found.end()
        if op in (";;", ";&", ";;&"):
            self._end()
        self._join("|" if op == "|&" else ";" if op[0] == ";" else op)
        if op in (";;", ";&", ";;&") and self._blocks and self._blocks[-1][0] == "esac":
            self._skip_pattern()

    def _join(self, op: str) -> None:
        if self._last is not None:
            self._last.followed = self._last.followed or op
        self._joined = op
        if op != "|":
            self._negated = False

    def _end(self) -> None:
        """The list at hand is over."""
        if self._last is not None:
            self._last.ends = True

    def _parenthesis(self) -> None:
        text = self._text
        start = self._pos
        if text.startswith("((", start) and (end := self._arithmetic_end(start)) > 0:
            command = Command(self._script, start)
            command.end = self._pos = end
            self._place(command)
            for inner in self._expansions(start + 2, end - 2)[1]:
                inner.parent = command
            self._rest(command, compound=True)
            return
        self._pos += 1
        if len(self._closers) >= MAX_DEPTH:
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
        self._end()
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
        around = self._parent
        command.inner = [one for one in self.commands[first:] if one.parent is around and one.group is None]
        for one in command.inner:
            one.group = command
        self._place(command)
        self._rest(command, compound=True)

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

    def _command(self) -> None:
        text = self._text
        start = self._pos
        if _REDIRECT.match(text, start, self._stop):
            command = Command(self._script, start)
            self._place(command)
            self._rest(command)
            return
        if text.startswith("!(", start):  # a subshell that is negated; as an argument it would be a glob
            self._pos += 1
            self._negated = True
            return
        word = self._word()
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

    def _rest(self, command: Command, *, compound: bool = False) -> None:
        """Words and redirections up to the end of the command; behind a compound one no words belong to it."""
        text = self._text
        double = bool(command.words) and command.words[0].text == "[["
        self._parents.append(command)
        while self._pos < self._stop:
            blank = BLANK.match(text, self._pos, self._stop)
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
            if compound or char in "\n;&|)" or char in self._closers[-1:] or (char == "#"):
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
        blank = BLANK.match(self._text, self._pos, self._stop)
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

    def _expansions(self, start: int, end: int) -> tuple[list[Part], list[Command]]:
        """A stretch in which nothing counts but what `$` and backticks put in: its pieces, and its own commands."""
        inner = Reader(self._script, start, end)
        inner._closers = ["", *self._closers]  # so that depth adds up
        inner._function, inner.references = self._function, self.references
        parts: list[Part] = []
        inner._double_quoted(parts, closing=False)
        self.commands += inner.commands
        return parts, [command for command in inner.commands if command.parent is None]

    def _reserved(self, word: Word) -> bool:
        """Whether the word was the grammar's, and is dealt with."""
        name = word.text
        if name in _OPENERS:
            self._blocks.append((_OPENERS[name], len(self.commands), self._negated))
            self._negated = False
            self._condition = name != "{"
        elif name in ("then", "do", "else", "elif"):
            self._end()
            self._condition = name == "elif"
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
            closer, first, negated = self._blocks.pop()
            if closer == name:
                break
        else:
            return
        self._condition, self._negated = False, negated
        self._end()
        deep = len(self._blocks) >= _MAX_BLOCKS
        if self._functions and self._functions[-1][0] >= len(self._blocks):
            self._function = self._functions.pop()[1]
        self._joined = ""
        self._last = None
        if not deep:  # what is nested deeper than anybody would stands by itself
            self._compound(word.start, first)

    def _head(self, name: str, word: Word) -> None:
        """`for x in ...`, `select`, `case ... in`: the head as a command, the body as a block."""
        command = Command(self._script, word.start)
        self._place(command)
        command.words.append(word)
        command.end = word.end
        self._blocks.append(("esac" if name == "case" else "done", len(self.commands), self._negated))
        self._negated = False
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
