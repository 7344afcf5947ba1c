"""Step "default": what a job does not set it takes from `default:` (lib/gitlab/ci/config/entry/processable.rb).

Key by key, all or nothing: a key that is there and is not null switches the default off, even when it is empty. The
five old global keywords count as part of `default:` (lib/gitlab/ci/config/entry/default.rb); `inherit:default` rules.
"""

from __future__ import annotations

from cilint.compose.config import job_kind
from cilint.finding import Finding, Related
from cilint.trail import Step
from cilint.tree.node import Mapping, Scalar, Sequence, is_null

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection

    from cilint.compose.config import Config
    from cilint.trail import Trail
    from cilint.tree.node import Key, Node

DEFAULT_KEYWORDS = (
    "before_script", "after_script", "hooks", "cache", "image", "services", "interruptible", "timeout", "retry", "tags",
    "artifacts", "id_tokens",
)  # fmt: skip
GLOBAL_KEYWORDS = ("image", "services", "cache", "before_script", "after_script")
TRIGGER_KEYWORDS = ("interruptible",)  # all that a trigger job takes (lib/gitlab/ci/config/entry/bridge.rb)


class _Default:
    """One inheritable value: its key as written, itself, its whole trail."""

    __slots__ = ("node", "trail", "written")

    def __init__(self, written: Scalar, node: Node, trail: Trail) -> None:
        self.written = written
        self.node = node
        self.trail = trail


def apply_defaults(root: Mapping, config: Config) -> Mapping:
    """The root with every job's inherited keywords filled in."""
    defaults = _collect(root, config)
    if not defaults:
        return root
    values: dict[Key, Node] = dict(root.values)
    for key, node in root.values.items():
        kind = job_kind(key, node) if isinstance(key, str) else ""
        if kind and isinstance(node, Mapping):
            values[key] = _fill(node, defaults, TRIGGER_KEYWORDS if kind == "trigger" else DEFAULT_KEYWORDS)
    return Mapping(root.keys, values, root.trails, root.duplicates, flow=root.flow).at(root)


def _collect(root: Mapping, config: Config) -> dict[str, _Default]:
    section = root.get("default")
    found: dict[str, _Default] = {}
    if isinstance(section, Mapping) and not job_kind("default", section):
        for key in DEFAULT_KEYWORDS:
            node = section.set(key)
            if node is not None:
                found[key] = _default(section.keys[key], node, section.trail(key) + root.trail("default"), key)
    for key in GLOBAL_KEYWORDS:
        node = root.set(key)
        if node is None:
            continue
        if key in found:
            message = f"{key} is defined in top-level and `default:` entry; keep the one under `default:`"
            related = [Related("the same under `default:`", found[key].written.span)]
            span = root.keys[key].span
            config.findings.append(Finding("default-defined-twice", message, span, path=(key,), related=related))
            continue
        found[key] = _default(root.keys[key], node, root.trail(key), key)
    return found


def _default(written: Scalar, node: Node, trail: Trail, key: str) -> _Default:
    return _Default(written, node, (*trail, Step("default", key, written.span)))


def _fill(job: Mapping, defaults: dict[str, _Default], taken: Collection[str]) -> Mapping:
    wanted = _inherited(job)
    lacking = [
        key for key in taken if key in defaults and (wanted is None or key in wanted) and is_null(job.values.get(key))
    ]
    if not lacking:
        return job
    keys, values, trails = dict(job.keys), dict(job.values), dict(job.trails)
    for key in lacking:
        default = defaults[key]
        keys[key], values[key], trails[key] = default.written, default.node, default.trail
    return Mapping(keys, values, trails, job.duplicates, flow=job.flow).at(job)


def _inherited(job: Mapping) -> set[str] | None:
    """The keywords that `inherit:default` lets through; None for all (lib/gitlab/ci/config/entry/inherit/default.rb)."""
    inherit = job.get("inherit")
    choice = inherit.get("default") if isinstance(inherit, Mapping) else None
    if isinstance(choice, Scalar) and choice.value is False:
        return set()
    if isinstance(choice, Sequence):
        return {item.value for item in choice.items if isinstance(item, Scalar) and isinstance(item.value, str)}
    return None
