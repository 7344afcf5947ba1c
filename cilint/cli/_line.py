"""`cilint explain FILE:LINE`: what a line means once everything is composed. Where it goes, and which rules look at it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from cilint.cli import _lint
from cilint.cli._lint import judged, prefix_of
from cilint.errors import UsageError
from cilint.evidence import examined
from cilint.opening import git_root
from cilint.report import words
from cilint.report.report import Report
from cilint.report.secret import masked, secrets_of
from cilint.rules.judge import wanted
from cilint.rules.select import subjects
from cilint.tree import Mapping, Scalar
from cilint.tree.node import is_null

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from cilint.check import Checked
    from cilint.pipeline.job import Job
    from cilint.source import Source
    from cilint.span import Span
    from cilint.tree import Node
    from cilint.tree.site import Site

_MOST = 10  # jobs and findings; more say no more


class Line:
    """One line of one file of a composed configuration."""

    __slots__ = ("_checked", "_number", "_report", "_rules", "_source", "_used")

    def __init__(self, checked: Checked, source: Source, number: int, entry: _lint.Entry) -> None:
        self._checked = checked
        self._source = source
        self._number = number
        self._rules = entry.rules
        self._report = Report()
        self._report.prefix = prefix_of({entry.project.root})
        self._used: list[tuple[Job, Site]] = []
        if checked.pipeline:
            for job in checked.pipeline.jobs.values():
                self._used += [(job, site) for site in self._outermost(job.site)]

    def told(self) -> list[str]:
        """Everything worth saying about it."""
        place = f"{self._report.prefix}{self._source.path}:{self._number}"
        secrets = secrets_of(self._checked.findings, self._checked.secrets)
        lines = [f"{place}: {self._source.line(self._number).strip()}", *self._where(), *self._found(), *self._looked()]
        return [masked(line, secrets) for line in lines]

    def _starts(self, span: Span) -> bool:
        return span.source is self._source and span.line == self._number

    def _covers(self, span: Span) -> bool:
        return span.source is self._source and span.line <= self._number <= span.end_line

    def _outermost(self, site: Site) -> Iterator[Site]:
        """The values that begin on the line, or the text that runs over it; of nested ones the outer."""
        if self._starts(site.key_span) or (isinstance(site.node, Scalar) and self._covers(site.span)):
            yield site
            return
        for child in (*(value for _, value in site.items()), *site):
            yield from self._outermost(child)

    def _where(self) -> list[str]:
        by_keyword: dict[str, list[tuple[Job, Site]]] = {}
        for job, site in self._used:
            by_keyword.setdefault(_keyword(site), []).append((job, site))
        lines = []
        for keyword, uses in by_keyword.items():
            count = f"{len(uses)} jobs have it" if len(uses) > 1 else f"job {uses[0][0].name} has it"
            lines.append(f"  {keyword or 'the job itself'}: {count}")
            for job, site in uses[:_MOST]:
                steps = ", then ".join(words.step(step, self._report) for step in site.trail)
                lines.append(f"    {job.name}: {steps or 'written here'}")
            if len(uses) > _MOST:
                lines.append(f"    and {len(uses) - _MOST} more")
        return lines or self._unused()

    def _unused(self) -> list[str]:
        """What a line is that no job has: a part of the whole pipeline, or something overridden, or nothing at all."""
        if self._checked.pipeline is None:
            return ["  the configuration cannot be read, so nobody knows; `cilint check` tells why"]
        path = self._path()
        if not path:
            return ["  nothing is written here that a job could have"]
        name, rest = path[0], path[1:]
        if name in ("stages", "workflow", "include", "variables", "spec"):
            return [f"  {'.'.join(path)}: holds for the whole pipeline"]
        others = [
            f"    {job.name}: takes the one at {self._report.place(site.span)}"
            for job in self._checked.pipeline.jobs.values()
            if rest and (site := job.site.dig(*rest)) is not None
        ]
        said = f"  {'.'.join(path)}: no job has it"
        return [f"{said}; others are in its place", *others[:_MOST]] if others else [said]

    def _path(self) -> list[str]:
        """The keys under which the line is written in its own file."""
        reading = next(one for one in self._checked.config.readings if one.source is self._source)
        path: list[str] = []
        node: Node | None = reading.body
        while isinstance(node, Mapping):
            for key, written in node.keys.items():
                value = node.values[key]
                if self._covers(written.span) or (self._covers(value.span) and not is_null(value)):
                    path.append(str(key))
                    node = None if self._covers(written.span) else value
                    break
            else:
                break
        return path

    def _found(self) -> list[str]:
        here = [finding for finding in self._checked.findings if self._starts(finding.span)]
        # What is wrong with the whole stands somewhere, too, and says nothing of that line.
        found = [finding for finding in here if finding.path or finding.jobs]
        lines = [f"  found: {finding.severity}[{finding.rule}]: {finding.message}" for finding in found[:_MOST]]
        lines += [f"  and {len(found) - _MOST} more"] if len(found) > _MOST else []
        whole = list(dict.fromkeys(finding.rule for finding in here if not (finding.path or finding.jobs)))
        return [*lines, f"  found in the configuration as a whole: {', '.join(whole)}"] if whole else lines

    def _looked(self) -> list[str]:
        names = sorted({*self._by_data(), *self._by_code()})
        return [f"  rules that look at it: {', '.join(names)}"] if names else []

    def _by_data(self) -> Iterator[str]:
        context = self._checked.context
        if context is None:
            return
        for rule in self._rules:
            for select in rule.select:
                for subject in subjects(context, select):
                    near = any(self._covers(span) for span in (subject.place.span, subject.site.span))
                    if near and wanted(context, rule, subject):
                        yield rule.id

    def _by_code(self) -> Iterator[str]:
        """Rules in code say in their pack's `evidence` which keywords of which jobs they judge."""
        context = self._checked.context
        if context is None:
            return
        for name, entry in examined.load(self._rules).items():
            for job, site in self._used:
                keyword = _keyword(site)
                near = any(
                    f"{keyword}.".startswith(f"{path}.") or path.startswith(f"{keyword}.") for path in entry.show
                )
                has = not entry.has or any(job.get(word) is not None for word in entry.has)
                role = not entry.roles or any(context.roles.has(job, one) for one in entry.roles)
                if name in self._rules and near and has and role:
                    yield name


