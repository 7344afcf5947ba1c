"""`cilint prove`: for every gate, whether any pipeline that GitLab could create gets past it."""

from __future__ import annotations

import os
import sys

from cilint.cli import _plan
from cilint.cli._emit import say
from cilint.cli._options import Option, Options, Request, color_option, rule_options, settings_options
from cilint.errors import UsageError
from cilint.gates.answer import Answer, assumptions_of, holds_up_to
from cilint.gates.blocked import blocked
from cilint.gates.claim import KINDS, ORDINARY, OUTSIDE, OVERRIDE, PROVEN, Assumptions, Claim
from cilint.gates.command import command as simulate_command
from cilint.gates.prove import Prover
from cilint.gates.world import SOURCES
from cilint.nearest import did_you_mean
from cilint.plan.predefined import is_predefined
from cilint.plan.scenario import branch

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cilint.gates.claim import Verdict
    from cilint.plan import Planner
    from cilint.settings import Settings

_DAY = 86_400  # seconds
_WHAT, _ASSUME, _OUTPUT, _INPUT = "Gate", "Assumptions", "Output", "Input"

OPTIONS = Options(
    Option("--guarded", "The job that must not start. Without it, the gates of the policy are judged.",
           kind="text", metavar="JOB", group=_WHAT),
    Option("--by", "A job that must have succeeded before it. Repeatable: each is proven on its own.",
           kind="many", metavar="JOB", group=_WHAT),
    Option("--kind", "approval: the gate is also a manual job; scan: it has run; order: it has come before.",
           kind="text", choices=KINDS, default="approval", group=_WHAT),
    Option("--assume", "A variable that has this value in every pipeline. Repeatable.",
           kind="many", metavar="NAME=VALUE", group=_ASSUME),
    Option("--assume-no-outside-variables", "Nobody sets variables from outside.", group=_ASSUME),
    Option("--allow-predefined-override", "Predefined variables may be set from outside, too.", group=_ASSUME),
    Option("--pipeline-types", "The verdict for each type of pipeline: branch, tag, merge request, schedule ...",
           group=_OUTPUT),
    Option("--format", "Format on standard output.", kind="text", choices=("text", "json"), default="text",
           group=_OUTPUT),
    color_option(_OUTPUT),
    Option("--seconds", "Time for all questions together; what is not decided then is unknown.",
           kind="text", default="30", metavar="N", group=_ASSUME),
    *rule_options(_INPUT),
    *settings_options(_INPUT),
)  # fmt: skip

_HELP = """Prove that gates hold in every pipeline that GitLab could create from the file.

A gate that does not hold comes with a pipeline in which it fails, and the command that shows it.

Exit status: 0 every gate is proven, 1 one is refuted or unknown, 2 the work could not be done.

Examples:
  cilint prove
  cilint prove --guarded deploy-production --by approve
"""


def run(request: Request) -> int:
    """Ask, answer, print; the exit status."""
    opener = _plan.opener_of(request)
    answers, subject = answers_to(request, opener)
    _print(answers, subject, request)
    if subject.errors or any(answer.status != PROVEN for answer in answers):
        return 1
    return 1 if not answers and _unread(subject) else 0


def answers_to(request: Request, opener: _plan.Opener) -> tuple[list[Answer], _plan.Subject]:
    """The answers on the gates that are asked about, and what they were asked of: no answer when GitLab refuses it."""
    _check(request)
    seconds, assume = _seconds(request), _assumptions(request, opener.settings)
    subject, scenario = opener.open(branch().given(variables=opener.settings.variables))
    answers: list[Answer] = []
    if subject.planner is not None:
        prover = Prover(
            subject.planner, assume, tree=scenario.tree, seconds=seconds,
            blocked=blocked(subject.planner.pipeline.config),
        )  # fmt: skip
        answers = (
            [_asked(prover, subject, opener.path, request)]
            if request.guarded
            else _of_policy(prover, subject, opener, request)
        )
        for answer in answers:
            answer.assumptions = (*assumptions_of(assume), *answer.assumptions)
    return answers, subject


