"""Includes that come over http, or from an address whose content nobody has fixed."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from cilint.finding import Finding
    from cilint.rules.context import Context


def check(context: Context, parameters: dict[str, Any]) -> Iterator[Finding]:
    """parameters: trusted, beginnings of addresses that the house answers for."""
    trusted = tuple(parameters["trusted"])
    for site in context.includes:
        remote = site.set("remote")
        place = remote or site
        address = place.text or ""
        if remote is None and not address.startswith(("http://", "https://")):
            continue
        if address.startswith("http://"):
            message = f"{address} is included over http: anybody on the way can change it"
            better = f"https{address.removeprefix('http')}"
            enough = site.set("integrity") is not None or (trusted and better.startswith(trusted))
            edits = context.replace(place, better, safe=False) if enough else ()
            yield context.fault(place, message, edits=edits)
        elif site.set("integrity") is None and not (trusted and address.startswith(trusted)):
            yield context.fault(place, f"{address} is included without integrity: its owner can change it at any time")
