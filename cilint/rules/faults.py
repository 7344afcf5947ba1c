"""What pydantic finds wrong with a file, in the words of YAML instead of Python's: packs, settings, registers, frameworks.

It takes the entries of `ValidationError.errors()`, and is only imported where a schema is.
"""

from __future__ import annotations

import re

from cilint.nearest import nearest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

_TAG = re.compile(r"\[key\]$|function-before\[|(list|dict)\[")  # what pydantic adds to the way of a fault
_KINDS = {
    "dict_type": "a map", "list_type": "a list", "string_type": "a text", "bool_type": "true or false",
    "int_type": "a whole number",
}  # fmt: skip


def in_order(faults: Iterable[Any]) -> list[Any]:
    """The faults with unknown keys first: a misspelt key is missing, too, and the misspelling is the better thing to say."""
    return sorted(faults, key=lambda fault: fault["type"] != "extra_forbidden")


def is_tagged(fault: Any) -> bool:
    """Whether the value may be of several kinds, of which the fault is about one."""
    return any(_TAG.match(str(part)) for part in fault["loc"] if part != "[key]")


def name_of(fault: Any) -> str:
    """The keys that lead to what is wrong: `rules.severity`."""
    return ".".join(str(part) for part in fault["loc"] if not isinstance(part, int) and not _TAG.match(part))


def told(fault: Any, known: Iterable[str]) -> tuple[str, str | None]:
    """What is wrong, and the word that was meant, where one is near. known: the keys that may stand beside the fault."""
    name = name_of(fault)
    if fault["type"] == "extra_forbidden":
        return f"unknown key {name}", nearest(str(fault["loc"][-1]), known)
    if fault["type"] == "missing":
        return f"{name} is missing", None
    given = fault["input"]
    near = nearest(given, _allowed(fault)) if isinstance(given, str) else None
    return f"{name}: {_said(fault)}" if name else _said(fault), near


def _said(fault: Any) -> str:
    kind, given = _KINDS.get(fault["type"]), fault["input"]
    if kind:
        quoted = fault["type"] == "bool_type" and isinstance(given, str)
        rest = ", and nothing is there" if given is None else ", without quotes" if quoted else ""
        return f"{kind} is wanted{rest}"
    if fault["type"] == "literal_error":
        return f"one of {', '.join(_allowed(fault))} is wanted"
    if fault["type"] == "string_pattern_mismatch":
        return f"{given!r} does not match {fault['ctx']['pattern']}"
    message: str = fault["msg"].removeprefix("Value error, ")
    return message if message[1:2].isupper() else message[0].lower() + message[1:]


def _allowed(fault: Any) -> list[str]:
    """The words of which one is wanted."""
    expected: str = fault.get("ctx", {}).get("expected", "")
    return [word.strip(" '") for word in expected.replace(" or ", ",").split(",")]
