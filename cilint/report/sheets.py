"""The evidence as tables, for spreadsheets: one row for each control and target, one for each thing that was tested.

A cell that a spreadsheet would take for a formula is given a quote in front (OWASP, "CSV Injection").
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cilint.report.escape import printable
from cilint.report.evidence_words import CHANGE_WORDS, FIXED_WORDS, RESULT_WORDS, STATUS_WORDS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cilint.evidence.model import Evidence

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\uff1d", "\uff0b", "\uff0d", "\uff20")
_LONGEST = 32_000  # characters; a cell of a spreadsheet holds 32,767


class Sheet:
    """One table. name: of its tab, at most 31 characters. rows: texts and whole numbers."""

    __slots__ = ("head", "name", "rows")

    def __init__(self, name: str, head: tuple[str, ...], rows: list[list[str | int]]) -> None:
        self.name = name
        self.head = head
        self.rows = [[_cell(value) for value in row] for row in rows]


def _cell(value: str | int) -> str | int:
    if isinstance(value, int):
        return value
    text = printable(value)[:_LONGEST]
    return f"'{text}" if text.startswith(_FORMULA) else text


_CONTROLS = (
    "framework", "framework_version", "control", "title", "target", "target_status", "commit", "result", "strength", "tested", "passed",
    "failed", "waived", "not_assessed", "rules", "still_to_be_asked_for", "link", "as_of", "tool_version", "digest",
    "pipeline", "policy_sha256", "framework_sha256", "changes_to_rules",
)  # fmt: skip
_FINDINGS = (
    "target", "commit", "rule", "severity", "result", "status", "job", "subject", "value", "note", "file", "line", "column",
    "controls", "waiver", "reason", "fingerprint", "as_of", "first_seen", "approved_by", "expires", "file_sha256", "merged_sha256", "tool_version",
    "policy_sha256", "pipeline", "digest",
)  # fmt: skip


def controls(evidence: Evidence) -> Sheet:
    """One row for each control of each framework and each target; then the targets that no control was tested on."""
    commits = {target.path: target.commit for target in evidence.targets}
    status = {target.path: STATUS_WORDS[target.status] for target in evidence.targets}
    facts = evidence.provenance
    run = (facts.project.get("CI_PIPELINE_ID", ""), facts.policy_sha256)
    rows: list[list[str | int]] = []
    for framework in evidence.frameworks:
        for control in framework.controls:
            for target, result in control.by_target.items():
                counts = control.counts_by_target.get(target)
                numbers: list[str | int] = [0, 0, 0, 0, 0]
                if counts:
                    numbers = [counts.tested, counts.passed, counts.failed, counts.waived, counts.not_assessed]
                rows.append([
                    framework.title, framework.version, control.id, control.title, target, status[target], commits.get(target, ""),
                    RESULT_WORDS[result], ", ".join(control.strengths), *numbers,
                    ", ".join(support.rule for support in control.supports),
                    "; ".join(f"{kind}: {what}" for kind, what in control.ask),
                    control.link, facts.as_of, facts.version, evidence.digest, *run, framework.sha256,
                    "; ".join(f"{one.rule}: {text}" for one in control.supports for text in one.changed),
                ])  # fmt: skip
    told = {row[_CONTROLS.index("target")] for row in rows}
    rows += [
        [
            "", "", "", "no control was tested", target.path, status[target.path], target.commit,
            RESULT_WORDS["not-assessed"], "", 0, 0, 0, 0, 0, "", target.why, "", facts.as_of, facts.version, evidence.digest,
            *run, "", "",
        ]
        for target in evidence.targets
        if target.path not in told
    ]  # fmt: skip
    return Sheet("Controls", _CONTROLS, rows)


def tests(evidence: Evidence, *, passed: bool) -> Sheet:
    """One row for each thing that a rule was held against. passed: those that passed, too."""
    return Sheet("Evidence" if passed else "Findings", _FINDINGS, list(_tests(evidence, passed=passed)))


def _tests(evidence: Evidence, *, passed: bool) -> Iterator[list[str | int]]:
    rules = {rule.id: rule for rule in evidence.rules}
    commits = {target.path: target.commit for target in evidence.targets}
    merged = {target.path: target.merged_sha256 for target in evidence.targets}
    sums = {(target.path, file.path): file.sha256 for target in evidence.targets for file in target.files}
    facts = evidence.provenance
    run = (facts.version, facts.policy_sha256, facts.project.get("CI_PIPELINE_ID", ""), evidence.digest)
    for tested in evidence.tested:
        rule = rules[tested.rule]
        for item in tested.items:
            if item.result == "pass" and not passed:
                continue
            place = item.place
            waiver = evidence.waiver(tested.target, item.waiver) if item.waiver else None
            seen = item.first_seen or (facts.as_of if item.result in ("fail", "waived") else "")
            yield [
                tested.target, commits.get(tested.target, ""), rule.id, tested.severity, RESULT_WORDS[item.result],
                item.status, item.job, item.subject, item.value, item.note, place.file if place else "",
                place.line if place else "", place.column if place else "", ", ".join(rule.controls), item.waiver,
                item.reason, item.fingerprint, facts.as_of, seen, ", ".join(waiver.approved_by) if waiver else "",
                waiver.expires if waiver else "", sums.get((tested.target, place.file), "") if place else "",
                merged.get(tested.target, ""), *run,
            ]  # fmt: skip


def waivers(evidence: Evidence) -> Sheet:
    """The register, one row for each entry."""
    head = ("waiver", "targets", "state", "why", "rules", "scope", "reason", "compensating", "requested_by", "approved_by", "ticket", "created", "expires", "days_left", "covers", "file", "line")  # fmt: skip
    rows: list[list[str | int]] = [
        [
            one.id, ", ".join(one.targets), one.state, one.why, ", ".join(one.rules), "; ".join(f"{k}: {v}" for k, v in one.scope.items()),
            one.reason, one.compensating, one.requested_by, ", ".join(one.approved_by), one.ticket, one.created, one.expires, one.days_left,
            one.covers, one.place.file, one.place.line,
        ]
        for one in evidence.waivers
    ]  # fmt: skip
    return Sheet("Waivers", head, rows)


def changes(evidence: Evidence) -> Sheet:
    """What is another than in the earlier report, one row for each finding; none without such a report."""
    head = ("change", "target", "rule", "job", "subject", "note", "file", "line", "waiver", "fingerprint", "since", "since_digest")  # fmt: skip
    since = evidence.since
    rows: list[list[str | int]] = [
        [
            CHANGE_WORDS[one.kind], one.target, one.rule, one.job, one.subject, one.note, one.place.file if one.place else "",
            one.place.line if one.place else "", one.waiver, one.fingerprint, since.as_of, since.digest,
        ]
        for one in since.changes
    ] if since else []  # fmt: skip
    return Sheet("Changes", head, rows)


def scope(evidence: Evidence) -> Sheet:
    """The population."""
    head = ("target", "status", "why", "commit", "ref", "merged_sha256", "jobs", "files", "scenarios")
    rows: list[list[str | int]] = [
        [
            one.path, STATUS_WORDS[one.status], one.why, one.commit, one.ref, one.merged_sha256, len(one.jobs), len(one.files),
            ", ".join(f"{name} ({count} jobs)" for name, count in one.scenarios.items()),
        ]
        for one in evidence.targets
    ]  # fmt: skip
    return Sheet("Scope", head, rows)


def inventory(evidence: Evidence) -> Sheet:
    """What the pipelines are made of: one row for each include, image, service and started pipeline of each target."""
    head = (
        "target",
        "commit",
        "kind",
        "name",
        "ref",
        "fixed",
        "note",
        "sha256",
        "jobs",
        "file",
        "line",
        "as_of",
        "digest",
    )
    rows: list[list[str | int]] = [
        [
            target.path, target.commit, one.kind, one.name, one.ref, FIXED_WORDS[one.fixed], one.note, one.sha256,
            ", ".join(one.jobs), one.place.file, one.place.line, evidence.provenance.as_of, evidence.digest,
        ]
        for target in evidence.targets
        for one in target.supplies
    ]  # fmt: skip
    return Sheet("Inventory", head, rows)


def provenance(evidence: Evidence) -> Sheet:
    """What was read, with digests, and what read it."""
    facts = evidence.provenance
    rows: list[list[str | int]] = [
        ["tool", f"{facts.tool} {facts.version}", facts.tool_sha256],
        ["python", facts.python, ""],
        ["as of", f"{facts.as_of}, by {facts.clock}", ""],
        ["ended", facts.ended, ""],
        ["policy: all packs of rules", "", facts.policy_sha256],
        ["command", " ".join(facts.command), ""],
        ["exit status", str(facts.exit_status), ""],
        ["digest of the evidence", "", evidence.digest],
    ]
    rows += [[name, value, ""] for name, value in facts.project.items()]
    rows += [["change to the rules", text, ""] for text in facts.overrides]
    for target in evidence.targets:
        rows += [["file", f"{target.path}: {file.path}", file.sha256] for file in target.files]
    for kind, digests in (
        ("pack of rules", facts.packs),
        ("settings", facts.settings),
        ("register of waivers", facts.registers),
    ):
        rows += [[kind, one.path, one.sha256] for one in digests]
    rows += [["framework", f"{one.title} {one.version}", one.sha256] for one in evidence.frameworks]
    rows += [["limit", text, ""] for text in evidence.limits]
    return Sheet("Provenance", ("what", "value", "sha256"), rows)


def summary(evidence: Evidence) -> Sheet:
    """Controls by framework and result."""
    head = ("framework", "version", *RESULT_WORDS.values())
    rows: list[list[str | int]] = [
        [
            one.title,
            one.version,
            *[sum(control.result == result for control in one.controls) for result in RESULT_WORDS],
        ]
        for one in evidence.frameworks
    ]
    return Sheet("Summary", head, rows)
