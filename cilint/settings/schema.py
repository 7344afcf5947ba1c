"""What `.cilint.yaml` may say, and where it is wrong. Only imported when the settings are new or changed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    WithJsonSchema,
    model_validator,
)

from cilint.errors import SettingsError
from cilint.notation.patterns import PatternError, compiled
from cilint.rules.faults import is_tagged, name_of, told
from cilint.span import Span
from cilint.tree import Mapping, plain, read
from cilint.tree.node import Scalar, Sequence, is_null, ruby_text
from cilint.tree.place import place_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cilint.source import Source
    from cilint.tree import Node


def _as_text(value: Any) -> Any:
    """A scalar as GitLab would pass it to a job: `8` is "8", `true` is "true"."""
    return ruby_text(value) if isinstance(value, (bool, int, float)) else value


def _address(value: str) -> str:
    if value and not re.fullmatch(r"""https?://[^\s<>"'`|\\]*\{rule\}[^\s<>"'`|\\]*""", value):
        raise ValueError("an address with {rule} in it, as https://ci.example/rules/{rule}.html")
    return value


def _pattern(value: str) -> str:
    try:
        compiled(value)
    except PatternError as error:
        raise ValueError(str(error)) from None
    return value


def _glob(value: str) -> str:
    """As `fnmatch` has it, for which a bracket that is not closed would be a plain character."""
    if not value:
        raise ValueError("an empty glob matches nothing")
    if re.search(r"\[(?!.[^]]*\])", value):
        raise ValueError(f"in the glob {value!r} a [ is not closed; [[] means the character itself")
    return value


_SCALAR = {"type": ["string", "number", "boolean"]}
_ONE_OR_MORE = {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}
Text = Annotated[str, BeforeValidator(_as_text), WithJsonSchema(_SCALAR)]
Severity = Literal["error", "warning", "info"]
Glob = Annotated[str, AfterValidator(_glob)]
Words = Annotated[
    list[str],
    BeforeValidator(lambda value: [value] if isinstance(value, str) else value),
    WithJsonSchema(_ONE_OR_MORE),
]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, populate_by_name=False)


class ScenarioModel(_Strict):
    """The circumstances of one pipeline, as the options of `cilint simulate` describe them."""

    branch: str = Field("", description="A pipeline of this branch; with merge-request, its source branch.")
    tag: str = Field("", description="A pipeline of this tag.")
    merge_request: bool = Field(False, alias="merge-request", description="A merge request pipeline.")
    schedule: bool = Field(False, description="A scheduled pipeline.")
    source: str = Field("", description="What started it: push, web, api, trigger, pipeline, parent_pipeline ...")
    variables: dict[str, Text] = Field({}, description="Variables that GitLab or a person sets, as CI_COMMIT_BRANCH.")
    changed: list[str] | None = Field(None, description="Changed files; leave out when no diff is known.")

    @model_validator(mode="after")
    def _one_kind(self) -> ScenarioModel:
        if self.tag and (self.branch or self.merge_request):
            raise ValueError("a pipeline has one ref: a branch, a tag or a merge request")
        if self.merge_request and (self.schedule or self.source):
            raise ValueError("a merge request pipeline is started by the merge request: leave schedule and source out")
        return self


BySeverity = dict[Severity, Words]


class WaiversModel(_Strict):
    """What this house asks of waivers."""

    file: str = Field("", description="The register; default: .cilint-waivers.yaml beside the pipeline.")
    approvers: Words | BySeverity = Field(
        [], description="Who may approve: a list of names, or one for each severity. Anybody without it."
    )
    minimum_approvers: int = Field(1, alias="minimum-approvers", ge=1, description="How many of them must approve.")
    ticket: Annotated[str, AfterValidator(_pattern)] = Field("", description="RE2 pattern of a ticket, as SEC-[0-9]+")
    at_most: dict[Severity, int] = Field(
        {}, alias="at-most", description="Days that a waiver may run; default: error 90, warning 180, info 365."
    )
    remind: int = Field(14, ge=0, description="Days before the end on which a waiver is told of.")
    unwaivable: Words = Field([], description="Rules that cannot be waived, besides the required ones.")
    self_granted: bool = Field(
        False, alias="self-granted", description="Whether a waiver holds in the very change that brings it."
    )


