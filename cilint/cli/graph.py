"""`cilint graph`: the pipeline as a picture."""

from __future__ import annotations

import os
import sys

from cilint.cli import _plan
from cilint.cli._emit import say
from cilint.cli._options import Option, Options, Request
from cilint.errors import UsageError
from cilint.plan.graph import draw
from cilint.report import graph as picture
from cilint.report import plan_text
from cilint.report.secret import hidden
from cilint.report.terminal import terminal_of

_OUTPUT = "Output"

OPTIONS = Options(
    *_plan.OPTIONS,
    Option("--format", "Format of the picture; default: by the name of the file, else svg.",
           kind="text", choices=picture.FORMATS, group=_OUTPUT),
    Option("--output -o", "Write to this file instead of standard output.", kind="text", metavar="FILE", group=_OUTPUT),
)  # fmt: skip

_ENDINGS = {".svg": "svg", ".mmd": "mermaid", ".mermaid": "mermaid", ".dot": "dot", ".gv": "dot", ".html": "html"}
_HELP = """Draw the pipeline: stages, needs and manual gates.

Without a scenario the picture shows all jobs, as the named scenarios have them; with one, the jobs of that pipeline.

Exit status: 0 drawn, 1 GitLab creates no such pipeline, 2 the work could not be done.

Examples:
  cilint graph --format html --output pipeline.html
  cilint graph --merge-request --format mermaid
"""


def run(request: Request) -> int:
    """Draw and write; the exit status."""
    opener = _plan.opener_of(request)
    one = _plan.is_described(request)
    scenario = _plan.scenario_of(request, opener.settings)
    subject, scenario = opener.open(scenario)
    terminal = terminal_of(sys.stderr, "auto", os.environ)
    if subject.planner is None:
        sys.stderr.write(hidden(plan_text.refused(subject.errors, terminal, subject.prefix)))
        return 1
    if one:
        plans = [subject.planner.plan(scenario)]
        if plans[0].errors:
            sys.stderr.write(hidden(plan_text.render(plans[0], None, subject.not_assessed, terminal, subject.prefix)))
            return 1
    else:
        tree = scenario.tree
        plans = [subject.planner.plan(named.given(tree=tree)) for named in _plan.scenarios_of(opener.settings)]
    title = plans[0].title or scenario.title if one else opener.path
    _write(picture.render(draw(subject.planner, plans, title, with_absent=not one), _format(request)), request.output)
    return 0


def _format(request: Request) -> str:
    ending = os.path.splitext(request.output or "")[1].lower()
    return request.format or _ENDINGS.get(ending, "svg")


def _write(text: str, path: str | None) -> None:
    if path is None:
        say(text)
        return
    try:
        with open(path, "w", encoding="utf-8", errors="backslashreplace") as file:
            file.write(hidden(text))
    except OSError as error:
        raise UsageError(f"cannot write {path}: {error.strerror or error}") from None


command = OPTIONS.command("graph", run, _HELP, paths="[PATH]")
