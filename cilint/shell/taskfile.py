"""Taskfiles: tasks, variables and included files, and the templates in them, as far as they can be told.

Nothing is run: of a template only variables, defaults and what hands on its words are known, and of a condition both
branches count (https://taskfile.dev/docs/guide, /docs/reference/schema, /docs/reference/templating).
"""

from __future__ import annotations

from cilint.like import like
from cilint.pattern import Pattern
from cilint.shell.calls import joined
from cilint.shell.forms import Forms
from cilint.tree.node import Mapping, Scalar, Sequence, ruby_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeAlias

    from cilint.shell.command import Part
    from cilint.source import Source
    from cilint.tree.node import Node

    Values: TypeAlias = dict[str, list[str]]
    Asked: TypeAlias = Callable[[str], list[str]]

NAMES = ("Taskfile.yml", "taskfile.yml", "Taskfile.yaml", "taskfile.yaml", "Taskfile.dist.yml", "taskfile.dist.yml",
         "Taskfile.dist.yaml", "taskfile.dist.yaml")  # fmt: skip
UNKNOWN = "${}"
_WORD = Pattern(r"\"((?:[^\"\\]|\\.)*)\"|`([^`]*)`|([^\s|\"`()]+)|([|()])")
_CONTROL = ("if", "else", "end", "range", "with", "break", "continue", "define", "template", "block")
_HANDING_ON = ("trim", "lower", "upper", "title", "quote", "squote", "q", "shellQuote", "toString", "catLines", "fromSlash",
               "toSlash", "trimAll", "spew")  # fmt: skip
_FOLDERS = ("ROOT_DIR", "TASKFILE_DIR", "USER_WORKING_DIR", "TASK_DIR")
_MAX_VALUES = 4
_MAX_TEXT = 8192
_MAX_NAMES = 500
_MAX_ITEMS = 16


class Include:
    """A file that another one includes. folder: where its tasks run. hidden: tasks that are not taken over."""

    __slots__ = ("file", "flat", "folder", "hidden", "values")

    def __init__(self, file: Taskfile, folder: str, values: Mapping | None) -> None:
        self.file = file
        self.folder = folder
        self.values = values
        self.flat = False
        self.hidden: tuple[str, ...] = ()


class Taskfile:
    """What one Taskfile says. includes: by namespace, aliases of it among them."""

    __slots__ = ("body", "includes", "source", "tasks")

    def __init__(self, body: Mapping, source: Source) -> None:
        self.body = body
        self.source = source
        tasks = body.get("tasks")
        self.tasks: Mapping | None = tasks if isinstance(tasks, Mapping) else None
        self.includes: dict[str, Include] = {}

    def table(self, key: str) -> Mapping | None:
        """A map of the file: `vars`, `env`."""
        node = self.body.get(key)
        return node if isinstance(node, Mapping) else None

    def task(self, name: str) -> tuple[Node, list[str]] | None:
        """A task by its name or an alias, and what the stars in its name stand for."""
        if self.tasks is None:
            return None
        node = self.tasks.get(name)
        if node is not None:
            return node, []
        for key, node in list(self.tasks.values.items())[:_MAX_NAMES]:
            if isinstance(node, Mapping) and name in texts(node.get("aliases")):
                return node, []
            if "*" in str(key) and like(name, str(key)):
                return node, _matches(name, str(key))
        return None


def _matches(name: str, pattern: str) -> list[str]:
    found: list[str] = []
    first, *pieces = pattern.split("*")
    rest = name[len(first) :]
    for place, piece in enumerate(pieces):
        end = len(rest) - len(piece) if place == len(pieces) - 1 else rest.find(piece)
        found.append(rest[:end])
        rest = rest[end + len(piece) :]
    return found


def texts(node: Node | None) -> list[str]:
    """The texts of a list, or of one value."""
    items = node.items if isinstance(node, Sequence) else (node,)
    return [ruby_text(item.value) for item in items if isinstance(item, Scalar)]


def path_of(node: Node, folder: str) -> tuple[str, str]:
    """The path that an include names, and the folder where its tasks run, "" where it does not say."""
    if isinstance(node, Mapping):
        file, place = text_of(node.get("taskfile")), text_of(node.get("dir"))
    else:
        file, place = text_of(node), ""
    return ("" if "://" in file or "{{" in file else joined(folder, file)), (joined(folder, place) if place else "")


