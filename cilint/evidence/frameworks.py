"""Frameworks as data: controls in own words, the rules that support them, and the evidence still to be asked for.

A file of `rules/frameworks/`, or of a folder that the settings name, is one framework. A rule only ever *supports* a
control; `strength` says where the evidence lies that decides whether the control works:

design     in the pipeline files themselves
setting    in GitLab's settings (protected branches, variables, schedules), which no file shows
operation  in the records of what ran, and of who pressed play
external   in another system, such as the trust policy of an AWS role
"""

from __future__ import annotations

import os
from hashlib import sha256
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from cilint.errors import PackError, UnreadableError
from cilint.opening import opened
from cilint.rules.faults import in_order, told
from cilint.rules.packs import built_in_folder
from cilint.source import Source
from cilint.tree import Mapping, plain, read
from cilint.tree.place import place_of

if TYPE_CHECKING:
    from collections.abc import Iterable


Strength = Literal["design", "setting", "operation", "external"]
_MAX_BYTES = 1024 * 1024
# What a rule gives that names a control, but of which the framework's file says nothing: the most cautious word.
UNSTATED: Strength = "operation"


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Support(_Strict):
    """Rules that support the control, all with one strength. roles: only what they say of jobs with these roles."""

    strength: Strength
    rules: list[str] = Field(min_length=1)
    roles: list[str] = []


class Against(_Strict):
    """A rule whose requirement works against the control."""

    rule: str
    why: str = Field(min_length=1)


class Ask(_Strict):
    """Evidence that the files cannot give. kind: where it is to be asked for."""

    kind: Strength
    evidence: str = Field(min_length=1)


def _asked(value: Any) -> Any:
    """`{operation: what}`, as it is written, or `{kind: ..., evidence: ...}`."""
    if isinstance(value, dict) and len(value) == 1:
        kind, evidence = next(iter(value.items()))
        return {"kind": kind, "evidence": evidence}
    return value


class Control(_Strict):
    """One control. title: in own words; the texts of most frameworks are licensed."""

    id: str = Field(min_length=1)
    title: str = Field(min_length=1, max_length=200)
    link: str = Field("", pattern="^(https://.*)?$")
    supports: list[Support] = []
    against: list[Against] = []
    ask: list[Annotated[Ask, BeforeValidator(_asked)]] = []

    def strengths(self) -> dict[str, Strength]:
        """The rules that the framework's file names for this control, each with its strength."""
        return {rule: support.strength for support in self.supports for rule in support.rules}

    def roles(self) -> dict[str, list[str]]:
        """The rules of which only a part counts, with the roles that it is about."""
        return {rule: support.roles for support in self.supports for rule in support.rules if support.roles}


class Framework(_Strict):
    """One framework, as its file has it."""

    framework: str = Field(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$")
    title: str = Field(min_length=1)
    version: str = Field(min_length=1)
    link: str = Field(pattern="^https://")
    note: str = ""
    controls: list[Control] = Field(min_length=1)


class Loaded:
    """A framework with the file that it came from. digest: sha256 of the file, in hexadecimal.

    shown: the path for people; it does not depend on where cilint is installed.
    """

    __slots__ = ("digest", "framework", "path", "shown")

    def __init__(self, framework: Framework, path: str, digest: str) -> None:
        self.framework = framework
        self.path = path
        self.digest = digest
        inside, here = os.path.dirname(path) == folder(), os.path.relpath(path)
        self.shown = f"frameworks/{os.path.basename(path)}" if inside else path if here.startswith("..") else here


def folder() -> str:
    """The folder of the built-in frameworks."""
    return os.path.join(built_in_folder(), "frameworks")


def load(more: Iterable[str] = ()) -> list[Loaded]:
    """The built-in frameworks and those of more files or folders, sorted by name; a later one replaces its namesake.

    Raises PackError at the place of what is wrong with a file.
    """
    found: dict[str, Loaded] = {}
    for place in (folder(), *more):
        for path in _files(place):
            loaded = read_file(path)
            found[loaded.framework.framework] = loaded
    return [found[name] for name in sorted(found)]


def _files(place: str) -> list[str]:
    if os.path.isdir(place):
        return [os.path.join(place, name) for name in sorted(os.listdir(place)) if name.endswith((".yaml", ".yml"))]
    return [place]


def read_file(path: str) -> Loaded:
    """The framework in a file. Raises UnreadableError or PackError."""
    try:
        with opened(path) as file:
            data = file.read(_MAX_BYTES + 1)
    except OSError as error:
        raise UnreadableError(f"cannot read framework {path}: {error.strerror}") from None
    if len(data) > _MAX_BYTES:
        raise PackError(f"framework {path} is bigger than {_MAX_BYTES} bytes")
    source = Source(path, data.decode("utf-8", "replace"), "framework")
    reading = read(source)
    for finding in reading.findings:
        raise PackError(finding.message, span=finding.span)
    if reading.body is None:
        raise PackError(f"framework {path} is empty")
    try:
        framework = Framework.model_validate(plain(reading.body))
    except ValidationError as error:
        raise _complaint(reading.body, error) from None
    seen: set[str] = set()
    for number, control in enumerate(framework.controls):
        if control.id in seen:
            place = place_of(reading.body, ("controls", number, "id"))
            raise PackError(f"control {control.id} is described twice", span=place)
        seen.add(control.id)
    return Loaded(framework, path, sha256(data).hexdigest())


def _complaint(body: Mapping, error: ValidationError) -> PackError:
    fault = in_order(error.errors())[0]
    message, near = told(fault, [*Framework.model_fields, *Control.model_fields])
    place = place_of(body, tuple(fault["loc"]), key=fault["type"] == "extra_forbidden")
    return PackError(message, span=place, help=f"did you mean {near}?" if near else "")
