"""One pipeline for people: its jobs by stage, what holds what back, and why the other jobs are not there."""

from __future__ import annotations

from cilint.report.escape import printable, width
from cilint.report.place import reached
from cilint.tree.node import Scalar, Sequence

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Sequence as Listed

    from cilint.finding import Finding, NotAssessed
    from cilint.pipeline.job import Clause
    from cilint.plan import Absence, Plan, PlannedJob
    from cilint.plan.run_order import Run
    from cilint.report.terminal import Terminal
    from cilint.span import Span

# The sign of a status, its stand-in where only ASCII can be shown, and its colour.
_SIGNS = {
    "created": ("·", ".", "quiet"),
    "pending": ("▶", ">", "help"),
    "manual": ("■", "#", "warning"),
    "ignored": ("□", "o", "warning"),
    "scheduled": ("◷", "@", "info"),
    "skipped": ("↷", "-", "quiet"),
    "success": ("✔", "+", "ok"),
    "failed": ("✘", "x", "error"),
    "canceled": ("⊘", "/", "quiet"),
}
_NAME_AT_MOST = 44
_LISTED = 6
_TEXT_AT_MOST = 90


class _Page:
    """Lines under way, in the looks of a terminal."""

    def __init__(self, terminal: Terminal, prefix: str = "") -> None:
        self.terminal = terminal
        self.prefix = prefix
        self.lines: list[str] = []

    def safe(self, text: str) -> str:
        return printable(text, ascii=self.terminal.ascii)

    def say(self, text: str = "", style: str = "") -> None:
        self.lines.append(self.paint(text, style))

    def paint(self, text: str, style: str) -> str:
        return self.terminal.paint(text, style) if style and text else text

    def done(self) -> str:
        return "\n".join(self.lines) + "\n"


def render(
    plan: Plan, run: Run | None, not_assessed: Iterable[NotAssessed], terminal: Terminal, prefix: str = ""
) -> str:
    """The whole page.

    run: how far the pipeline has come; None where GitLab creates none. prefix: what stands before paths.
    """
    page = _Page(terminal, prefix)
    title = f": {page.safe(plan.title)}" if plan.title else ""
    page.say(f"{page.safe(plan.scenario.title)}{title}", "strong")
    page.say(_circumstances(plan, page), "quiet")
    if run is not None:
        _stages(plan, run, page)
    else:
        page.say()
        page.say("GitLab creates no pipeline:", "error")
        for error in plan.errors:
            page.say(f"  {page.safe(error.message)}")
            page.say(f"    {place(error.span, page)}", "quiet")
    _absent(plan.absent, page)
    _open([*not_assessed, *plan.not_assessed], page)
    return page.done()


def refused(faults: Listed[Finding], terminal: Terminal, prefix: str = "") -> str:
    """The page for a configuration that GitLab does not take at all."""
    page = _Page(terminal, prefix)
    page.say("GitLab refuses this configuration, so there is no pipeline:", "error")
    for fault in faults:
        jobs = f" (job {', '.join(fault.jobs[:_LISTED])})" if fault.jobs else ""
        page.say(f"  {place(fault.span, page)}: {page.safe(fault.message)}{page.safe(jobs)}")
    return page.done()


def _circumstances(plan: Plan, page: _Page) -> str:
    scenario = plan.scenario
    changed = scenario.changed
    diff = "no diff" if changed is None else f"{len(changed)} changed" if changed else "nothing changed"
    outside = "".join(f", {name}={value}" for name, value in scenario.outside.items())
    return page.safe(f"{scenario.source} on {scenario.kind.replace('-', ' ')} {scenario.ref}, {diff}{outside}")


def _stages(plan: Plan, run: Run, page: _Page) -> None:
    wide = min(max((width(page.safe(job.name)) for job in plan.jobs), default=0), _NAME_AT_MOST)
    stages: dict[str, list[PlannedJob]] = {}
    for job in plan.jobs:
        stages.setdefault(job.stage, []).append(job)
    gates: list[str] = []
    for stage, jobs in stages.items():
        waits = f"  waits for {_names(gates, page)}" if gates else ""
        page.say()
        page.say(page.paint(page.safe(stage), "strong") + page.paint(waits, "warning"))
        for job in jobs:
            status = run.status[job.name]
            told = f"{status} with a permitted exit status" if job.name in run.excused else status
            page.say(_line(job, status, told, wide, page))
        gates += [job.name for job in jobs if job.is_gate and run.status[job.name] not in ("success", "skipped")]
    page.say()
    overall = "blocked: it waits for somebody to play a job" if run.overall == "manual" else run.overall
    counted = f"{len(plan.jobs)} job{'s' if len(plan.jobs) != 1 else ''} in {len(stages)} "
    page.say(f"{counted}stage{'s' if len(stages) != 1 else ''}; the pipeline is {overall}")


def _line(job: PlannedJob, status: str, told: str, wide: int, page: _Page) -> str:
    sign, plain, style = _SIGNS["ignored" if status == "manual" and job.allow_failure else status]
    name = page.safe(job.name)
    padding = " " * max(wide - width(name), 0)
    facts = ", ".join([told, *_facts(job, status, page)])
    return f"  {page.paint(plain if page.terminal.ascii else sign, style)} {name}{padding}  {facts}"


