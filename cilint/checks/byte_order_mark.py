"""Files of the repository that begin with a byte order mark.

GitLab strips one before it parses (lib/gitlab/config/loader/yaml.rb), but only in newer versions, and Psych before
version 5.4 takes a file that has one for a map of its first key alone (ruby/psych issue 331).
"""

from __future__ import annotations

from cilint.finding import Edit
from cilint.span import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from cilint.finding import Finding
    from cilint.rules.context import Context

_MARK = "\ufeff"


def check(context: Context, parameters: dict[str, Any]) -> Iterator[Finding]:
    """No parameters."""
    del parameters
    for source in context.config.sources:
        if source.ours and source.text.startswith(_MARK):
            span = Span(source, 1, 1, 1, 2)
            message = "the file begins with a byte order mark: a GitLab that does not strip it reads only the first key"
            yield context.fault(span, message, edits=(Edit(span, ""),))
