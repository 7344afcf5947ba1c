"""What a register of waivers may say. Only imported when the register is new or changed."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    field_validator,
    model_validator,
)

from cilint.nearest import nearest
from cilint.rules.faults import told

_NODES = 100_000  # aliases may name a list many times over
_REASON = 15  # characters; "todo" is no reason
_FINE = "nothing-to-say-against"
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")
_EMPTY = ("todo", "tbd", "n/a", "none", "fixme", "because", "temporary")


def _listed(value: Any) -> Any:
    return [value] if isinstance(value, (str, int)) else value


def _texts(value: Any) -> Any:
    return [str(one) for one in value] if isinstance(value, list) else value


def _day(value: Any) -> Any:
    text = str(value)
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise ValueError(f"{text} is no day; write YYYY-MM-DD") from None


def _line(value: Any) -> Any:
    if isinstance(value, str) and not value.isprintable():
        raise ValueError("a line break, or a character that nobody can see, has no place in it")
    return value


def _flat(value: Any) -> Any:
    return _line(" ".join(value.split())) if isinstance(value, str) else value


def _id(value: str) -> str:
    if not _ID.fullmatch(value):
        raise ValueError("an id holds letters, digits, dots, dashes and underscores, as in W-2026-014")
    return value


def _reason(value: str) -> str:
    if len(value) < _REASON or value.lower().strip(" .!") in _EMPTY:
        raise ValueError(f"a reason has at least {_REASON} characters and says why")
    return value


def text_faults(entry: dict[str, Any]) -> list[str]:
    """What is wrong with the id and the reason of an entry that is not written yet, as far as they are given."""
    faults = []
    for name, judged in (("id", _id), ("reason", _reason)):
        try:
            judged(" ".join(entry[name].split()) if entry.get(name) else _FINE)
        except ValueError as error:
            faults.append(f"--{name}: {error}")
    return faults


Line = Annotated[str, BeforeValidator(_line)]
Prose = Annotated[str, BeforeValidator(_flat)]
Words = Annotated[list[Line], BeforeValidator(_texts), BeforeValidator(_listed)]
Text = Annotated[Line, BeforeValidator(lambda value: str(value) if isinstance(value, (int, float)) else value)]
Day = Annotated[str, BeforeValidator(_day)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class ScopeModel(_Strict):
    """What a waiver is about; at least one of its keys but `project`."""

    project: Line = Field("", description="group/project; needed where the register is not in the project itself")
    jobs: Words = Field([], description="job names; * stands for anything, and is reported as broad")
    file: Line = Field(
        "", description="file in which the value is written; * stands for anything, and is reported as broad"
    )
    path: Line = Field("", description="keyword inside the job, as image or artifacts.expire_in")
    value: Text = Field("", description="only while the value is this; * stands for anything")
    fingerprint: Line = Field("", description="exactly one finding")

    @model_validator(mode="after")
    def _narrow(self) -> ScopeModel:
        if not (self.jobs or self.file or self.path or self.value or self.fingerprint):
            raise ValueError("say what it is about: jobs, file, path, value or fingerprint")
        return self


class WaiverModel(_Strict):
    """One waiver."""

    id: Annotated[str, AfterValidator(_id)] = Field(description="unique and stable; reports quote it")
    rule: Words = Field(min_length=1, description="ids of rules, written out")
    scope: ScopeModel
    reason: Annotated[Prose, AfterValidator(_reason)] = Field(description="why the finding is acceptable for now")
    compensating: Prose = Field("", description="what lowers the risk meanwhile")
    requested_by: Line = Field("", description="who asked for it; no approver of their own wish")
    approved_by: Words = Field(min_length=1, description="who accepts the risk")
    ticket: Text = Field(min_length=1)
    created: Day
    expires: Day = Field(description="the last day on which it holds, UTC")
    status: Literal["active", "closed"] = "active"

    @field_validator("rule")
    @classmethod
    def _written_out(cls, value: list[str]) -> list[str]:
        if any("*" in rule for rule in value):
            raise ValueError("rules are written out, without *")
        return value

    @model_validator(mode="after")
    def _in_order(self) -> WaiverModel:
        if self.expires < self.created:
            raise ValueError("expires comes before created")
        return self


class RegisterModel(_Strict):
    """A register of waivers: `.cilint-waivers.yaml`."""

    version: Literal[1] = 1
    waivers: list[WaiverModel] = []


def understood(text: str) -> list[dict[str, Any]]:
    """Every entry of a register as plain data: {"waiver": ...} or {"fault": what is wrong}, with "at": where.

    A place is (line, column, end line, end column), from 1. A fault of the whole file is the only entry then.
    ruamel.yaml reads it, for dates stand unquoted here and `cilint.tree` refuses those as GitLab does.
    """
    from ruamel.yaml import YAML
    from ruamel.yaml.error import MarkedYAMLError, YAMLError

    try:
        root = YAML(typ="rt").compose(text)
        budget = [_NODES]
        return _entries(root, budget) if root is not None else []
    except _Wrong as fault:
        return [{"fault": fault.message, "at": fault.at}]
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        at = [mark.line + 1, mark.column + 1, mark.line + 1, mark.column + 2] if mark else [1, 1, 1, 2]
        return [{"fault": f"not YAML: {error.problem or error.context}", "at": at}]
    except (YAMLError, RecursionError, ValueError) as error:
        return [{"fault": f"not YAML: {error}", "at": [1, 1, 1, 2]}]


class _Wrong(Exception):
    """A fault of the whole register."""

    def __init__(self, message: str, node: Any) -> None:
        super().__init__(message)
        self.message = message
        self.at = _at(node)


def _at(node: Any) -> list[int]:
    start, end = node.start_mark, node.end_mark
    if end.line > start.line:  # a map or a list: where it begins
        return [start.line + 1, start.column + 1, start.line + 1, start.column + 2]
    return [start.line + 1, start.column + 1, end.line + 1, max(end.column, start.column + 1) + 1]


def _entries(root: Any, budget: list[int]) -> list[dict[str, Any]]:
    keys = _pairs(root) if root.id == "mapping" else {}
    unknown = [key for key in keys if key not in ("version", "waivers")]
    entries = keys.get("waivers", (None, None))[1]
    if unknown or (entries is not None and entries.id != "sequence" and _data(entries, budget) is not None) or not keys:
        place = keys[unknown[0]][0] if unknown else entries or root
        raise _Wrong("a register has the keys version and waivers, and waivers is a list", place)
    version = keys.get("version")
    if version is not None and version[1].value != "1":
        raise _Wrong("this version of cilint knows registers of version 1", version[1])
    listed = entries.value if entries is not None and entries.id == "sequence" else ()
    return [told for node in listed for told in _validated(node, _data(node, budget))]


def _pairs(node: Any) -> dict[str, tuple[Any, Any]]:
    """The keys of a map with their nodes."""
    found: dict[str, tuple[Any, Any]] = {}
    for key, value in node.value:
        if not isinstance(key.value, str):
            raise _Wrong("a key is a word", key)
        if key.value in found:
            raise _Wrong(f"{key.value} is written twice", key)
        found[key.value] = (key, value)
    return found


def _data(node: Any, budget: list[int]) -> Any:
    """The value as plain data: texts as they are written, maps, lists, None."""
    budget[0] -= 1
    if budget[0] < 0:
        raise _Wrong("the register is too big", node)
    if node.id == "mapping":
        return {name: _data(value, budget) for name, (_, value) in _pairs(node).items()}
    if node.id == "sequence":
        return [_data(item, budget) for item in node.value]
    return None if str(node.tag).endswith(":null") else node.value


def _validated(node: Any, entry: Any) -> list[dict[str, Any]]:
    """The waiver, or everything that is wrong with it."""
    try:
        return [{"waiver": WaiverModel.model_validate(entry).model_dump(), "at": _at(_find(node, ("id",)))}]
    except ValidationError as error:
        faults = error.errors()
    # A misspelt key is missing, too; the misspelling is the better thing to say.
    meant = {_meant(fault) for fault in faults if fault["type"] == "extra_forbidden"}
    return [_told(node, fault) for fault in faults if fault["type"] != "missing" or str(fault["loc"][-1]) not in meant]


def _meant(fault: Any) -> str | None:
    return nearest(str(fault["loc"][-1]), _KEYS)


def _told(node: Any, fault: Any) -> dict[str, Any]:
    message, near = told(fault, _KEYS)
    return {"fault": f"{message}; did you mean {near}?" if near else message, "at": _at(_find(node, fault["loc"]))}


_KEYS = (*WaiverModel.model_fields, *ScopeModel.model_fields)


def _find(node: Any, loc: tuple[str | int, ...]) -> Any:
    """The node of a place, or the nearest around it; the key where a value has no text of its own."""
    for part in loc:
        if node.id == "mapping":
            pairs = {key.value: value for key, value in node.value}
            if part not in pairs:
                break
            node = pairs[part]
        elif node.id == "sequence" and isinstance(part, int) and part < len(node.value):
            node = node.value[part]
        else:
            break
    return node
