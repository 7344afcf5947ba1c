"""`include:rules`: whether one include entry counts (lib/gitlab/ci/config/external/rules.rb).

The first rule that matches decides; none, and the file is left out without ever being fetched.
"""

from __future__ import annotations

from cilint.compose.variables import expand
from cilint.finding import Finding
from cilint.nearest import did_you_mean
from cilint.span import Span
from cilint.tree.node import Mapping, Node, Scalar, Sequence, key_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from cilint.compose.fetch import Place

RULE_KEYS = ("if", "exists", "when", "changes")
WHEN = ("never", "always")
MAX_COMPARISONS = 10_000  # GitLab calls a glob found after so many (build/rules/rule/clause/exists.rb)


class IncludeRules:
    """The evaluation of include rules at one place, with what is known there."""

    __slots__ = ("_changed", "_place", "_variables", "findings")

    def __init__(self, place: Place, variables: dict[str, str | None], changed: list[str] | None) -> None:
        self._place = place
        self._variables = variables
        self._changed = changed
        self.findings: list[Finding] = []

    def judge(self, rules: Node) -> tuple[bool, str]:
        """Whether an entry with these rules counts, and what is not known here that the answer hangs on ("": nothing).

        Faults become findings, and the entry then does not count.
        """
        if not isinstance(rules, Sequence) or not rules.items:
            what = "is empty" if isinstance(rules, Sequence) else f"is {rules.kind}"
            self._fault(f"include:rules config should be an array of hashes, and this {what}", rules)
            return False, ""
        before = len(self.findings)
        for rule in rules.items:
            self._check(rule)
        if len(self.findings) > before:
            return False, ""
        unknown = ""
        for rule in rules.items:
            assert isinstance(rule, Mapping)
            matches, open_question = self._matches(rule)
            unknown = unknown or open_question
            if matches:
                when = rule.set("when")
                never = isinstance(when, Scalar) and when.value == "never"
                return not never, unknown if never else ""
        return False, unknown

    def _check(self, rule: Node) -> None:
        """The shape of one rule (lib/gitlab/ci/config/entry/include/rules/rule.rb)."""
        if not isinstance(rule, Mapping) or not rule.values:
            what = "this is empty" if isinstance(rule, Mapping) else f"this is {rule.kind}"
            self._fault(f"include:rules:rule config should be a hash, and {what}", rule)
            return
        for key, written in rule.keys.items():
            if key not in RULE_KEYS:
                near = did_you_mean(key_text(written), RULE_KEYS)
                self._fault(f"include:rules:rule config contains unknown keys: {key_text(written)}{near}", written)
        when = rule.set("when")
        if when is not None and not (isinstance(when, Scalar) and when.value in WHEN):
            shown = key_text(when) if isinstance(when, Scalar) else when.kind
            self._fault(f"include:rules:rule when unknown value: {shown}; there are always and never", when)
        condition = rule.set("if")
        if condition is not None:
            self._check_if(condition)

    def _check_if(self, condition: Node) -> None:
        from cilint.notation.expression import ExpressionError, parse  # few files have include rules

        text = condition.value if isinstance(condition, Scalar) else None
        if not isinstance(text, str):
            self._fault(f"include:rules:rule if invalid expression syntax: it is {condition.kind}", condition)
            return
        try:
            parse(text)
        except ExpressionError as error:
            self._fault(f"include:rules:rule if invalid expression syntax: {error}", condition)

    def _matches(self, rule: Mapping) -> tuple[bool, str]:
        """Whether all clauses of a rule hold, and what that hangs on."""
        unknown = ""
        condition = rule.set("if")
        if isinstance(condition, Scalar) and isinstance(condition.value, str):
            matches, names = self._if(condition.value)
            unknown = f"${names[0]}" if names else ""
            if not matches:
                return False, unknown
        exists = rule.set("exists")
        if exists is not None:
            found, reason = self._exists(exists)
            unknown = unknown or reason
            if not found:
                return False, unknown
        changes = rule.set("changes")
        if changes is not None and self._changed is not None and not self._changes(changes, self._changed):
            return False, unknown
        return True, unknown

    def _if(self, text: str) -> tuple[bool, list[str]]:
        from cilint.notation.expression import parse

        expression = parse(text)
        known = {name: value for name, value in self._variables.items() if value is not None}
        names = [name for name in expression.variables if name not in self._variables]
        return expression.matches(known), names

    def _exists(self, exists: Node) -> tuple[bool, str]:
        if isinstance(exists, Mapping):
            if exists.set("project") is not None:
                return False, "the files of another project"
            paths = exists.set("paths")
        else:
            paths = exists
        if not self._place.root and not self._place.name:
            return False, ""  # a file from a URL lies in no repository
        found = self._any(paths, self._place.list_files())
        return found, "" if found or not self._place.name else f"the files of {self._place.name}"

    def _changes(self, changes: Node, changed: list[str]) -> bool:
        return self._any(changes.set("paths") if isinstance(changes, Mapping) else changes, changed)

    def _any(self, patterns: Node | None, paths: list[str]) -> bool:
        from cilint.notation.globs import fnmatch

        comparisons = 0
        for text in _texts(patterns):
            pattern = expand(text, self._variables)[0]
            if pattern in paths:
                return True
            for path in paths:
                comparisons += 1
                if comparisons > MAX_COMPARISONS or fnmatch(pattern, path):
                    return True
        return False

    def _fault(self, message: str, node: Node) -> None:
        span = node.span
        if isinstance(node, (Mapping, Sequence)):
            span = Span(span.source, span.line, span.column, span.line, span.column + 1) if not len(node) else span
        self.findings.append(Finding("include-rules-invalid", message, span, path=("include", "rules")))


def _texts(node: Node | None) -> Iterator[str]:
    if isinstance(node, Sequence):
        for item in node.items:
            yield from _texts(item)
    elif isinstance(node, Scalar) and isinstance(node.value, str):
        yield node.value
