"""From findings to mended files, each mending proved by judging the result: it removes its finding and adds none."""

from __future__ import annotations

from collections import Counter

from cilint.fix.draft import Change, Draft, drafted
from cilint.fix.edits import by_file, chosen, edited

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeAlias

    from cilint.compose.fetch import Project
    from cilint.finding import Finding
    from cilint.source import Source

    Judge: TypeAlias = Callable[[Source, Project], list[Finding]]
    Tally: TypeAlias = Counter[tuple[str, str]]

__all__ = ["Change", "Draft", "mend"]


def mend(draft: Draft, entry: Source, project: Project, judge: Judge, *, unsafe: bool) -> list[Finding]:
    """Make in the draft what the edits of an entry's findings ask for, once; those whose edits were refused.

    judge: the findings of an entry file, settled. Which edits hold is found by halving, so that one that does not
    costs a few judgements and not one for each other edit.
    """
    source, now = drafted(entry, project, draft.texts())
    tried = _Round(draft, entry, project, judge, judge(source, now))
    offered = [one for one in chosen(tried.findings, unsafe=unsafe) if tried.may(one)]
    held = tried.grow([], offered)
    for file, edits in by_file(held).values():
        draft.put(project.root, file, edited(file, edits))
    return [finding for finding in offered if finding not in held]


class _Round:
    """One judgement of an entry, and what trying its edits gives."""

    __slots__ = ("before", "draft", "entry", "findings", "judge", "project")

    def __init__(self, draft: Draft, entry: Source, project: Project, judge: Judge, findings: list[Finding]) -> None:
        self.draft = draft
        self.entry = entry
        self.project = project
        self.judge = judge
        self.findings = findings
        self.before = _tally(findings)

    def may(self, finding: Finding) -> bool:
        """Whether every file that the finding's edits touch may be written."""
        sources = [edit.span.source for edit in finding.edits]
        return all(self.draft.path(self.project.root, source) is not None for source in sources)

    def grow(self, held: list[Finding], more: list[Finding]) -> list[Finding]:
        """Those findings, and as many more as can be mended beside them."""
        if not more or self._holds([*held, *more]):
            return [*held, *more]
        if len(more) == 1:
            return held
        half = len(more) // 2
        return self.grow(self.grow(held, more[:half]), more[half:])

    def _holds(self, findings: list[Finding]) -> bool:
        """Whether mending these removes each of them, and brings no finding of any rule to any job."""
        texts = self.draft.texts()
        for source, edits in by_file(findings).values():
            path = self.draft.path(self.project.root, source)
            assert path is not None
            texts[path] = edited(source, edits)
        after = _tally(self.judge(*drafted(self.entry, self.project, texts)))
        mended = _tally(findings)
        return all(count <= self.before[what] for what, count in after.items()) and all(
            after[what] <= self.before[what] - count for what, count in mended.items()
        )


def _tally(findings: list[Finding]) -> Tally:
    """How many findings each rule has for each job."""
    return Counter((finding.rule, job) for finding in findings for job in finding.jobs or ("",))
