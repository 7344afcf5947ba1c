"""`environment:` (lib/gitlab/ci/config/entry/environment.rb, kubernetes.rb)."""

from __future__ import annotations

from cilint.language.faults import shown
from cilint.language.shapes import FLAG, TEXT, Text, Words
from cilint.language.structures import Either, Fields
from cilint.nearest import meant
from cilint.pattern import Pattern
from cilint.tree.node import Mapping, Scalar

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cilint.language.faults import Faults, Way
    from cilint.tree.node import Node

# Gitlab::Regex.environment_name_regex
_NAME = Pattern(r"[A-Za-z0-9_${}. -](?:[A-Za-z0-9_${}. /-]*[A-Za-z0-9_${}. -])?\Z")
_NAME_WORDS = "can contain only letters, digits, '-', '_', '/', '$', '{', '}', '.', and spaces, but it cannot start or end with '/'"
TIERS = ("production", "staging", "testing", "development", "other")

_DASHBOARD = Fields({"namespace": TEXT, "flux_resource_path": TEXT}, required=("namespace",))
_MANAGED = Fields({"enabled": FLAG})


def _present(node: Mapping, key: str) -> bool:
    """Ruby's `present?`: set, and not an empty string or map."""
    child = node.set(key)
    if isinstance(child, Scalar):
        return bool(child.value.strip()) if isinstance(child.value, str) else child.value is not False
    return child is not None and (not isinstance(child, Mapping) or len(child) > 0)


def _check_kubernetes(node: Mapping, path: Way, faults: Faults) -> None:
    managed = node.get("managed_resources")
    enabled = managed.get("enabled") if isinstance(managed, Mapping) else None
    wants_agent = [key for key in ("flux_resource_path", "dashboard") if _present(node, key)]
    if isinstance(enabled, Scalar) and enabled.value is True:
        wants_agent.append("managed_resources")
    if wants_agent and not _present(node, "agent"):
        faults.missing(path, ("agent",), f"needs `agent` beside `{wants_agent[0]}`: agent can't be blank")
    if _present(node, "flux_resource_path") and not _present(node, "namespace"):
        faults.missing(path, ("namespace",), "needs `namespace` beside `flux_resource_path`: namespace can't be blank")
    dashboard = node.get("dashboard")
    for key in ("namespace", "flux_resource_path"):
        if _present(node, key) and isinstance(dashboard, Mapping) and _present(dashboard, key):
            faults.add(
                "keyword-conflict", (*path, key), f"cannot be specified when `dashboard:{key}` is set", at_key=True
            )


class _Tier(Text):
    """A tier of a deployment; GitLab 18.11 takes any text for the sake of variables and knows five."""

    __slots__ = ()

    def check(self, node: Node, path: Way, faults: Faults) -> None:
        """See Shape."""
        super().check(node, path, faults)
        text = node.value if isinstance(node, Scalar) else None
        if isinstance(text, str) and "$" not in text and text not in TIERS:
            near = faults.near(text, TIERS)
            message = f"{shown(text)} is no tier that GitLab knows: {', '.join(TIERS)}{meant(near)}"
            faults.add("environment-tier-unknown", path, message, right=near)


KUBERNETES = Fields(
    {
        "namespace": TEXT,
        "agent": TEXT,
        "flux_resource_path": TEXT,
        "managed_resources": _MANAGED,
        "dashboard": _DASHBOARD,
    },
    filled=True,
    checks=(_check_kubernetes,),
)
NAME = Text(blank=False, form=(_NAME, _NAME_WORDS))
ENVIRONMENT = Either(
    NAME,
    Fields(
        {
            "name": NAME,
            "url": Text(longest=255),
            "action": Words("start", "stop", "prepare", "verify", "access"),
            "on_stop": TEXT,
            "auto_stop_in": TEXT,  # any text: it is read when the job runs, variables expanded
            "kubernetes": KUBERNETES,
            "deployment_tier": _Tier(),
        },
        required=("name",),
        hints={"tier": "did you mean `deployment_tier`?", "stop_in": "did you mean `auto_stop_in`?"},
    ),
    words="a string or a map (hash)",
)
