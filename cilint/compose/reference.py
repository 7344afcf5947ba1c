"""Step "references": every `!reference` in the tree, used or not (lib/gitlab/ci/config/yaml/tags/).

A path leads by keys from the root of the merged and extended configuration to the target, which is resolved itself;
null and false count as not found. A list stays a nested list; who flattens is another matter.
"""

from __future__ import annotations

from cilint.finding import Edit, Finding, NotAssessed
from cilint.nearest import meant, nearest
from cilint.span import Span
from cilint.trail import Step
from cilint.tree.node import Mapping, Node, Reference, Scalar, Sequence, plain

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cilint.compose.config import Config
    from cilint.trail import Trail
    from cilint.tree.node import Key

MAX_NESTING = 120  # collections and references one inside the other: real pipelines stay under 20, YAML under 100


def resolve(root: Mapping, config: Config) -> Mapping:
    """The root with all references resolved; one that leads nowhere stays where it is, and its job is open."""
    return _Resolver(root, config).all()


class _Resolver:
    __slots__ = ("_broken", "_config", "_done", "_findings", "_root", "_targets", "_under_way", "faults")

    def __init__(self, root: Mapping, config: Config) -> None:
        self._root = root
        self._config = config
        self._done: dict[int, Node] = {}  # by identity; the root keeps every node alive
        self._broken: dict[int, frozenset[int]] = {}  # the references inside, by identity, that lead nowhere
        self._targets: dict[int, tuple[Node, Trail] | None] = {}
        self._findings: dict[int, Finding] = {}
        self._under_way: set[int] = set()
        self.faults: set[int] = set()

    def all(self) -> Mapping:
        root = self._root
        values: dict[Key, Node] = {}
        trails = dict(root.trails)
        changed = False
        for key, value in root.values.items():
            self.faults = set()
            try:
                new, trail = self._edge(value, root.trail(key), 0)
            except _TooDeep:
                self._too_deep(f"`{root.keys[key].text}`", root.keys[key])
                new, trail = value, root.trail(key)
            values[key] = new
            if new is not value:
                changed = True
                trails[key] = trail
            if self.faults:
                self._note(str(root.keys[key].text))
        for finding in self._findings.values():
            self._config.findings.append(finding)
        if not changed:
            return root
        return Mapping(root.keys, values, trails, root.duplicates, flow=root.flow).at(root)

    def _note(self, name: str) -> None:
        self._config.open_jobs.add(name)
        for fault in self.faults:
            finding = self._findings.get(fault)
            if finding is not None:
                finding.path = finding.path or (name,)
                if not name.startswith(".") and name not in finding.jobs:
                    finding.jobs = (*finding.jobs, name)

    def _edge(self, value: Node, trail: Trail, depth: int) -> tuple[Node, Trail]:
        if type(value) is Scalar:
            return value, trail
        if type(value) is not Reference:
            return self._collection(value, depth), trail
        target = self._target(value, depth)
        return (value, trail) if target is None else (target[0], target[1] + trail)

    def _collection(self, node: Node, depth: int) -> Node:
        place = id(node)
        done = self._done.get(place)
        if done is not None:
            self.faults |= self._broken.get(place, frozenset())
            return done
        if depth > MAX_NESTING:
            raise _TooDeep
        outer, self.faults = self.faults, set()
        new = self._mapping(node, depth + 1) if isinstance(node, Mapping) else self._sequence(node, depth + 1)
        self._done[place] = new
        if self.faults:
            self._broken[place] = frozenset(self.faults)
        self.faults |= outer
        return new

    def _mapping(self, node: Mapping, depth: int) -> Node:
        values = None
        trails = node.trails
        for key, value in node.values.items():
            if type(value) is Scalar:
                continue
            new, trail = self._edge(value, trails.get(key, ()), depth)
            if new is not value:
                if values is None:
                    values, trails = dict(node.values), dict(trails)
                values[key], trails[key] = new, trail
        if values is None:
            return node
        return Mapping(node.keys, values, trails, node.duplicates, flow=node.flow).at(node)

    def _sequence(self, node: Node, depth: int) -> Node:
        assert isinstance(node, Sequence)
        items = None
        trails = node.trails
        for index, item in enumerate(node.items):
            if type(item) is Scalar:
                continue
            new, trail = self._edge(item, trails.get(index, ()), depth)
            if new is not item:
                if items is None:
                    items, trails = list(node.items), dict(trails)
                items[index], trails[index] = new, trail
        return node if items is None else Sequence(tuple(items), trails, flow=node.flow).at(node)

    def _target(self, reference: Reference, depth: int) -> tuple[Node, Trail] | None:
        place = id(reference)
        if place in self._targets:
            found = self._targets[place]
        elif place in self._under_way:
            self._fault(reference, "reference-cycle", "is part of a circular chain")
            found = None
        elif depth > MAX_NESTING:
            raise _TooDeep
        else:
            self._under_way.add(place)
            outer = self.faults
            self.faults = set()
            try:
                found = self._find(reference, depth)
            except _TooDeep:
                found = None
                self._too_deep(f"!reference {_shown(reference)}", reference)
            self._under_way.discard(place)
            self._targets[place] = found
            if self.faults:
                self._broken[place] = frozenset(self.faults)
            self.faults |= outer
        self.faults |= self._broken.get(place, frozenset())
        if found is None:
            self.faults.add(place)
        return found

    def _find(self, reference: Reference, depth: int) -> tuple[Node, Trail] | None:
        argument = reference.argument
        items = argument.items if isinstance(argument, Sequence) else ()
        path = [item.value for item in items if isinstance(item, Scalar) and isinstance(item.value, str)]
        if not path or len(path) != len(items):
            message = "is not valid: it takes a list of strings, such as [.setup, script]"
            self._fault(reference, "reference-invalid", message)
            return None
        node: Node = self._root
        trail: Trail = ()
        for place, key in enumerate(path):
            if not isinstance(node, Mapping) or key not in node.values:
                self._missing(reference, node, path, place)
                return None
            trail = node.trail(key) + trail
            node = node.values[key]
        new, trail = self._edge(node, trail, depth + 1)
        if type(new) is Reference:  # itself leads nowhere, and has its own finding
            return None
        if type(new) is Scalar and (new.value is None or new.value is False):
            kind = "null" if new.value is None else "false"
            self._fault(reference, "reference-undefined", f"could not be found: its target is {kind}")
            return None
        return new, (*trail, Step("reference", _shown(reference), reference.span))

    def _missing(self, reference: Reference, node: Node, path: list[str], place: int) -> None:
        edits: tuple[Edit, ...] = ()
        if isinstance(node, Mapping):
            if not self._config.complete:
                return
            near = nearest(path[place], [key for key in node.values if isinstance(key, str)])
            where = f" in `{'.'.join(path[:place])}`" if place else ""
            why = f": there is no `{path[place]}`{where}{meant(near)}" if place or near else ""
            edits = _respelt(reference.span, path[place], near)
        else:
            why = f": `{'.'.join(path[:place])}` is {node.kind}, and a path leads through maps only"
        self._fault(reference, "reference-undefined", f"could not be found{why}")
        self._findings[id(reference)].edits = edits

    def _too_deep(self, what: str, place: Node) -> None:
        why = f"it leads through more than {MAX_NESTING} nested values"
        self._config.not_assessed.append(NotAssessed(what, why, place.span))

    def _fault(self, reference: Reference, rule: str, message: str) -> None:
        finding = Finding(rule, f"!reference {_shown(reference)} {message}", reference.span)
        self._findings.setdefault(id(reference), finding)


def _respelt(span: Span, word: str, right: str | None) -> tuple[Edit, ...]:
    """The right word in the place of the wrong one, where a reference of one line holds that once."""
    import re  # rare, and slow to import

    found = [one.start() for one in re.finditer(rf"(?<![\w-]){re.escape(word)}(?![\w-])", span.text)]
    if right is None or len(found) != 1 or span.line != span.end_line or not span.source.ours:
        return ()
    start = span.column + found[0]
    return (Edit(Span(span.source, span.line, start, span.line, start + len(word)), right, safe=False),)


class _TooDeep(Exception):
    """More values inside one another than anybody writes."""


def _shown(reference: Reference) -> str:
    value = plain(reference.argument)
    if isinstance(value, list):
        return f"[{', '.join(map(str, value[:8]))}{', ...' if len(value) > 8 else ''}]"
    return str(value)[:80]
