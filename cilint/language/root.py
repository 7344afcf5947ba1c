"""The top level: which keys are keywords, which are jobs, and what is wrong with either (entry/root.rb, jobs.rb)."""

from __future__ import annotations

from cilint.compose.config import ROOT_KEYWORDS
from cilint.language.structures import SCRIPT, Later, Strings
from cilint.language.tables.cache import CACHES
from cilint.language.tables.default import DEFAULT
from cilint.language.tables.image import IMAGE, SERVICES
from cilint.language.tables.job import JOB
from cilint.language.tables.rules import WORKFLOW
from cilint.language.tables.variables import GLOBAL_VARIABLES
from cilint.tree.node import Mapping, Reference, Scalar

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cilint.language.faults import Faults
    from cilint.language.shapes import Shape
    from cilint.tree.node import Key, Node

NAME_AT_MOST = 255  # characters of a job's name
_WITHOUT_KIND = "config should implement the script:, run:, or trigger: keyword"

ROOT: dict[str, Shape] = {
    "default": DEFAULT,
    "include": Later("include.INCLUDES"),
    "before_script": SCRIPT,
    "image": IMAGE,
    "services": SERVICES,
    "after_script": SCRIPT,
    "variables": GLOBAL_VARIABLES,
    "stages": Strings(nested=True),
    "cache": CACHES,
    "workflow": WORKFLOW,
}
_JOB_KEYS = frozenset(("script", "run", "trigger"))
_TRIGGER_JOB = Later("trigger.TRIGGER_JOB")
# These two are keywords only as long as they do not look like jobs.
_NOT_RESERVED = ("default", "workflow")


def check_root(root: Mapping, faults: Faults) -> None:
    """Everything at the top level."""
    faults.jobs = frozenset(key for key, node in root.values.items() if is_job_key(key, node))
    for key, node in root.values.items():
        if isinstance(node, Reference):
            continue
        if key in faults.jobs:
            _check_job(key, node, faults)
        elif isinstance(key, str) and key in ROOT:
            if not isinstance(node, Scalar) or node.value is not None:
                before = len(faults.findings)
                ROOT[key].check(node, (key,), faults)
                if len(faults.findings) > before and isinstance(node, Mapping) and _JOB_KEYS & node.values.keys():
                    text = (
                        f"is a keyword of the top level, and a job cannot have its name: call it {key}-job or the like"
                    )
                    faults.add("job-name-invalid", (key,), text, at_key=True)
    if not faults.jobs and faults.closed:
        _no_jobs(root, faults)


def is_job_key(key: Key, node: Node) -> bool:
    """Whether GitLab takes the entry for a job, good or bad: what is no keyword and not hidden is one."""
    if not isinstance(key, str):
        return True
    if key.startswith("."):
        return False
    if key not in ROOT_KEYWORDS:
        return True
    return key in _NOT_RESERVED and isinstance(node, Mapping) and bool(node.values.keys() & {"script", "run"})


def _check_job(key: Key, node: Node, faults: Faults) -> None:
    path = (key,)
    if not isinstance(key, str):
        kind = "nothing" if key[1] is None else "a boolean" if isinstance(key[1], bool) else "a number"
        text = f"has a name that is {kind}: a job's name should be a symbol, that is a string; put it in quotes"
        faults.add("job-name-invalid", path, text, at_key=True)
    elif not key:
        faults.add("job-name-invalid", path, "has an empty name: name can't be blank", at_key=True)
    elif len(key) > NAME_AT_MOST:
        text = f"has a name that is too long (maximum is {NAME_AT_MOST} characters, this has {len(key)})"
        faults.add("job-name-invalid", path, text, at_key=True)
    if not isinstance(node, Mapping):
        faults.add(
            "job-without-script",
            path,
            f"{_WITHOUT_KIND}, and this is {node.kind}{faults.guess(str(key), ROOT_KEYWORDS)}",
            at_key=True,
        )
        return
    if "script" in node.values or "run" in node.values:
        JOB.check(node, path, faults)
    elif "trigger" in node.values:
        _TRIGGER_JOB.check(node, path, faults)
    else:
        _check_kindless(key, node, faults)


def _check_kindless(key: Key, node: Mapping, faults: Faults) -> None:
    """Neither script nor run nor trigger: an unread include may hold them, or the Enterprise Edition's mirror does."""
    path = (key,)
    if faults.edition.enterprise and isinstance(node.get("needs"), Mapping):
        _TRIGGER_JOB.check(node, path, faults)
        return
    JOB.check(node, path, faults)
    if faults.closed and key not in faults.open_jobs:
        faults.add("job-without-script", path, _WITHOUT_KIND, at_key=True)


def _no_jobs(root: Mapping, faults: Faults) -> None:
    text = "config should contain at least one visible job: keys that begin with a dot are hidden"
    first = next(iter(root.values), None)
    faults.add("no-visible-job", () if first is None else (first,), text, at_key=True)
