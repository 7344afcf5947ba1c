"""`cilint simulate`: the jobs of one pipeline, what starts when, and why the other jobs are not there."""

from __future__ import annotations

import os
import sys

from cilint.cli import _plan
from cilint.cli._emit import say
from cilint.cli._options import Option, Options, Request, color_option
from cilint.errors import UsageError
from cilint.nearest import did_you_mean
from cilint.plan.run_order import ACTIONS, EventError, Run

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cilint.plan import Plan

_OUTPUT, _RUN = "Output", "Run"

OPTIONS = Options(
    *_plan.OPTIONS,
    Option("--event", f"Let something happen, in order: {', '.join(ACTIONS)}. Repeatable.",
           kind="many", metavar="ACTION:JOB", group=_RUN),
    Option("--all", "A table of all named scenarios: which job is in which pipeline.", group=_OUTPUT),
    Option("--format", "Format on standard output.", kind="text", choices=("text", "json"), default="text",
           group=_OUTPUT),
    color_option(_OUTPUT),
)  # fmt: skip

_HELP = """Show the jobs of one pipeline (default: a push to main).

Jobs by stage, what waits for what, what is manual; for every job that is not there the clause that decided.

Exit status: 0 GitLab creates the pipeline, 1 it does not (the errors say why), 2 the work could not be done.

Examples:
  cilint simulate --merge-request --changed src/app.ts
  cilint simulate --var CI_COMMIT_TAG=v1.0.0
  cilint simulate --event fail:test
"""


def run(request: Request) -> int:
    """Plan the scenario, let the events happen, print; the exit status."""
    opener = _plan.opener_of(request)
    if request.all:
        return _all(opener, request)
    subject, scenario = opener.open(_plan.scenario_of(request, opener.settings))
    plan = subject.planner.plan(scenario) if subject.planner else None
    state = _happen(plan, request) if plan and not plan.errors else None
    if request.format == "json":
        from cilint.report import plan_json

        say(plan_json.render(plan, state, subject.errors, subject.not_assessed))
    else:
        from cilint.report import plan_text
        from cilint.report.terminal import terminal_of

        terminal = terminal_of(sys.stdout, request.color, os.environ)
        text = (
            plan_text.render(plan, state, subject.not_assessed, terminal, subject.prefix)
            if plan
            else plan_text.refused(subject.errors, terminal, subject.prefix)
        )
        say(text)
    return 0 if state else 1


def _happen(plan: Plan, request: Request) -> Run:
    state = Run(plan)
    for text in request.event:
        action, colon, name = text.partition(":")
        if not colon or action not in ACTIONS:
            raise UsageError(
                f"--event {text}: an event is written ACTION:JOB{did_you_mean(action, ACTIONS)}",
                help=f"actions are {', '.join(ACTIONS)}, as in --event play:approve",
            )
        if name not in state.jobs:
            absence = plan.absent.get(name)
            why = f": {absence.reason} ({absence.span})" if absence else did_you_mean(name, list(state.jobs))
            raise UsageError(f"--event {text}: there is no job {name} in this pipeline{why}")
        try:
            state.happen(action, name)
        except EventError as error:
            raise UsageError(f"--event {text}: {error}") from None
    return state


def _all(opener: _plan.Opener, request: Request) -> int:
    plans = []
    for scenario in _plan.scenarios_of(opener.settings):
        subject, situation = opener.open(scenario)
        if subject.planner is None:
            from cilint.report import plan_text
            from cilint.report.terminal import terminal_of

            terminal = terminal_of(sys.stdout, request.color, os.environ)
            say(plan_text.refused(subject.errors, terminal, subject.prefix))
            return 1
        plans.append(subject.planner.plan(situation))
    if request.format == "json":
        from cilint.report import plan_json

        say(plan_json.render_all(plans))
    else:
        from cilint.report import plan_text
        from cilint.report.terminal import terminal_of

        say(plan_text.table(plans, terminal_of(sys.stdout, request.color, os.environ)))
    return 0


command = OPTIONS.command("simulate", run, _HELP, paths="[PATH]")
