"""YAML variables: what a `variables:` map defines, what a job inherits, and how GitLab expands references.

Sources: `lib/gitlab/ci/config/entry/variables.rb`, `lib/gitlab/ci/variables/helpers.rb`,
`lib/gitlab/ci/variables/collection.rb` and `collection/sort.rb`, `lib/expand_variables.rb`.
"""

from __future__ import annotations

from cilint.pattern import Pattern
from cilint.tree.node import Mapping, Scalar, key_text, ruby_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    import re
    from collections.abc import Iterable, Iterator
    from collections.abc import Mapping as Map
    from typing import TypeAlias

    from cilint.tree.node import Node
    from cilint.tree.site import Site

# `$$` and `%%` are matched so that they are stepped over: the runner's pass makes one sign of them.
REFERENCE = Pattern(
    r"(?a)\$\$|%%|\$([a-zA-Z_][a-zA-Z0-9_]*)|\$\{([a-zA-Z_][a-zA-Z0-9_]*)?\}|%([a-zA-Z_][a-zA-Z0-9_]*)%"
)


class Variable:
    """One variable as written. value: its text by Ruby's `to_s`; raw: `expand: false`; node: its value."""

    __slots__ = ("_refers", "name", "node", "raw", "value")

    def __init__(self, name: str, value: str, node: Node | None = None, *, raw: bool = False) -> None:
        self.name = name
        self.value = value
        self.node = node
        self.raw = raw
        self._refers: list[str] | None = None

    @property
    def refers(self) -> list[str]:
        """The names that its value refers to; none for a raw variable."""
        if self._refers is None:
            self._refers = [] if self.raw else references(self.value)
        return self._refers

    def __repr__(self) -> str:
        return f"Variable({self.name}={self.value!r})"


if TYPE_CHECKING:
    Definitions: TypeAlias = dict[str, Variable]


class VariableMaps:
    """Reads `variables:` maps. What jobs share, by `extends`, aliases or references, is read once and is one object."""

    __slots__ = ("_maps", "_plain", "_variables")

    def __init__(self) -> None:
        self._maps: dict[int, tuple[Node, Definitions]] = {}
        self._variables: dict[tuple[str, int], Variable] = {}
        self._plain: dict[int, tuple[Definitions, dict[str, str]]] = {}

    def read(self, site: Site | None) -> Definitions:
        """The variables that a `variables:` map defines, by name, in order."""
        node = None if site is None else site.node
        if not isinstance(node, Mapping):
            return {}
        known = self._maps.get(id(node))
        if known is None:
            found = {}
            for written, value in node.items():
                name = key_text(written)
                place = (name, id(value))
                found[name] = self._variables.get(place) or self._variables.setdefault(place, _variable(name, value))
            known = self._maps[id(node)] = node, found  # which also keeps the node, and with it its id
        return known[1]

    def plain(self, yaml: Definitions) -> dict[str, str]:
        """The unexpanded values of what was read, by name."""
        known = self._plain.get(id(yaml))
        if known is None:
            known = self._plain[id(yaml)] = yaml, {name: variable.value for name, variable in yaml.items()}
        return known[1]


def definitions(site: Site | None) -> Definitions:
    """The variables that one `variables:` map defines, by name, in order."""
    return VariableMaps().read(site)


def _variable(name: str, node: Node) -> Variable:
    if isinstance(node, Mapping):
        value, expand = node.set("value"), node.get("expand")
        raw = isinstance(expand, Scalar) and expand.value is False
        return Variable(name, ruby_text(value.value) if isinstance(value, Scalar) else "", node, raw=raw)
    return Variable(name, ruby_text(node.value) if isinstance(node, Scalar) else "", node)


def inherited(globals_: Definitions, inherit: Site | None) -> Definitions:
    """The global variables that a job takes over, by its `inherit:` (true, false or a list of names)."""
    names = names_inherited(inherit)
    return globals_ if names is None else {name: variable for name, variable in globals_.items() if name in names}


def names_inherited(inherit: Site | None) -> frozenset[str] | None:
    """The names of the global variables that a job takes over, be they defined or not; None for all."""
    wanted = None if inherit is None else inherit.set("variables")
    if wanted is None or wanted.value is True:
        return None
    return (
        frozenset() if isinstance(wanted.node, Scalar) else frozenset(ruby_text(item.value) for item in wanted.flat())
    )


