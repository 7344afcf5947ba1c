"""Format `html`: the evidence as one page that works offline, printed, and without a script."""

from __future__ import annotations

import os
from functools import cache
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from cilint.evidence.parts import RESULTS
from cilint.plan.graph import Box, Graph
from cilint.report import graph
from cilint.report.escape import printable
from cilint.report.evidence_words import CHANGE_WORDS, MEANINGS, RESULT_WORDS, STATUS_WORDS, STRENGTH_WORDS, headline

if TYPE_CHECKING:
    from jinja2 import Template

    from cilint.evidence.model import Evidence, Tested
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
        whole=[one for one in evidence.tested if _is_whole(one)],
        svg=_svg,
    )


def _by_rule(evidence: Evidence) -> list[tuple[Any, list[Tested]]]:
    """Rules with what they were held against, worst first; those that only say "the whole is fine" left out."""
    found: dict[str, list[Tested]] = {}
    for one in evidence.tested:
        if not _is_whole(one):
            found.setdefault(one.rule, []).append(one)
    listed = [(rule, found[rule.id]) for rule in evidence.rules if rule.id in found]
    return sorted(listed, key=lambda pair: min(RESULTS.index(one.result) for one in pair[1]))


def _is_whole(tested: Tested) -> bool:
    """Whether the rule was held against the whole configuration, and nothing came of it."""
    return tested.result == "pass" and len(tested.items) == 1 and not tested.items[0].place


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
    return environment.from_string(text)


def _harmless(value: Any) -> Any:
    """Text without control, bidirectional and invisible characters; escaping follows."""
    return printable(value) if isinstance(value, str) and not isinstance(value, Markup) else value