def _check(request: Request) -> None:
    """Raises UsageError for a question that says too little, or nothing."""
    if request.guarded is not None and not request.guarded.strip():
        raise UsageError("--guarded names no job", help="without --guarded, the gates of the policy are judged")
    if bool(request.by) != bool(request.guarded):
        raise UsageError("--guarded and --by go together", help="as in --guarded deploy --by approve")
    if request.guarded in request.by:
        raise UsageError(f"--by {request.guarded}: a job cannot wait for itself")


def _unread(subject: _plan.Subject) -> str:
    """Why jobs may be guarded that are not known here; "" when all are."""
    return "" if subject.planner is None else blocked(subject.planner.pipeline.config)


def _asked(prover: Prover, subject: _plan.Subject, path: str, request: Request) -> Answer:
    from cilint.checks._verdicts import needs_granted, starts_granted

    planner = prover.planner
    # What is not there may be in an include that could not be read. A gate that is not there holds nothing.
    guarded = _instances(planner, request.guarded, must_exist=not prover.blocked)
    gates = {by: _instances(planner, by, must_exist=False) for by in request.by}
    elsewhere = _elsewhere(prover, subject, request)
    claims = [
        Claim(job, [gate], request.kind)
        for job in guarded
        for by, listed in gates.items()
        for gate in listed
        if by not in elsewhere
    ]
    prover.expect(guarded)
    answer = Answer(request.guarded, request.by, request.kind)
    answer.take([*(prover.decide(claim) for claim in claims), *elsewhere.values()])
    if answer.status == PROVEN and not elsewhere:
        answer.holds_up_to = holds_up_to(prover, claims)
    if answer.counterexample is not None:
        answer.command = simulate_command(answer.counterexample, path, _again(request))
    started = starts_granted(planner.pipeline, request.by) if request.kind != "approval" else ()
    answer.assumptions = (*started, *needs_granted(planner.pipeline))
    if request.pipeline_types and not elsewhere:
        answer.by_type = _by_type(prover, claims)
    names = {instance: by for by, listed in gates.items() for instance in listed}
    answer.broken = tuple(dict.fromkeys(names[name] for name in answer.broken))
    return answer


def _elsewhere(prover: Prover, subject: _plan.Subject, request: Request) -> dict[str, Verdict]:
    """The verdicts on the gates that stand, or may stand, in child pipelines that this one starts."""
    from cilint.checks._verdicts import decided_below
    from cilint.rules.context import Context
    from cilint.rules.rule import RuleSet

    pipeline = prover.planner.pipeline
    known = {*pipeline.jobs, *(candidate.name for candidate in prover.planner.candidates)}
    missing = [by for by in request.by if by not in known]
    if prover.blocked or not missing or not any(job.trigger for job in pipeline.jobs.values()):
        return {}
    context = Context(pipeline.config, pipeline, subject.project, RuleSet())
    context.prover = prover
    verdicts = {by: decided_below(context, request.guarded, by, request.kind) for by in missing}
    return {by: verdict for by, verdict in verdicts.items() if verdict is not None}


