"""What comments, settings, baselines and git say of the findings of one entry file."""

from __future__ import annotations

import os
import time

from cilint import rules as rules_package
from cilint.cli import _waivers
from cilint.cli._choice import called
from cilint.errors import CilintError
from cilint.fingerprint import stamp
from cilint.report.secret import SECRET_RULES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from cilint.check import Checked
    from cilint.cli._lint import Entry
    from cilint.cli._options import Request
    from cilint.finding import Finding
    from cilint.settle.baseline import Baseline
    from cilint.tree.documents import Reading

# What a text in small letters holds that has a comment to cilint, or one that is nearly right.
_NAMES = ("cilint", "ci-lint", "ci_lint", "ci lint")


def settle(entry: Entry, checked: Checked, request: Request) -> list[Finding]:
    """Mark findings that do not count; the findings about the marks themselves, with severity and fingerprint.

    What comments and waivers are told off for is a finding like others: a baseline may hold it, a revision have it.
    """
    own = _marked(entry, checked, request)
    every = [*checked.findings, *own]
    known = baseline_of(entry, request)
    if known:
        known.settle(every, _required(entry, checked))
    if request.diff_base:
        _revision(entry, checked, every, request)
    return own


def baseline_path(entry: Entry, request: Request) -> str:
    """The path of the baseline that holds for an entry; "" without one."""
    asked: str | None = request.baseline
    if asked:
        return os.path.abspath(asked)
    named = entry.settings.baseline
    return entry.settings.place(named) if named else ""


def baseline_of(entry: Entry, request: Request, start: str = "") -> Baseline | None:
    """The baseline that holds for an entry; None without one. start: the folder that its path in findings begins at,
    when that is not the root of the repository.
    """
    path = baseline_path(entry, request)
    if not path:
        return None
    from cilint.settle import baseline

    try:
        return baseline.read(path, _waivers.shown(path, start or entry.project.root))
    except CilintError as error:
        if request.baseline:
            raise
        from cilint.settings.fault import named

        raise named(entry.settings, ("baseline",), error) from None


def _marked(entry: Entry, checked: Checked, request: Request) -> list[Finding]:
    """Settle what waivers, comments and settings name; the findings about those."""
    own: list[Finding] = []
    if not request.no_ignores:
        # Waivers first: what somebody with the right to do so has accepted, a comment or a baseline cannot hide.
        own += _waivers.settle(entry, checked, request, today())
        own += _comments(entry, checked)
        _patterns(entry, checked)
    return judge_marks(own, entry, checked.config.readings)


def _required(entry: Entry, checked: Checked) -> frozenset[str]:
    """The rules that nothing here settles: the required ones, and those that tell of a file which cannot be read."""
    if checked.config.root is not None:
        return entry.required
    return entry.required.union(finding.rule for finding in checked.findings)


def judge_marks(findings: list[Finding], entry: Entry, readings: Iterable[Reading]) -> list[Finding]:
    """Those whose rule takes part in the run, with its severity, and with their fingerprints."""
    out = []
    for finding in findings:
        rule = entry.rules.get(finding.rule)
        if rule is not None:
            finding.severity, finding.help, finding.controls = rule.severity, rule.fix, rule.controls
            out.append(finding)
    stamp(out, readings, SECRET_RULES, entry.rules.origins)
    return out


def today() -> str:
    """The day of the run in UTC."""
    return now()[:10]


def now() -> str:
    """The time of the run, in UTC; SOURCE_DATE_EPOCH sets it for runs that must be repeatable."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(epoch()))


def epoch() -> int | None:
    """The time that SOURCE_DATE_EPOCH sets, in seconds since 1970; None where the clock tells it."""
    given = os.environ.get("SOURCE_DATE_EPOCH", "")
    return int(given) if given.isdigit() else None


def _comments(entry: Entry, checked: Checked) -> list[Finding]:
    sources = checked.context.sources if checked.context else checked.config.sources
    if not any(name in text for text in (source.text.lower() for source in sources) for name in _NAMES):
        return []
    from cilint.settle import comments

    day = today()
    required = _required(entry, checked)
    ignores, faults = comments.settle(
        checked.findings,
        comments.places(checked),
        required,
        day,
        known={*entry.rules.rules, *entry.rules.silenced, *entry.rules.former},
        called=lambda rule, place: called(entry.rules, rule, place),
        require_reason=entry.settings.require_reason,
    )
    if checked.config.complete and checked.config.root is not None:
        everything = rules_package.load((*rules_package.EVERY, *entry.settings.pack_names))
        known = {*everything.rules, *everything.former, *entry.rules.rules, *entry.rules.silenced}
        packs = {rule.pack for rule in (*everything, *entry.rules)}
        faults += comments.unused(ignores, entry.rules, known, packs, day)
    return faults


def _patterns(entry: Entry, checked: Checked) -> None:
    settings = entry.settings
    if not (settings.per_file_ignores or settings.per_job_ignores):
        return
    from cilint.settle import patterns

    def names(word: str, finding: Finding) -> bool:
        rule = entry.rules.get(finding.rule)
        return word == finding.rule or (rule is not None and word == rule.pack)

    patterns.settle(
        checked.findings,
        settings.per_file_ignores,
        settings.per_job_ignores,
        names=names,
        required=_required(entry, checked),
    )


def _revision(entry: Entry, checked: Checked, every: list[Finding], request: Request) -> None:
    """Findings that the revision had already, and that counted there, do not count."""
    from cilint.cli._lint import judged
    from cilint.settle.revision import RevisionProject, entry_at

    now, revision = entry.project, request.diff_base
    then = RevisionProject(
        now.root, revision, vendored=now.vendored, variables=now.variables, inputs=now.inputs, changed=now.changed
    )
    source = entry_at(then, entry.source.path)
    if source is None:
        return
    past = entry.at(source, then)
    before = judged(past)
    stamp(before.findings, before.config.readings, SECRET_RULES, entry.rules.origins)
    marks = _marked(past, before, request)
    old = {finding.fingerprint for finding in (*before.findings, *marks) if finding.status == "open"}
    required = _required(entry, checked)
    for finding in every:
        if finding.status == "open" and finding.fingerprint in old and finding.rule not in required:
            finding.status = "baselined"
            finding.reason = f"in {revision} already"
