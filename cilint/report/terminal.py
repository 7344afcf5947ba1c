"""What the reader of the text output can see: colours, characters, columns, and collapsible sections."""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import TextIO

# Readable on dark and on light ground: no yellow, no cyan, no bright green, which are lost on white; no plain blue,
# which is lost on black. Bold makes red, magenta and blue lighter where the ground is dark.
_CODES = {
    "error": "1;31",
    "warning": "1;35",
    "info": "1;34",
    "strong": "1",
    "quiet": "2",
    "gutter": "1;34",
    "help": "32",
    "ok": "32",
    "added": "32",
    "removed": "31",
}
_LOG_COLUMNS = 120  # of GitLab's job log, and of pipes
_NARROW = 60


class Terminal:
    """How text may look. columns: lines of the checked files are cut to fit.

    sections: whether the text goes into a GitLab job log, where parts can be collapsed. wrapped: columns at which other
    text is broken between words; 0 where nobody looks, for there lines stay whole.
    """

    __slots__ = ("ascii", "color", "columns", "sections", "wrapped")

    def __init__(
        self,
        *,
        color: bool = False,
        ascii: bool = False,
        columns: int = _LOG_COLUMNS,
        sections: bool = False,
        wrapped: int = 0,
    ) -> None:
        self.color = color
        self.ascii = ascii
        self.columns = max(columns, _NARROW)
        self.sections = sections
        self.wrapped = max(wrapped, _NARROW) if wrapped else 0

    def paint(self, text: str, style: str) -> str:
        """The text in the colour of a style ("error", "strong", "quiet" ...)."""
        return f"\x1b[{_CODES[style]}m{text}\x1b[0m" if self.color else text


def terminal_of(stream: TextIO, color: str, environment: Mapping[str, str]) -> Terminal:
    """The terminal behind a stream. color: "auto", "always" or "never", as `--color` has it."""
    is_terminal = stream.isatty()
    columns = _columns(stream, environment) if is_terminal else _LOG_COLUMNS
    encoding = (getattr(stream, "encoding", None) or "ascii").lower().replace("-", "")
    return Terminal(
        color=wants_color(color, environment, is_terminal=is_terminal),
        ascii=encoding not in ("utf8", "utf16", "utf32", "cp65001"),
        columns=columns,
        wrapped=columns if is_terminal else 0,
        sections=bool(environment.get("GITLAB_CI")) and not is_terminal,
    )


def wants_color(option: str, environment: Mapping[str, str], *, is_terminal: bool) -> bool:
    """Whether to colour: the option, then NO_COLOR, FORCE_COLOR, CLICOLOR_FORCE, then CI, then the terminal.

    Any value of NO_COLOR counts but the empty one (no-color.org); "0" and "false" switch the two forcing ones off.
    """
    if option != "auto":
        return option == "always"
    if environment.get("NO_COLOR"):
        return False
    for name in ("FORCE_COLOR", "CLICOLOR_FORCE"):
        if environment.get(name, "") not in ("", "0", "false"):
            return True
    if environment.get("GITLAB_CI") or environment.get("CI"):
        return True
    return is_terminal and environment.get("TERM") != "dumb"


def _columns(stream: TextIO, environment: Mapping[str, str]) -> int:
    wanted = environment.get("COLUMNS", "")
    if wanted.isdigit() and int(wanted) > 0:
        return int(wanted)
    try:
        return os.get_terminal_size(stream.fileno()).columns
    except (OSError, ValueError):
        return _LOG_COLUMNS