class SettingsModel(_Strict):
    """Settings of cilint."""

    packs: Words = Field([], description="Packs of rules: built-in names, or files and folders (./policy).")
    select: Words = Field([], description="Run only these rules or packs.")
    extend_select: Words = Field([], alias="extend-select", description="Run these rules or packs, too.")
    ignore: Words = Field([], description="Leave these rules or packs out.")
    per_file_ignores: dict[Glob, Words] = Field(
        {}, alias="per-file-ignores", description="Rules to ignore in files that match a glob."
    )
    per_job_ignores: dict[Glob, Words] = Field(
        {}, alias="per-job-ignores", description="Rules to ignore in jobs whose name matches a glob."
    )
    preview: bool = Field(False, description="Run rules that are still a preview, too.")
    severity: dict[str, Severity] = Field({}, description="Severities of rules, where they shall differ.")
    parameters: dict[str, dict[str, Any]] = Field({}, description="Parameters of rules: {rule: {name: value}}.")
    required: Words = Field([], description="Rules that no comment, baseline or option can switch off.")
    scenarios: dict[str, ScenarioModel] = Field({}, description="Named circumstances for simulate and reports.")
    vendored: str = Field("", description="Folder with copies of files that are included from elsewhere.")
    variables: dict[str, Text] = Field({}, description="Variables known while includes are resolved.")
    inputs: dict[str, Any] = Field({}, description="Values for the spec:inputs of the entry file.")
    edition: Literal["community", "free", "premium", "ultimate"] = Field(
        "community",
        description="The GitLab that runs the pipelines: Community Edition, or a tier of the Enterprise one.",
    )
    gitlab_version: str = Field(
        "",
        alias="gitlab-version",
        pattern=r"^\d{1,3}\.\d{1,3}$",
        description='Version of that GitLab as "18.10", in quotes; default: the newest that cilint knows.',
    )
    baseline: str = Field("", description="File of known findings.")
    fail_on: Literal["error", "warning", "info", "never"] = Field(
        "error", alias="fail-on", description="Exit with 1 when a finding is at least this severe."
    )
    strict: bool = Field(False, description="Exit with 1 when something could not be assessed.")
    require_reason: bool = Field(
        False, alias="require-reason", description="A comment that ignores a rule without a reason does not count."
    )
    waivers: WaiversModel = Field(
        default_factory=WaiversModel.model_construct, description="What this house asks of waivers."
    )
    frameworks: Words = Field([], description="Files or folders with more frameworks of controls.")
    docs: Annotated[str, AfterValidator(_address)] = Field(
        "", description="Where the pages of the rules are, as https://ci.example/rules/{rule}.html"
    )


def json_schema() -> dict[str, Any]:
    """The JSON Schema of `.cilint.yaml`, for editors."""
    schema = SettingsModel.model_json_schema(by_alias=True)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": ".cilint.yaml"}


def validate(source: Source) -> dict[str, Any]:
    """The settings of a text as plain data, only the keys that it sets. Raises SettingsError for all faults."""
    body = body_of(source)
    if body is None:
        return {}
    try:
        model = SettingsModel.model_validate(plain(body))
    except ValidationError as error:
        meant: dict[Any, Any] = {}
        for fault in error.errors():
            # Where a value may be of two kinds, the deepest fault is of the kind that was meant.
            key = fault["loc"][:2] if is_tagged(fault) else (fault["loc"], fault["type"])
            meant[key] = max(meant.get(key, fault), fault, key=lambda one: len(one["loc"]))
        raise together([_complaint(body, fault) for fault in meant.values()]) from None
    return model.model_dump(by_alias=True, exclude_unset=True)


def together(faults: list[SettingsError]) -> SettingsError:
    """The error that tells of all these faults, by place, as far as a person would read them."""
    first, *others = sorted(faults, key=lambda fault: fault.span.key if fault.span else ())
    shown = others[: _FAULTS_AT_MOST - 1]
    if left := len(others) - len(shown):
        shown[-1] = SettingsError(f"{left + 1} more faults are left out here")
    return SettingsError(first.message, span=first.span, help=first.help, further=shown)


_FAULTS_AT_MOST = 20


def body_of(source: Source) -> Mapping | None:
    """The settings as a positioned tree; None for an empty file. Raises SettingsError for what is no YAML, or no map."""
    reading = read(source)
    for finding in reading.findings:
        if finding.rule != "yaml-root":
            raise SettingsError(finding.message, span=finding.span)
    for root in reading.roots:
        if not isinstance(root, Mapping) and not is_null(root):
            kind = "a list" if isinstance(root, Sequence) else "a text"
            raise SettingsError(
                f"settings are a map of keys, and this is {kind}", span=root.span, help="as in fail-on: warning"
            )
    for number, line in enumerate(source.lines, 1):
        if _DIVIDER.match(line) and any(map(_CONTENT.match, source.lines[: number - 1])):
            raise SettingsError("settings are one document", span=Span(source, number, 1, number, 4))
    if doubled := [SettingsError(f"{key.text} is written twice", span=key.span) for key in _twice(reading.body)]:
        raise together(doubled)
    return reading.body


_DIVIDER = re.compile(r"---(\s|$)")
_CONTENT = re.compile(r"(?!---(\s|$))\s*[^\s#%]")


def _twice(node: Node | None) -> Iterator[Scalar]:
    """Keys that are written again further down in the same map."""
    if isinstance(node, Mapping):
        yield from (key for key, _ in node.duplicates)
        for value in node.values.values():
            yield from _twice(value)
    elif isinstance(node, Sequence):
        for item in node.items:
            yield from _twice(item)


def _complaint(body: Mapping, fault: Any) -> SettingsError:
    loc: tuple[str | int, ...] = tuple(fault["loc"])
    inner: dict[str, type[BaseModel]] = {"scenarios": ScenarioModel, "waivers": WaiversModel}
    model = inner.get(str(loc[0]), SettingsModel) if len(loc) > 1 else SettingsModel
    known = [field.alias or key for key, field in model.model_fields.items()]
    message, near = told(fault, known)
    name = name_of(fault)
    hint = _HINTS.get(name, "")
    if hint and fault["type"] == "string_pattern_mismatch":
        message = f"{name}: {fault['input']!r} has another form"
    is_key = fault["type"] == "extra_forbidden"
    if near or is_key:
        hint = f"did you mean {near}?" if near else f"known are {', '.join(known)}"
    return SettingsError(message, help=hint, span=place_of(body, loc, key=is_key or loc[-1] == "[key]"))


_HINTS = {"gitlab-version": 'as in gitlab-version: "18.10", in quotes'}
