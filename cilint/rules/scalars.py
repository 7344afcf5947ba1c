"""Every scalar of a job, and every scalar that people wrote into a file: what several rules look through from end to end."""

from __future__ import annotations

from cilint.tree.node import Mapping, Scalar, Sequence
from cilint.tree.site import Site

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, TypeAlias, TypeVar

    from cilint.pipeline.job import Job
    from cilint.tree.node import Node
    from cilint.tree.site import Path

    Written: TypeAlias = tuple[Path, Scalar]
    Found = TypeVar("Found")

_KEPT_AT_MOST = 50_000  # scalars; a pipeline of a million would cost more memory than it saves time


class Scalars:
    """The scalars of one pipeline, listed once for all rules; of a large pipeline only the first ones are kept."""

    __slots__ = ("_documents", "_jobs", "_room")

    def __init__(self) -> None:
        self._jobs: dict[str, list[Site]] = {}
        self._documents: dict[int, list[Written]] = {}
        self._room = _KEPT_AT_MOST

    def of(self, job: Job) -> list[Site]:
        """Every scalar of a job, where it stands in the composed tree."""
        return self._kept(self._jobs, job.name, lambda: below(job.site))

    def written(self, document: Node) -> list[Written]:
        """Every scalar written in a document of a file, with its path there; values that a repeated key lost among them."""
        return self._kept(self._documents, id(document), lambda: _leaves(document, (), []))

    def _kept(self, known: dict[Any, list[Found]], key: object, listed: Callable[[], list[Found]]) -> list[Found]:
        found = known.get(key)
        if found is None:
            found = listed()
            if len(found) <= self._room:
                self._room -= len(found)
                known[key] = found
        return found


def below(site: Site) -> list[Site]:
    """Every scalar at or below a site."""
    found: list[Site] = []
    _gather(site, found)
    return found


def _gather(site: Site, found: list[Site]) -> None:
    node = site.node
    if isinstance(node, Mapping):
        for key, written in node.keys.items():
            _gather(Site(node.values[key], site, key, written), found)
    elif isinstance(node, Sequence):
        for index, item in enumerate(node.items):
            _gather(Site(item, site, index), found)
    else:
        found.append(site)


def _leaves(node: Node, path: Path, found: list[Written]) -> list[Written]:
    if isinstance(node, Scalar):
        found.append((path, node))
    elif isinstance(node, Sequence):
        for index, item in enumerate(node.items):
            if index not in node.trails:
                _leaves(item, (*path, index), found)
    elif isinstance(node, Mapping):
        for key, value in node.values.items():
            if key not in node.trails:
                _leaves(value, (*path, key if isinstance(key, str) else str(node.keys[key].text)), found)
        for written, value in node.duplicates:
            _leaves(value, (*path, written.text), found)
    return found
