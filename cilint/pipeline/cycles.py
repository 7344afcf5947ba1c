"""Circles in a graph of names."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator


def cycles(graph: dict[str, list[str]]) -> Iterator[list[str]]:
    """One circle for each knot of names that reach each other: a -> b -> ... -> a, without the last a.

    graph: the names that each name points to; names that are no keys point nowhere. Time is linear in its size.
    """
    for knot in _knots(graph):
        yield _circle(graph, knot)


def _knots(graph: dict[str, list[str]]) -> Iterator[set[str]]:
    """Strongly connected components with a circle in them (Tarjan's algorithm, without recursion)."""
    number: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    on_stack: set[str] = set()
    for root, first in graph.items():
        if root in number:
            continue
        number[root] = low[root] = len(number)
        stack.append(root)
        on_stack.add(root)
        work = [(root, iter(first))]
        while work:
            name, rest = work[-1]
            following = next((other for other in rest if other in graph), None)
            if following is None:
                work.pop()
                if work:
                    parent = work[-1][0]
                    low[parent] = min(low[parent], low[name])
                if low[name] == number[name]:
                    knot = set(_popped(stack, name))
                    on_stack -= knot
                    if len(knot) > 1 or name in graph[name]:
                        yield knot
            elif following not in number:
                number[following] = low[following] = len(number)
                stack.append(following)
                on_stack.add(following)
                work.append((following, iter(graph[following])))
            elif following in on_stack:
                low[name] = min(low[name], number[following])


def _popped(stack: list[str], last: str) -> Iterator[str]:
    while True:
        name = stack.pop()
        yield name
        if name == last:
            return


def _circle(graph: dict[str, list[str]], knot: set[str]) -> list[str]:
    """The shortest circle through the first name of the knot, in the order of the graph."""
    first = next(name for name in graph if name in knot)
    came_from: dict[str, str] = {}
    front = [first]
    while front:
        following: list[str] = []
        for name in front:
            for other in graph[name]:
                if other == first:
                    way = [name]
                    while way[-1] != first:
                        way.append(came_from[way[-1]])
                    return way[::-1]
                if other in knot and other not in came_from:
                    came_from[other] = name
                    following.append(other)
        front = following
    return [first]
