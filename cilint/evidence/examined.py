"""What each rule was held against: the things that it looked at, with their values, for pass as well as for fail."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from cilint.errors import PackError
from cilint.evidence.about import ABOUT, holds_word, keywords, kind_of_include
from cilint.evidence.model import Item
from cilint.evidence.parts import Place, Result
from cilint.pattern import Pattern
from cilint.rules.assertions import holds
from cilint.rules.judge import wanted, with_parameters
from cilint.rules.select import subjects
from cilint.source import Source
from cilint.tree import Scalar, plain, read
from cilint.tree.node import ruby_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from cilint.check import Checked
    from cilint.evidence.model import WaiverFacts
    from cilint.finding import Finding
    from cilint.pipeline.job import Job
    from cilint.rules.context import Context
    from cilint.rules.rule import Rule, RuleSet
    from cilint.rules.select import Subject
    from cilint.span import Span
    from cilint.trail import Trail

_COMMENT = Pattern(r"#\s*cilint:")
_VALUE = 300  # characters of a value that evidence shows
# Of these, evidence shows the name only: what they hold may be a secret that no rule of this run looks for.
_UNSHOWN = ("variable",)
_GATED = ("guarded", "order", "roles")  # the parameters of rules on gates that name roles


class Examined(BaseModel):
    """One entry of a pack's `evidence`; see `rules/cilint/evidence.yaml`."""

    model_config = ConfigDict(extra="forbid")

    rule: str
    of: Literal["job", "file", "include", "role", "gate", "configuration", "comment", "waiver", "nothing"] = "job"
    roles: list[str] = []
    has: list[str] = []
    about: list[str] = []
    words: list[str] = []
    show: list[str] = []


def load(rules: RuleSet) -> dict[str, Examined]:
    """The entries of all packs of a run, by rule. Raises PackError for what is wrong with one."""
    found: dict[str, Examined] = {}
    for _, files in rules.sources:
        for path in files:
            with open(path, encoding="utf-8") as file:
                text = file.read()
            if "\nevidence:" not in f"\n{text}":
                continue
            body = read(Source(path, text, "pack")).body
            data: Any = plain(body) if body is not None else {}
            for entry in data.get("evidence") or ():
                try:
                    known = Examined.model_validate({("has" if k == "with" else k): v for k, v in entry.items()})
                except (ValidationError, AttributeError):
                    raise PackError(f"{path}: evidence: an entry is wrong: {entry!r}") from None
                found[known.rule] = known
    return found


def place_of(span: Span) -> Place:
    """A span as data."""
    return Place(
        file=span.source.path, line=span.line, column=span.column, end_line=span.end_line, end_column=span.end_column
    )


def steps_of(trail: Trail) -> list[str]:
    """A trail in words."""
    return [f"{step.kind} {step.name} at {step.span}" for step in trail]


def items_of(
    rule: Rule, checked: Checked, findings: list[Finding], examined: Examined | None, hide: Callable[[str], str]
) -> list[Item]:
    """Everything that a rule was held against in one target, with results; what it found elsewhere follows.

    A thing at which several findings stand is told once for each of them, so that none is lost.

    findings: of this rule. hide: takes secrets out of a text; before a value is cut, lest half a secret stays.
    """
    if checked.context is None:
        return []
    left = {id(finding): finding for finding in findings}
    items: list[Item] = []
    for item, hits in _held(rule, checked, findings, examined):
        for finding in hits:
            left.pop(id(finding), None)
        item.value = _short(hide(item.value))
        items += [_marked(item.model_copy(), finding) for finding in hits] or [item]
    return [*items, *[of_finding(finding) for finding in left.values()]]


def _held(
    rule: Rule, checked: Checked, findings: list[Finding], examined: Examined | None
) -> Iterator[tuple[Item, list[Finding]]]:
    """What a rule was held against, each with the findings at it. Of waivers, and of nothing, others tell."""
    context = checked.context
    assert context is not None
    if examined is None and rule.where.get("role"):
        examined = Examined(rule=rule.id, roles=rule.where["role"])
    if rule.select:
        yield from _selected(rule, context, findings)
    elif examined is None:
        yield _configuration(checked), []
    elif examined.of == "configuration":
        if not keywords(context).isdisjoint(examined.has):
            yield _configuration(checked), []
    elif examined.of in ("file", "comment"):
        for source in [*checked.config.sources, *context.called]:
            if examined.of == "comment" and not _COMMENT.search(source.text):
                continue
            item = Item(subject=f"file {source.path}", value=f"{len(source.lines)} lines", result="pass")
            yield item, [finding for finding in findings if finding.span.source.path == source.path]
    elif examined.of == "role":
        yield from _required(rule, context, findings)
    elif examined.of == "gate":
        yield from _gated(rule, checked, findings, examined)
    elif examined.of == "include":
        for site in context.includes:
            if examined.has and kind_of_include(context, site) not in examined.has:
                continue
            value = json.dumps(plain(site.node), default=str)
            item = Item(subject="include", value=value, place=place_of(site.span), result="pass")
            yield (
                item,
                [
                    finding
                    for finding in findings
                    if finding.span.line in range(site.span.line, site.span.end_line + 1)
                    and finding.span.source is site.span.source
                ],
            )
    elif examined.of == "job":
        for job in _jobs(context, rule, examined):
            yield _job(job, examined), [finding for finding in findings if job.name in finding.jobs]


