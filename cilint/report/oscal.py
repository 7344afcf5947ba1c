"""Formats `oscal` and `oscal-component`: OSCAL 1.1 assessment results, and a component definition of what rules support.

OSCAL knows `satisfied` and `not-satisfied`, of an objective. The objectives named here are cilint's own, "the tests
that support this control found nothing": no finding speaks of the control itself. What was not assessed gets an
observation and no finding; what is waived is `not-satisfied` with a risk that was accepted.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid5

from cilint.report.escape import json_text
from cilint.report.evidence_words import MEANINGS, RESULT_WORDS, STRENGTH_WORDS, headline

if TYPE_CHECKING:
    from cilint.evidence.model import ControlResult, Evidence, FrameworkResult, Tested, WaiverFacts

_OSCAL = "1.1.3"
_SPACE = UUID("6f6c2f52-9b0e-5d0a-8f43-1e6d2f1f1c11")  # of cilint, for names made of content
_NAMES = "https://cilint.example/ns/oscal"
_TOKEN = re.compile(r"[^A-Za-z0-9_.-]")


class _Maker:
    """Makes the parts of one document. Every uuid is made of content, so that the same evidence gives the same bytes."""

    def __init__(self, evidence: Evidence) -> None:
        self.evidence = evidence
        self.seed = evidence.digest
        self.when = evidence.provenance.as_of.replace("Z", "+00:00")

    def uuid(self, *words: str) -> str:
        return str(uuid5(_SPACE, "\0".join((self.seed, *words))))

    def risk(self, waiver: WaiverFacts) -> str:
        return self.uuid("risk", waiver.id, *waiver.targets)

    def prop(self, name: str, value: str) -> dict[str, str]:
        return {"name": name, "ns": _NAMES, "value": " ".join(value.split()) or "none"}

    def metadata(self, title: str) -> dict[str, Any]:
        return {
            "title": title,
            "last-modified": self.when,
            "version": self.evidence.provenance.version,
            "oscal-version": _OSCAL,
            "props": [self.prop("evidence-digest", self.evidence.digest)],
            "remarks": " ".join(self.evidence.limits),
        }


def objective(framework: str, control: str) -> str:
    """The id of cilint's own objective for a control, a token of OSCAL."""
    return f"cilint_{framework}_{_TOKEN.sub('.', control)}"


def control_id(framework: str, control: str) -> str:
    """A control's id as a token of OSCAL: it starts with a letter and has no brackets."""
    return f"{framework}_{_TOKEN.sub('.', control)}"


def render_oscal(evidence: Evidence) -> str:
    """Assessment results as one JSON object."""
    make = _Maker(evidence)
    plan = make.uuid("plan")
    observations = [_observation(make, tested) for tested in evidence.tested if tested.items]
    risks = [_risk(make, waiver) for waiver in evidence.waivers if waiver.state == "applied"]
    result: dict[str, Any] = {
        "uuid": make.uuid("result"),
        "title": "Rules of cilint on GitLab CI pipelines",
        "description": headline(evidence),
        "start": make.when,
        "end": make.when,
        "props": [make.prop("result", evidence.result)],
        "reviewed-controls": {"control-selections": [_selection(one) for one in evidence.frameworks]},
    }
    findings = [
        _finding(make, framework, control)
        for framework in evidence.frameworks
        for control in framework.controls
        if control.result in ("pass", "fail", "waived")
    ]
    parts = {"observations": observations, "risks": risks, "findings": findings}
    result |= {name: part for name, part in parts.items() if part}
    data = {
        "uuid": make.uuid("assessment-results"),
        "metadata": make.metadata("Evidence on GitLab CI pipelines"),
        "import-ap": {"href": f"#{plan}"},
        "results": [result],
        "back-matter": {
            "resources": [
                {
                    "uuid": plan,
                    "title": "No assessment plan",
                    "description": "OSCAL asks for one. cilint runs every rule of its packs; the rules are the plan.",
                }
            ]
        },
    }
    return _text({"assessment-results": data})


def _selection(framework: FrameworkResult) -> dict[str, Any]:
    return {
        "description": f"{framework.title} {framework.version}. {framework.note}",
        "include-controls": [
            {"control-id": control_id(framework.framework, control.id)} for control in framework.controls
        ],
    }


