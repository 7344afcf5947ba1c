"""Justfiles: their recipes and variables, as far as they can be told without running anything.

The grammar is that of just's own description (GRAMMAR.md, README.md of casey/just). A line that is not understood says
nothing, and neither does what stands under it.
"""

from __future__ import annotations

from cilint.pattern import Pattern

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TypeAlias

    from cilint.source import Source

    Token: TypeAlias = tuple[str, str]  # kind: "name", "text", "command" (backticks), "sign"; what it says

_TOKEN = Pattern(
    r"(?s)(?P<blank>[ \t]+|\\\r?\n|#[^\n]*)"
    r"|x?(?:'''(?P<long>.*?)'''|\"\"\"(?P<cooked_long>.*?)\"\"\"|'(?P<raw>[^']*)'|\"(?P<cooked>(?:[^\"\\]|\\.)*)\")"
    r"|```(?P<code_long>.*?)```|`(?P<code>[^`]*)`"
    r"|(?P<name>[A-Za-z_][\w-]*)"
    r"|(?P<sign>:=|::|==|!=|=~|!~|&&|\|\||[-+*/$@:=(){},?!\[\].])"
)
_ESCAPE = Pattern(r"(?s)\\(.)")
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "\n": ""}
_SETTINGS = ("set", "export", "unexport", "alias", "import", "mod")
_SYSTEMS = frozenset(("linux", "unix", "macos", "windows", "openbsd", "freebsd", "netbsd", "dragonfly", "android"))
_MAX_TOKENS = 1_000  # of one logical line
_MAX_LINES = 20_000


class Parameter:
    """A parameter of a recipe. rest: it takes all arguments that are left. default: None where it has none."""

    __slots__ = ("default", "exported", "name", "rest")

    def __init__(self, name: str, rest: str, default: list[Token] | None, *, exported: bool) -> None:
        self.name = name
        self.rest = rest
        self.default = default
        self.exported = exported


class Rule:
    """A recipe. needs: what runs before it, and `after` behind it, each with the expressions of its arguments. lines:
    each with its offset. attributes: by name, such as `no-cd` and `script`, each with its value.
    """

    __slots__ = ("after", "attributes", "lines", "needs", "parameters", "source")

    def __init__(self, source: Source, attributes: dict[str, str]) -> None:
        self.source = source
        self.attributes = attributes
        self.parameters: list[Parameter] = []
        self.needs: list[tuple[str, list[list[Token]]]] = []
        self.after: list[tuple[str, list[list[Token]]]] = []
        self.lines: list[tuple[str, int]] = []


class Justfile:
    """What a justfile says, with the files that it imports.

    rules: by name. values: of variables, as expressions. modules: by name, the path that is given, "" for none.
    settings: by name, as expressions. first: the recipe that runs when none is asked for.
    """

    __slots__ = ("_left", "aliases", "exported", "first", "modules", "rules", "settings", "values")

    def __init__(self) -> None:
        self.rules: dict[str, Rule] = {}
        self.values: dict[str, list[Token]] = {}
        self.exported: dict[str, tuple[Source, int]] = {}
        self.settings: dict[str, list[Token]] = {}
        self.aliases: dict[str, str] = {}
        self.modules: dict[str, str] = {}
        self.first = ""
        self._left = _MAX_LINES

    def take(self, source: Source) -> list[str]:
        """Read a file; the paths of its imports, to be read behind it, for its own recipes win."""
        text, offset = source.text, 0
        current: Rule | None = None
        attributes: dict[str, str] = {}
        imports: list[str] = []
        while offset < len(text) and self._left > 0:
            self._left -= 1
            end = text.find("\n", offset)
            end = len(text) if end < 0 else end
            line = text[offset:end].rstrip("\r")
            if line[:1] in (" ", "\t"):
                if current is not None:
                    current.lines.append((line, offset))
                offset = end + 1
                continue
            if not line.strip():
                if current is not None:
                    current.lines.append(("", offset))
                offset = end + 1
                continue
            tokens, following = tokens_of(text, offset)
            if line[0] == "[":
                attributes.update(_attributes(tokens))
            elif tokens:
                current = self._statement(tokens, source, offset, attributes, imports)
                attributes = {}
            offset = max(following, end + 1)
        return imports

    def _statement(
        self, tokens: list[Token], source: Source, offset: int, attributes: dict[str, str], imports: list[str]
    ) -> Rule | None:
        """A line that is no part of a recipe; the recipe that it begins."""
        word = tokens[0][1]
        second = tokens[1] if len(tokens) > 1 else ("", "")
        assigned = 1 if second == ("sign", ":=") else 2 if tokens[2:3] == [("sign", ":=")] else 0
        if assigned == 1:
            self.values.setdefault(word, tokens[2:])
        elif word in _SETTINGS and (assigned == 2 or word in ("set", "import", "mod")) and second[1] != ":":
            rest = [token for token in tokens[1:] if token != ("sign", "?")]
            name = rest[0][1] if rest else ""
            if word == "set":
                self.settings.setdefault(name, tokens[3:])
            elif word == "export":
                self.values.setdefault(name, tokens[3:])
                self.exported.setdefault(name, (source, offset))
            elif word == "alias":
                self.aliases.setdefault(name, "".join(text for _, text in tokens[3:]))
            elif word == "import":
                imports.append(name)
            elif word == "mod":
                self.modules.setdefault(name, rest[1][1] if len(rest) > 1 else "")
        else:
            return self._rule(tokens, source, attributes)
        return None

    def _rule(self, tokens: list[Token], source: Source, attributes: dict[str, str]) -> Rule | None:
        tokens = tokens[1:] if tokens[0] == ("sign", "@") else tokens
        if tokens[:1] and tokens[0][0] != "name":
            return None
        rule = Rule(source, attributes)
        index = _parameters(rule, tokens)
        if index < 0:
            return None
        rest = tokens[index:]
        middle = rest.index(("sign", "&&")) if ("sign", "&&") in rest else len(rest)
        rule.needs, rule.after = _needs(rest[:middle]), _needs(rest[middle + 1 :])
        name = tokens[0][1]
        if name not in self.rules and (not attributes.keys() & _SYSTEMS or attributes.keys() & {"linux", "unix"}):
            self.rules[name] = rule
            if not self.first or "default" in attributes:
                self.first = name
        return rule


