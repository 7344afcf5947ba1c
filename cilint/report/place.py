"""Where things stand: for people in a folder, and for tools that know only the files of this repository."""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cilint.finding import Finding
    from cilint.span import Span


def reached(path: str, prefix: str) -> str:
    """A file's path as it is reached from the working directory. prefix: the way from there to the root of the paths."""
    if path.startswith("/") or "://" in path:
        return path
    # From below the root, `../../ci/base.yml` in ci/ is just `base.yml`: what an editor opens from here.
    return os.path.relpath(prefix + path) if prefix.startswith("..") else prefix + path


def local_span(finding: Finding) -> Span:
    """Where the value is written, or, if that is in a file of somebody else, the include that brought it."""
    if finding.span.source.ours:
        return finding.span
    for step in finding.trail:
        if step.span.source.ours:
            return step.span
    for item in finding.related:
        if item.span.source.ours:
            return item.span
    return finding.span


def origin(finding: Finding) -> str:
    """The place of writing in words, where `local_span` is another one; else nothing."""
    return "" if local_span(finding) is finding.span else f"written at {finding.span}"
