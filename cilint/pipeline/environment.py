"""Environments of jobs: which job stops which."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cilint.pipeline.job import Job
    from cilint.tree.site import Site


def stop_fault(stop: Job, environment: Site) -> str:
    """What is wrong with the stop job of an environment, in GitLab's words; "" when nothing is.

    Names are compared before variables are expanded (`validate_on_stop_job!` in lib/gitlab/ci/yaml_processor.rb).
    """
    other = stop.get("environment")
    if other is None:
        return "does not have environment defined"
    if environment_name(other) != environment_name(environment):
        return "have different environment name"
    action = other.set("action")
    return "" if action is not None and action.text == "stop" else "needs to have action stop defined"


def environment_name(site: Site) -> str | None:
    """The name in the short or the long form of `environment:`, variables not expanded."""
    if site.text is not None:
        return site.text
    name = site.set("name")
    return None if name is None else name.text
