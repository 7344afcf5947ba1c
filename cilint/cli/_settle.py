"""What comments, settings, baselines and git say of the findings of one entry file."""

from __future__ import annotations

import os
import time

from cilint import rules as rules_package
from cilint.cli import _waivers

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cilint.check import Checked
    from cilint.cli._lint import Entry
    from cilint.cli._options import Request
    from cilint.finding import Finding


def settle(entry: Entry, checked: Checked, request: Request) -> list[Finding]:
    """Mark findings that do not count; the findings about the marks themselves, with severity."""
    own: list[Finding] = []
    if not request.no_ignores:
        # Waivers first: what somebody with the right to do so has accepted, a comment or a baseline cannot hide.
        own += _waivers.settle(entry, checked, request, today())
        own += _comments(entry, checked)
        _patterns(entry, checked)
    path = request.baseline or (entry.settings.baseline and entry.settings.place(entry.settings.baseline))
    if path:
        own += _baseline(entry, checked, path)
    if request.diff_base:
        _revision(entry, checked, request.diff_base)
    return _judged(own, entry)


def _judged(findings: list[Finding], entry: Entry) -> list[Finding]:
    """Those whose rule takes part in the run, with its severity."""
    out = []
    for finding in findings:
        rule = entry.rules.get(finding.rule)
        if rule is not None:
            finding.severity, finding.help, finding.controls = rule.severity, rule.fix, rule.controls
            out.append(finding)
    return out


def today() -> str:
    """The day of the run in UTC; SOURCE_DATE_EPOCH sets it for runs that must be repeatable."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
    return time.strftime("%Y-%m-%d", time.gmtime(int(epoch) if epoch.isdigit() else None))


def _comments(entry: Entry, checked: Checked) -> list[Finding]:
    if not any("cilint:" in reading.source.text for reading in checked.config.readings):
        return []
    from cilint.settle import comments

    day = today()
    required = entry.required
    ignores, faults = comments.settle(
        checked.findings, checked.config.readings, required, day, require_reason=entry.settings.require_reason
    )
    if checked.config.complete and checked.config.root is not None:
        everything = {rule.id for rule in rules_package.load((*rules_package.BUILT_IN, *entry.settings.pack_names))}
        known = {*everything, *entry.rules.rules, *entry.rules.silenced}
        faults += comments.unused(ignores, entry.rules, known, day)
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
        required=entry.required,
    )


def _baseline(entry: Entry, checked: Checked, path: str) -> list[Finding]:
    from cilint.settle import baseline

    known = baseline.read(path)
    known.settle(checked.findings, entry.required)
    if not checked.config.complete:
        return []
    stale = known.stale(checked.findings, entry.rules)
    return [known.stale_finding(stale)] if stale else []


def _revision(entry: Entry, checked: Checked, revision: str) -> None:
    """Findings that the revision had already do not count."""
    from cilint.cli._lint import judged
    from cilint.fingerprint import stamp
    from cilint.report.secret import SECRET_RULES
    from cilint.settle.revision import RevisionProject, entry_at

    now = entry.project
    then = RevisionProject(
        now.root, revision, vendored=now.vendored, variables=now.variables, inputs=now.inputs, changed=now.changed
    )
    source = entry_at(then, entry.source.path)
    if source is None:
        return
    before = judged(entry.at(source, then))
    stamp(before.findings, before.config.readings, SECRET_RULES)
    old = {finding.fingerprint for finding in before.findings}
    required = entry.required
    for finding in checked.findings:
        if finding.status == "open" and finding.fingerprint in old and finding.rule not in required:
            finding.status = "baselined"
            finding.reason = f"in {revision} already"
