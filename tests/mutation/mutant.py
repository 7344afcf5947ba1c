"""Mutant: the reference pipeline with one fault in it, and the rule that has to say so."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from cilint.check import Checked, check
from cilint.compose.fetch import open_project
from tests.mutation.reference import ENTRY, ROOT, Edit, reference, script_files

if TYPE_CHECKING:
    from cilint.rules.rule import RuleSet


class Mutant:
    """One broken pipeline.

    operator: what kind of fault. place: where. rules: the ids of which one must report it. files: path to new text,
    None for a file that is gone; paths of scripts that lost their x bit in `not_executable`. lines: path to the 1-based
    lines that were written. jobs: those that the fault concerns. says: what the message must hold, when the fault is
    that something is absent from the whole pipeline.
    """

    def __init__(
        self,
        operator: str,
        place: str,
        rules: str | Iterable[str],
        files: dict[str, str | None],
        *,
        lines: dict[str, list[int]] | None = None,
        jobs: Iterable[str] = (),
        says: str = "",
        not_executable: Iterable[str] = (),
    ) -> None:
        self.operator = operator
        self.place = place
        self.rules = [rules] if isinstance(rules, str) else list(rules)
        self.files = files
        self.lines = lines or {}
        self.jobs = set(jobs)
        self.says = says
        self.not_executable = list(not_executable)

    @property
    def name(self) -> str:
        return f"{self.operator}: {self.place}"

    def __repr__(self) -> str:
        return self.name

    def caught(self, checked: Checked) -> bool:
        """Whether a finding of one of the rules stands at a line that was written, or names a job that is concerned."""
        return any(self._told_by(finding) for finding in checked.findings if finding.rule in self.rules)

    def _told_by(self, finding) -> bool:
        if self.says:
            return self.says in finding.message
        at_line = finding.span.line in self.lines.get(finding.span.source.path, ())
        return at_line or bool(self.jobs.intersection(finding.jobs))


def changed(
    operator: str,
    place: str,
    rules: str | Iterable[str],
    *edits: Edit,
    jobs: Iterable[str] = (),
    says: str = "",
    also: dict[str, str | None] | None = None,
    also_lines: dict[str, list[int]] | None = None,
) -> Mutant:
    """A mutant of the pipeline file; `also`: further files."""
    text, lines = reference().edit(*edits)
    files: dict[str, str | None] = {ENTRY: text, **(also or {})}
    return Mutant(operator, place, rules, files, lines={ENTRY: lines, **(also_lines or {})}, jobs=jobs, says=says)


class Workplace:
    """A folder that holds the reference pipeline and its scripts, in which one mutant after the other is checked."""

    def __init__(self, folder: Path) -> None:
        self.root = folder
        (folder / ".git").mkdir()
        self._initial: dict[str, str] = {ENTRY: reference().text, **script_files()}
        for path, text in self._initial.items():
            self._write(path, text)
            if (ROOT / path).is_file():
                shutil.copymode(ROOT / path, folder / path)

    def check(self, files: dict[str, str | None], rules: RuleSet, not_executable: Iterable[str] = ()) -> Checked:
        """Check the pipeline with those files in place of its own; afterwards everything is as it was."""
        modes = {path: os.stat(self.root / path).st_mode for path in (*files, *not_executable) if path in self._initial}
        try:
            for path, text in files.items():
                if text is None:
                    (self.root / path).unlink()
                else:
                    self._write(path, text)
            for path in not_executable:
                os.chmod(self.root / path, 0o644)
            project, entry = open_project(str(self.root / ENTRY))
            return check(entry, project, rules)
        finally:
            for path in files:
                if path in self._initial:
                    self._write(path, self._initial[path])
                else:
                    (self.root / path).unlink()
            for path, mode in modes.items():
                os.chmod(self.root / path, mode)

    def _write(self, path: str, text: str) -> None:
        place = self.root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text)