def references(text: str) -> list[str]:
    """The names that a text refers to by `$NAME`, `${NAME}` or `%NAME%`, in order, repeated as written."""
    if "$" not in text and "%" not in text:
        return []
    return [name for found in REFERENCE.finditer(text) if (name := found[1] or found[2] or found[3])]


def expand(text: str, values: Map[str, str], *, keep_unknown: bool = False) -> str:
    """The text with references replaced; an unknown one is removed, or kept as it is written."""
    if "$" not in text and "%" not in text:
        return text

    def replace(found: re.Match[str]) -> str:
        name = found[1] or found[2] or found[3]
        if name is None:
            return found[0]
        value = values.get(name)
        return (found[0] if keep_unknown else "") if value is None else value

    return REFERENCE.sub(replace, text)


class Expanded:
    """All variables of a job with their references replaced.

    values: by name. cycles: the names in each circle of references, in the order of the walk; with a circle GitLab
    refuses the pipeline, and `values` are unexpanded.
    """

    __slots__ = ("cycles", "values")

    def __init__(self, values: dict[str, str], cycles: list[list[str]]) -> None:
        self.values = values
        self.cycles = cycles


def expand_all(layers: Iterable[Iterable[Variable]]) -> Expanded:
    """Expand variables in the order of their dependencies (collection.rb, `sort_and_expand_all`).

    layers: from the weakest to the strongest. Unknown references are removed. A variable that refers to its own name
    gets the value of a weaker layer.
    """
    items = [variable for layer in layers for variable in layer]
    depends: dict[int, list[str]] = {}
    for place, variable in enumerate(items):
        if not variable.raw and ("$" in variable.value or "%" in variable.value):
            depends[place] = variable.refers
    plain = {variable.name: variable.value for variable in items}
    if not depends:
        return Expanded(plain, [])
    places: dict[str, list[int]] = {}
    for place, variable in enumerate(items):
        places.setdefault(variable.name, []).append(place)
    children = {place: [p for name in names for p in places.get(name, ())] for place, names in depends.items()}
    order, cycles = _sorted(len(items), children)
    if cycles:
        return Expanded(plain, [[items[place].name for place in cycle] for cycle in cycles])
    values: dict[str, str] = {}
    for place in order:
        variable = items[place]
        values[variable.name] = expand(variable.value, values) if place in depends else variable.value
    return Expanded(values, [])


def _sorted(size: int, children: dict[int, list[int]]) -> tuple[list[int], list[list[int]]]:
    """Tarjan's strongly connected components without recursion: places in dependency order, and the circles.

    children: what a place depends on; a place that depends on nothing may be left out.
    """
    order: list[int] = []
    cycles: list[list[int]] = []
    number: dict[int, int] = {}
    low: dict[int, int] = {}
    stack: list[int] = []
    on_stack: set[int] = set()
    for root in range(size):
        if root in number:
            continue
        if root not in children:
            number[root] = low[root] = len(number)
            order.append(root)
            continue
        work: list[tuple[int, Iterator[int]]] = []
        entering: int | None = root
        while entering is not None or work:
            if entering is not None:
                number[entering] = low[entering] = len(number)
                if entering not in children:
                    order.append(entering)
                else:
                    stack.append(entering)
                    on_stack.add(entering)
                    work.append((entering, iter(children[entering])))
                entering = None
                continue
            node, waiting = work[-1]
            child = next(waiting, None)
            if child is None:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[node])
                if low[node] == number[node]:
                    component = _popped(stack, node)
                    on_stack.difference_update(component)
                    order += component
                    if len(component) > 1:
                        cycles.append(component)
            elif child not in number:
                entering = child
            elif child in on_stack:
                low[node] = min(low[node], number[child])
    return order, cycles


def _popped(stack: list[int], last: int) -> list[int]:
    """What lies on the stack from `last` upwards, taken off it."""
    component = [stack.pop()]
    while component[-1] != last:
        component.append(stack.pop())
    component.reverse()
    return component
