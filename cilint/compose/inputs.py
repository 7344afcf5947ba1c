"""Step "inputs": the values that a file's `spec:inputs` come to, given or default (lib/ci/inputs/).

The newest behaviour: a string input takes anything and makes it text; the other types read a string as JSON. The
default is checked even when a value is given; a given null is a value that is not given.
"""

from __future__ import annotations

import re

from cilint.compose.given import Given, is_bounded, node_of
from cilint.compose.ruby import shown
from cilint.compose.spec import INPUT_TYPES
from cilint.finding import Finding, Related
from cilint.nearest import did_you_mean, meant, nearest, respelt
from cilint.pattern import Pattern
from cilint.tree.node import Mapping, Node, Scalar, Sequence, is_null, key_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cilint.span import Span
    from cilint.trail import Trail

_INPUT = Pattern(r"\$\[\[\s*inputs\.([a-zA-Z0-9_-]+)\s*\]\]")


class Inputs:
    """The inputs of one file.

    definitions: the `spec:inputs` map. given: the `inputs` of the include entry, or None. asked: where the file is
    asked for; a missing value is reported there. values: by name; None where a fault leaves the value unknown.
    """

    __slots__ = ("_asked", "_given", "_prefix", "findings", "values")

    def __init__(
        self, definitions: Mapping, given: Mapping | None, asked: Span | None, prefix: str, trail: Trail = ()
    ) -> None:
        self._asked = asked
        self._given = given
        self._prefix = prefix
        self.findings: list[Finding] = []
        self.values: dict[str, Given | None] = {}
        for written, definition in definitions.items():
            name = key_text(written)
            value = given.get(name) if given is not None else None
            entry_trail = (given.trail(name) if given is not None else ()) + trail
            self.values[name] = self._value(name, written, definition, value, entry_trail)
        self._unknown(definitions)

    def _value(self, name: str, written: Scalar, spec: Node, value: Node | None, trail: Trail) -> Given | None:
        definition = spec if isinstance(spec, Mapping) else Mapping({}, {})
        kind = _kind(definition)
        if kind is None:
            return None  # reported with the header
        rules = definition.get("rules")
        options = definition.set("options")
        default = definition.get("default")
        has_default = "default" in definition
        if isinstance(rules, Sequence):
            if isinstance(value, Scalar) and value.value == "":
                value = None
            has_default = has_default or any(isinstance(rule, Mapping) and "default" in rule for rule in rules.items)
            rule = self._matching(rules)
            if rule is not None:
                default, options = rule.set("default") or default, rule.set("options") or options
        if is_null(value):
            value = None
        if value is None and not has_default:
            span = self._asked or written.span
            related = [Related("the input is declared here", written.span)] if self._asked else []
            message = f"`{name}` input: required value has not been provided"
            self._fault("input-required", message, span, name, related)
            return None
        checks = _Checks(kind, options, definition)
        fine = True
        if default is not None and not is_null(default):
            fine = self._check(name, checks, default, is_default=True)
        if value is not None:
            fine = self._check(name, checks, value, is_default=False) and fine
        if not fine:
            return None
        node = value if value is not None else default
        if node is None:
            node = Scalar(None, "").at(written)
        return Given(name, _coerced(kind, node), trail if value is not None else ())

    def _check(self, name: str, checks: _Checks, node: Node, *, is_default: bool) -> bool:
        faults = checks.faults(node, is_default=is_default)
        for fault in faults:
            related = [Related("it is checked here", checks.place.span)] if checks.place is not None else []
            self._fault("input-invalid", f"`{name}` input: {fault}", node.span, name, related)
        return not faults

    def _matching(self, rules: Sequence) -> Mapping | None:
        """The first rule that fits the inputs so far; one without `if` always does (rules_evaluator.rb)."""
        for rule in rules.items:
            if isinstance(rule, Mapping):
                condition = rule.set("if")
                if condition is None or self._is_true(condition):
                    return rule
        return None

    def _is_true(self, condition: Node) -> bool:
        from cilint.notation.expression import ExpressionError, parse  # only the newest headers have rules

        text = condition.value if isinstance(condition, Scalar) else None
        if not isinstance(text, str):
            return False
        values: dict[str, str] = {}

        def variable(found: re.Match[str]) -> str:
            place = f"input_{len(values)}"
            given = self.values.get(found[1])
            if given is None and self._given is not None and found[1] in self._given:
                given = Given(found[1], self._given.values[found[1]])
            values[place] = shown(given.node) if given is not None else ""
            return f"${place}"

        try:
            return parse(_INPUT.sub(variable, text)).matches(values)
        except ExpressionError as error:
            message = f"rule has an invalid expression: {error}"
            self.findings.append(Finding("input-invalid", self._prefix + message, condition.span))
            return False

    def _unknown(self, definitions: Mapping) -> None:
        for key, written in self._given.keys.items() if self._given is not None else ():
            if key not in definitions:
                name = key_text(written)
                near = nearest(name, [key_text(known) for known in definitions.keys.values()])
                self._fault("input-unknown", f"unknown input arguments: {name}{meant(near)}", written.span, name, [])
                self.findings[-1].edits = respelt(written.span, name, near)

    def _fault(self, rule: str, message: str, span: Span, name: str, related: list[Related]) -> None:
        path = ("include", "inputs", name)
        self.findings.append(Finding(rule, self._prefix + message, span, path=path, related=related))


