"""Format `html`: the evidence as one page that works offline, printed, and without a script."""

from __future__ import annotations

import os
from functools import cache
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from cilint.evidence.parts import RESULTS
from cilint.finding import SEVERITIES
from cilint.plan.graph import Box, Graph
from cilint.report import graph
from cilint.report.escape import printable
from cilint.report.evidence_words import (
    CHANGE_WORDS,
    FIXED_WORDS,
    MEANINGS,
    RESULT_WORDS,
    STATUS_WORDS,
    STRENGTH_WORDS,
    headline,
)

if TYPE_CHECKING:
    from jinja2 import Template

    from cilint.evidence.model import Evidence, RuleFacts, Tested
    from cilint.evidence.parts import Picture

_TEMPLATE = os.path.join(os.path.dirname(__file__), "html.jinja")


def render(evidence: Evidence, *, paper: bool = False) -> str:
    """The page. Everything in it that comes from the checked files is escaped; nothing is fetched from anywhere.

    paper: in short, for a document that is laid out once and never unfolded: what passed is counted, not listed.
    """
    several = len(evidence.targets) > 1
    return _template().render(
        evidence=evidence,
        several=several,
        paper=paper,
        headline=headline(evidence),
        results=RESULTS,
        words=RESULT_WORDS,
        meanings=MEANINGS,
        strengths=STRENGTH_WORDS,
        statuses=STATUS_WORDS,
        changes=CHANGE_WORDS,
        by_rule=_by_rule(evidence),
        whole=_whole(evidence),
        idle=_idle(evidence),
        open_rules=_open(evidence),
        fixed=FIXED_WORDS,
        svg=_svg,
    )


def _open(evidence: Evidence) -> list[tuple[RuleFacts, str, int, int]]:
    """Rules with open findings: the severity, how many findings and in how many pipelines; the gravest first."""
    listed = []
    for rule in evidence.rules:
        failed = [one for one in evidence.tested if one.rule == rule.id and one.result == "fail"]
        number = sum(item.result == "fail" for one in failed for item in one.items)
        if number:
            severity = min((one.severity for one in failed), key=SEVERITIES.index)
            listed.append((rule, severity, number, len(failed)))
    return sorted(listed, key=lambda row: (SEVERITIES.index(row[1]), row[0].id))


def _by_rule(evidence: Evidence) -> list[tuple[RuleFacts, list[Tested]]]:
    """Rules with the things that they were held against, worst first."""
    found: dict[str, list[Tested]] = {}
    for one in evidence.tested:
        if one.items and not _is_whole(one):
            found.setdefault(one.rule, []).append(one)
    listed = [(rule, found[rule.id]) for rule in evidence.rules if rule.id in found]
    return sorted(listed, key=lambda pair: min(RESULTS.index(one.result) for one in pair[1]))


def _is_whole(tested: Tested) -> bool:
    """Whether the rule was held against the whole configuration only, and found nothing."""
    return bool(tested.items) and all(
        item.result == "not-assessed" or (item.result == "pass" and not item.place and not item.job)
        for item in tested.items
    )


def _whole(evidence: Evidence) -> list[tuple[tuple[str, str, str], list[tuple[str, bool]]]]:
    """Rules that say the same of a whole configuration, by (result, target, why); each with whether its place is here."""
    told = {rule.id for rule, _ in _by_rule(evidence)}
    found: dict[tuple[str, str, str], list[tuple[str, bool]]] = {}
    for one in evidence.tested:
        if _is_whole(one):
            why = dict.fromkeys(
                f"{item.subject}: {item.note}" if item.note else f"{item.subject} ({item.value})" for item in one.items
            )
            found.setdefault((one.result, one.target, "; ".join(why)), []).append((one.rule, one.rule not in told))
            told.add(one.rule)
    return sorted(found.items(), key=lambda pair: RESULTS.index(pair[0][0]))


def _idle(evidence: Evidence) -> list[tuple[str, list[str], bool]]:
    """Rules that had nothing to look at, with the pipelines of which that is so, and whether their place is here."""
    told = {rule.id for rule, _ in _by_rule(evidence)} | {one.rule for one in evidence.tested if _is_whole(one)}
    found: dict[str, list[str]] = {}
    for one in evidence.tested:
        if not one.items:
            found.setdefault(one.rule, []).append(one.target)
    return [(rule, targets, rule not in told) for rule, targets in found.items()]


def _svg(picture: Picture, number: int) -> Markup:
    """The pipeline as a picture; the renderer escapes every name in it. number: of the picture on its page."""
    stages = []
    for stage, facts in picture.stages:
        boxes = []
        for fact in facts:
            box = Box(fact.name, stage, fact.count)
            for name in (
                "gate",
                "optional",
                "delayed",
                "may_fail",
                "dag",
                "trigger",
                "absent",
                "environment",
                "passes",
            ):
                setattr(box, name, getattr(fact, name))
            boxes.append(box)
        stages.append((stage, boxes))
    text = graph.svg(Graph(picture.title, stages, list(picture.edges)))
    text = text.replace('id="tip"', f'id="tip{number}"').replace('"url(#tip)"', f'"url(#tip{number})"')
    return Markup(text)  # noqa: S704  # escaped where it is made


@cache
def _template() -> Template:
    with open(_TEMPLATE, encoding="utf-8") as file:
        text = file.read()
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, finalize=_harmless
    )
    environment.tests["open_by_itself"] = lambda result: result in ("fail", "waived")
    environment.tests["some_failed"] = lambda items: any(item.result in ("fail", "waived") for item in items)
    return environment.from_string(text)


def _harmless(value: Any) -> Any:
    """Text without control, bidirectional and invisible characters; escaping follows."""
    return printable(value) if isinstance(value, str) and not isinstance(value, Markup) else value
