"""Format `hdf`: Heimdall Data Format (InSpec's exec JSON), with what was waived and what was not looked at.

A profile control is a rule; its results are the things that the rule was held against. What is waived or was not
assessed is `skipped`, which Heimdall shows as "Not Reviewed": never as passed. Rules without anything to test have
impact 0, which it shows as "Not Applicable" (libs/inspecjs, compat_impl).
"""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Any

from cilint.evidence.parts import worst
from cilint.report.escape import json_text

if TYPE_CHECKING:
    from cilint.evidence.model import Evidence, Item, RuleFacts, Tested, WaiverFacts

_IMPACT = {"error": 0.7, "warning": 0.5, "info": 0.3}
_STATUS = {
    "fail": "failed",
    "pass": "passed",
    "waived": "skipped",
    "not-assessed": "skipped",
    "not-applicable": "skipped",
}
_UNMAPPED = ["UM-1"]  # Heimdall's own word for "no NIST control"


def render(evidence: Evidence) -> str:
    """The run as one JSON object."""
    tested: dict[str, list[Tested]] = {}
    for one in evidence.tested:
        tested.setdefault(one.rule, []).append(one)
    nist = _controls(evidence, "nist-800-53")
    controls = [_control(rule, tested.get(rule.id, []), nist, evidence) for rule in evidence.rules]
    data = {
        "platform": {"name": "cilint", "release": evidence.provenance.version, "target_id": _target(evidence)},
        "version": evidence.provenance.version,
        "statistics": {"duration": 0.0},
        "profiles": [
            {
                "name": "cilint",
                "version": evidence.provenance.version,
                "title": "Rules of cilint on GitLab CI pipelines",
                "summary": " ".join(evidence.limits),
                "sha256": evidence.digest or sha256(b"").hexdigest(),
                "supports": [],
                "attributes": [],
                "groups": [],
                "status": "loaded",
                "controls": controls,
            }
        ],
    }
    return json_text(data, indent=1) + "\n"


def _target(evidence: Evidence) -> str:
    return ", ".join(target.path for target in evidence.targets)


def _controls(evidence: Evidence, framework: str) -> dict[str, list[str]]:
    """For each rule, the controls of a framework that it supports."""
    found: dict[str, list[str]] = {}
    for one in evidence.frameworks:
        if one.framework == framework:
            for control in one.controls:
                for support in control.supports:
                    found.setdefault(support.rule, []).append(control.id)
    return found


def _control(
    rule: RuleFacts,
    tested: list[Tested],
    nist: dict[str, list[str]],
    evidence: Evidence,
) -> dict[str, Any]:
    supported = {
        one.framework: found
        for one in evidence.frameworks
        if (found := _controls(evidence, one.framework).get(rule.id))
    }
    several = len(evidence.targets) > 1
    # Heimdall calls a control passed when one of its results is, so none may be where another is waived or unknown.
    whole = worst(one.result for one in tested) in ("pass", "fail")
    results = [
        _result(item, one.target if several else "", evidence, whole=whole) for one in tested for item in one.items
    ]
    applies = any(one.result != "not-applicable" for one in tested)
    meant = (evidence.waiver(one.target, item.waiver) for one in tested for item in one.items if item.waiver)
    waived = list({id(waiver): waiver for waiver in meant if waiver}.values())
    place = next((item.place for one in tested for item in one.items if item.place), None)
    return {
        "id": rule.id,
        "title": rule.title,
        "desc": rule.why or rule.title,
        "descriptions": [{"label": "fix", "data": rule.fix}],
        "impact": _IMPACT.get(rule.severity, 0.5) if applies else 0.0,
        "refs": [],
        "tags": {
            "nist": [_spaced(control) for control in nist.get(rule.id, [])] or _UNMAPPED,
            "pack": rule.pack,
            "severity": rule.severity,
            **{name: found for name, found in supported.items() if name != "nist-800-53"},
        },
        "code": "",
        "source_location": {"ref": place.file, "line": place.line} if place else {"ref": rule.pack, "line": 1},
        "waiver_data": _waiver(waived) if waived else {},
        "results": results or [_nothing(evidence)],
    }


def _spaced(control: str) -> str:
    """CM-7(5) as Heimdall's tree of controls has it: CM-7 (5)."""
    return control.replace("(", " (", 1) if " " not in control else control


def _result(item: Item, target: str, evidence: Evidence, *, whole: bool) -> dict[str, Any]:
    where = f" at {item.place}" if item.place else ""
    what = f"{f'job {item.job}: ' if item.job else ''}{item.subject}{where}"
    data: dict[str, Any] = {
        "code_desc": f"{target}: {what}" if target else what,
        "status": _STATUS[item.result] if whole or item.result != "pass" else "skipped",
        "start_time": evidence.provenance.as_of,
        "run_time": 0.0,
    }
    if item.result == "fail":
        data["message"] = "; ".join(filter(None, (item.note, item.value)))
    elif item.result == "waived":
        data["skip_message"] = f"waived: {item.reason}; {item.note}"
    elif item.result == "not-assessed":
        data["skip_message"] = f"not assessed: {item.note}"
    elif data["status"] == "skipped":
        data["skip_message"] = f"this passed, but not all of the rule did or could be assessed: {item.value}"
    elif item.value:
        data["message"] = item.value
    return data


def _nothing(evidence: Evidence) -> dict[str, Any]:
    return {
        "code_desc": "nothing that the rule speaks of",
        "status": "skipped",
        "skip_message": "not applicable",
        "start_time": evidence.provenance.as_of,
        "run_time": 0.0,
    }


def _waiver(waivers: list[WaiverFacts]) -> dict[str, Any]:
    """HDF has one waiver for each control: all of them in words, until the first day that one of them ends."""
    approved = [f"{one.id}: {one.reason} (approved by {', '.join(one.approved_by)}, {one.ticket})" for one in waivers]
    return {
        "expiration_date": min(one.expires for one in waivers),
        "justification": "; ".join(approved),
        "run": True,
        "skipped_due_to_waiver": False,
        "message": "",
    }
