"""Identity tokens for nobody in particular, or for several parties at once."""

from __future__ import annotations

from cilint.finding import Related
from cilint.tree.node import Sequence

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from cilint.finding import Finding
    from cilint.rules.context import Context
    from cilint.tree.site import Site


def check(context: Context, parameters: dict[str, Any]) -> Iterator[Finding]:
    """parameters: generic, audiences that any party of the instance accepts."""
    seen: dict[str, tuple[str, Site]] = {}
    generic: list[str] = parameters["generic"]
    for job in context.jobs:
        tokens = job.get("id_tokens")
        if tokens is None:
            continue
        tier = context.roles.facts(job).tier
        for _, token in tokens.items():  # noqa: PERF102  # a site's items are no dict's
            aud = token.set("aud")
            if aud is None:
                yield context.fault(token.key_span, "the identity token names no audience (aud)", job=job, site=token)
                continue
            if isinstance(aud.node, Sequence) and len(aud.node) > 1:
                message = "the identity token is for several audiences: each can use it at the others"
                yield context.fault(aud.key_span, message, job=job, site=aud)
            for one in aud.flat():
                text = context.scopes.of(job).expand(str(one.value))[0].text
                if text in generic:
                    message = f"audience {text} is every party's that trusts this GitLab"
                    yield context.fault(one, message, job=job)
                elif tier not in ("", "other"):
                    first, place = seen.setdefault(text, (tier, one))
                    if first != tier:
                        message = (
                            f"audience {text} is shared by tiers {first} and {tier}: a token of one works in the other"
                        )
                        yield context.fault(one, message, job=job, related=[Related(f"tier {first}", place.span)])
