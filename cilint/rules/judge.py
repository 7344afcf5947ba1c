"""Judging: every rule over one pipeline, one cause told once, with all the jobs that it reaches."""

from __future__ import annotations

from cilint.finding import NotAssessed
from cilint.like import like_any
from cilint.rules.assertions import holds
from cilint.rules.select import heirs, subjects

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator
    from typing import Any

    from cilint.clock import Clock
    from cilint.finding import Finding
    from cilint.rules.context import Context
    from cilint.rules.rule import Rule, RuleSet
    from cilint.rules.select import Subject
    from cilint.source import Source

_SHOWN = 80  # characters of a value in a message
_NAMED = 3  # values that are named of those that GitLab refuses
# What the language says of values that cannot be what the keyword means; other values of the keyword may be sound.
_UNREAD = frozenset({"keyword-type", "keyword-value", "duration-invalid", "pattern-invalid", "expression-invalid"})
# Subjects whose name is not in that of the keyword which they are values of.
_KEYWORDS = {"job": "", "script-line": "script", "report": "artifacts", "id-token": "id_tokens"}


def judge(context: Context, rules: RuleSet, clock: Clock | None = None) -> list[Finding]:
    """The findings of all rules, ungrouped and without severity; what could not be looked at goes to the context."""
    findings: list[Finding] = []
    for rule in rules:
        if rule.language:
            continue
        if rule.where and rule.check and not _applies(context, rule):
            continue
        context.rule = rule
        findings += _run_check(context, rule) if rule.check else _assert(context, rule)
        if clock:
            clock.lap("judging", rule=rule.id)
    return findings


def _applies(context: Context, rule: Rule) -> bool:
    """Whether there is anything for a rule in code: a job of one of its roles, one of its words in the files."""
    words = rule.where.get("text")
    if words is not None and not context.mention(_meant(words, rule)):
        return False
    roles = rule.where.get("role")
    return roles is None or bool(context.roles.jobs(*_meant(roles, rule)))


def _meant(words: list[str], rule: Rule) -> Iterator[str]:
    """The words, with those of a parameter for `{parameter}`: of a command pattern the program, of `*_X` the `_X`."""
    for word in words:
        if word[:1] != "{":
            yield word
            continue
        value = rule.parameters[word[1:-1]]
        for one in value.values() if isinstance(value, dict) else [value] if isinstance(value, str) else value:
            yield max(str(one).split()[0].split("*"), key=len)


def _run_check(context: Context, rule: Rule) -> Iterable[Finding]:
    module = __import__(f"cilint.checks.{rule.check.replace('-', '_')}", fromlist=["check"])
    found: Iterable[Finding] = module.check(context, rule.parameters)
    return found


def _assert(context: Context, rule: Rule) -> Iterator[Finding]:
    assertion = with_parameters(rule.assertion, rule.parameters)
    for select in rule.select:
        for subject in subjects(context, select, rule.where.get("name")):
            if not wanted(context, rule, subject):
                continue
            verdict = holds(assertion, subject)
            if verdict is None:
                context.unknown(_what(subject), _why(subject, context), subject.site.span)
            elif not verdict:
                yield context.fault(
                    subject.place,
                    _message(rule, subject),
                    job=subject.job,
                    jobs=heirs(context, subject),
                    related=subject.related(),
                    edits=context.mend(rule, subject) if rule.edit else (),
                )


def with_parameters(assertion: dict[str, Any], parameters: dict[str, Any]) -> dict[str, Any]:
    """The assertion with `"{name}"` replaced by the parameter of that name."""
    return {
        word: parameters[option[1:-1]]
        if isinstance(option, str) and option[:1] == "{" and option[-1:] == "}"
        else option
        for word, option in assertion.items()
    }


def wanted(context: Context, rule: Rule, subject: Subject) -> bool:
    """Whether the rule means this subject: its `where` names roles of the job, or names."""
    where = rule.where
    if not where:
        return True
    if "role" in where and not (subject.job and any(context.roles.has(subject.job, role) for role in where["role"])):
        return False
    if "name" in where:
        return like_any(subject.name, where["name"])
    return True


def _message(rule: Rule, subject: Subject) -> str:
    value = subject.shown
    if len(value) > _SHOWN:
        value = value[: _SHOWN - 1] + "…"
    return rule.message.replace("{value}", value).replace("{name}", subject.name)


def _what(subject: Subject) -> str:
    return " ".join(filter(None, [".".join(map(str, subject.site.path)), subject.text]))


def _why(subject: Subject, context: Context) -> str:
    return subject.expansion.gap or f"a part of it may stand in {context.lost}"