def _keyword(site: Site) -> str:
    """The keys below the job, as `artifacts.expire_in`; list items are not numbered."""
    return ".".join(part for part in site.path[1:] if isinstance(part, str))


def told(place: str, opened: Callable[[str], _lint.Entry], entry: str | None) -> list[str]:
    """What FILE:LINE means. opened: opens a configuration under its settings. entry: the one that it belongs to, if it
    is not the repository's own.
    """
    path, _, number = place.rpartition(":")
    if path.rpartition(":")[2].isdigit():  # FILE:LINE:COLUMN, as findings are printed
        path, _, number = path.rpartition(":")
    if not os.path.isfile(path):
        raise UsageError(f"there is no file {path}", help="as in: cilint explain .gitlab-ci.yml:12")
    real = os.path.realpath(path)
    for start in [entry] if entry else dict.fromkeys((_entry_of(path), path)):
        one = opened(start)
        checked = judged(one)
        for source in checked.config.sources:
            if source.ours and os.path.realpath(os.path.join(one.project.root, source.path)) == real:
                last = len(source.lines) - (source.lines[-1] == "")
                if not 1 <= int(number) <= last:
                    raise UsageError(f"{path} has no line {int(number)}", help=f"its lines are 1 to {last}")
                return Line(checked, source, int(number), one).told()
    raise UsageError(f"{entry} does not include {path}", help="leave --in out to see the file on its own")


def _entry_of(path: str) -> str:
    """The configuration of the repository in which a file is; the file itself when there is none."""
    root = git_root(os.path.dirname(os.path.abspath(path)))
    entry = os.path.join(root, _lint.ENTRY) if root else ""
    return os.path.relpath(entry) if os.path.isfile(entry) else path
