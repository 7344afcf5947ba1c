"""Running the examples that rules carry: they are the rule's tests, its documentation and its `explain` text."""

from __future__ import annotations

import os
import re
import tempfile
from contextlib import contextmanager

from cilint.check import check
from cilint.compose.fetch import Project
from cilint.source import Source

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any, TypeAlias

    from cilint.finding import Finding
    from cilint.rules.rule import RuleSet

    Judge: TypeAlias = Callable[[Source, Project], list[Finding]]
    Judges: TypeAlias = dict[str, Judge]

ENTRY = ".gitlab-ci.yml"
_MARK = re.compile(r"[ \t]*# finding[ \t]*$", re.M)


class Outcome:
    """How one example went.

    rule, kind ("bad" or "good"), number (from 1): which it is. wanted, found: (file, line) of findings of that rule.
    """

    __slots__ = ("found", "kind", "messages", "number", "rule", "wanted")

    def __init__(self, rule: str, kind: str, number: int) -> None:
        self.rule = rule
        self.kind = kind
        self.number = number
        self.wanted: set[tuple[str, int]] = set()
        self.found: set[tuple[str, int]] = set()
        self.messages: list[str] = []

    @property
    def holds(self) -> bool:
        """Whether the findings stand exactly where the example wants them; a bad example must want one."""
        return self.wanted == self.found and bool(self.wanted) == (self.kind == "bad")

    @property
    def name(self) -> str:
        """As a test would be called."""
        return f"{self.rule} {self.kind} {self.number}"

    @property
    def complaint(self) -> str:
        """What is wrong with it, in words."""
        if self.kind == "bad" and not self.wanted:
            return "marks no line with `# finding`"
        missing = [f"no finding at {file}:{line}" for file, line in sorted(self.wanted - self.found)]
        extra = [message for message in self.messages if _place(message) not in self.wanted]
        return "; ".join(missing + extra)


def _place(message: str) -> tuple[str, int]:
    file, line, _ = message.split(":", 2)
    return file, int(line)


def outcomes(rules: RuleSet, prose: dict[str, dict[str, Any]], judges: Judges | None = None) -> Iterator[Outcome]:
    """Run every example of every rule. judges: for packs whose rules `check` alone does not judge, what does."""
    for rule in rules:
        examples = prose.get(rule.id, {}).get("examples", {})
        for kind in ("bad", "good"):
            for number, example in enumerate(examples.get(kind, ()), 1):
                yield run(rules, rule.id, kind, number, example, judge=(judges or {}).get(rule.pack))


def run(
    rules: RuleSet, rule: str, kind: str, number: int, example: dict[str, Any], *, judge: Judge | None = None
) -> Outcome:
    """Run one example under its rule alone, or by what else judges it."""
    outcome = Outcome(rule, kind, number)
    for path, text in example["files"].items():
        lines = text.split("\n")
        outcome.wanted |= {(path, index) for index, line in enumerate(lines, 1) if _MARK.search(line)}
    with opened(rules, rule, example) as (source, project, chosen):
        findings = judge(source, project) if judge else check(source, project, chosen).findings
    for finding in findings:
        if finding.rule == rule:
            outcome.found.add((finding.span.source.path, finding.span.line))
            outcome.messages.append(f"{finding.span.source.path}:{finding.span.line}: {finding.message}")
    return outcome


@contextmanager
def opened(rules: RuleSet, rule: str, example: dict[str, Any]) -> Iterator[tuple[Source, Project, RuleSet]]:
    """An example without its marks, in a folder of its own: what `check` takes to judge it under its rule alone."""
    chosen = rules.narrow(select=[rule])
    if example.get("parameters"):
        chosen = chosen.configured({rule: {"parameters": example["parameters"]}})
    with tempfile.TemporaryDirectory(prefix="cilint-") as folder:
        for path, text in example["files"].items():
            _write(os.path.join(folder, path), _MARK.sub("", text))
        yield Source(ENTRY, _MARK.sub("", example["files"][ENTRY])), Project(folder), chosen


def _write(path: str, text: str) -> None:
    """A file of an example; what begins with `#!` is executable."""
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    if text.startswith("#!"):
        os.chmod(path, 0o755)  # noqa: S103  # scripts of jobs are executable
