"""Text to positioned nodes; the only place that reads YAML of the checked repository."""

from __future__ import annotations

from cilint.tree import libyaml  # before all that imports yaml: see there
from cilint.tree.documents import Reading, is_blank, read
from cilint.tree.node import Mapping, Node, Reference, Scalar, Sequence, Symbol, is_null, plain

__all__ = [
    "Mapping",
    "Node",
    "Reading",
    "Reference",
    "Scalar",
    "Sequence",
    "Symbol",
    "is_blank",
    "is_null",
    "libyaml",
    "plain",
    "read",
]
