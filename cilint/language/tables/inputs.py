"""`inputs:` of a job (lib/gitlab/ci/config/entry/job_input.rb, base_input.rb; lib/ci/inputs/)."""

from __future__ import annotations

from cilint.language.shapes import ANY, TEXT, VALUE, Words
from cilint.language.structures import Fields, Listing, Named, check_names
from cilint.notation.patterns import PatternError, compile_pattern
from cilint.tree.node import Mapping, Scalar, Sequence, ruby_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cilint.language.faults import Faults, Way
    from cilint.tree.node import Node

AT_MOST = 50  # inputs of a job, and options of an input
_TYPES = ("string", "number", "boolean", "array")


def _check_default(node: Mapping, path: Way, faults: Faults) -> None:
    """A job's input needs a default that fits its type, its options and its pattern."""
    default = node.set("default")
    if default is None:
        faults.missing(path, ("default",), "must have a default value")
        return
    given = node.set("type")
    kind = given.value if isinstance(given, Scalar) else "string"
    if kind not in _TYPES:
        return
    if not _fits(default, str(kind)):
        faults.add("keyword-value", (*path, "default"), f"default value is not a {kind}")
        return
    _check_options(node, default, str(kind), path, faults)
    _check_pattern(node, default, str(kind), path, faults)


def _fits(node: Node, kind: str) -> bool:
    """Texts are read as the type wants them; a string takes everything (lib/ci/inputs)."""
    if kind == "string":
        return True
    if kind == "array":
        return isinstance(node, Sequence) or (isinstance(node, Scalar) and node.text.startswith("["))
    value = node.value if isinstance(node, Scalar) else None
    if kind == "boolean":
        return isinstance(value, bool) or value in ("true", "false")
    return not isinstance(value, bool) and (isinstance(value, (int, float)) or _is_number(value))


def _is_number(value: object) -> bool:
    try:
        float(str(value))
    except ValueError:
        return False
    return isinstance(value, str)


def _check_options(node: Mapping, default: Node, kind: str, path: Way, faults: Faults) -> None:
    options = node.set("options")
    if not isinstance(options, Sequence):
        return
    if kind not in ("string", "number"):
        faults.add("keyword-conflict", (*path, "options"), f"go with type string or number, not {kind}", at_key=True)
        return
    texts = [ruby_text(item.value) for item in options.items if isinstance(item, Scalar)]
    if isinstance(default, Scalar) and ruby_text(default.value) not in texts:
        allowed = ", ".join(texts)
        faults.add(
            "keyword-value", (*path, "default"), f"default value is not in the list of allowed options: {allowed}"
        )


def _check_pattern(node: Mapping, default: Node, kind: str, path: Way, faults: Faults) -> None:
    regex = node.set("regex")
    if not isinstance(regex, Scalar) or not isinstance(regex.value, str):
        return
    if kind != "string":
        faults.add("keyword-conflict", (*path, "regex"), f"goes with type string, not {kind}", at_key=True)
        return
    try:
        pattern = compile_pattern(f"/{regex.value}/", unescape=False)
    except PatternError as error:
        faults.add("pattern-invalid", (*path, "regex"), f"must be a regular expression with re2 syntax: {error}")
        return
    if isinstance(default, Scalar) and not pattern.search(ruby_text(default.value)):
        faults.add("keyword-value", (*path, "default"), "default value does not match required RegEx pattern")


_INPUT = Fields(
    {
        "default": ANY,
        "description": VALUE,
        "options": Listing(VALUE, "a list of values", most=AT_MOST),
        "regex": TEXT,
        "type": Words(*_TYPES),
    },
    checks=(_check_default,),
    words="a map (hash) with `default`",
)
_INPUT.null = True
INPUTS = Named(_INPUT, most=AT_MOST, name=check_names)
