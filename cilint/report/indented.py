"""JSON in lines, piece by piece.

`json.dumps` takes three times as long as soon as it has to indent, and its import compiles patterns that only reading needs.
"""

from __future__ import annotations

try:
    from _json import encode_basestring as quoted
except ImportError:  # a Python without that part of the library in C
    from json.encoder import encode_basestring as quoted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

_WORDS = {True: "true", False: "false", None: "null"}


def put(data: object, line: str, step: str, take: Callable[[str], object]) -> None:
    """Give `take` the pieces of a value, which are those of `json.dumps`. Raises TypeError for what JSON does not know.

    line: a line break with the spaces before what encloses the value. step: the spaces of one level.
    """
    if isinstance(data, str):
        take(quoted(data))
    elif isinstance(data, dict):
        mark, inner = "{", line + step
        for key, value in data.items():
            take(f"{mark}{inner}{quoted(key)}: ")
            put(value, inner, step, take)
            mark = ","
        take(f"{line}}}" if data else "{}")
    elif isinstance(data, list | tuple):
        mark, inner = "[", line + step
        for value in data:
            take(mark + inner)
            put(value, inner, step, take)
            mark = ","
        take(f"{line}]" if data else "[]")
    elif data is None or data is True or data is False:
        take(_WORDS[data])
    elif isinstance(data, int | float):
        take(repr(data))
    else:
        raise TypeError(f"{type(data).__name__} is not JSON")
