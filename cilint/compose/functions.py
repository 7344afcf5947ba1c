"""The functions of interpolation blocks (lib/gitlab/ci/config/interpolation/functions/): strings only."""

from __future__ import annotations

from cilint.compose.variables import expand
from cilint.nearest import did_you_mean
from cilint.pattern import Pattern
from cilint.tree.node import Node, Scalar, Sequence

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

NAMES = ("expand_vars", "truncate", "posix_escape", "split")
_TRUNCATE = Pattern(r"(?a)truncate\(\s*(\d+)\s*,\s*(\d+)\s*\)?")
_SPLIT = Pattern(r"""split\(\s*(?:'([^']*)'|"([^"]*)")\s*\)?""")
_NAME = Pattern(r"(?a)\w+")
_UNSAFE = Pattern(r"[^A-Za-z0-9_\-.,:+/@\n]")


class FunctionFault(Exception):
    """A function that GitLab refuses; the text says why."""


def apply_function(call: str, node: Node, place: Scalar, variables: Mapping[str, str | None]) -> Node:
    """What the function makes of a value; a new node stands at `place`. Raises FunctionFault."""
    truncate, split = _TRUNCATE.fullmatch(call), _SPLIT.fullmatch(call)
    if truncate is None and split is None and call not in {"expand_vars", "posix_escape"}:
        found = _NAME.match(call)
        name = found[0] if found else call
        near = did_you_mean(name, NAMES) or f"; there are {', '.join(NAMES)}" * (name not in NAMES)
        raise FunctionFault(
            f"no function matching `{call}`: check that the function name, arguments, and types are correct{near}"
        )
    name = call.partition("(")[0]
    text = node.value if isinstance(node, Scalar) else None
    if not isinstance(text, str):
        raise FunctionFault(
            f"error in `{name}` function: invalid input type: {name} can only be used with string inputs"
        )
    if split is not None:
        separator = split[1] if split[1] is not None else split[2]
        parts = text.split(separator) if separator else list(text)
        return Sequence(tuple(_at(part.strip(), place) for part in parts if part.strip())).at(place)
    if truncate is not None:
        offset, length = (int(number[:9]) for number in truncate.groups())
        return _at(text[offset : offset + length], place)
    return _at(expand(text, variables, keep_unknown=True)[0] if name == "expand_vars" else _escape(text), place)


def _escape(text: str) -> str:
    """Ruby's `Shellwords.shellescape`."""
    if not text:
        return "''"
    return _UNSAFE.sub(r"\\\g<0>", text).replace("\n", "'\n'")


def _at(text: str, place: Scalar) -> Scalar:
    return Scalar(text, text, place.style).at(place)