def text_of(node: Node | None) -> str:
    """The text of a value; "" for what is none."""
    return ruby_text(node.value) if isinstance(node, Scalar) else ""


def take(values: Values, table: Node | None, asked: Asked) -> Values:
    """The values with those of `vars:`, each of which may use the ones before it."""
    if not isinstance(table, Mapping):
        return values
    values = dict(values)
    for key, node in list(table.values.items())[:_MAX_NAMES]:
        if isinstance(node, Scalar):
            values[str(key)] = rendered(ruby_text(node.value), values, asked)
        elif isinstance(node, Sequence):
            values[str(key)] = [
                " ".join(one for text in texts(node)[:_MAX_ITEMS] for one in rendered(text, values, asked))
            ]
        elif isinstance(node, Mapping):
            code = node.get("sh")
            reference = text_of(node.get("ref"))
            if isinstance(code, Scalar):
                values[str(key)] = [f"$({one})" for one in rendered(ruby_text(code.value), values, asked)]
            else:
                values[str(key)] = values.get(reference[1:], [UNKNOWN]) if reference[:1] == "." else [UNKNOWN]
    return values


def rendered(text: str, values: Values, asked: Asked) -> list[str]:
    """Every text that a template can become, at most four."""
    return ["".join(part.text for part in parts) for parts in pieces(text, values, asked)]


def pieces(text: str, values: Values, asked: Asked) -> list[list[Part]]:
    """The same, each piece knowing where it stands in the template."""
    forms = Forms()
    start = 0
    while start < len(text):
        place = text.find("{{", start)
        place = len(text) if place < 0 else place
        forms.say(text[start:place], start, place)
        if place == len(text):
            break
        close = text.find("}}", place)
        end = len(text) if close < 0 else close + 2
        forms.fill(_action(text[place + 2 : end - 2].strip("- \t\r\n"), values, asked), place, end)
        start = end
    return forms.all


def _action(text: str, values: Values, asked: Asked) -> list[str]:
    """What stands for `{{text}}`: a line of its own for each branch of a condition."""
    if text[:2] == "/*":
        return [""]
    words = [word[0] for word in _WORD.finditer(text[:_MAX_TEXT])]
    if words[:1] and words[0] in _CONTROL:
        return ["\n"]
    if "(" in words or ")" in words:
        return [UNKNOWN]
    stages: list[list[str]] = [[]]
    for word in words:
        if word == "|":
            stages.append([])
        else:
            stages[-1].append(word)
    found: list[str] | None = None
    if len(stages) > 1 and len(stages[0]) == 1 and stages[1][:1] == ["default"]:
        found = _value(stages.pop(0)[0], values, asked, "")
    for stage in stages:
        found = _stage(stage, found, values, asked)
    return found or [UNKNOWN]


def _stage(words: list[str], before: list[str] | None, values: Values, asked: Asked) -> list[str]:
    """One step of a pipeline of a template. before: what comes out of the step before, None for the first."""
    name, given = (words[0], words[1:]) if words else ("", [])
    if name == "default" and given:
        value = before if before is not None else _value(given[1], values, asked, "") if len(given) > 1 else [""]
        return [one or default for one in value for default in _value(given[0], values, asked, "")][:_MAX_VALUES]
    if name in _HANDING_ON:
        return before if before is not None else _value(given[-1], values, asked) if given else [UNKNOWN]
    if name == "index" and given[:1] == [".MATCH"] and given[1:2] and given[1].isdigit():
        return values.get(f"MATCH {given[1]}", [UNKNOWN])
    if name == "env" and given:
        return asked(given[0].strip('"')) or [f"${{{given[0].strip(chr(34))}}}"]
    return _value(name, values, asked) if before is None and not given else [UNKNOWN]


def _value(word: str, values: Values, asked: Asked, unset: str | None = None) -> list[str]:
    """A word of a template. unset: what a variable is that nobody sets, None for the environment's."""
    if word[:1] in ('"', "`"):
        return [word[1:-1].replace('\\"', '"')]
    if word[:1] != ".":
        return [word] if word.isdigit() else [UNKNOWN]
    name = word[1:]
    if name in _FOLDERS:
        return ["."]
    if not name.isidentifier():
        return [UNKNOWN]
    return values.get(name) or asked(name) or ([f"${{{name}}}"] if unset is None else [unset])
