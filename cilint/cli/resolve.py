"""`cilint resolve`: the configuration after inputs, include, merge, extends, `!reference`, default and inherit."""

from __future__ import annotations

import os
import sys

from cilint.cli._options import Option, Options, settings_options, stdin_option

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from cilint.check import Checked
    from cilint.cli._options import Request
    from cilint.report.report import Report
    from cilint.report.resolved import Leaf, View

_PACK = "gitlab"  # what GitLab itself refuses, and nothing else

OPTIONS = Options(
    Option("--format", "Format.", kind="text", choices=("yaml", "json"), default="yaml"),
    Option("--job", "Show this job only.", kind="text", metavar="NAME"),
    Option("--origin", "Show where each value is written, and by which way it came."),
    *settings_options(),
    stdin_option(),
)  # fmt: skip

_HELP = """Show the configuration as GitLab composes it (default: .gitlab-ci.yml).

Exit status: 0 shown, 1 GitLab would refuse the configuration, 2 the work could not be done.

Examples:
  cilint resolve --job deploy --origin
  cilint resolve --format json
"""


def run(request: Request) -> int:
    """Compose the file of the request and print it; the exit status."""
    from cilint import rules
    from cilint.check import check
    from cilint.cli import _lint
    from cilint.cli._lint import prefix_of
    from cilint.cli._options import Request
    from cilint.errors import UsageError
    from cilint.report.report import Report
    from cilint.report.secret import learn

    if len(request.paths) > 1:
        raise UsageError("resolve takes one file", help="name the file whose pipeline is wanted")
    entry = _lint.entries(
        Request(
            {**vars(request), "policy": (_PACK,), "select": (), "ignore": (), "extend_select": (), "preview": False}
        )
    )[0]
    checked = check(entry.source, entry.project, rules.load((_PACK,)), (), _lint.edition_of(entry.settings))
    learn(checked.secrets)
    report = Report()
    report.findings = [finding for finding in checked.findings if finding.severity == "error"]
    report.not_assessed = checked.not_assessed
    for item in report.not_assessed:
        item.rules = ()  # nobody asked for a verdict
    report.prefix = prefix_of({entry.project.root})
    if report.findings or checked.config.root is None:
        return _refused(report, request)
    _show(checked, report, request)
    return 0


def _refused(report: Report, request: Request) -> int:
    from cilint.cli._emit import say
    from cilint.report.json import location

    if request.format == "json":
        errors = [
            {"message": item.message, "jobs": list(item.jobs), "location": location(item.span)}
            for item in report.findings
        ]
        say(_json({"errors": errors}))
    else:
        from cilint.report import concise, full
        from cilint.report.secret import hidden
        from cilint.report.terminal import terminal_of

        form = full if sys.stderr.isatty() else concise
        sys.stderr.write(hidden(form.render(report, terminal_of(sys.stderr, "auto", os.environ), quiet=True)))
    return 1


def _show(checked: Checked, report: Report, request: Request) -> None:
    from cilint.cli._emit import say
    from cilint.errors import UsageError
    from cilint.nearest import did_you_mean
    from cilint.report import resolved, yaml_text
    from cilint.report.secret import hidden

    config = checked.config
    names = resolved.job_names(config)
    if request.job and request.job not in names:
        hint = did_you_mean(request.job, names).lstrip("; ")
        raise UsageError(f"there is no job {request.job}", help=hint or f"there are {', '.join(names[:20])}")
    shown = resolved.veiled(resolved.view(config, request.job))
    assert isinstance(shown, dict)
    if request.format == "json":
        say(_json(_data(shown, report, request)))
        return
    jobs = shown.pop("jobs")
    assert isinstance(jobs, dict)
    if request.job:
        shown = {}
    whole = {key: value for key, value in shown.items() if value} | jobs
    say(yaml_text.render(whole, (lambda leaf: _origin(leaf, report)) if request.origin else None))
    for item in report.not_assessed:
        place = f"{report.place(item.span)}: " if item.span else ""
        sys.stderr.write(hidden(f"{place}not assessed: {item.what}: {item.why}\n"))


def _data(shown: dict[str, View], report: Report, request: Request) -> dict[str, Any]:
    from cilint.report.json import location
    from cilint.report.resolved import data, leaves

    found: dict[str, Any] = data(shown)
    if report.not_assessed:
        found["not_assessed"] = [
            {"what": item.what, "why": item.why, "location": location(item.span) if item.span else {}}
            for item in report.not_assessed
        ]
    if request.origin:
        found["origins"] = [
            {
                "path": list(path),
                "location": location(leaf.site.span),
                "trail": [
                    {"kind": step.kind, "name": step.name, "location": location(step.span)} for step in leaf.site.trail
                ],
            }
            for path, leaf in leaves(shown)
            if leaf.site is not None
        ]
    return found


def _origin(leaf: Leaf, report: Report) -> str:
    """Where a value is written, and its way from there: "ci/base.yml:3:10 via extends .base (.gitlab-ci.yml:9:12)"."""
    from cilint.report import words

    if leaf.site is None:
        return "GitLab"
    steps = " <- ".join(words.step(step, report) for step in leaf.site.trail)
    place = report.place(leaf.site.span)
    return f"{place} via {steps}" if steps else place


def _json(found: dict[str, Any]) -> str:
    from cilint.report.escape import json_text

    return json_text(found) + "\n"


def __getattr__(name: str) -> Any:
    """`command` is made when click asks for it, for click costs more than reading the file."""
    if name == "command":
        return OPTIONS.command("resolve", run, _HELP, paths="[PATH]")
    raise AttributeError(name)
