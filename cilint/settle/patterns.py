"""Findings that the settings ignore in some files or jobs."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable, Mapping

    from cilint.finding import Finding


def settle(
    findings: Iterable[Finding],
    per_file: Mapping[str, Iterable[str]],
    per_job: Mapping[str, Iterable[str]],
    *,
    names: Callable[[str, Finding], bool],
    required: Container[str],
) -> None:
    """Mark the open findings that `per-file-ignores` and `per-job-ignores` name as suppressed.

    names: whether a word of the settings (a rule or a pack) means the rule of a finding. A finding that reaches jobs
    which are not ignored stays open for those.
    """
    from fnmatch import fnmatchcase

    for finding in findings:
        if finding.status != "open" or finding.rule in required:
            continue
        for pattern, words in per_file.items():
            if fnmatchcase(finding.span.source.path, pattern) and any(names(word, finding) for word in words):
                finding.status = "suppressed"
                finding.reason = f"per-file-ignores: {pattern}"
        for pattern, words in per_job.items():
            if not finding.jobs or not any(names(word, finding) for word in words):
                continue
            left = tuple(job for job in finding.jobs if not fnmatchcase(job, pattern))
            if left:
                finding.jobs = left
            else:
                finding.status = "suppressed"
                finding.reason = f"per-job-ignores: {pattern}"
