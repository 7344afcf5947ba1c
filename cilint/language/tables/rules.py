"""`rules:` of jobs, of the workflow and of includes (lib/gitlab/ci/config/entry/rules.rb, rules/rule.rb)."""

from __future__ import annotations

from cilint.language.shapes import CONDITION, FILLED, FLAG, TEXT, Duration, Shape, Text, Tiered, Words
from cilint.language.structures import Either, Fields, Listing, Strings
from cilint.language.tables.needs import CLAUSE_NEEDS
from cilint.language.tables.variables import PLAIN_VARIABLES
from cilint.tree.node import Mapping, Scalar

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cilint.language.faults import Faults, Way

ONE_WEEK = (604800.0, "1 week")
AFTER_18_11 = (18, 12)

_PATHS = Strings(most=50)
_REGEXP = Tiered(Text(longest=255), since=AFTER_18_11)


def _check_paths(node: Mapping, path: Way, faults: Faults) -> None:
    if node.set("paths") is None and "regexp" not in node.values:
        faults.missing(path, ("paths",))


def _check_ref(node: Mapping, path: Way, faults: Faults) -> None:
    if node.set("ref") is not None and node.set("project") is None:
        faults.missing((*path, "ref"), ("project",), "needs `project` beside it: missing required keys: project")


_CHANGES = Either(
    _PATHS,
    Fields({"paths": _PATHS, "compare_to": TEXT, "regexp": _REGEXP}, checks=(_check_paths,)),
    words="a list of strings (an array), or a map with `paths`",
)
_EXISTS = Either(
    TEXT,
    _PATHS,
    Fields({"paths": _PATHS, "project": FILLED, "ref": FILLED, "regexp": _REGEXP}, checks=(_check_paths, _check_ref)),
    words="a string, a list of strings, or a map with `paths`",
)


def _check_start_in(node: Mapping, path: Way, faults: Faults) -> None:
    """`start_in` goes with `when: delayed`, and only with it; written at all counts."""
    when = node.get("when")
    delayed = isinstance(when, Scalar) and when.value == "delayed"
    if delayed and node.set("start_in") is None:
        faults.missing(path, ("start_in",), "needs `start_in` beside `when: delayed`: start_in can't be blank")
    elif not delayed and "start_in" in node.values:
        faults.add(
            "keyword-conflict",
            (*path, "start_in"),
            "goes only with `when: delayed`: contains disallowed keys: start_in",
            at_key=True,
        )


_AUTO_CANCEL = Fields(
    {
        "on_new_commit": Words("conservative", "interruptible", "none"),
        "on_job_failure": Words("none", "all"),
    }
)
_CONDITIONS: dict[str, Shape] = {"if": CONDITION, "changes": _CHANGES, "exists": _EXISTS}
_EFFECTS: dict[str, Shape] = {
    "start_in": Duration(limit=ONE_WEEK),
    "allow_failure": FLAG,
    "variables": PLAIN_VARIABLES,
    "needs": CLAUSE_NEEDS,
}
_HINTS = {
    "only": "a rule takes `if`, `changes` and `exists`",
    "except": "a rule takes `if`, `changes` and `exists`",
    "tags": "only the whole job has it",
    "script": "only the whole job has it",
    "environment": "only the whole job has it",
}

_JOB_CLAUSE = Fields(
    {
        **_CONDITIONS,
        **_EFFECTS,
        "when": Words("on_success", "on_failure", "always", "never", "manual", "delayed"),
        "interruptible": FLAG,
    },
    filled=True,
    hints={**_HINTS, "auto_cancel": "only rules of `workflow` take it"},
    checks=(_check_start_in,),
    words="a rule: a map (hash) with `if`, `when` ...",
)
_WORKFLOW_CLAUSE = Fields(
    {**_CONDITIONS, **_EFFECTS, "when": Words("always", "never"), "auto_cancel": _AUTO_CANCEL},
    filled=True,
    hints={**_HINTS, "interruptible": "only rules of a job take it"},
    checks=(_check_start_in,),
    words="a rule: a map (hash) with `if`, `when` ...",
)
_INCLUDE_CLAUSE = Fields(
    {**_CONDITIONS, "when": Words("always", "never")}, filled=True, words="a rule: a map (hash) with `if`, `when` ..."
)

_LIST = "a list of rules (an array of hashes)"
JOB_RULES = Listing(_JOB_CLAUSE, _LIST, least=1, nested=True)
WORKFLOW_RULES = Listing(_WORKFLOW_CLAUSE, _LIST, least=1, nested=True)
INCLUDE_RULES = Listing(_INCLUDE_CLAUSE, _LIST, least=1)

WORKFLOW = Fields(
    {"rules": WORKFLOW_RULES, "name": Text(longest=255), "auto_cancel": _AUTO_CANCEL},
    hints={"when": "it belongs in an entry of `rules`", "if": "it belongs in an entry of `rules`"},
)
