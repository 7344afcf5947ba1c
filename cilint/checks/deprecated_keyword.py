"""Keywords and variables that GitLab still takes, or has dropped, and tells people to replace."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from cilint.finding import Finding
    from cilint.rules.context import Context


def check(context: Context, parameters: dict[str, Any]) -> Iterator[Finding]:
    """parameters: globals: {keyword at the top level: what to write instead}; variables: {old name: new name};
    reports: {report kind: what to use instead}.
    """
    root = context.config.site
    for reading in context.config.readings:
        body = reading.body
        for keyword, instead in parameters["globals"].items():
            if body is not None and keyword in body.values:
                site = root.get(keyword)
                yield context.fault(
                    body.keys[keyword].span, f"{keyword} at the top level is deprecated: {instead}", site=site
                )
    for job in context.jobs:
        reports = job.site.dig("artifacts", "reports")
        for _, site in reports.items() if reports else ():
            new = parameters["reports"].get(str(site.path[-1]))
            if new:
                yield context.fault(site.key_span, f"reports:{site.path[-1]} is gone: {new}", job=job, site=site)
    names: dict[str, str] = parameters["variables"]
    if not any("CI_BUILD_" in source.text for source in context.sources):
        return
    for command, jobs in context.each_command:
        for word in command.words:
            for name in word.variables:
                if name in names:
                    yield context.word_fault(command, word, jobs, f"${name} is gone from GitLab: use ${names[name]}")
