"""Circles in a graph, against a search that tries every way."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from cilint.pipeline.cycles import cycles

_NAMES = "abcdef"
_graphs = st.dictionaries(st.sampled_from(_NAMES), st.lists(st.sampled_from(_NAMES), max_size=4), max_size=6)


def _reaches(graph, start, goal):
    seen, front = set(), [start]
    while front:
        for other in graph.get(front.pop(), []):
            if other == goal:
                return True
            if other not in seen:
                seen.add(other)
                front.append(other)
    return False


@given(_graphs)
def test_there_is_a_circle_exactly_where_a_name_reaches_itself(graph):
    found = list(cycles(graph))
    inside = {name for name in graph if _reaches(graph, name, name)}
    assert {name for circle in found for name in circle} <= inside
    assert bool(found) == bool(inside)
    for circle in found:
        assert len(set(circle)) == len(circle)
        for name, following in zip(circle, circle[1:] + circle[:1], strict=True):
            assert following in graph[name]


def test_one_knot_is_one_circle_and_the_shortest_through_its_first_name():
    graph = {"a": ["b", "c"], "b": ["c"], "c": ["a"], "x": ["x"], "y": ["a"]}
    assert list(cycles(graph)) == [["a", "c"], ["x"]]


def test_long_chains_do_not_recurse():
    graph = {str(number): [str(number + 1)] for number in range(50_000)}
    graph["50000"] = ["0"]
    (circle,) = cycles(graph)
    assert len(circle) == 50_001
