"""What can go wrong with an invocation of cilint (never with the files that it checks: those faults are findings).

CilintError            the work could not be done; exit status 2, one clear message
├── UsageError         an option or argument is wrong
├── UnreadableError    a file that was named cannot be read
├── SettingsError      .cilint.yaml is wrong
└── PackError          a pack of rules is wrong
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from cilint.span import Span


class CilintError(Exception):
    """The work could not be done.

    message: what is wrong, in one sentence. help: what to do about it. span: where, when a file is to blame.
    further: what else is wrong, so that it can be mended in one go.
    """

    def __init__(
        self, message: str, *, help: str = "", span: Span | None = None, further: Iterable[CilintError] = ()
    ) -> None:
        super().__init__(message)
        self.message = message
        self.help = help
        self.span = span
        self.further = tuple(further)


class UsageError(CilintError):
    """An option or argument is wrong."""


class UnreadableError(CilintError):
    """A file that was named cannot be read."""


class SettingsError(CilintError):
    """The settings file is wrong; `span` tells where."""


class PackError(CilintError):
    """A pack of rules is wrong; `span` tells where."""