def _required(rule: Rule, context: Context, findings: list[Finding]) -> Iterator[tuple[Item, list[Finding]]]:
    """One item for each role that the rule's parameter `jobs` wants; its findings name the title of the role."""
    open_roles = [missing.what for missing in context.not_assessed if rule.id in missing.rules]
    for entry in rule.parameters["jobs"]:
        role, title = entry["role"], context.roles.title(entry["role"])
        jobs = context.roles.jobs(role)
        proofs = [f"{job.name} ({', '.join(proof.text for proof in context.roles.of(job)[role])})" for job in jobs]
        unknown = any(title in what for what in open_roles)
        item = Item(
            subject=f"a job that does {title}",
            role=role,
            job=jobs[0].name if jobs else "",
            value="; ".join(proofs),
            place=place_of(jobs[0].span) if jobs else None,
            result="not-assessed" if unknown else "pass",
            note=f"it may stand in {context.lost}" if unknown else "",
        )
        yield item, [one for one in findings if one.message.startswith((f"{title} is ", f"no job does {title} ("))]


def _gated(
    rule: Rule, checked: Checked, findings: list[Finding], examined: Examined
) -> Iterator[tuple[Item, list[Finding]]]:
    """The jobs with the roles that the rule's parameters speak of: where there are none, no gate was tested.

    A pipeline that starts others is taken as a whole, for the jobs may stand in those.
    """
    context = checked.context
    assert context is not None
    named = [role for key in _GATED for role in rule.parameters.get(key) or ()]
    jobs = list(_jobs(context, rule, examined.model_copy(update={"roles": named or examined.roles})))
    if not jobs and any(job.trigger for job in context.pipeline.jobs.values()):
        yield _configuration(checked), []
    for job in jobs:
        yield _job(job, examined), [finding for finding in findings if job.name in finding.jobs]


def waivers_of(waivers: list[WaiverFacts], findings: list[Finding], target: str) -> list[Item]:
    """The entries of the register of a target that a rule on waivers found no fault with."""
    faulty = {(finding.span.source.path, finding.span.line) for finding in findings}
    return [
        Item(subject=f"waiver {one.id}", value=one.state, place=one.place, result="pass")
        for one in waivers
        if target in one.targets and (one.place.file, one.place.line) not in faulty
    ]


def _configuration(checked: Checked) -> Item:
    entry, files = checked.config.entry, len(checked.config.sources)
    return Item(
        subject=f"the whole configuration of {entry.path}",
        value=f"{files} file{'s' if files > 1 else ''}",
        result="pass",
    )


def _selected(rule: Rule, context: Context, findings: list[Finding]) -> Iterator[tuple[Item, list[Finding]]]:
    assertion = with_parameters(rule.assertion, rule.parameters)
    for select in rule.select:
        for subject in subjects(context, select):
            if not wanted(context, rule, subject):
                continue
            hits = [finding for finding in findings if _is_of(finding, subject)]
            verdict = holds(assertion, subject)
            result: Result = "pass" if verdict else "not-assessed" if verdict is None else "fail"
            yield _subject(select, subject, result), hits


def _is_of(finding: Finding, subject: Subject) -> bool:
    same = finding.span == subject.place.span
    return same and (subject.job is None or not finding.jobs or subject.job.name in finding.jobs)


def _subject(select: str, subject: Subject, result: Result) -> Item:
    keys = ".".join(str(part) for part in subject.site.path[1 if subject.job else 0 :]) or select
    shown = "" if select in _UNSHOWN else subject.text or json.dumps(plain(subject.site.node), default=str)
    return Item(
        subject=keys,
        job=subject.job.name if subject.job else "",
        value=shown,
        place=place_of(subject.place.span),
        trail=steps_of(subject.site.trail),
        result=result,
    )


def _jobs(context: Context, rule: Rule, examined: Examined) -> Iterator[Job]:
    for job in context.jobs:
        if examined.roles and not any(context.roles.has(job, role) for role in examined.roles):
            continue
        if examined.has and not any(job.get(keyword) is not None for keyword in examined.has):
            continue
        if not all(ABOUT[word](context, rule, job) for word in examined.about):
            continue
        if examined.words and not holds_word(context, rule, job, examined.words):
            continue
        yield job


def _job(job: Job, examined: Examined) -> Item:
    shown, found = [], None
    for path in examined.show:
        site = job.site.dig(*path.split("."))
        if site is None:
            shown.append(f"{path}: not set")
            continue
        found = found or site
        value = (
            ruby_text(site.node.value) if isinstance(site.node, Scalar) else json.dumps(plain(site.node), default=str)
        )
        shown.append(f"{path}: {value}")
    return Item(
        subject=", ".join(examined.show) or "job",
        job=job.name,
        value="; ".join(shown),
        place=place_of(found.span if found else job.span),
        trail=steps_of(found.trail if found else job.site.trail),
        result="pass",
    )


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= _VALUE else f"{text[: _VALUE - 1]}\u2026"


def of_finding(finding: Finding) -> Item:
    """A finding at a place that the rule was not known to look at."""
    job = finding.job or ""
    subject = ".".join(str(part) for part in finding.path) or (f"job {job}" if job else "configuration")
    more = f" and {len(finding.jobs) - 1} more jobs" if len(finding.jobs) > 1 else ""
    return _marked(Item(subject=f"{subject}{more}", job=job, result="fail"), finding)


def _marked(item: Item, finding: Finding) -> Item:
    """What a comment or a baseline settles is still open here: nobody has accepted it by the register."""
    item.result = "waived" if finding.status == "waived" else "fail"
    item.note, item.status, item.reason = finding.message, finding.status, finding.reason
    item.place, item.fingerprint = place_of(finding.span), finding.fingerprint
    item.trail = item.trail or steps_of(finding.trail)
    item.waiver = finding.reason.partition(":")[0] if finding.status == "waived" else ""
    return item
