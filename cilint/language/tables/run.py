"""`run:`, the steps that replace a script (app/validators/json_schemas/run_steps.json; an experiment)."""

from __future__ import annotations

from cilint.language.shapes import ANY, FILLED, TEXT, Shape, Text
from cilint.language.structures import Either, Fields, Listing, Named
from cilint.pattern import Pattern

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cilint.language.faults import Faults, Way
    from cilint.tree.node import Mapping

_NAME = Text(
    form=(Pattern(r"[A-Za-z_][A-Za-z0-9_]*\Z"), "should be letters, digits and '_', and not start with a digit")
)
_GIT = Fields({"url": TEXT, "rev": TEXT, "dir": TEXT, "file": TEXT}, required=("url", "rev"))
_OCI = Fields(
    {"registry": TEXT, "repository": TEXT, "tag": TEXT, "dir": TEXT, "file": TEXT},
    required=("registry", "repository", "tag"),
)
_FUNCTION: Shape = Either(
    TEXT,
    Fields({"git": _GIT, "oci": _OCI}, needed_one=(("git", "oci"),)),
    words="a string or a map with `git` or `oci`",
)


def _check_inputs(node: Mapping, path: Way, faults: Faults) -> None:
    if "inputs" in node.values and "script" in node.values:
        faults.add("keyword-conflict", (*path, "inputs"), "goes with `step` or `func`, not with `script`", at_key=True)


_STEP = Fields(
    {
        "name": _NAME,
        "script": FILLED,
        "step": _FUNCTION,
        "func": _FUNCTION,
        "env": Named(TEXT, "a map of names to strings"),
        "inputs": Named(ANY),
    },
    required=("name",),
    needed_one=(("script", "step", "func"),),
    checks=(_check_inputs,),
    outer=True,
    words="a step: a map (hash) with `name` and `script`, `step` or `func`",
)
RUN = Listing(_STEP, "a list of steps")
