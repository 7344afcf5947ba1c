"""What must have succeeded before a job can start, by its needs alone: a quick proof for most gates of most files.

A job with needs starts on success only when every needed job that exists has succeeded, or failed harmlessly
(`lib/gitlab/ci/status/composite.rb`). So a needed job that cannot fail harmlessly has succeeded, and when *it* started
the same was true of its own needs, whatever was retried since.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from cilint.gates.made import Made

_ON_SUCCESS = ("on_success", "manual", "delayed")


def certain(jobs: Mapping[str, Made], guarded: str) -> set[str]:
    """The jobs that, where they exist at all, have succeeded before the guarded one starts, in whatever course."""
    found: set[str] = set()
    waiting = [guarded]
    entered: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name in entered:
            continue
        entered.add(name)
        for other, mandatory in _needed(jobs[name]).items():
            made = jobs.get(other)
            if made is None or not made.ways or any(way.allow_failure or way.excusable for way in made.ways):
                continue
            found.add(other)
            if mandatory:  # it is there whenever the pipeline is, so what holds it holds what needs it
                waiting.append(other)
    return found


def _needed(made: Made) -> dict[str, bool]:
    """The jobs that it needs in every way in which it may be created; whether each of these ways insists on it."""
    common: dict[str, bool] | None = None
    for way in made.ways:
        if way.needs is None or way.when not in _ON_SUCCESS:
            return {}
        here = {one.name: not one.need.optional for one in way.needs}
        common = here if common is None else {n: here[n] and common[n] for n in common if n in here}
    return common or {}
