"""Format `markdown` of `cilint report`: the evidence in short, for a wiki page, a merge request or a change record."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cilint.report.evidence_words import CHANGE_WORDS, MEANINGS, RESULT_WORDS, STATUS_WORDS, STRENGTH_WORDS, headline
from cilint.report.markdown import code

if TYPE_CHECKING:
    from cilint.evidence.model import ControlResult, Evidence, FrameworkResult

_ROWS = 200  # findings; a reader of more wants the page or the spreadsheet


def render(evidence: Evidence) -> str:
    """Summary, population, controls by framework, what failed, waivers, what could not be assessed, limits."""
    facts = evidence.provenance
    several = len(evidence.targets) > 1
    parts = [
        "# Pipeline evidence",
        f"**{RESULT_WORDS[evidence.result]}** - {headline(evidence)}.",
        f"As of {facts.as_of}, by cilint {facts.version}. Digest of the evidence: `{evidence.digest}`.",
        "\n".join(f"- **{RESULT_WORDS[result]}**: {meaning}" for result, meaning in MEANINGS.items()),
        "## Population",
        _table(
            ("Target", "Status", "Commit", "Jobs", "Remarks"),
            [
                [code(one.path), STATUS_WORDS[one.status], code(one.commit[:12]), str(len(one.jobs)), code(one.why)]
                for one in evidence.targets
            ],
        ),
        "## Controls",
        "\n".join(f"- **{strength}**: {meaning}" for strength, meaning in STRENGTH_WORDS.items()),
        *[text for framework in evidence.frameworks for text in _framework(framework)],
        "## Findings",
        _findings(evidence),
        *_since(evidence),
        "## Waivers",
        _waivers(evidence),
        "## Not assessed",
        "\n".join(
            f"- {code(one.what)}: {code(one.why)} ({len(one.rules)} rules left open)" for one in evidence.not_assessed
        )
        or "Every include and value that the rules of this run ask for could be read.",
        "## Limits: what this does not prove",
        "\n".join(f"- {limit}" for limit in evidence.limits),
        "## Provenance",
        "\n".join(
            [
                f"- {code(' '.join(facts.command))} ended with exit status {facts.exit_status}",
                *[f"- {name}: {code(value)}" for name, value in facts.project.items()],
                *[f"- change to the rules: {code(text)}" for text in facts.overrides],
            ]
        ),
        _table(
            ("File", "sha256"),
            [
                [code(f"{target.path}: {file.path}" if several else file.path), code(file.sha256)]
                for target in evidence.targets
                for file in target.files
            ]
            + [
                [code(f"{one.path} after merging"), code(one.merged_sha256)]
                for one in evidence.targets
                if one.merged_sha256
            ]
            + [[code(one.path), code(one.sha256)] for one in (*facts.settings, *facts.registers)]
            + [[code(f"{one.title} {one.version}"), code(one.sha256)] for one in evidence.frameworks]
            + [["all packs of rules", code(facts.policy_sha256)], ["the program", code(facts.tool_sha256)]],
        ),
    ]
    return "\n\n".join(parts) + "\n"


def _framework(framework: FrameworkResult) -> list[str]:
    head = ("Control", "What it is about", "Result", "Strength", "Tested", "Still to be asked for")
    return [f"### {framework.title} {framework.version}", _table(head, [_control(one) for one in framework.controls])]


def _control(control: ControlResult) -> list[str]:
    counts = control.counts
    asked = "; ".join(f"{kind}: {what}" for kind, what in control.ask)
    tested = f"{counts.passed} of {counts.tested} passed"
    return [
        f"**{control.id}**", control.title.replace("|", "\\|"), RESULT_WORDS[control.result],
        ", ".join(control.strengths), tested, asked.replace("|", "\\|"),
    ]  # fmt: skip


def _findings(evidence: Evidence) -> str:
    rows = [
        [RESULT_WORDS[item.result], code(tested.rule), code(item.job), code(item.note), code(str(item.place or ""))]
        for tested in evidence.tested
        for item in tested.items
        if item.result in ("fail", "waived")
    ]
    if not rows:
        return "None."
    more = f"\n\n... and {len(rows) - _ROWS} more." if len(rows) > _ROWS else ""
    return _table(("Result", "Rule", "Job", "What", "Where"), rows[:_ROWS]) + more


def _since(evidence: Evidence) -> list[str]:
    since = evidence.since
    if since is None:
        return []
    rows = [
        [CHANGE_WORDS[one.kind], code(one.rule), code(one.job), code(one.note), code(str(one.place or ""))]
        for one in since.changes
    ]
    table = _table(("Change", "Rule", "Job", "What", "Where"), rows[:_ROWS]) if rows else "Nothing."
    other = [
        f"{code(one.target)}: {STATUS_WORDS.get(one.before, 'not in that report')} then, "
        f"{STATUS_WORDS.get(one.now, 'not in this report')} now"
        for one in since.population
    ]
    other += [code(text) for text in since.policy]
    listed = ["\n".join(f"- {text}" for text in other)] if other else []
    return [f"## Changes since {since.as_of}", f"Digest of that report: `{since.digest}`.", table, *listed]


def _waivers(evidence: Evidence) -> str:
    if not evidence.waivers:
        return "There is no register of waivers, or it is empty: no finding is waived."
    rows = [
        [
            code(one.id), code(", ".join(one.targets)), one.state, code(", ".join(one.rules)), code(one.reason), code(", ".join(one.approved_by)),
            code(one.ticket), one.expires, str(one.covers),
        ]
        for one in evidence.waivers
    ]  # fmt: skip
    return _table(("Waiver", "Target", "State", "Rules", "Reason", "Approved by", "Ticket", "Until", "Covers"), rows)


def _table(head: tuple[str, ...], rows: list[list[str]]) -> str:
    lines = [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}"]
    return "\n".join([*lines, *[f"| {' | '.join(row)} |" for row in rows]])
