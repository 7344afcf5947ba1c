"""A composed configuration as `cilint resolve` prints it: what every job really holds."""

from __future__ import annotations

from cilint.compose.defaults import job_kind
from cilint.compose.stages import POST, PRE
from cilint.tree.node import Mapping, Scalar, Sequence, is_null, plain

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from cilint.compose.config import Config
    from cilint.tree.node import Node

SCRIPTS = ("script", "before_script", "after_script")
DEFAULT_STAGES = [PRE, "build", "test", "deploy", POST]
DONE = ("extends", "inherit")  # keywords that composition has used up


def resolved(config: Config) -> dict[str, Any]:
    """The configuration as plain data, in the form that docs call the JSON of `resolve`.

    Null keywords are gone, for null means "not set" to GitLab; scripts are flat lists; hidden jobs are left out.
    `inherit:variables` stays: global variables reach a job only when a pipeline is created.
    """
    root = config.root
    assert root is not None, "an unreadable configuration cannot be shown"
    return {
        "stages": _stages(root.set("stages")),
        "workflow": _section(root, "workflow"),
        "variables": _section(root, "variables"),
        "jobs": {
            key: job(node)
            for key, node in root.values.items()
            if isinstance(key, str) and isinstance(node, Mapping) and job_kind(key, node)
        },
    }


def job(node: Mapping) -> dict[str, Any]:
    """One job as plain data."""
    shown: dict[str, Any] = {}
    for key, value in node.values.items():
        if is_null(value) or key == "extends":
            continue
        if key == "inherit":
            kept = _inherit(value)
            if kept:
                shown["inherit"] = kept
        elif key in SCRIPTS:
            shown[str(key)] = [plain(line) for line in flat(value)]
        else:
            shown[key if isinstance(key, str) else str(node.keys[key].text)] = plain(value)
    return shown


def flat(node: Node) -> list[Node]:
    """The lines of a script, nested lists flattened; a lone string is a list of one."""
    if not isinstance(node, Sequence):
        return [node]
    return [line for item in node.items for line in flat(item)]


def _inherit(node: Node) -> object:
    if not isinstance(node, Mapping):
        return plain(node)
    return {str(key): plain(value) for key, value in node.values.items() if key != "default" and not is_null(value)}


def _stages(node: Node | None) -> list[Any]:
    if node is None:
        return list(DEFAULT_STAGES)
    names = [item.value if isinstance(item, Scalar) else plain(item) for item in flat(node)]
    return list(dict.fromkeys(name for name in names if isinstance(name, str)))


def _section(root: Mapping, key: str) -> object:
    node = root.set(key)
    return {} if node is None or job_kind(key, node) else plain(node)