def _of_policy(prover: Prover, subject: _plan.Subject, opener: _plan.Opener, request: Request) -> list[Answer]:
    """The gates that the rules declare, each asked about, those of child pipelines too."""
    from cilint.checks._verdicts import all_outcomes, answers_of, path_of, taken_for_granted
    from cilint.cli._choice import rules_for
    from cilint.rules.context import Context

    rules = rules_for(opener.settings, request)
    context = Context(prover.planner.pipeline.config, prover.planner.pipeline, subject.project, rules)
    context.prover = prover
    answers = []
    for answer, outcome in answers_of(all_outcomes(context, rules)):
        claims = outcome.gate.claims
        if outcome.context is context and claims and outcome.told is outcome.gate:
            if answer.status == PROVEN:
                answer.holds_up_to = holds_up_to(prover, claims)
                answer.vacuous = all(prover.decide(claim).vacuous for claim in claims)
            if request.pipeline_types and not outcome.gate.doubt:
                answer.by_type = _by_type(prover, claims)
        path = (
            opener.path
            if outcome.there is context
            else path_of(outcome.there) and subject.prefix + path_of(outcome.there)
        )
        if answer.counterexample is not None and path:
            answer.command = simulate_command(answer.counterexample, path, _again(request))
        answers.append(answer)
    granted = taken_for_granted(context)
    for answer in answers:
        answer.assumptions = granted
    return answers


def _by_type(prover: Prover, claims: list[Claim]) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, within in prover.types().items() if not prover.blocked else ():
        part = Answer("", (), "")
        part.take([prover.decide(claim, within) for claim in claims])
        found[name] = "absent" if part.vacuous else part.status
    return found


def _instances(planner: Planner, name: str, *, must_exist: bool) -> list[str]:
    """The jobs that GitLab makes of a name; a single instance may be named, too. Raises UsageError."""
    jobs = planner.pipeline.jobs
    if name in jobs:
        return planner.instances_of(name)
    known = [candidate.name for candidate in planner.candidates]
    if must_exist and name not in known:
        raise UsageError(
            f'--guarded {name}: there is no job "{name}"{did_you_mean(name, dict.fromkeys((*jobs, *known)))}',
            help="jobs are named as they are written; `cilint simulate --all` lists them",
        )
    return [name]


def _assumptions(request: Request, settings: Settings) -> Assumptions:
    if request.assume_no_outside_variables and request.allow_predefined_override:
        raise UsageError("--assume-no-outside-variables and --allow-predefined-override exclude each other")
    level = (
        ORDINARY if request.assume_no_outside_variables else OVERRIDE if request.allow_predefined_override else OUTSIDE
    )
    variables: dict[str, str | None] = {}
    for text in request.assume:
        name, value = _plan.assignment("--assume", text)
        if name == "CI_PIPELINE_SOURCE":
            _plan.check_source(f"--assume {text}", value, list(SOURCES))
        variables[name] = value
    known = {name: value for name, value in settings.variables.items() if is_predefined(name)}
    given = {name: value for name, value in settings.variables.items() if name not in known}
    return Assumptions(variables={**known, **variables}, given=given, settings=settings.variables, level=level)


def _again(request: Request) -> list[str]:
    """What `cilint simulate` must be told as well, to read the same file in the same way."""
    return [
        *(["--settings", request.settings] if request.settings else []),
        *(["--isolated"] if request.isolated else []),
        *(word for text in request.set for word in ("--set", text)),
    ]


def _seconds(request: Request) -> float:
    try:
        seconds = float(request.seconds)
    except ValueError:
        seconds = 0
    if not 0 < seconds <= _DAY:  # a number that is none ("nan") fails here, too
        raise UsageError(
            f"--seconds {request.seconds}: that is no time to wait",
            help=f"a number of seconds above 0, and at most {_DAY} (a day)",
        )
    return seconds


def _print(answers: list[Answer], subject: _plan.Subject, request: Request) -> None:
    if request.format == "json":
        from cilint.report import gates_json

        say(gates_json.render(answers, subject.not_assessed, [error.message for error in subject.errors]))
        return
    from cilint.report import gates_text, plan_text
    from cilint.report.terminal import terminal_of

    terminal = terminal_of(sys.stdout, request.color, os.environ)
    if subject.planner is None:
        say(plan_text.refused(subject.errors, terminal, subject.prefix))
    else:
        say(gates_text.render(answers, terminal, subject.prefix, unread=_unread(subject)))


command = OPTIONS.command("prove", run, _HELP, paths="[PATH]")
