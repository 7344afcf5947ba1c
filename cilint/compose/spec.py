"""The header of a file: what `spec` may hold, and the definitions of inputs (lib/gitlab/ci/config/header/)."""

from __future__ import annotations

from cilint.finding import Finding
from cilint.nearest import did_you_mean
from cilint.tree.node import Mapping, Node, Scalar, Sequence, Symbol, is_null, key_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection

SPEC_KEYS = ("inputs", "include", "component", "description")
INPUT_KEYS = ("default", "description", "options", "regex", "type", "rules")
INPUT_RULE_KEYS = ("if", "options", "default")
INPUT_TYPES = ("array", "boolean", "number", "string")
COMPONENT_FACTS = ("name", "sha", "version", "reference")
MAX_OPTIONS = 50
MAX_DESCRIPTION = 256


class Spec:
    """A checked header. inputs: definitions by name, bad ones left out; facts: of the component, as listed."""

    __slots__ = ("_prefix", "facts", "findings", "include", "inputs")

    def __init__(self, header: Mapping, prefix: str) -> None:
        self._prefix = prefix
        self.findings: list[Finding] = []
        self.inputs = Mapping({}, {}).at(header)
        self.include: Node | None = None
        self.facts: tuple[str, ...] = ()
        self._keys(header, ("spec",), "header")
        spec = header.get("spec")
        if isinstance(spec, Mapping):
            self._read(spec)
        elif spec is not None and not is_null(spec):
            self._fault(f"spec config should be a hash, and this is {spec.kind}", spec, "spec")

    def check_inputs(self, definitions: Mapping) -> None:
        """Check the shape of every definition."""
        for written, definition in definitions.items():
            self._definition(key_text(written), written, definition)

    def _read(self, spec: Mapping) -> None:
        self._keys(spec, SPEC_KEYS, "spec", "spec")
        inputs = spec.set("inputs")
        if isinstance(inputs, Mapping):
            self.inputs = inputs
        elif inputs is not None:
            self._fault(f"spec:inputs config should be a hash, and this is {inputs.kind}", inputs, "spec", "inputs")
        self.include = spec.set("include")
        self._description(spec.set("description"))
        component = spec.set("component")
        if component is not None:
            self.facts = self._facts(component)

    def _description(self, node: Node | None) -> None:
        if node is None:
            return
        if not isinstance(node, Scalar) or not isinstance(node.value, str):
            self._fault(f"spec description should be a string, and this is {node.kind}", node, "spec", "description")
        elif len(node.value) > MAX_DESCRIPTION:
            message = f"spec description is too long (maximum is {MAX_DESCRIPTION} characters)"
            self._fault(message, node, "spec", "description")

    def _facts(self, component: Node) -> tuple[str, ...]:
        if not isinstance(component, Sequence):
            self._fault(f"spec:component should be an array, and this is {component.kind}", component, "spec")
            return ()
        names = []
        for item in component.items:
            name = item.value if isinstance(item, Scalar) else None
            if isinstance(name, str) and name in COMPONENT_FACTS:
                names.append(name)
            else:
                allowed = ", ".join(COMPONENT_FACTS)
                self._fault(f"spec:component contains unknown values: {_text(item)}; there are {allowed}", item, "spec")
        return tuple(dict.fromkeys(names))

    def _definition(self, name: str, written: Scalar, definition: Node) -> None:
        path = ("spec", "inputs", name)
        if not isinstance(written.value, (str, int, Symbol)) or isinstance(written.value, bool):
            self._fault(f"`{name}` input: key must be an alphanumeric string", written, *path)
        if is_null(definition):
            return
        if not isinstance(definition, Mapping):
            self._fault(f"`{name}` input: config should be a hash, and this is {definition.kind}", definition, *path)
            return
        self._keys(definition, INPUT_KEYS, f"`{name}` input", *path)
        for key in ("options", "default"):
            if "rules" in definition and key in definition:
                message = f"`{name}` input: these keys cannot be used together: rules, {key}"
                self._fault(message, definition.keys[key], *path)
        self._type(name, definition.set("type"), path)
        regex, description = definition.set("regex"), definition.set("description")
        if regex is not None and not (isinstance(regex, Scalar) and isinstance(regex.value, str)):
            self._fault(f"`{name}` input: regex should be a string, and this is {regex.kind}", regex, *path)
        if description is not None and not (
            isinstance(description, Scalar)
            and isinstance(description.value, (str, int, Symbol))
            and not isinstance(description.value, bool)
        ):
            message = f"`{name}` input: description must be an alphanumeric string, and this is {description.kind}"
            self._fault(message, description, *path)
        self._options(name, definition.set("options"), path)
        if "rules" in definition:
            self._rules(name, definition.values["rules"], path)

    def _type(self, name: str, node: Node | None, path: tuple[str, ...]) -> None:
        if node is None:
            return
        value = node.value if isinstance(node, Scalar) else None
        if value not in INPUT_TYPES:
            allowed = ", ".join(INPUT_TYPES)
            near = did_you_mean(value, INPUT_TYPES) if isinstance(value, str) else ""
            self._fault(f"`{name}` input: type unknown value: {_text(node)}; there are {allowed}{near}", node, *path)

    def _options(self, name: str, node: Node | None, path: tuple[str, ...]) -> None:
        if node is None:
            return
        if not isinstance(node, Sequence):
            self._fault(f"`{name}` input: options should be an array, and this is {node.kind}", node, *path)
            return
        if len(node) > MAX_OPTIONS:
            self._fault(f"`{name}` input: cannot define more than {MAX_OPTIONS} options", node, *path)
        for item in node.items:
            if is_null(item):
                self._fault(f"`{name}` input: options array cannot contain null values", item, *path)

    def _rules(self, name: str, node: Node, path: tuple[str, ...]) -> None:
        """See lib/gitlab/ci/config/header/input/rules/rule.rb."""
        if not isinstance(node, Sequence):
            self._fault(f"`{name}` input: rules should be an array, and this is {node.kind}", node, *path)
            return
        for rule in node.items:
            if not isinstance(rule, Mapping) or not rule.values:
                self._fault(f"`{name}` input: a rule should be a hash that is not empty", rule, *path)
                continue
            self._keys(rule, INPUT_RULE_KEYS, f"`{name}` input: rule", *path)
            options = rule.set("options")
            if options is not None and not isinstance(options, Sequence):
                self._fault(f"`{name}` input: options should be an array, and this is {options.kind}", options, *path)
                continue
            if isinstance(options, Sequence) and len(options) > MAX_OPTIONS:
                self._fault(f"`{name}` input: cannot define more than {MAX_OPTIONS} options", options, *path)
            default = rule.get("default")
            if default is None:
                message = f"`{name}` input: rule must define 'options' with at least one value and a 'default'"
                self._fault(message, rule, *path)
            elif isinstance(options, Sequence) and options.items and not _among(default, options):
                self._fault(f"`{name}` input: default '{_text(default)}' must be one of the options", default, *path)

    def _keys(self, node: Mapping, allowed: Collection[str], what: str, *path: str) -> None:
        for key, written in node.keys.items():
            if key not in allowed:
                near = did_you_mean(key_text(written), allowed)
                self._fault(f"{what} config contains unknown keys: {key_text(written)}{near}", written, *path)

    def _fault(self, message: str, node: Node, *path: str) -> None:
        self.findings.append(Finding("spec-invalid", self._prefix + message, node.span, path=path))


def _among(value: Node, options: Sequence) -> bool:
    if not isinstance(value, Scalar):
        return False
    return any(
        isinstance(option, Scalar) and option.value == value.value and type(option.value) is type(value.value)
        for option in options.items
    )


def _text(node: Node) -> str:
    return key_text(node)[:80] if isinstance(node, Scalar) else node.kind
