"""cilint for Python: check a file, and ask what its jobs hold, which of them a pipeline has, and whether a gate holds.

Everything is as the commands `check`, `resolve`, `simulate` and `prove` have it: the same settings, packs, comments,
waivers and baselines. docs/python.md shows how tests use it.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cilint.cli import _lint, _plan
from cilint.cli import check as check_command
from cilint.cli._options import Request
from cilint.compose import compose
from cilint.errors import CilintError, UnreadableError, UsageError
from cilint.gates.answer import Answer
from cilint.gates.claim import UNKNOWN
from cilint.nearest import did_you_mean
from cilint.plan import Plan, Refusal
from cilint.report import resolved, words

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from cilint.cli._options import Option
    from cilint.compose.config import Config
    from cilint.finding import Finding, NotAssessed
    from cilint.tree.site import Site

__all__ = ["CheckedFile", "CilintError", "Value", "check_file", "check_text"]


@dataclass(frozen=True)
class Value:
    """What one keyword of a job comes to, and where it is written.

    value: plain data, with GitLab's YAML types. file: as findings name it, "" for what GitLab fills in; line, column:
    from 1, 0 without a file. via: the steps from the place of writing to the job, innermost first, in words.
    """

    value: Any
    file: str = ""
    line: int = 0
    column: int = 0
    via: tuple[str, ...] = ()


class CheckedFile:
    """A file that was checked. path: relative to the root of the repository.

    findings: those that count, by file and line, all severities. settled: those that a comment, a waiver, the settings
    or a baseline answers, each with `status` and `reason`. not_assessed: what could not be looked at.
    Secrets are masked in messages; values are as written.
    """

    def __init__(self, entry: _lint.Entry, request: Request) -> None:
        report = _lint.lint([entry], request)
        self.path = entry.source.path
        self.findings: tuple[Finding, ...] = tuple(report.open)
        self.settled: tuple[Finding, ...] = tuple(item for item in report.findings if item.status != "open")
        self.not_assessed: tuple[NotAssessed, ...] = tuple(report.not_assessed)
        self._entry = entry
        self._report = report
        self._composed: Config | None = None
        place = os.path.relpath(os.path.join(entry.project.root, entry.source.path))
        self._opener = _plan.Opener(place, entry.settings, entry.source.text)

    def __repr__(self) -> str:
        return f"CheckedFile({self.path}: {words.plural(len(self.findings), 'finding')})"

    @property
    def jobs(self) -> tuple[str, ...]:
        """The names of all visible jobs, in the order of writing. Raises UnreadableError when there is no YAML."""
        return tuple(resolved.job_names(self._config))

    def value(self, job: str, *path: str | int) -> Value | None:
        """What a job holds at a path of keywords and 0-based indexes, after include, extends, default and the rest.

        None when it is not set. Scripts are flat lists. Raises UsageError for a job that is not there, and
        UnreadableError when the file is no YAML. Includes are read as for a push to the default branch.
        """
        config = self._config
        if job not in self.jobs:
            raise UsageError(f"there is no job {job}{did_you_mean(job, self.jobs)}")
        shown: resolved.View | None = resolved.view(config, job)["jobs"]
        site: Site | None = config.site
        for key in (job, *path):
            shown, site = _under(shown, key), _site(site, key)
            if shown is None:
                return None
        assert shown is not None
        return self._value(shown, site)

    def plan(
        self,
        *,
        branch: str = "",
        tag: str = "",
        merge_request: bool = False,
        schedule: bool = False,
        source: str = "",
        scenario: str = "",
        variables: Mapping[str, str] | None = None,
        changed: Iterable[str] | None = None,
    ) -> Plan:
        """The pipeline of one situation; a push to the default branch without any argument.

        The arguments are the options of `cilint simulate`. changed: the changed files, () for none; None: there is no
        diff, and `changes` clauses are true. A plan without jobs says in `errors` why GitLab creates no pipeline.
        Raises UsageError for arguments that exclude each other, and for an unknown scenario.
        """
        files = None if changed is None else tuple(changed)
        request = _request(
            _plan.OPTIONS, branch=branch, tag=tag, merge_request=merge_request, schedule=schedule, source=source,
            scenario=scenario, var=tuple(f"{name}={value}" for name, value in (variables or {}).items()),
            changed=files or (), no_changes=files == (),
        )  # fmt: skip
        subject, situation = self._opener.open(_plan.scenario_of(request, self._entry.settings))
        if subject.planner is None:
            plan = Plan(situation, [])
            plan.errors = [Refusal("configuration", item.message, item.span, item.job or "") for item in subject.errors]
        else:
            plan = subject.planner.plan(situation)
        plan.not_assessed = [*subject.not_assessed, *plan.not_assessed]
        return plan

    def prove(
        self,
        guarded: str,
        by: str | Iterable[str],
        *,
        kind: str = "approval",
        assume: Mapping[str, str] | None = None,
        outside_variables: bool = True,
        seconds: float = 30,
    ) -> Answer:
        """Whether no pipeline that GitLab could create starts `guarded` before each of `by` has succeeded.

        kind: "approval" (they are manual, too), "scan" or "order". assume: variables that have this value in every
        pipeline. outside_variables: whether people may set variables from outside. seconds: what is not decided then
        is unknown. The answer is unknown, too, when GitLab would refuse the file. Raises UsageError when there is no job
        `guarded`.
        """
        from cilint.cli import prove as prove_command
        from cilint.gates.claim import KINDS

        gates = (by,) if isinstance(by, str) else tuple(by)
        if not gates or kind not in KINDS:
            wrong = "no gate is named" if not gates else f"there is no kind {kind}{did_you_mean(kind, KINDS)}"
            raise UsageError(f"prove {guarded}: {wrong}", help=f"kinds are {', '.join(KINDS)}")
        request = _request(
            prove_command.OPTIONS.options, guarded=guarded, by=gates, kind=kind, seconds=str(seconds),
            assume=tuple(f"{name}={value}" for name, value in (assume or {}).items()),
            assume_no_outside_variables=not outside_variables,
        )  # fmt: skip
        answers, subject = prove_command.answers_to(request, self._opener)
        if answers:
            return answers[0]
        refused = Answer(guarded, gates, kind)
        refused.status = UNKNOWN
        refused.reason = f"GitLab refuses the configuration: {'; '.join(item.message for item in subject.errors)}"
        return refused

    @property
    def _config(self) -> Config:
        if self._composed is None:
            self._composed = compose(self._entry.source, self._entry.project)
        if self._composed.root is None:
            raise UnreadableError(f"{self.path} cannot be read: {self.findings[0].message if self.findings else ''}")
        return self._composed

    def _value(self, shown: resolved.View, site: Site | None) -> Value:
        site = shown.site if isinstance(shown, resolved.Leaf) else site
        if site is None:
            return Value(resolved.data(shown))
        span = site.span
        via = tuple(words.step(step, self._report) for step in site.trail)
        return Value(resolved.data(shown), span.source.path, span.line, span.column, via)


def check_file(
    path: str | os.PathLike[str] = "",
    *,
    policy: Iterable[str] = (),
    select: Iterable[str] = (),
    ignore: Iterable[str] = (),
    settings: str | os.PathLike[str] = "",
    isolated: bool = False,
) -> CheckedFile:
    """Check a file as `cilint check` would; without a path the `.gitlab-ci.yml` here, or of the repository around.

    policy: packs, instead of those of the settings. select, ignore: rules or packs. settings: a file of settings
    instead of the nearest `.cilint.yaml`. isolated: read no settings. What is wrong with the file is in the findings;
    raises CilintError when the file is not there, and for settings, packs and words that are wrong.
    """
    request = _checking(policy, select, ignore, settings, isolated=isolated, paths=(os.fspath(path),) if path else ())
    return CheckedFile(_lint.entries(request)[0], request)


def check_text(
    text: str,
    path: str | os.PathLike[str] = _lint.ENTRY,
    *,
    policy: Iterable[str] = (),
    select: Iterable[str] = (),
    ignore: Iterable[str] = (),
    settings: str | os.PathLike[str] = "",
    isolated: bool = False,
) -> CheckedFile:
    """Check a text as if it stood in the file `path`, which need not be there. The rest is as in `check_file`."""
    request = _checking(policy, select, ignore, settings, isolated=isolated)
    return CheckedFile(_lint.entry_at(os.fspath(path), request, text), request)


def _checking(
    policy: Iterable[str],
    select: Iterable[str],
    ignore: Iterable[str],
    settings: str | os.PathLike[str],
    *,
    isolated: bool,
    paths: tuple[str, ...] = (),
) -> Request:
    packs, chosen, left_out = ((one,) if isinstance(one, str) else tuple(one) for one in (policy, select, ignore))
    return _request(
        check_command.OPTIONS.options, policy=packs, select=chosen, ignore=left_out, settings=os.fspath(settings),
        isolated=isolated, paths=paths,
    )  # fmt: skip


def _request(options: Iterable[Option], **given: object) -> Request:
    """What a command would be asked, had these options been typed."""
    return Request({**{option.key: option.initial for option in options}, "paths": (), **given})


def _under(shown: resolved.View | None, key: str | int) -> resolved.View | None:
    if isinstance(shown, dict):
        return shown.get(str(key))
    if isinstance(shown, list) and isinstance(key, int) and -len(shown) <= key < len(shown):
        return shown[key]
    return None


def _site(site: Site | None, key: str | int) -> Site | None:
    """The site below; None inside what the view has made anew, such as flattened scripts."""
    if site is None:
        return None
    if isinstance(key, int):
        items = list(site)
        return items[key] if -len(items) <= key < len(items) else None
    return site.set(key)
