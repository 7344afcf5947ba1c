"""Compiling packs: YAML through the schema to the plain data that judging reads, and what is wrong with it, at its line.

Only imported when a pack is new or changed: the schema brings pydantic, which costs more than checking a file.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ValidationError

from cilint.errors import PackError
from cilint.nearest import did_you_mean, meant
from cilint.rules.faults import in_order, told
from cilint.rules.schema import Inside, PackFile, RoleEntry, RuleEntry
from cilint.source import Source
from cilint.tree import Mapping, Node, Scalar, Sequence, plain, read

if TYPE_CHECKING:
    from cilint.span import Span


_PARTS = tuple(PackFile.model_fields)  # what a file of a pack may hold
_FAULTS_AT_MOST = 20  # told of one pack


def compile_pack(pack: str, texts: list[tuple[str, str]]) -> dict[str, Any]:
    """The two parts of a compiled pack, "judge" and "prose". Raises PackError for all that is wrong with its files."""
    judge: dict[str, Any] = {"rules": [], "roles": [], "override": {}}
    prose: dict[str, Any] = {"rules": []}
    seen: dict[str, Span] = {}
    named: dict[str, str] = {}
    faults: list[PackError] = []
    holds_rules = False
    for path, text in texts:
        source = Source(os.path.relpath(path) if not os.path.relpath(path).startswith("..") else path, text, "pack")
        try:
            body = _body(source)
            file = _validate(body, faults) if body is not None else None
        except PackError as fault:
            faults.append(fault)
            continue
        holds_rules = holds_rules or body is not None
        if body is None or file is None:
            continue
        entries = body.get("rules")
        for index, rule in enumerate(file.rules):
            assert isinstance(entries, Sequence)
            span = _find(entries, (index, "id"))
            if rule.id in seen:
                message = f"rule {rule.id} is defined twice in pack {pack}; first at {seen[rule.id]}"
                faults.append(PackError(message, span=span))
                continue
            seen[rule.id] = span
            judge["rules"].append(_judged(pack, rule))
            prose["rules"].append(_told(rule, span))
            for name in rule.was:
                if name in named:
                    message = f"{name} is named as the former id of {named[name]}, too"
                    faults.append(PackError(f"rule {rule.id}: {message}", span=_find(entries, (index, "was"))))
                named[name] = rule.id
        judge["roles"] += [_role(role) for role in file.roles]
        judge["override"].update({name: change.model_dump() for name, change in file.override.items()})
    faults += [
        PackError(f"{name} is a rule, and the former id of rule {named[name]}, too", span=seen[name])
        for name in named
        if name in seen
    ]
    if faults:
        raise _together(faults)
    if not holds_rules:
        listed = ", ".join(_PARTS)
        raise PackError(f"pack {pack} holds no rules: a file of a pack has one or more of the keys {listed}")
    return {"judge": judge, "prose": prose}


def _together(faults: list[PackError]) -> PackError:
    first, *others = faults
    shown = others[: _FAULTS_AT_MOST - 1]
    left = len(others) - len(shown)
    return PackError(
        first.message,
        span=first.span,
        help=f"{left} more fault{'s' if left > 1 else ''} of this pack are left out here" if left else "",
        further=shown,
    )


def _body(source: Source) -> Mapping | None:
    reading = read(source)
    for finding in reading.findings:
        raise PackError(finding.message, span=finding.span)
    body = reading.body
    if body is None:
        return None
    if not set(_PARTS) & set(body.values):
        for key, written in body.keys.items():
            alike = [part for part in _PARTS if part[0] == str(key)[:1] and abs(len(part) - len(str(key))) < 2]
            if isinstance(key, str) and (near := did_you_mean(key, alike)):  # `controls` is not far from `roles`
                raise PackError(f"unknown key {key}{near}", span=written.span)
        return None  # a mapping of controls, or what else may lie beside the rules
    return body


def _validate(body: Mapping, faults: list[PackError]) -> PackFile | None:
    """The file's entries; None when it has faults, which are added to those of the pack."""
    try:
        return PackFile.model_validate(plain(body))
    except ValidationError as error:
        complaints = (_complaint(body, one) for one in in_order(error.errors()))
        faults += [PackError(message, span=span) for message, span in complaints]
        return None


def _complaint(body: Mapping, fault: Any) -> tuple[str, Span]:
    loc = tuple(fault["loc"])
    unknown = fault["type"] == "extra_forbidden"
    message, near = told(fault, _keys_beside(loc) if unknown else ())
    error = fault.get("ctx", {}).get("error")
    inside = error.at if isinstance(error, Inside) else ()
    return message + meant(near), _find(body, (*loc, *inside), key=unknown)


def _keys_beside(loc: tuple[Any, ...]) -> list[str]:
    """The keys that the model allows where an unknown one was found."""
    model: Any = PackFile
    for part in loc[:-1]:
        fields = {field.alias or name: field.annotation for name, field in model.model_fields.items()}
        if part in fields:
            model = _model_in(fields[part]) or model
    return [field.alias or name for name, field in model.model_fields.items()]


def _model_in(annotation: Any) -> Any:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for inner in getattr(annotation, "__args__", ()):
        if found := _model_in(inner):
            return found
    return None


def _find(node: Node, loc: tuple[Any, ...], *, key: bool = False) -> Span:
    """Where the value (or the key) of a pydantic location is written; the nearest place around it otherwise."""
    span = node.span
    for part in loc:
        if isinstance(node, Mapping) and part in node:
            span, node = node.keys[part].span, node.values[part]
        elif isinstance(node, Sequence) and isinstance(part, int) and part < len(node):
            node = node.items[part]
            span = node.span
    return span if key or not isinstance(node, Scalar) else node.span


def _judged(pack: str, rule: RuleEntry) -> dict[str, Any]:
    return {
        "id": rule.id,
        "pack": pack,
        "severity": rule.severity,
        "title": rule.title,
        "select": rule.select,
        "where": rule.where.model_dump(exclude_defaults=True),
        "assert": rule.assertion,
        "edit": rule.edit.model_dump(exclude_defaults=True) if rule.edit else {},
        "check": rule.check,
        "parameters": rule.parameters,
        "message": rule.message,
        "fix": " ".join(rule.fix.split()),
        "controls": rule.controls,
        "required": rule.required,
        "preview": rule.preview,
        "was": rule.was,
    }


def _told(rule: RuleEntry, span: Span) -> dict[str, Any]:
    return {
        "id": rule.id,
        "requirement": rule.requirement,
        "since": rule.since,
        "fixable": rule.fixable,
        "why": " ".join(rule.why.split()),
        "fix": " ".join(rule.fix.split()),
        "examples": rule.examples.model_dump(),
        "file": span.source.path,
        "line": span.line,
    }


def _role(role: RoleEntry) -> dict[str, Any]:
    evidence = [one.model_dump(exclude_defaults=True, exclude_none=True) for one in role.evidence]
    return {"role": role.role, "title": role.title, "evidence": evidence}
