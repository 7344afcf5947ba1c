"""Role ARNs that are not the settled one."""

from __future__ import annotations

import re

from cilint.checks._texts import texts
from cilint.pattern import Pattern

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from cilint.finding import Finding
    from cilint.rules.context import Context

_ROLE = Pattern(r"arn:aws[\w-]*:iam::([^:\s\"'`]*):role/([\w+=,.@/$%{}-]+)")
# An account that is a pattern or a place to fill in is no ARN that anybody could assume.
_REAL_ACCOUNT = Pattern(r"[0-9]+|\$\w+|\$\{\w+\}|\$\(.*\)")


def check(context: Context, parameters: dict[str, Any]) -> Iterator[Finding]:
    """parameters: arn, the pattern as the house writes it; other_roles: role names that are allowed besides."""
    wanted = _plain(parameters["arn"])
    others = set(parameters["other_roles"])
    for text in texts(context, "arn:aws"):
        for found in _ROLE.finditer(text.text):
            role = found[2].rstrip(".,;")
            if text.text[: found.start()].endswith("/"):
                continue  # part of a longer path, such as a vault's: a name, no role to assume
            if not _REAL_ACCOUNT.fullmatch(found[1]) or role in others:
                continue
            arn = f"{found[0][: found.start(2) - found.start()]}{role}"
            if _plain(arn) != wanted:
                shown = re.sub(r"\d{12}", "************", arn)
                message = f"role {shown} is not {parameters['arn']}"
                yield text.fault(context, message, found.start(), found.start() + len(arn))


def _plain(arn: str) -> str:
    """`${NAME}` and `$NAME` are one."""
    return re.sub(r"\$\{(\w+)\}", r"$\1", arn)
