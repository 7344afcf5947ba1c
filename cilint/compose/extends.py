"""Step "extends": every top-level map with the key takes its bases in (lib/gitlab/ci/config/extendable/entry.rb).

Bases are complete before what extends them: `{}` + first base + second base ... + own content, each merged deeply.
"""

from __future__ import annotations

from cilint.finding import Finding, Related
from cilint.nearest import meant, nearest, respelt
from cilint.trail import Step
from cilint.tree.node import Mapping, Reference, Scalar, Sequence, ruby_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from cilint.compose.config import Config
    from cilint.compose.merge import Merger
    from cilint.tree.node import Node

MAX_ANCESTORS = 10  # MAX_NESTING_LEVELS in entry.rb: what extends may itself stand below so many others


def extend(root: Mapping, config: Config, merger: Merger) -> Mapping:
    """The root with all `extends` resolved; faults become findings of the config, open jobs are noted.

    Raises merge.TooBig.
    """
    extending = Extending(root, config)
    if not extending.bases:
        return root
    values = root.values
    new = dict(values)
    for name in extending.order:
        own = values[name]
        assert isinstance(own, Mapping)
        merged: Mapping | None = None
        for base, place in extending.bases[name]:
            below, step = new[base], (Step("extends", base, place.span),)
            assert isinstance(below, Mapping)
            steps = root.trail(base) + step
            merged = merger.reached(below, steps) if merged is None else merger.merge(merged, below, (), steps)
        if merged is not None:
            new[name] = merger.merge(merged, own)
    return Mapping(root.keys, new, root.trails, root.duplicates, flow=root.flow).at(root)


class Extending:
    """Who extends whom, faults taken out.

    bases: by the name of each map that extends, its usable bases, each with the node that names it.
    order: the same names, bases before what extends them.
    """

    __slots__ = ("_config", "_heights", "_root", "bases", "order")

    def __init__(self, root: Mapping, config: Config) -> None:
        self._root = root
        self._config = config
        self.bases: dict[str, list[tuple[str, Node]]] = {}
        self.order: list[str] = []
        for name, value in root.values.items():
            if isinstance(value, Mapping) and "extends" in value.values:
                key = name if isinstance(name, str) else ""
                if isinstance(name, str):
                    self.bases[key] = list(self._usable(key, value.values["extends"]))
        self._sort()
        self._measure()
        self._spread_open()

    def _usable(self, name: str, extends: Node) -> Iterator[tuple[str, Node]]:
        """The bases that are maps; the others become findings."""
        values = self._root.values
        for base, place in _named(extends):
            if base is None or base not in values:
                self._unknown(name, base, place)
            elif not isinstance(values[base], Mapping):
                kind = values[base].kind
                message = f"invalid base hashes in `extends` ({base}): a base must be a map, and this is {kind}"
                related = [Related(f"`{base}` is written here", values[base].span)]
                self._fault("extends-invalid", message, place, name, related)
            else:
                yield base, place

    def _unknown(self, name: str, base: str | None, place: Node) -> None:
        self._config.open_jobs.add(name)
        if base is None:
            message = f"unknown keys in `extends`: it takes names of jobs, and this is {place.kind}"
            self._fault("extends-invalid", message, place, name)
        elif self._config.complete:
            names = [key for key in self._root.values if isinstance(key, str) and key != name]
            near = nearest(base, names)
            message = f"unknown keys in `extends` ({base}){meant(near)}"
            self._fault("extends-undefined", message, place, name)
            self._config.findings[-1].edits = respelt(place.span, base, near)

    def _fault(self, rule: str, message: str, place: Node, name: str, related: list[Related] | None = None) -> None:
        self._config.open_jobs.add(name)
        jobs = () if name.startswith(".") else (name,)
        finding = Finding(rule, message, place.span, path=(name, "extends"), jobs=jobs, related=related or ())
        self._config.findings.append(finding)

    def _sort(self) -> None:
        """Bases first; a base that closes a circle is a finding and is taken out."""
        done: set[str] = set()
        for first in self.bases:
            if first in done:
                continue
            path, walks = [first], [iter(list(self.bases[first]))]
            standing = {first}
            while path:
                for base, place in walks[-1]:
                    if base in standing:
                        self._circle(path, base, place)
                    elif base in self.bases and base not in done:
                        path.append(base)
                        standing.add(base)
                        walks.append(iter(list(self.bases[base])))
                        break
                else:
                    walks.pop()
                    name = path.pop()
                    standing.discard(name)
                    done.add(name)
                    self.order.append(name)

    def _circle(self, path: list[str], base: str, place: Node) -> None:
        name = path[-1]
        self.bases[name] = [entry for entry in self.bases[name] if entry[1] is not place]
        circle = path[path.index(base) :]
        shown = " -> ".join([*circle[:12], *(["..."] if len(circle) > 12 else []), base])
        message = f"circular dependency detected in `extends`: {shown}"
        self._config.open_jobs.update(circle)
        jobs = [member for member in circle if not member.startswith(".")]
        self._config.findings.append(Finding("extends-cycle", message, place.span, path=(name, "extends"), jobs=jobs))

    def _measure(self) -> None:
        """Find chains that are longer than GitLab follows: what extends may have no more than ten ancestors."""
        heights: dict[str, int] = {}
        tallest: dict[str, str] = {}
        for name in self.order:
            heights[name] = 1
            for base, _ in self.bases[name]:
                if heights.get(base, 0) + 1 > heights[name]:
                    heights[name], tallest[name] = heights.get(base, 0) + 1, base
        ends: dict[str, list[str]] = {}
        for name in self.bases:
            if heights[name] > MAX_ANCESTORS + 1:
                end = name
                for _ in range(MAX_ANCESTORS + 1):
                    end = tallest[end]
                ends.setdefault(end, []).append(name)
        for end, names in ends.items():
            place = self._entry(end)
            message = f"nesting too deep in `extends`: no more than {MAX_ANCESTORS} bases may follow one another"
            related = [Related("the chain starts here", self._entry(names[0]).span)]
            jobs = [name for name in names if not name.startswith(".")]
            self._config.findings.append(
                Finding("extends-too-deep", message, place.span, path=(end, "extends"), jobs=jobs, related=related)
            )

    def _entry(self, name: str) -> Node:
        value = self._root.values[name]
        assert isinstance(value, Mapping)
        return value.values["extends"]

    def _spread_open(self) -> None:
        """What extends an open base is open itself."""
        open_jobs = self._config.open_jobs
        if open_jobs:
            for name in self.order:
                if any(base in open_jobs for base, _ in self.bases[name]):
                    open_jobs.add(name)


def _named(extends: Node) -> Iterator[tuple[str | None, Node]]:
    """The names that `extends` holds, as Ruby's `to_s` gives them; None for what cannot be a name."""
    if isinstance(extends, Sequence):
        for item in extends.items:
            yield (ruby_text(item.value) if isinstance(item, Scalar) else None), item
    elif isinstance(extends, Scalar):
        if extends.value is not None:
            yield ruby_text(extends.value), extends
    elif isinstance(extends, Reference) or len(extends):  # type: ignore[arg-type]  # a map, then
        yield None, extends
