"""A counterexample as a `cilint simulate` command that can be pasted into a shell."""

from __future__ import annotations

import shlex

from cilint.plan.scenario import branch, exactly, merge_request, schedule, tag

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cilint.gates.claim import Counterexample
    from cilint.plan import Planner, Scenario


def command(shown: Counterexample, planner: Planner, path: str) -> str:
    """The shortest command that shows the pipeline: by `--branch` and the like where that makes the same jobs."""
    words = _short(shown, planner) or [
        word for name, value in shown.variables.items() for word in ("--var", f"{name}={value}")
    ]
    words += [word for name, value in shown.outside.items() for word in ("--var", f"{name}={value}")]
    if shown.changed is not None:
        words += [word for file in shown.changed for word in ("--changed", file)] or ["--no-changes"]
    if not any(event.startswith("excuse:") for event in shown.events):
        words += [word for event in shown.events for word in ("--event", event)]
    return shlex.join(["cilint", "simulate", *words, *([path] if path != ".gitlab-ci.yml" else [])])


def _short(shown: Counterexample, planner: Planner) -> list[str]:
    bare = exactly(shown.variables)
    if bare.kind == "merge-request":
        options, scenario = ["--merge-request", "--branch", bare.ref], merge_request(bare.ref)
    elif bare.kind == "tag":
        options, scenario = ["--tag", bare.ref], tag(bare.ref, source=bare.source)
    elif bare.source == "schedule":
        options, scenario = ["--schedule", "--branch", bare.ref], schedule(bare.ref)
    else:
        options, scenario = ["--branch", bare.ref], branch(bare.ref, source=bare.source)
    if bare.kind != "merge-request" and bare.source not in ("push", "schedule"):
        options += ["--source", bare.source]
    return options if _same(scenario, shown, planner) else []


def _same(scenario: Scenario, shown: Counterexample, planner: Planner) -> bool:
    given = scenario.given(variables=shown.outside, changed=shown.changed, tree=shown.plan.scenario.tree)
    plan = planner.plan(given)
    return not plan.errors and [_facts(job) for job in plan.jobs] == [_facts(job) for job in shown.plan.jobs]


def _facts(job: object) -> tuple[object, ...]:
    return tuple(getattr(job, name) for name in ("name", "when", "allow_failure", "needs"))
