"""`trigger:` and trigger jobs (lib/gitlab/ci/config/entry/trigger.rb, bridge.rb)."""

from __future__ import annotations

from cilint.language.shapes import ANY, FILLED, FLAG, TEXT, Words
from cilint.language.structures import Deciding, Either, Fields, Named
from cilint.language.tables.include import CHILD_INCLUDES
from cilint.language.tables.job import PROCESSABLE, check_rules_alone
from cilint.language.tables.needs import TRIGGER_NEEDS
from cilint.language.tables.parallel import TRIGGER_PARALLEL
from cilint.tree.node import Mapping, Scalar

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cilint.language.faults import Faults, Way
    from cilint.tree.node import Node

_STRATEGY = Words("depend", "mirror")
_FORWARD = Fields({"yaml_variables": FLAG, "pipeline_variables": FLAG})
_BESIDE_INCLUDE = {
    "project": "these keys cannot be used together: `include`, `project`",
    "branch": "a child pipeline runs on the same ref; `branch` goes with `project`",
    "inputs": "with `include`, inputs stand inside its entry",
}
_CHILD = Fields({"include": CHILD_INCLUDES, "strategy": _STRATEGY, "forward": _FORWARD}, hints=_BESIDE_INCLUDE)


def _check_project(node: Mapping, path: Way, faults: Faults) -> None:
    if node.set("project") is None:
        faults.missing(path, ("project",), "must specify either `project` or `include`: project can't be blank")


_PROJECT = Fields(
    {"project": FILLED, "branch": TEXT, "strategy": _STRATEGY, "forward": _FORWARD, "inputs": Named(ANY)},
    checks=(_check_project,),
    hints={
        "ref": "did you mean `branch`?",
        "local": "it belongs inside `include`",
        "file": "it belongs inside `include`",
    },
)


def _choose(node: Node) -> Fields:
    return _CHILD if isinstance(node, Mapping) and "include" in node.values else _PROJECT


TRIGGER = Either(FILLED, Deciding(_choose, "a map (hash)"), words="either a string or a map (hash)")


def _check_trigger(node: Mapping, path: Way, faults: Faults) -> None:
    trigger = node.get("trigger")
    if isinstance(trigger, Scalar) and trigger.value is None:
        faults.missing(
            (*path, "trigger"), (), "can't be blank: a job should implement the script:, run:, or trigger: keyword"
        )


_NOT_HERE = "a trigger job starts a pipeline and runs nothing itself"
TRIGGER_JOB = Fields(
    {
        **PROCESSABLE,
        "trigger": TRIGGER,
        "when": Words("on_success", "on_failure", "always", "manual"),
        "allow_failure": FLAG,
        "parallel": TRIGGER_PARALLEL,
        "needs": TRIGGER_NEEDS,
    },
    hints=dict.fromkeys(
        ("image", "services", "before_script", "after_script", "tags", "artifacts", "cache", "retry", "timeout", "coverage",
         "dependencies", "id_tokens", "release", "hooks", "start_in", "manual_confirmation", "inputs", "pages", "publish",
         "secrets"),
        _NOT_HERE,
    ),
    checks=(_check_trigger, check_rules_alone),
)  # fmt: skip
