"""Keywords of a job that replace a default whole, and lose a part of it that was meant to hold for all."""

from __future__ import annotations

from cilint.finding import Related
from cilint.tree.node import Mapping, plain

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from cilint.finding import Finding
    from cilint.rules.context import Context


def check(context: Context, parameters: dict[str, Any]) -> Iterator[Finding]:
    """parameters: keys: {keyword: its keys that a default sets for good reason}."""
    default = context.config.site.set("default")
    if default is None or "default" in context.pipeline.jobs:
        return
    for keyword, keys in parameters["keys"].items():
        common = default.set(keyword)
        if common is None or not isinstance(common.node, Mapping):
            continue
        for job in context.jobs:
            own = job.get(keyword)
            if own is None or own.node is common.node or not isinstance(own.node, Mapping):
                continue
            lost = [key for key in keys if common.set(key) is not None and own.set(key) is None]
            for key in lost:
                value = common.set(key)
                shown = f"{key}: {value.value}" if value is not None and value.value is not None else key
                message = f"this {keyword} replaces the default's whole: {shown} is lost"
                related = [Related("set here for all jobs", value.span)] if value is not None else []
                finding = context.fault(own.key_span, message, job=job, site=own, related=related)
                finding.edits = context.put(own, key, plain(value.node), safe=False) if value is not None else ()
                yield finding
