"""The reference pipeline as lines of text, and edits of it that know which lines they wrote.

Nothing here asks cilint anything: places are found by indentation, what a job inherits by a YAML reader of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
ENTRY = ".gitlab-ci.yml"
GLOBAL = ("stages", "workflow", "variables", "default", "include")
_HEAD = re.compile(r"([\w.-]+):(?: |$)")


class Edit:
    """Lines start to end (0-based, end outside) become `new`."""

    def __init__(self, start: int, end: int, new: Iterable[str] = ()) -> None:
        self.start = start
        self.end = end
        self.new = list(new)


class Block:
    """One top-level entry of the file: its name and lines, comments behind it excluded."""

    def __init__(self, name: str, start: int, end: int, lines: list[str]) -> None:
        self.name = name
        self.start = start
        self.end = end
        self._lines = lines

    def find(self, pattern: str) -> Iterator[tuple[int, re.Match[str]]]:
        """The lines that match, with their index in the file."""
        for index in range(self.start, self.end):
            if found := re.match(pattern, self._lines[index]):
                yield index, found

    def key(self, name: str, depth: int = 1) -> tuple[int, int] | None:
        """From where to where the keyword stands, what is below it included; depth: how far in, in steps of two."""
        indent = "  " * depth
        for index, _ in self.find(rf"{indent}{re.escape(name)}:"):
            end = index + 1
            while end < self.end and (not self._lines[end].strip() or self._lines[end].startswith(indent + " ")):
                end += 1
            return index, end
        return None

    def place(self, name: str, depth: int = 1) -> tuple[int, int]:
        """Like `key`, for a keyword that must be there. Raises KeyError."""
        found = self.key(name, depth)
        if found is None:
            raise KeyError(f"{self.name} has no {name}")
        return found


class Reference:
    """A pipeline file, ready to be changed."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.lines = text.splitlines()
        self.blocks = {block.name: block for block in self._find_blocks()}
        self.data: dict[str, Any] = yaml.load(text, _Loader)
        self.jobs = [name for name in self.blocks if not name.startswith(".") and name not in GLOBAL]
        self.templates = [name for name in self.blocks if name.startswith(".")]

    def _find_blocks(self) -> Iterator[Block]:
        heads = [index for index, line in enumerate(self.lines) if _HEAD.match(line)]
        for start, limit in zip(heads, [*heads[1:], len(self.lines)], strict=True):
            end = limit
            while self.lines[end - 1].startswith("#") or not self.lines[end - 1].strip():
                end -= 1
            yield Block(self.lines[start].partition(":")[0], start, end, self.lines)

    def edit(self, *edits: Edit) -> tuple[str, list[int]]:
        """The text with the edits made, and the 1-based lines that they wrote."""
        lines: list[str] = []
        written: list[int] = []
        at = 0
        for edit in sorted(edits, key=lambda one: (one.start, one.end)):
            lines += self.lines[at : edit.start]
            for line in edit.new:
                lines.append(line)
                written.append(len(lines))
            at = edit.end
        lines += self.lines[at:]
        return "\n".join(lines) + "\n", written

    def bases(self, name: str) -> set[str]:
        """What a job extends, however far up, itself included."""
        found, waiting = {name}, [name]
        while waiting:
            above = self.data[waiting.pop()].get("extends", [])
            for base in [above] if isinstance(above, str) else above:
                if base not in found:
                    found.add(base)
                    waiting.append(base)
        return found

    def reached(self, name: str) -> list[str]:
        """The jobs that are, or extend, a block; all of them for a global one."""
        if name in GLOBAL:
            return self.jobs
        return [job for job in self.jobs if name in self.bases(job)]

    def value(self, name: str, *path: str) -> Any:
        """A value of a job as extends composes it (maps merge, everything else is replaced); None when not there."""
        node: Any = self._composed(name)
        for key in path:
            if not isinstance(node, dict) or key not in node:
                return None
            node = node[key]
        return node

    def _composed(self, name: str) -> dict[str, Any]:
        own = self.data[name]
        above = own.get("extends", [])
        result: dict[str, Any] = {}
        for base in [above] if isinstance(above, str) else above:
            result = _merged(result, self._composed(base))
        return _merged(result, own)

    def without(self, *names: str) -> list[Edit]:
        """The edits that take jobs out of the file, and out of every needs."""
        edits = [Edit(self.blocks[name].start, self.blocks[name].end) for name in names]
        for name, block in self.blocks.items():
            if name in names or name in GLOBAL:
                continue
            needs = block.key("needs")
            if needs is not None:
                edits += self._unneeded(needs, set(names))
        return edits

    def _unneeded(self, needs: tuple[int, int], names: set[str]) -> Iterator[Edit]:
        start, end = needs
        inline = re.match(r"  needs: \[(.*)\]$", self.lines[start])
        if inline:
            kept = [word for word in inline[1].split(", ") if word not in names]
            if len(kept) < len(inline[1].split(", ")):
                yield Edit(start, end, [f"  needs: [{', '.join(kept)}]"])
            return
        items = list(self.items(start + 1, end, "    - "))
        gone = [item for item in items if self.lines[item[0]].split()[-1] in names]
        if gone and len(gone) == len(items):
            yield Edit(start, end, ["  needs: []"])
        else:
            yield from (Edit(*item) for item in gone)

    def items(self, start: int, end: int, mark: str) -> Iterator[tuple[int, int]]:
        """The entries of a list: from where to where each stands."""
        heads = [index for index in range(start, end) if self.lines[index].startswith(mark)]
        yield from zip(heads, [*heads[1:], end], strict=False)

    def script_items(self, name: str, section: str = "script") -> list[tuple[int, int]]:
        """The entries of one of a block's own scripts."""
        place = self.blocks[name].key(section)
        return list(self.items(place[0] + 1, place[1], "    - ")) if place else []


def _merged(base: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    result = dict(base)
    for key, value in over.items():
        known = result.get(key)
        result[key] = _merged(known, value) if isinstance(known, dict) and isinstance(value, dict) else value
    return result


class _Loader(yaml.SafeLoader):
    pass


def _reference(loader: _Loader, node: yaml.nodes.SequenceNode) -> list[Any]:
    return [loader.construct_sequence(node)]


_Loader.add_constructor("!reference", _reference)


@cache
def reference() -> Reference:
    """`examples/.gitlab-ci.yml`."""
    return Reference((ROOT / "examples" / ENTRY).read_text())


@cache
def script_files() -> dict[str, str]:
    """The files under scripts/ by path."""
    return {
        str(path.relative_to(ROOT)): path.read_text()
        for path in sorted((ROOT / "scripts").rglob("*"))
        if path.is_file()
    }
