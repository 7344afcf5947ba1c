"""The body of one file with its inputs filled in: header, inputs, interpolation, in GitLab's order.

lib/gitlab/ci/config/interpolation/interpolator.rb. A file without a header is not interpolated at all.
"""

from __future__ import annotations

from cilint.compose.blocks import BLOCK_START
from cilint.compose.given import Given, node_of
from cilint.compose.include_entry import HEADER_KEYS, HEADER_KINDS, EntryFault, check_entry, entries_of, written_entries
from cilint.compose.inputs import Inputs
from cilint.compose.interpolation import Interpolation
from cilint.compose.spec import Spec
from cilint.finding import Finding, Related
from cilint.tree.node import Mapping, Node, Scalar, key_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cilint.compose.fetch import Fetched
    from cilint.compose.include import Including
    from cilint.compose.include_entry import Entry
    from cilint.tree.documents import Reading
    from cilint.tree.node import Key


class Body:
    """The preparation of one file's body.

    fetched: the file and where it stands. prefix: begins every message, "`path`: " for an included file.
    """

    __slots__ = ("_fetched", "_including", "_prefix")

    def __init__(self, including: Including, fetched: Fetched, prefix: str = "") -> None:
        self._including = including
        self._fetched = fetched
        self._prefix = prefix

    def fill(self, reading: Reading, entry: Entry | None) -> Mapping | None:
        """The interpolated body; None where the file has none. entry: what includes it, None for the entry file.

        Raises merge.TooBig.
        """
        given = entry.inputs if entry is not None else None
        if given is not None and not isinstance(given, Mapping):
            self._fault("input-invalid", f"Given inputs must be a hash, and this is {given.kind}", given)
            given = None
        header = reading.header
        if header is None:
            if given is not None and given.values:
                message = "Given inputs not defined in the `spec` section of the included configuration file"
                self._fault("input-unknown", message, given)
            return reading.body
        spec = Spec(header, self._prefix)
        definitions = self._definitions(spec)
        spec.check_inputs(definitions)
        if entry is None:
            given = node_of(self._including.project.inputs, header)
            assert isinstance(given, Mapping)
        inputs = Inputs(
            definitions,
            given,
            entry.node.span if entry is not None else None,
            self._prefix,
            entry.inputs_trail if entry is not None else (),
        )
        config = self._including.config
        config.findings += spec.findings
        config.findings += inputs.findings
        body = reading.body
        if body is None or BLOCK_START not in reading.source.text:
            return body
        contexts: dict[str, dict[str, Given | None]] = {"inputs": inputs.values, "component": self._facts(spec, header)}
        interpolation = Interpolation(contexts, self._fetched.around.variables, self._prefix, self._including.filled)
        filled = interpolation.fill(body)
        self._including.filled = interpolation.filled
        config.findings += interpolation.findings
        config.open_jobs |= interpolation.open_names
        return filled

    def _facts(self, spec: Spec, header: Mapping) -> dict[str, Given | None]:
        """The facts about the component that the header asks for; what a vendored copy does not tell is not known."""
        known = self._fetched.facts
        facts: dict[str, Given | None] = {}
        for name in spec.facts:
            value = known.get(name)
            facts[name] = Given(f"component {name}", node_of(value, header)) if value is not None else None
        return facts

    def _definitions(self, spec: Spec) -> Mapping:
        """The definitions of inputs, those of `spec:include` files first (external/header/processor.rb)."""
        if spec.include is None:
            return spec.inputs
        if self._fetched.facts:
            message = "a component cannot use `spec:include`. This keyword is not supported in components"
            self._fault("spec-invalid", message, spec.include)
            return spec.inputs
        keys: dict[Key, Scalar] = {}
        values: dict[Key, Node] = {}
        for node, fault, _ in written_entries(spec.include, "spec:include"):
            if fault is not None:
                self._including.config.findings.append(fault.finding)
                continue
            self._including.config.findings += check_entry(node, HEADER_KEYS, "spec:include")
            for definitions in self._included(node):
                for key, definition in definitions.values.items():
                    self._once(key_text(definitions.keys[key]), definitions.keys[key], keys.get(key))
                    keys[key], values[key] = definitions.keys[key], definition
        for key, definition in spec.inputs.values.items():
            self._once(key_text(spec.inputs.keys[key]), spec.inputs.keys[key], keys.get(key))
            keys[key], values[key] = spec.inputs.keys[key], definition
        return Mapping(keys, values).at(spec.inputs)

    def _included(self, node: Node) -> list[Mapping]:
        including, around = self._including, self._fetched.around
        try:
            entries = entries_of(node, around.variables, HEADER_KINDS)
        except EntryFault as refused:
            including.config.findings.append(refused.finding)
            return []
        found = []
        for entry in entries:
            body = including.header_file(entry, around)
            if body is None:
                continue
            for key, written in body.keys.items():
                if key != "inputs":
                    message = f"Header include file `{entry.location}` contains unknown keys: {key_text(written)}"
                    self._fault("spec-invalid", message, written)
            inputs = body.set("inputs")
            if isinstance(inputs, Mapping):
                found.append(inputs)
        return found

    def _once(self, name: str, written: Scalar, before: Scalar | None) -> None:
        if before is None:
            return
        message = (
            f"Duplicate input keys found: {name}. "
            "Input keys must be unique across all included files and inline specifications"
        )
        related = [Related("declared before", before.span)]
        finding = Finding("spec-invalid", self._prefix + message, written.span, path=("spec",), related=related)
        self._including.config.findings.append(finding)

    def _fault(self, rule: str, message: str, node: Node) -> None:
        self._including.config.findings.append(Finding(rule, self._prefix + message, node.span, path=("include",)))
