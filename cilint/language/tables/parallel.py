"""`parallel:` and its matrix (lib/gitlab/ci/config/entry/product/parallel.rb, matrix.rb, variables.rb)."""

from __future__ import annotations

from cilint.language.shapes import Shape, Whole
from cilint.language.structures import Either, Fields, check_names
from cilint.tree.node import Mapping, Reference, Scalar, Sequence, Symbol

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cilint.language.faults import Faults, Way
    from cilint.tree.node import Node

JOBS_AT_MOST = 200


class _Matrix(Shape):
    """A list of maps of variables; a variable has one value or a flat list of them."""

    __slots__ = ()

    def accepts(self, node: Node) -> bool:
        """See Shape."""
        return type(node) is Sequence

    def check(self, node: Node, path: Way, faults: Faults) -> None:
        """See Shape."""
        if not isinstance(node, Sequence):
            faults.type(path, node, self.words)
            return
        for index, entry in enumerate(node.items):
            if isinstance(entry, Mapping):
                self._entry(entry, (*path, index), faults)
            elif not isinstance(entry, Reference):
                faults.type((*path, index), entry, "a map (hash) of variables")
        total = sum(_jobs(entry) for entry in node.items if isinstance(entry, Mapping))
        if total > JOBS_AT_MOST:
            text = f"generates too many jobs (maximum is {JOBS_AT_MOST}, here are {total})"
            faults.add("limit-exceeded", path, text)

    def _entry(self, entry: Mapping, path: Way, faults: Faults) -> None:
        if not entry.values:
            faults.add("keyword-missing", path, "must hold at least one variable")
        check_names(entry, path, faults)
        for key, value in entry.values.items():
            if isinstance(value, Sequence):
                for index, item in enumerate(value.items):
                    _check_value(item, (*path, key, index), faults)
            else:
                _check_value(value, (*path, key), faults)


def _jobs(entry: Mapping) -> int:
    """How many jobs one entry of the list stands for: every value of a variable with every value of the others."""
    total = 1
    for values in entry.values.values():
        total *= _count(values)
    return total


def _check_value(node: Node, path: Way, faults: Faults) -> None:
    if isinstance(node, Reference):
        return
    value = node.value if isinstance(node, Scalar) else None
    if isinstance(value, bool) or not isinstance(value, (str, int, Symbol)):
        faults.type(path, node, "a string, an integer, or (for a variable) a flat list of these")


def _count(node: Node) -> int:
    return len(node.items) if isinstance(node, Sequence) else 1


MATRIX = _Matrix("a list of maps (an array of hashes)")
_FULL = Fields({"matrix": MATRIX}, required=("matrix",))
PARALLEL = Either(Whole(1, JOBS_AT_MOST), _FULL, words="an integer from 1 to 200 or a map (hash) with `matrix`")
TRIGGER_PARALLEL = Either(_FULL, words="a map (hash) with `matrix`; a trigger job takes no number")
NEEDED_MATRIX = Either(_FULL, words="a map (hash) with `matrix`; a need takes no number")
