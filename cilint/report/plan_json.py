"""`simulate --format json`: the jobs of one pipeline, by the public contract. It changes by addition only."""

from __future__ import annotations

from cilint.report import json
from cilint.report.escape import json_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from cilint.finding import Finding, NotAssessed
    from cilint.plan import Absence, Plan, PlannedJob, Refusal
    from cilint.plan.run_order import Run
    from cilint.span import Span


def render(
    plan: Plan | None, run: Run | None, faults: Iterable[Finding] = (), not_assessed: Iterable[NotAssessed] = ()
) -> str:
    """One pipeline as a JSON object.

    plan: None where GitLab refuses the configuration; faults say why. run: how far the pipeline has come.
    """
    errors: list[dict[str, object]] = [_fault(fault) for fault in faults]
    data: dict[str, object] = {"jobs": [], "errors": errors}
    if plan is not None:
        errors += [_refusal(error) for error in plan.errors]
        data["jobs"] = [_job(job, run) for job in plan.jobs]
        data["absent"] = [_absence(name, absence) for name, absence in plan.absent.items()]
        data["scenario"] = {
            "name": plan.scenario.name,
            "variables": plan.scenario.variables,
            "outside": plan.scenario.outside,
            "changed": plan.scenario.changed,
        }
        if plan.title:
            data["name"] = plan.title
    if run is not None:
        data["status"] = run.overall
    open_items = [*not_assessed, *(plan.not_assessed if plan else ())]
    data["not_assessed"] = [
        {"what": item.what, "why": item.why, "location": location(item.span)} for item in open_items
    ]
    return json_text(data) + "\n"


def render_all(plans: Iterable[Plan]) -> str:
    """Many scenarios: which jobs each pipeline has, or why there is none."""
    data = [
        {
            "scenario": plan.scenario.name,
            "jobs": [{"name": job.name, "when": job.when, "allow_failure": job.allow_failure} for job in plan.jobs],
            "errors": [_refusal(error) for error in plan.errors],
        }
        for plan in plans
    ]
    return json_text({"scenarios": data}) + "\n"


def location(span: Span | None) -> dict[str, object] | None:
    """A place in a file; lines and columns count from 1."""
    return None if span is None else json.location(span)


def _job(job: PlannedJob, run: Run | None) -> dict[str, object]:
    data: dict[str, object] = {
        "name": job.name,
        "stage": job.stage,
        "when": job.when,
        "allow_failure": job.allow_failure,
        "needs": job.needs,
        "variables": job.variables,
        "environment": job.environment,
        "start_in": job.start_in,
        "interruptible": job.interruptible,
        "exit_codes": list(job.exit_codes) or None,
        "status": run.status[job.name] if run else None,
        "rule": None if job.clause is None else {"index": job.clause.index, "location": location(job.clause.span)},
        "location": location(job.job.span),
    }
    return {key: value for key, value in data.items() if value is not None}


def _refusal(error: Refusal) -> dict[str, object]:
    data = {"message": error.message, "kind": error.kind, "job": error.job or None, "location": location(error.span)}
    return {key: value for key, value in data.items() if value is not None}


def _fault(fault: Finding) -> dict[str, object]:
    return {
        "message": fault.message,
        "rule": fault.rule,
        "job": fault.job,
        "jobs": list(fault.jobs),
        "path": list(fault.path),
        "location": location(fault.span),
    }


def _absence(name: str, absence: Absence) -> dict[str, object]:
    clause = absence.clause
    return {
        "name": name,
        "reason": absence.reason,
        "rule": None if clause is None else clause.index,
        "location": location(absence.span),
    }
