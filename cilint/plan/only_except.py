"""`only` and `except`, the older way to choose pipelines (`lib/gitlab/ci/build/policy/`, `config/entry/policy.rb`)."""

from __future__ import annotations

from cilint.notation.expression import ExpressionError, parse
from cilint.notation.globs import compile_glob
from cilint.notation.patterns import PatternError, compile_pattern
from cilint.tree.node import Mapping

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cilint.pipeline.job import Job
    from cilint.plan.context import Context
    from cilint.plan.scenario import Scenario
    from cilint.tree.site import Site

DEFAULT_REFS = ("branches", "tags")


class OnlyExcept:
    """The policy of one job: it joins when every key of `only` is satisfied and no key of `except` is.

    only: None where the job has none and gets none; implied: whether `only` is GitLab's default.
    """

    __slots__ = ("except_", "implied", "only", "site_except", "site_only")

    def __init__(self, job: Job, *, default: bool) -> None:
        self.site_only, self.site_except = job.get("only"), job.get("except")
        self.implied = self.site_only is None and default
        self.only = _keys(self.site_only, DEFAULT_REFS) if self.site_only is not None or default else None
        self.except_ = _keys(self.site_except, None) if self.site_except is not None else None

    @property
    def says_nothing(self) -> bool:
        """Whether the job joins every pipeline, as far as this policy goes."""
        return self.only is None and self.except_ is None

    def refusal(self, context: Context) -> tuple[str, Site | None] | None:
        """Why the job does not join, and what decided; None when it joins."""
        for key, values in (self.only or {}).items():
            if not _satisfied(key, values, context):
                if self.implied:
                    return "without rules or only it joins branch and tag pipelines alone", None
                site = self.site_only
                deciding = site.short_for(key) if site is not None else None
                return f"only:{key} is not satisfied", deciding or site
        for key, values in (self.except_ or {}).items():
            if _satisfied(key, values, context):
                site = self.site_except
                deciding = site.short_for(key) if site is not None else None
                return f"except:{key} is satisfied", deciding or site
        return None


def _keys(site: Site | None, default_refs: tuple[str, ...] | None) -> dict[str, tuple[str, ...]]:
    """The keys of one policy with their values. A map without `refs` keeps the default ones."""
    keys: dict[str, tuple[str, ...]] = {} if default_refs is None else {"refs": default_refs}
    if site is None:
        return keys
    if not isinstance(site.node, Mapping):
        return {"refs": _texts(site)}
    for key in ("refs", "variables", "changes", "kubernetes"):
        if site.has(key):
            value = site.set(key)
            keys[key] = () if value is None else _texts(value)
    return keys


def _texts(site: Site) -> tuple[str, ...]:
    return tuple(item.text for item in site.flat() if item.text is not None)


def _satisfied(key: str, values: tuple[str, ...], context: Context) -> bool:
    scenario = context.situation.scenario
    if key == "refs":
        return any(_ref_fits(entry, scenario) for entry in values)
    if key == "variables":
        return any(_holds(expression, context) for expression in values)
    if key == "changes":
        changed = scenario.changed
        return changed is None or any(compile_glob(glob).matches(path) for path in changed for glob in values)
    return scenario.variables.get("CI_KUBERNETES_ACTIVE") == "true"


def _holds(text: str, context: Context) -> bool:
    try:
        return parse(text).matches(context.values)
    except ExpressionError:
        return False


def _ref_fits(entry: str, scenario: Scenario) -> bool:
    """One entry of `refs`: a word for the kind or the source, a pattern, or a name (policy/refs.rb)."""
    pattern, at, path = entry.partition("@")
    if at and path != scenario.variables.get("CI_PROJECT_PATH"):
        return False
    kind, source = scenario.kind, scenario.source.removesuffix("_event")
    if (pattern == "tags" and kind == "tag") or (pattern == "branches" and kind == "branch"):
        return True
    if pattern in (source, plural(source)):
        return True
    if kind == "merge-request":
        return False
    try:
        return compile_pattern(pattern, unescape=False).search(scenario.ref)
    except PatternError:
        return pattern == scenario.ref


def plural(source: str) -> str:
    """As Rails pluralises the sources of pipelines: push, pushes; trigger, triggers; policy, policies."""
    if source.endswith("cy"):
        return f"{source[:-1]}ies"
    return f"{source}es" if source.endswith(("sh", "ch", "s", "x")) else f"{source}s"