def settle(findings: Iterable[Finding], rules: RuleSet, *, unreadable: bool = False) -> list[Finding]:
    """Findings with severity and controls, one for each cause (rule, place, message), its jobs added up.

    Findings made on the way to the pipeline count as errors when no pack speaks of them; they go when their rule was
    left out by its name, unless the file could not be read at all. What GitLab refuses is told whatever was chosen.
    """
    grouped: dict[tuple[object, ...], Finding] = {}
    repeated: dict[tuple[object, ...], list[Finding]] = {}
    mendable = False
    for finding in findings:
        mendable = mendable or bool(finding.edits)
        rule = rules.get(finding.rule)
        if rule is None and finding.rule in rules.silenced:
            rule = rules.passed_over.get(finding.rule)
            if not unreadable and (rule is None or not rule.refuses):
                continue
        cause: tuple[object, ...] = (finding.rule, *finding.span.key, finding.message)
        if grouped.setdefault(cause, finding) is not finding:
            repeated.setdefault(cause, []).append(finding)
            continue
        finding.severity = finding.severity or (rule.severity if rule else "error")
        if rule is not None:
            finding.controls = rule.controls
            finding.help = finding.help or rule.fix
    for cause, others in repeated.items():
        _gather(grouped[cause], others)
    if mendable:
        _weigh(grouped.values())
    return sorted(grouped.values(), key=lambda finding: (*finding.span.key, finding.rule, finding.message))


def _gather(finding: Finding, others: list[Finding]) -> None:
    """Add the jobs of the same cause, and what else they show that is written elsewhere."""
    finding.jobs = tuple(dict.fromkeys(job for one in (finding, *others) for job in one.jobs))
    related = list(finding.related)
    seen = {item.span for item in related}
    for one in others:
        new = [item for item in one.related if item.span not in seen]
        related += new
        seen.update(item.span for item in new)
    finding.related = tuple(related)


def _weigh(findings: Collection[Finding]) -> None:
    """Call edits unsafe that would change jobs of which their rule says nothing."""
    spoken: dict[str, set[str]] = {}
    for finding in findings:
        spoken.setdefault(finding.rule, set()).update(finding.jobs)
    for finding in findings:
        for edit in finding.edits:
            edit.safe = edit.safe and edit.jobs <= spoken[finding.rule]


def unread(entry: Source, found: Iterable[Finding], rules: RuleSet) -> NotAssessed:
    """A file that cannot be read at all: every rule that does not say so itself is open.

    found: what is wrong with it, settled.
    """
    told = list(found)
    says = {finding.rule for finding in told}
    span = told[0].span if told else None
    open_rules = [rule.id for rule in rules if rule.id not in says]
    return NotAssessed(entry.path, "it cannot be read, so no rule could look at it", span, open_rules)


def refused_values(faults: Iterable[Finding], found: Iterable[Finding], rules: RuleSet) -> Iterator[NotAssessed]:
    """Values that GitLab does not take, if there are any: what rules may look for in them is not there to be seen.

    faults: of the shapes of keywords. found: all findings, settled; a rule that finds something is not open.
    """
    refused = {finding.path[:2]: finding for finding in faults if finding.rule in _UNREAD and finding.path}
    if not refused:
        return
    says = {finding.rule for finding in found}
    keywords = {str(path[-1]) for path in refused}
    concerned = [rule.id for rule in rules if rule.id not in says and any(_looks_at(rule, word) for word in keywords)]
    if concerned:
        names = [".".join(map(str, path)) for path in refused]
        rest = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
        what = f"what GitLab refuses: {', '.join(names[:_NAMED])}{rest}"
        span = next(iter(refused.values())).span
        yield NotAssessed(what, "no rule could look at it", span, concerned)


def _looks_at(rule: Rule, keyword: str) -> bool:
    """Whether a rule may look at the values of a keyword. Of a rule in code nobody knows."""
    if rule.language:
        return False
    return bool(rule.check) or any(
        _KEYWORDS.get(select, select) in keyword or keyword in select for select in rule.select
    )


def settle_unknown(items: Iterable[NotAssessed], rules: RuleSet) -> list[NotAssessed]:
    """One entry a thing, with all rules that are open because of it; what names no rule leaves every rule open."""
    everything = tuple(rule.id for rule in rules if not rule.language)
    grouped: dict[tuple[object, ...], NotAssessed] = {}
    for item in items:
        span = item.span
        first = grouped.setdefault((item.what, item.why, span.key if span else None), item)
        first.rules = tuple(dict.fromkeys((*first.rules, *(item.rules or everything))))
    return list(grouped.values())