def _observation(make: _Maker, tested: Tested) -> dict[str, Any]:
    lines = []
    for item in tested.items:
        where = f" at {item.place}" if item.place else ""
        job = f"job {item.job}: " if item.job else ""
        lines.append(f"- {RESULT_WORDS[item.result]}: {job}{item.subject}{where} {item.note or item.value}".rstrip())
    return {
        "uuid": make.uuid("observation", tested.rule, tested.target),
        "title": tested.rule,
        "description": f"{tested.rule} on {tested.target}: {RESULT_WORDS[tested.result]}.\n" + "\n".join(lines),
        "props": [make.prop("result", tested.result), make.prop("target", tested.target)],
        "methods": ["TEST"],
        "types": ["finding" if tested.result == "fail" else "control-objective"],
        "collected": make.when,
    }


def _risk(make: _Maker, waiver: WaiverFacts) -> dict[str, Any]:
    return {
        "uuid": make.risk(waiver),
        "title": f"Waiver {waiver.id}",
        "description": f"{', '.join(waiver.rules)} is waived until {waiver.expires}.",
        "statement": waiver.reason,
        "status": "deviation-approved",
        "deadline": f"{waiver.expires}T23:59:59+00:00",
        "props": [
            make.prop("targets", ", ".join(waiver.targets)),
            make.prop("approved-by", ", ".join(waiver.approved_by)),
            make.prop("ticket", waiver.ticket),
            make.prop("compensating", waiver.compensating),
        ],
    }


def _finding(make: _Maker, framework: FrameworkResult, control: ControlResult) -> dict[str, Any]:
    known = {(one.rule, one.target) for one in make.evidence.tested if one.items}
    related = [
        {"observation-uuid": make.uuid("observation", support.rule, target)}
        for support in control.supports
        for target in control.by_target
        if (support.rule, target) in known
    ]
    waivers = [
        {"risk-uuid": make.risk(waiver)}
        for waiver in make.evidence.waivers
        if waiver.state == "applied" and any(support.rule in waiver.rules for support in control.supports)
    ]
    asked = "; ".join(f"{kind}: {what}" for kind, what in control.ask)
    data: dict[str, Any] = {
        "uuid": make.uuid("finding", framework.framework, control.id),
        "title": f"{framework.title} {control.id}: tests {RESULT_WORDS[control.result]}",
        "description": f"{control.title}. {control.claim}",
        "props": [make.prop("result", control.result), make.prop("strength", ", ".join(control.strengths))],
        "target": {
            "type": "objective-id",
            "target-id": objective(framework.framework, control.id),
            "title": f"The tests that support {framework.title} {control.id} find nothing",
            "description": f"An objective of cilint, not the control itself. {MEANINGS[control.result]}.",
            "status": {
                "state": "satisfied" if control.result == "pass" else "not-satisfied",
                "reason": control.result if control.result in ("pass", "fail") else "other",
            },
        },
        "remarks": f"Still to be asked for: {asked}" if asked else "The pipeline files alone decide.",
    }
    if related:
        data["related-observations"] = related
    if waivers:
        data["related-risks"] = waivers
    return data


def render_oscal_component(evidence: Evidence) -> str:
    """A component definition: which controls the rules of cilint are meant to support, and how strongly."""
    make = _Maker(evidence)
    make.seed = "component"
    rules = [make.prop("rule", rule.id) for rule in evidence.rules]
    data = {
        "uuid": make.uuid(
            "component-definition", evidence.provenance.version, *[one.sha256 for one in evidence.frameworks]
        ),
        "metadata": make.metadata("What the rules of cilint support"),
        "components": [
            {
                "uuid": make.uuid("component"),
                "type": "validation",
                "title": "cilint",
                "description": "A linter of GitLab CI pipelines. Its rules support controls; none of them meets one alone.",
                "props": rules,
                "control-implementations": [_implementation(make, one) for one in evidence.frameworks],
            }
        ],
    }
    return _text({"component-definition": data})


def _implementation(make: _Maker, framework: FrameworkResult) -> dict[str, Any]:
    return {
        "uuid": make.uuid("implementation", framework.framework),
        "source": framework.link,
        "description": f"{framework.title} {framework.version}. {framework.note}",
        "implemented-requirements": [
            {
                "uuid": make.uuid("requirement", framework.framework, control.id),
                "control-id": control_id(framework.framework, control.id),
                "description": _supported(control),
                "props": [make.prop(f"supports-{support.strength}", support.rule) for support in control.supports],
                "remarks": "; ".join(f"{kind}: {what}" for kind, what in control.ask) or "The pipeline files decide.",
            }
            for control in framework.controls
            if control.supports
        ],
    }


def _supported(control: ControlResult) -> str:
    meanings = " ".join(f"{one}: {STRENGTH_WORDS[one]}." for one in control.strengths)
    return f"{control.title}. {control.claim} {meanings}"


def _text(data: dict[str, Any]) -> str:
    return json_text(data, indent=1) + "\n"
