"""Makefiles: their rules and variables, as far as they can be told without running anything.

Conditions (`ifeq`, `ifdef`) are not decided: both branches count, and a variable may have a few values. Of functions
only those are known that run a shell or hand on their words (GNU make's manual, "Functions").
"""

from __future__ import annotations

from cilint.pattern import Pattern
from cilint.shell.command import Part

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from cilint.source import Source

_ASSIGN = Pattern(r"\s*(?:(?:export|override|private)\s+)*([\w.-]+)\s*(\+=|\?=|!=|:{0,3}=)\s*(.*)")
_DEFINE = Pattern(r"\s*(?:(?:export|override)\s+)*define\s+([\w.-]+)")
_CONDITION = Pattern(r"\s*(ifn?eq|ifn?def|else|endif)\b")
_INCLUDE = Pattern(r"\s*(?:-include|sinclude|include)\s+(.+)")
_PLAIN_NAME = Pattern(r"[A-Za-z_]\w*")
_MAX_LINES = 20_000
_MAX_VALUES = 4
_MAX_DEPTH = 8
_MAX_TEXT = 8192
_MAX_EXPANSIONS = 5_000  # of one call of make
_UNKNOWN = "${}"


class Line:
    """A line of a recipe, those that it goes on with among them: stretches of the file, each with its offset."""

    __slots__ = ("pieces", "source")

    def __init__(self, source: Source, pieces: list[tuple[str, int]]) -> None:
        self.source = source
        self.pieces = pieces


class Rule:
    """A rule. prerequisites: as written, to be expanded. lines: of the recipe."""

    __slots__ = ("lines", "prerequisites")

    def __init__(self) -> None:
        self.prerequisites: list[str] = []
        self.lines: list[Line] = []


class Makefile:
    """What a Makefile says, with the files that it includes.

    rules: by target, patterns with `%` among them. values: of variables, several where a condition decides. mild:
    variables that the environment may set (`?=`). first: the target that is made when none is asked for.
    """

    __slots__ = ("_left", "first", "mild", "one_shell", "rules", "values")

    def __init__(self) -> None:
        self.rules: dict[str, Rule] = {}
        self.values: dict[str, list[str]] = {}
        self.mild: set[str] = set()
        self.first = ""
        self.one_shell = False
        self._left = _MAX_LINES

    def take(self, source: Source, include: Callable[[str], None]) -> None:
        """Read a file. include: called with the words of each `include`."""
        text, offset, conditions = source.text, 0, 0
        current: list[Rule] = []
        while offset < len(text) and self._left > 0:
            pieces, offset = _logical(text, offset)
            self._left -= len(pieces)
            first = pieces[0][0]
            if first[:1] == "\t":
                if current and first.strip():
                    recipe = Line(
                        source, [(piece.removeprefix("\t"), at + piece.startswith("\t")) for piece, at in pieces]
                    )
                    for rule in current:
                        rule.lines.append(recipe)
                continue
            line = " ".join(piece.rstrip("\r\\").strip() for piece, _ in pieces)
            condition = _CONDITION.match(line)
            if condition:
                conditions += {"else": 0, "endif": -1}.get(condition[1], 1)
            elif define := _DEFINE.match(line):
                offset = self._define(define[1], text, offset)
            elif found := _INCLUDE.match(line):
                include(found[1].partition("#")[0])
            elif line.strip() and line.lstrip()[0] != "#":
                assign = _ASSIGN.fullmatch(line)
                if assign:
                    self._assign(assign[1], assign[2], assign[3], several=conditions > 0)
                else:
                    current = self._rule(line, source, pieces) or current

    def _define(self, name: str, text: str, offset: int) -> int:
        lines: list[str] = []
        while offset < len(text) and self._left > 0:
            line, offset = _physical(text, offset)
            self._left -= 1
            if line.strip() == "endef":
                break
            lines.append(line.strip().lstrip("@-+"))
        self._assign(name, "=", "\n".join(lines), several=False)
        return offset

    def _assign(self, name: str, op: str, value: str, *, several: bool) -> None:
        value = value.partition(" #")[0].strip()
        value = f"$(shell {value})" if op == "!=" else value
        known = self.values.get(name, [])
        if op == "?=":
            if not known or several:
                self.values[name] = [*known, value][:_MAX_VALUES]
                self.mild.add(name)
        elif op == "+=":
            added = [f"{one} {value}".strip() for one in known] or [value]
            self.values[name] = ([*known, *added] if several else added)[:_MAX_VALUES]
        else:
            self.values[name] = ([*known, value] if several else [value])[:_MAX_VALUES]

    def _rule(self, line: str, source: Source, pieces: list[tuple[str, int]]) -> list[Rule]:
        line = line.partition(" #")[0]
        colon = _colon(line)
        if colon < 0:
            return []
        targets = line[:colon].rstrip("&").split()
        rest = line[colon:].lstrip(":")
        variable = _ASSIGN.fullmatch(rest)
        if variable:  # for these targets alone; who needs its value at another place does not find it
            self._assign(variable[1], variable[2], variable[3], several=variable[1] in self.values)
            return []
        needed, semicolon, own = rest.partition(";")
        if ":" in needed:  # `objects: %.o: %.c`
            needed = needed.rpartition(":")[2]
        if ".ONESHELL" in targets:
            self.one_shell = True
        rules = [self.rules.setdefault(target, Rule()) for target in targets]
        for target, rule in zip(targets, rules, strict=True):
            rule.prerequisites += needed.replace("|", " ").split()
            if not self.first and "%" not in target and (target[:1] != "." or "/" in target):
                self.first = target
            if semicolon and own.strip():
                start = pieces[0][1] + pieces[0][0].find(";") + 1
                rule.lines.append(Line(source, [(own.lstrip(), start + len(own) - len(own.lstrip()))]))
        return rules