class _Checks:
    """What one definition asks of its values."""

    __slots__ = ("_kind", "_options", "_regex", "place")

    def __init__(self, kind: str, options: Node | None, definition: Mapping) -> None:
        self._kind = kind
        self._options = options if isinstance(options, Sequence) else None
        self._regex = definition.get("regex")
        self.place = self._options or self._regex or definition.get("type")

    def faults(self, node: Node, *, is_default: bool) -> list[str]:
        """What is wrong with a value, in GitLab's words."""
        value = _coerced(self._kind, node)
        if not is_bounded(value):
            return ["value is too big"]
        which = "default" if is_default else "provided"
        found = []
        if not _has_type(self._kind, value):
            article = "an" if self._kind == "array" else "a"
            found.append(f"{which} value is not {article} {self._kind}, but {node.kind}")
        if self._options is not None:
            found += self._option_faults(value)
        if self._regex is not None:
            found += self._regex_faults(value, which)
        return found

    def _option_faults(self, value: Node) -> list[str]:
        assert self._options is not None
        if self._kind not in {"string", "number"}:
            return ["Options can only be used with string and number inputs"]
        if self._kind == "string":
            allowed = any(shown(option) == shown(value) for option in self._options.items)
        else:
            allowed = any(_same_number(option, value) for option in self._options.items)
        if allowed:
            return []
        choices = [shown(option) for option in self._options.items]
        listed = ", ".join(choices[:10]) + (", ..." if len(choices) > 10 else "")
        near = did_you_mean(shown(value), choices)
        return [f"`{shown(value)}` cannot be used because it is not in the list of allowed options ({listed}){near}"]

    def _regex_faults(self, value: Node, which: str) -> list[str]:
        if self._kind != "string":
            return ["RegEx validation can only be used with string inputs"]
        pattern = self._regex.value if isinstance(self._regex, Scalar) else None
        if not isinstance(pattern, str):
            return []  # reported with the header
        from cilint.notation.patterns import PatternError, compiled

        try:
            fits = compiled(pattern).occurs(shown(value))
        except PatternError:
            return ["invalid regular expression"]
        return [] if fits else [f"{which} value does not match required RegEx pattern: {pattern}"]


def _kind(definition: Mapping) -> str | None:
    if "type" not in definition:
        return "string"
    node = definition.values["type"]
    kind = node.value if isinstance(node, Scalar) else None
    return kind if isinstance(kind, str) and kind in INPUT_TYPES else None


def _coerced(kind: str, node: Node) -> Node:
    if kind == "string":
        if isinstance(node, Scalar) and isinstance(node.value, str):
            return node
        text = shown(node)
        return Scalar(text, text).at(node)
    if not isinstance(node, Scalar) or not isinstance(node.value, str):
        return node
    import json  # a string for an input that is no string: rare

    try:
        return node_of(json.loads(node.value), node)
    except (ValueError, RecursionError):
        return node


def _has_type(kind: str, value: Node) -> bool:
    if kind == "array":
        return isinstance(value, Sequence)
    if kind == "string":
        return True
    content = value.value if isinstance(value, Scalar) else None
    if kind == "boolean":
        return isinstance(content, bool)
    return isinstance(content, (int, float)) and not isinstance(content, bool)


def _same_number(option: Node, value: Node) -> bool:
    if not isinstance(option, Scalar) or not isinstance(value, Scalar):
        return False
    if isinstance(option.value, bool) or isinstance(value.value, bool):
        return option.value is value.value
    return option.value == value.value