def _facts(job: PlannedJob, status: str, page: _Page) -> Iterable[str]:
    if job.when == "manual":
        yield "manual, optional" if job.allow_failure else "manual, blocks later stages"
    elif job.when == "delayed":
        after = page.safe(job.start_in or "?")
        yield f"starts by itself after {after}" if status != "manual" else f"its timer of {after} was stopped"
    elif job.when == "on_failure":
        yield "only after a failure"
    elif job.when == "always":
        yield "always, also after failures"
    if job.needs:
        yield f"needs {_names(job.needs, page)}"
    elif job.needs is not None:
        yield "needs nothing: starts at once"
    if job.exit_codes:
        yield f"may fail with exit status {', '.join(map(str, job.exit_codes))}"
    elif job.allow_failure and job.when != "manual":
        yield "may fail"
    if job.environment:
        yield f"environment {page.safe(job.environment)}"
    if job.job.trigger:
        yield "starts another pipeline"


def _names(names: Listed[str], page: _Page) -> str:
    shown = ", ".join(page.safe(name) for name in names[:_LISTED])
    return shown if len(names) <= _LISTED else f"{shown} and {len(names) - _LISTED} more"


def _absent(absent: dict[str, Absence], page: _Page) -> None:
    if not absent:
        return
    page.say()
    page.say("not in this pipeline", "strong")
    wide = min(max(width(page.safe(name)) for name in absent), _NAME_AT_MOST)
    for name, absence in absent.items():
        shown = page.safe(name)
        padding = " " * max(wide - width(shown), 0)
        clause = f": {page.safe(clause_text(absence.clause))}" if absence.clause else ""
        where = page.paint(place(absence.span, page), "quiet")
        page.say(f"  {shown}{padding}  {absence.reason}{clause}  {where}")


def clause_text(clause: Clause) -> str:
    """A clause in one line: `if: ...`, `changes: a, b`, or "always" where it has no condition."""
    parts = []
    for key in ("if", "changes", "exists"):
        site = clause.get(key)
        if site is None:
            continue
        paths = site.set("paths") or site
        listed = [item.text or "" for item in paths.flat()] if isinstance(paths.node, Sequence) else [site.text or ""]
        text = ", ".join(listed) if isinstance(paths.node, (Sequence, Scalar)) else ""
        parts.append(f"{key}: {text if len(text) <= _TEXT_AT_MOST else text[:_TEXT_AT_MOST] + '...'}")
    return "; ".join(parts) or "it has no condition"


def _open(items: Listed[NotAssessed], page: _Page) -> None:
    if not items:
        return
    page.say()
    page.say("not known", "strong")
    for item in items:
        where = f"  {place(item.span, page)}" if item.span else ""
        page.say(f"  {page.safe(item.what)}: {page.safe(item.why)}{page.paint(where, 'quiet')}")


def place(span: Span, page: _Page) -> str:
    """`file:line`, for terminals to make it a link."""
    return f"{page.safe(reached(span.source.path, page.prefix))}:{span.line}"


def table(plans: Listed[Plan], terminal: Terminal) -> str:
    """Many scenarios: a row for each job, a column for each scenario."""
    page = _Page(terminal)
    names = list(dict.fromkeys(job.name for plan in plans for job in plan.created))
    rest = [name for plan in plans for name in plan.absent]
    names += [name for name in dict.fromkeys(rest) if name not in set(names)]
    wide = min(max((width(page.safe(name)) for name in names), default=0), _NAME_AT_MOST)
    heads = [page.safe(plan.scenario.name) for plan in plans]
    for number, head in enumerate(heads):
        page.say(f"{' ' * wide}  {'| ' * number}{head}", "strong")
    found = [{job.name: job for job in plan.jobs} for plan in plans]
    for name in names:
        shown = page.safe(name)
        cells = " ".join(_cell(jobs.get(name), page) for jobs in found)
        page.say(f"{shown}{' ' * max(wide - width(shown), 0)}  {cells}")
    page.say()
    signs = {kind: _SIGNS[kind][1 if terminal.ascii else 0] for kind in ("pending", "manual", "ignored", "scheduled")}
    page.say(
        f"{signs['pending']} runs by itself  {signs['manual']} manual, blocks  {signs['ignored']} manual, optional  "
        f"{signs['scheduled']} delayed",
        "quiet",
    )
    for plan in plans:
        for error in plan.errors:
            page.say(f"{page.safe(plan.scenario.name)}: no pipeline: {page.safe(error.message)}", "warning")
    return page.done()


def _cell(job: PlannedJob | None, page: _Page) -> str:
    if job is None:
        return " "
    manual = "ignored" if job.allow_failure else "manual"
    sign, plain, style = _SIGNS[{"manual": manual, "delayed": "scheduled"}.get(job.when, "pending")]
    return page.paint(plain if page.terminal.ascii else sign, style)
