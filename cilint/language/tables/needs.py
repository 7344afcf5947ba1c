"""`needs:` (lib/gitlab/ci/config/entry/needs.rb, need.rb; the Enterprise Edition's forms are in ee/)."""

from __future__ import annotations

from cilint.language.shapes import FILLED, FLAG, Shape
from cilint.language.structures import Fields
from cilint.language.tables.parallel import NEEDED_MATRIX
from cilint.tree.node import Mapping, Reference, Scalar, Sequence

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cilint.language.faults import Faults, Way
    from cilint.tree.node import Node

CROSS_PIPELINE_AT_MOST = 5  # NeedsValidator: cross-pipeline needs of one job

_SAME_PIPELINE = Fields(
    {"job": FILLED, "artifacts": FLAG, "optional": FLAG, "parallel": NEEDED_MATRIX}, required=("job",)
)
_OTHER_PIPELINE = Fields({"pipeline": FILLED, "job": FILLED, "artifacts": FLAG}, required=("pipeline", "job"))
_OTHER_PROJECT = Fields(
    {"project": FILLED, "job": FILLED, "ref": FILLED, "artifacts": FLAG}, required=("project", "job", "ref")
)
_MIRROR = Fields({"pipeline": FILLED})


class Needs(Shape):
    """A list of needs, or one of them as a map.

    others: whether jobs of other pipelines may be needed. mirror: whether the status of another project's pipeline may.
    """

    __slots__ = ("mirror", "others")

    def __init__(self, *, others: bool, mirror: bool = False) -> None:
        super().__init__("a list, or a map (hash)")
        self.others = others
        self.mirror = mirror

    def accepts(self, node: Node) -> bool:
        """See Shape."""
        return type(node) in (Sequence, Mapping)

    def check(self, node: Node, path: Way, faults: Faults) -> None:
        """See Shape."""
        if isinstance(node, Mapping) and not node.values:
            faults.add("keyword-missing", path, "can't be blank: it can be a list, or a map with `job`")
        elif isinstance(node, (Mapping, Sequence)):
            kinds = self._items(node, path, faults)
            if kinds.count("pipeline") > CROSS_PIPELINE_AT_MOST:
                text = f"must be less than or equal to {CROSS_PIPELINE_AT_MOST} needs of other pipelines"
                faults.add("limit-exceeded", path, text)
        else:
            faults.type(path, node, "a list like `[build]`, or a map with `job`")

    def _items(self, node: Node, path: Way, faults: Faults) -> list[str]:
        if isinstance(node, Sequence):
            kinds = [self._items(item, (*path, index), faults) for index, item in enumerate(node.items)]
            return [kind for found in kinds for kind in found]
        if isinstance(node, Mapping):
            return [self._map(node, path, faults)]
        if isinstance(node, Scalar) and node.value is not None:
            FILLED.check(node, path, faults)
        return []

    def _map(self, node: Mapping, path: Way, faults: Faults) -> str:
        keys = node.values
        enterprise = faults.edition.enterprise
        if "job" in keys and not keys.keys() & {"project", "ref", "pipeline"}:
            _SAME_PIPELINE.check(node, path, faults)
            return "job"
        if "job" in keys and "pipeline" in keys and "project" not in keys:
            _OTHER_PIPELINE.check(node, path, faults)
            if not self.others:
                text = "uses invalid types: cross_dependency; only jobs of the same pipeline can be needed here"
                faults.add("keyword-value", path, text)
            return "pipeline"
        if enterprise and self.others and "project" in keys:
            _OTHER_PROJECT.check(node, path, faults)
            return "project"
        if enterprise and self.mirror and "pipeline" in keys:
            _MIRROR.check(node, path, faults)
            return "mirror"
        self._unsupported(node, path, faults)
        return ""

    def _unsupported(self, node: Mapping, path: Way, faults: Faults) -> None:
        reason = "it takes a job's name, `{job, artifacts, optional, parallel}` or `{pipeline, job, artifacts}`"
        if "project" in node.values and not faults.edition.enterprise:
            reason = f"`project` needs Premium, and {faults.edition.name} refuses it"
        elif "pipeline" in node.values and "job" not in node.values:
            reason = "`pipeline` needs a `job` beside it"
            if not faults.edition.enterprise:
                reason += (
                    f"; the form without one belongs to the Enterprise Edition, and {faults.edition.name} refuses it"
                )
        elif not any(isinstance(child, Reference) for child in node.values.values()) and "job" not in node.values:
            reason = f"`job` is missing; {reason}"
        faults.add("keyword-value", path, f"has an unsupported type: {reason}")


NEEDS = Needs(others=True)
TRIGGER_NEEDS = Needs(others=False, mirror=True)
CLAUSE_NEEDS = Needs(others=False)