def tokens_of(text: str, offset: int) -> tuple[list[Token], int]:
    """The words of the line at an offset, and where the next line begins; none where it is not understood."""
    tokens: list[Token] = []
    depth = 0
    while offset < len(text) and len(tokens) < _MAX_TOKENS:
        if text[offset] in "\r\n":
            if text[offset] == "\n" and depth <= 0:
                return tokens, offset + 1
            offset += 1
            continue
        found = _TOKEN.match(text, offset)
        if found is None:
            break
        offset = found.end()
        kind, said = found.lastgroup or "", found[found.lastgroup or 0]
        if kind == "sign":
            depth += (said in "([{") - (said in ")]}")
        if kind != "blank":
            tokens.append(_token(kind, said))
    end = text.find("\n", offset)
    return ([] if offset < len(text) else tokens), len(text) if end < 0 else end + 1


def _token(kind: str, said: str) -> Token:
    if kind in ("name", "sign"):
        return kind, said
    if kind in ("code", "code_long"):
        return "command", said.strip()
    if kind == "cooked":
        said = _ESCAPE.sub(lambda found: _ESCAPES.get(found[1], found[1]), said)
    return "text", said


def _attributes(tokens: list[Token]) -> dict[str, str]:
    """`[no-cd, script("bash")]`: names, each with its first value."""
    found: dict[str, str] = {}
    last = ""
    for kind, text in tokens:
        if kind == "name":
            last = text
            found.setdefault(text, "")
        elif kind == "text" and last:
            found[last] = found[last] or text
    return found


def _parameters(rule: Rule, tokens: list[Token]) -> int:
    """Take the parameters of a recipe; where its needs begin, -1 when the line is none of a recipe."""
    index = 1
    rest, exported = "", False
    while index < len(tokens):
        kind, text = tokens[index]
        index += 1
        if (kind, text) == ("sign", ":"):
            return index
        if kind == "sign" and text in ("+", "*"):
            rest = text
        elif (kind, text) == ("sign", "$"):
            exported = True
        elif kind == "name":
            default: list[Token] | None = None
            if tokens[index : index + 1] == [("sign", "=")]:
                end = _value_end(tokens, index + 1)
                default, index = tokens[index + 1 : end], end
            rule.parameters.append(Parameter(text, rest, default, exported=exported))
            rest, exported = "", False
        else:
            return -1
    return -1


def _value_end(tokens: list[Token], index: int) -> int:
    """Where a value ends: one word, or what parentheses hold, with those of a function's call."""
    if tokens[index : index + 1] and tokens[index][0] == "name" and tokens[index + 1 : index + 2] == [("sign", "(")]:
        index += 1
    depth = 0
    while index < len(tokens):
        text = tokens[index][1] if tokens[index][0] == "sign" else ""
        depth += (text == "(") - (text == ")")
        index += 1
        if depth <= 0:
            break
    return index


def _needs(tokens: list[Token]) -> list[tuple[str, list[list[Token]]]]:
    """`build (push "x" tag) module::lint`: names with their arguments."""
    found: list[tuple[str, list[list[Token]]]] = []
    index = 0
    while index < len(tokens):
        kind, text = tokens[index]
        index += 1
        inside = (kind, text) == ("sign", "(")
        if inside and index < len(tokens):
            kind, text = tokens[index]
            index += 1
        if kind != "name":
            continue
        while tokens[index : index + 1] == [("sign", "::")] and index + 1 < len(tokens):
            text += f"::{tokens[index + 1][1]}"
            index += 2
        given: list[list[Token]] = []
        while inside and index < len(tokens) and tokens[index] != ("sign", ")"):
            end = _value_end(tokens, index)
            given.append(tokens[index:end])
            index = end
        found.append((text, given))
    return found
