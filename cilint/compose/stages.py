"""Step "stages": `.pre` runs first and `.post` last, whatever the list says (lib/gitlab/ci/config/stages.rb)."""

from __future__ import annotations

from cilint.tree.node import Mapping, Node, Scalar, Sequence

PRE, POST = ".pre", ".post"


def wrap_stages(root: Mapping) -> Mapping:
    """The root with the edge stages at the ends of `stages`; unchanged without a list, or with an empty one."""
    written = root.get("stages")
    if not isinstance(written, Sequence) or not written.items:
        return root
    kept = [index for index, item in enumerate(written.items) if not _is_edge(item)]
    items = (_edge(PRE, written), *(written.items[index] for index in kept), _edge(POST, written))
    trails = {place + 1: written.trail(index) for place, index in enumerate(kept) if written.trail(index)}
    stages = Sequence(items, trails, flow=written.flow).at(written)
    return Mapping(root.keys, {**root.values, "stages": stages}, root.trails, root.duplicates, flow=root.flow).at(root)


def _is_edge(item: Node) -> bool:
    return isinstance(item, Scalar) and item.value in (PRE, POST)


def _edge(name: str, written: Sequence) -> Scalar:
    return Scalar(name, name).at(written)
