"""A counterexample as a `cilint simulate` command that can be pasted into a shell."""

from __future__ import annotations

from cilint.plan.scenario import branch, exactly, merge_request, schedule, tag
from cilint.shell.quote import join

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from cilint.gates.claim import Counterexample
    from cilint.plan import Plan, Planner, Scenario, Tree


def command(shown: Counterexample, path: str, options: Sequence[str] = ()) -> str:
    """The shortest command that shows the pipeline: by `--branch` and the like where that makes the same jobs.

    path: of the file, as it is asked for; options: what else the file needs to be read as it was, like `--settings`.
    """
    words = list(shown.options)
    for name, value in {**shown.notable, **shown.outside}.items():
        words += ["--var", f"{name}={value}"]
    if shown.changed is not None:
        words += [word for file in shown.changed for word in _option("--changed", file)] or ["--no-changes"]
    for event in shown.events:
        words += ["--event", event]
    if path != ".gitlab-ci.yml":
        options = [*options, f"./{path}" if path.startswith("-") and path != "-" else path]
    return join(["cilint", "simulate", *words, *options])


def spell(shown: Counterexample, planner: Planner) -> tuple[list[str], dict[str, str]]:
    """The options that describe the pipeline, and the predefined variables that must be given besides."""
    options, usual = _usual(shown)
    given = usual.given(
        variables={**shown.settings, **shown.outside}, changed=shown.changed, tree=shown.plan.scenario.tree
    )
    notable = {name: value for name, value in shown.variables.items() if given.variables.get(name) != value}
    if not same(planner.plan(given.given(variables=notable)), shown.plan):
        return [], dict(shown.variables)
    for name in list(notable):
        fewer = {other: value for other, value in notable.items() if other != name}
        if same(planner.plan(given.given(variables=fewer)), shown.plan):
            notable = fewer
    return options, notable


def simplify(shown: Counterexample, planner: Planner, tree: Tree | None) -> None:
    """Leave out changed files that make no difference, and say that a push is the first where that makes one."""
    variables = {**shown.variables, **shown.outside}

    def alike(changed: tuple[str, ...] | None) -> bool:
        return same(planner.plan(exactly(variables, changed, tree)), shown.plan)

    if shown.changed is None:
        shown.is_first = not alike(())
    elif alike(None) and alike(()):
        shown.changed = None
    for path in shown.changed or ():
        fewer = tuple(other for other in shown.changed or () if other != path)
        if fewer and alike(fewer):
            shown.changed = fewer


def _usual(shown: Counterexample) -> tuple[list[str], Scenario]:
    """The kind of the pipeline by options, and what `cilint simulate` makes of them (`described` in scenario.py)."""
    bare, default = exactly(shown.variables), shown.settings.get("CI_DEFAULT_BRANCH", "main")
    if bare.kind == "merge-request":
        return ["--merge-request", *_option("--branch", bare.ref)], merge_request(bare.ref, default, default=default)
    if bare.kind == "tag":
        options, scenario = _option("--tag", bare.ref), tag(bare.ref, source=bare.source, default=default)
    elif bare.source == "schedule":
        return ["--schedule", *_option("--branch", bare.ref)], schedule(bare.ref, default=default)
    else:
        options, scenario = _option("--branch", bare.ref), branch(bare.ref, source=bare.source, default=default)
    if bare.source == "schedule":
        options = ["--schedule", *options]
    elif bare.source != "push":
        options += ["--source", bare.source]
    return options, scenario


def _option(name: str, value: str) -> list[str]:
    return [f"{name}={value}"] if value.startswith("-") or not value else [name, value]


def same(one: Plan, other: Plan) -> bool:
    """Whether two plans have the same jobs that wait for the same."""
    return not one.errors and [_facts(job) for job in one.jobs] == [_facts(job) for job in other.jobs]


def _facts(job: object) -> tuple[object, ...]:
    return tuple(getattr(job, name) for name in ("name", "stage", "when", "allow_failure", "exit_codes", "needs"))
