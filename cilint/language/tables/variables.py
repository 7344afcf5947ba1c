"""`variables:` in its four places (lib/gitlab/ci/config/entry/variables.rb, variable.rb)."""

from __future__ import annotations

from cilint.language.shapes import FLAG, VALUE
from cilint.language.structures import STRINGS, Either, Fields, Named, check_names
from cilint.tree.node import Mapping, Scalar, Sequence

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cilint.language.faults import Faults, Way


def _check_options(node: Mapping, path: Way, faults: Faults) -> None:
    """The value must be identical to one of the options, type included (entry/variable.rb, ComplexArrayVariable)."""
    options = node.set("options")
    if not isinstance(options, Sequence):
        return
    allowed = [item.value for item in options.items if isinstance(item, Scalar)]
    if not all(isinstance(option, str) for option in allowed):
        return
    value = node.get("value")
    if not isinstance(value, Scalar) or not isinstance(value.value, str) or value.value not in allowed:
        faults.add("keyword-value", path, "must have a `value` that is one of its `options`", at_key=True)


_WORDS = "a variable's definition: either a string or a map (hash)"
_GLOBAL = Fields({"value": VALUE, "description": VALUE, "expand": FLAG, "options": STRINGS}, checks=(_check_options,))
_IN_JOB = Fields(
    {"value": VALUE, "expand": FLAG},
    hints={
        "description": "only global variables have a description",
        "options": "only global variables have options",
    },
)
_MAP = "a map (hash) of variables"
GLOBAL_VARIABLES = Named(Either(VALUE, _GLOBAL, words=_WORDS), _MAP, name=check_names)
JOB_VARIABLES = Named(Either(VALUE, _IN_JOB, words=_WORDS), _MAP, name=check_names)
# Variables of rules and services take no long form.
PLAIN_VARIABLES = Named(Either(VALUE, words="a plain value: a string, a number or a boolean"), _MAP, name=check_names)
