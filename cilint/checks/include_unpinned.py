"""Includes whose content can change without a change here."""

from __future__ import annotations

from cilint.pattern import Pattern

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from cilint.finding import Finding
    from cilint.rules.context import Context
    from cilint.tree.site import Site

_COMMIT = Pattern(r"(?=[a-f]*[0-9])[0-9a-f]{7,64}")  # a branch of such a name would be a strange one
_VERSION = Pattern(r"v?\d+(\.\d+)*([-+.][\w.+-]+)?")
_FULL_VERSION = Pattern(r"v?\d+\.\d+\.\d+([-+.][\w.+-]+)?")


def check(context: Context, parameters: dict[str, Any]) -> Iterator[Finding]:
    """parameters: fixed_variables, predefined variables that name one commit or tag."""
    fixed: list[str] = parameters["fixed_variables"]
    for site in context.includes:
        yield from _entry(context, site, fixed)
    for job in context.pipeline.jobs.values():
        trigger = job.get("trigger")
        include = trigger.set("include") if trigger is not None else None
        for site in include.flat() if include else ():
            for finding in _entry(context, site, fixed):
                finding.jobs = (job.name,)
                yield finding


def _entry(context: Context, site: Site, fixed: list[str]) -> Iterator[Finding]:
    project, component = site.set("project"), site.set("component")
    if project is not None:
        ref = site.set("ref")
        if ref is None:
            message = f"include of {project.value} without ref: it follows that project's default branch"
            yield context.fault(project, message)
        elif "$[[" in str(ref.value):
            context.unknown(f"include of {project.value}", f"its ref is the input {ref.value}", ref.span)
        elif why := moves(str(ref.value), fixed):
            yield context.fault(ref, f"include of {project.value} at {ref.value}, {why}")
    elif component is not None and component.text is not None:
        version = component.text.rpartition("@")[2] if "@" in component.text else ""
        if not version:
            yield context.fault(component, f"component {component.text} names no version")
        elif "$[[" not in version and (why := moves(version, fixed, whole=True)):
            yield context.fault(component, f"component {component.text}: {version} is {why}")


def is_commit(ref: str) -> bool:
    """Whether a ref is the name of a commit, whole or short."""
    return bool(_COMMIT.fullmatch(ref))


def moves(ref: str, fixed: list[str], *, whole: bool = False) -> str:
    """Why a ref may mean something else tomorrow; "" where it may not. whole: only a full version names one release."""
    version = _FULL_VERSION if whole else _VERSION
    if is_commit(ref) or version.fullmatch(ref) or any(name in ref for name in fixed):
        return ""
    if ref.startswith("~"):
        return "the newest release, whatever it is"
    if _VERSION.fullmatch(ref):
        return "a range of versions"
    return "not a commit or a version" if "$" not in ref else "a variable that may name a branch"
