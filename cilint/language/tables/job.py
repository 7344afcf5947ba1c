"""Jobs (lib/gitlab/ci/config/entry/job.rb, processable.rb): every keyword, one entry."""

from __future__ import annotations

from cilint.language.shapes import ANY, FLAG, INTEGER, REGEX, TEXT, Duration, Shape, Tiered, Words
from cilint.language.structures import SCRIPT, STRING_OR_STRINGS, STRINGS, Either, Fields, Later, Listing
from cilint.language.tables.default import IDENTITY, INHERIT, SHARED
from cilint.language.tables.needs import NEEDS
from cilint.language.tables.pages import PAGES, check_publish
from cilint.language.tables.parallel import PARALLEL
from cilint.language.tables.rules import JOB_RULES, ONE_WEEK
from cilint.language.tables.variables import JOB_VARIABLES
from cilint.tree.node import Mapping, Scalar, Sequence

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cilint.language.faults import Faults, Way

_POLICY = Later("policy.POLICY")

# What ordinary jobs and trigger jobs have in common.
PROCESSABLE: dict[str, Shape] = {
    "extends": STRING_OR_STRINGS,
    "stage": TEXT,
    "only": _POLICY,
    "except": _POLICY,
    "rules": JOB_RULES,
    "variables": JOB_VARIABLES,
    "inherit": INHERIT,
    "resource_group": TEXT,
    "environment": Later("environment.ENVIRONMENT"),
    "interruptible": FLAG,
}


def check_rules_alone(node: Mapping, path: Way, faults: Faults) -> None:
    """With rules there is no `only`, `except` or `start_in`; null counts as not written."""
    if node.set("rules") is None:
        return
    for key in ("only", "except", "start_in"):
        if node.set(key) is not None:
            text = f"key may not be used with `rules`: {key}"
            faults.add("keyword-conflict", (*path, key), text, at_key=True)


def _check_script(node: Mapping, path: Way, faults: Faults) -> None:
    """A script may not be blank, unless `run` stands for it."""
    if "script" not in node.values or "run" in node.values:
        return
    script = node.get("script")
    empty = isinstance(script, Sequence) and not script.items
    if isinstance(script, Scalar):
        empty = (
            script.value is None
            or script.value is False
            or (isinstance(script.value, str) and not script.value.strip())
        )
    if empty:
        faults.missing((*path, "script"), (), "can't be blank: a job needs at least one command")


def _check_start_in(node: Mapping, path: Way, faults: Faults) -> None:
    """`start_in` goes with `when: delayed`, and then it must be there, at most a week."""
    when, start_in = node.get("when"), node.set("start_in")
    delayed = isinstance(when, Scalar) and when.value == "delayed"
    if not delayed and start_in is not None and node.set("rules") is None:
        text = "must be blank: it goes only with `when: delayed`"
        faults.add("keyword-conflict", (*path, "start_in"), text, at_key=True)
    elif delayed and start_in is None:
        faults.missing(path, ("start_in",), "needs `start_in` beside `when: delayed`: start_in should be a duration")


_EXIT_CODES = Either(INTEGER, Listing(INTEGER, "a list of integers"))
JOB = Fields(
    {
        **PROCESSABLE,
        **SHARED,
        "script": SCRIPT,
        "run": Later("run.RUN"),
        "trigger": ANY,  # only to say that it cannot stand beside a script
        "when": Words("on_success", "on_failure", "always", "manual", "delayed"),
        "start_in": Duration(limit=ONE_WEEK),
        "allow_failure": Either(FLAG, Fields({"exit_codes": _EXIT_CODES}), words="a map (hash) or a boolean value"),
        "dependencies": STRINGS,
        "needs": NEEDS,
        "coverage": REGEX,
        "parallel": PARALLEL,
        "inputs": Later("inputs.INPUTS"),
        "release": Later("release.RELEASE"),
        "publish": TEXT,
        "pages": PAGES,
        "manual_confirmation": TEXT,
        "secrets": Tiered(Later("secrets.SECRETS"), "premium"),
        "dast_configuration": Tiered(Later("secrets.DAST_CONFIGURATION"), "ultimate"),
        "identity": IDENTITY,
    },
    exclusive=(
        ("script", "run"),
        ("before_script", "run"),
        ("after_script", "run"),
        ("script", "trigger"),
        ("run", "trigger"),
    ),
    hints={
        "if": "it belongs in an entry of `rules`",
        "changes": "it belongs in an entry of `rules`",
        "exists": "it belongs in an entry of `rules`",
        "type": "it is `stage` now",
        "expire_in": "it belongs in `artifacts`",
        "paths": "it belongs in `artifacts` or `cache`",
        "reports": "it belongs in `artifacts`",
        "url": "it belongs in `environment`",
        "on_stop": "it belongs in `environment`",
        "entrypoint": "it belongs in `image`",
        "<<": "the value of a merge key must be a map",
    },
    checks=(_check_script, _check_start_in, check_rules_alone, check_publish),
)