def _logical(text: str, offset: int) -> tuple[list[tuple[str, int]], int]:
    """The line at an offset with those that it goes on with, each with its offset; and what follows."""
    pieces: list[tuple[str, int]] = []
    while offset < len(text):
        line, following = _physical(text, offset)
        pieces.append((line, offset))
        offset = following
        if not line.endswith("\\"):
            break
    return pieces, offset


def _physical(text: str, offset: int) -> tuple[str, int]:
    """The line at an offset, and where the next one begins."""
    end = text.find("\n", offset)
    end = len(text) if end < 0 else end
    return text[offset:end].rstrip("\r"), end + 1


def _colon(line: str) -> int:
    """Where the targets of a rule end; -1 for a line that is none. A colon in `$(NAME:a=b)` ends nothing."""
    depth = 0
    for index, char in enumerate(line):
        if char in "({":
            depth += 1
        elif char in ")}":
            depth -= 1
        elif char == "=" and not depth:
            return -1
        elif char == ":" and not depth:
            return index
    return -1


class Values:
    """What variables stand for in one call of make: pieces of make's text become texts of shell.

    given: what the command line sets, which wins. asked: what the environment gives a variable. local: of the rule at
    work (`@`, `<`, `^`, `*`) and of `$(call ...)`.
    """

    __slots__ = ("_asked", "_file", "_given", "_left")

    def __init__(self, file: Makefile, given: dict[str, str], asked: Callable[[str], list[str]]) -> None:
        self._file = file
        self._given = given
        self._asked = asked
        self._left = _MAX_EXPANSIONS

    def texts(self, text: str, local: dict[str, str], within: tuple[str, ...] = ()) -> list[str]:
        """Every text that one can become, at most four."""
        found = [""]
        for piece, reference in _pieces(text):
            options = self._reference(piece, local, within) if reference else [piece]
            found = [before + option for before in found for option in options][:_MAX_VALUES]
            if len(found[0]) > _MAX_TEXT:
                break
        return found

    def parts(self, line: Line, local: dict[str, str]) -> list[list[Part]]:
        """Every form that a line of a recipe can take, each piece knowing where it stands."""
        found: list[list[Part]] = [[]]
        for index, (text, offset) in enumerate(line.pieces):
            position = offset
            for piece, reference in _pieces(text):
                options = self._reference(piece, local, ()) if reference else [piece]
                length = len(piece)
                written = length + 3 if reference and len(piece) > 1 else length + 1 if reference else length
                if not reference and piece == "$":
                    written = 2
                found = [
                    [*before, Part("text", one, position, position + written)] for before in found for one in options
                ][:_MAX_VALUES]
                position += written
            if index + 1 < len(line.pieces):
                found = [[*before, Part("text", "\n", position, position + 1)] for before in found]
        return found

    def _reference(self, name: str, local: dict[str, str], within: tuple[str, ...]) -> list[str]:
        self._left -= 1
        if self._left < 0 or len(within) >= _MAX_DEPTH or name in within:
            return [_UNKNOWN]
        if name in local:
            return [local[name]]
        function, blank, rest = name.partition(" ")
        if blank:
            return self._function(function, rest.strip(), local, (*within, name))
        if name == "MAKE":
            return ["make"]
        if name == "CURDIR":
            return ["."]
        if name in self._given:
            return [self._given[name]]
        values = self._file.values.get(name)
        if name in self._file.mild:
            values = self._asked(name) or values
        if values is None:
            return [f"${{{name}}}" if _PLAIN_NAME.fullmatch(name) else _UNKNOWN]
        return [one for value in values for one in self.texts(value, local, (*within, name))][:_MAX_VALUES]

    def _function(self, name: str, rest: str, local: dict[str, str], within: tuple[str, ...]) -> list[str]:
        if name == "shell":
            return [f"$({one})" for one in self.texts(rest, local, within)]
        if name == "strip":
            return self.texts(rest, local, within)
        if name in ("info", "warning", "error", "eval"):
            return [""]
        words = rest.split(",")
        if name == "if" and len(words) > 1:
            return [one for branch in words[1:3] for one in self.texts(branch, local, within)][:_MAX_VALUES]
        if name == "call":
            values = {str(index): self.texts(word.strip(), local, within)[0] for index, word in enumerate(words)}
            return self._reference(words[0].strip(), {**local, **values}, within)
        return [_UNKNOWN]


def _pieces(text: str) -> list[tuple[str, bool]]:
    """Text and references in turn: `$(NAME)` gives NAME, `$@` gives @, and `$$` the text `$`."""
    found: list[tuple[str, bool]] = []
    start = 0
    while (place := text.find("$", start)) >= 0:
        if place > start:
            found.append((text[start:place], False))
        following = text[place + 1 : place + 2]
        if following in ("(", "{"):
            end = _closing(text, place + 1)
            if end < 0:
                found.append((text[place:], False))
                return found
            found.append((text[place + 2 : end], True))
            start = end + 1
        else:
            found.append(("$", False) if following in ("$", "") else (following, True))
            start = place + 2
    if start < len(text):
        found.append((text[start:], False))
    return found


def _closing(text: str, start: int) -> int:
    opener, closer = ("(", ")") if text[start] == "(" else ("{", "}")
    depth = 0
    for index in range(start, min(len(text), start + _MAX_TEXT)):
        if text[index] == opener:
            depth += 1
        elif text[index] == closer:
            depth -= 1
            if not depth:
                return index
    return -1
