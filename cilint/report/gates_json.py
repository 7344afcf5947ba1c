"""`prove --format json`: verdicts on gates, by the public contract. It changes by addition only."""

from __future__ import annotations

from cilint.report.escape import json_text
from cilint.report.plan_json import location

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from cilint.finding import NotAssessed
    from cilint.gates.answer import Answer


def render(answers: Sequence[Answer], not_assessed: Sequence[NotAssessed], errors: Sequence[str] = ()) -> str:
    """All answers as one JSON object. errors: why there are none, when GitLab refuses the configuration."""
    data: dict[str, object] = {"gates": [_answer(answer) for answer in answers]}
    if errors:
        data["errors"] = [{"message": message} for message in errors]
    data["not_assessed"] = [
        {"what": item.what, "why": item.why, "location": location(item.span)} for item in not_assessed
    ]
    return json_text(data) + "\n"


def _answer(answer: Answer) -> dict[str, object]:
    data: dict[str, object] = {
        "rule": answer.rule or None,
        "guarded": answer.guarded,
        "triggers": list(answer.triggers) or None,
        "by": list(answer.by),
        "kind": answer.kind,
        "verdict": answer.status,
        "vacuous": answer.vacuous,
        "broken": list(answer.broken),
        "why": answer.why or None,
        "reason": answer.reason or None,
        "holds_up_to": answer.holds_up_to or None,
        "pipeline_types": answer.by_type or None,
        "assumptions": list(answer.assumptions),
    }
    shown = answer.counterexample
    if shown is not None:
        data["counterexample"] = {
            "context": shown.variables,
            "variables": shown.outside,
            "changed": None if shown.changed is None else list(shown.changed),
            "trace": list(shown.events),
            "story": list(shown.story),
            "location": location(shown.span),
            "related": [{"message": related.message, "location": location(related.span)} for related in shown.related],
            "command": answer.command,
        }
    return {key: value for key, value in data.items() if value is not None}
