"""The schema of a pack: what its files may hold. Editors complete from it, and `compiler.py` reads packs through it."""

from __future__ import annotations

import os
import re
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    WithJsonSchema,
    model_validator,
)

from cilint.nearest import did_you_mean
from cilint.notation.durations import seconds
from cilint.notation.patterns import PatternError, compiled
from cilint.rules.assertions import OPTIONS, TYPES
from cilint.rules.select import SUBJECTS

if TYPE_CHECKING:
    from collections.abc import Iterator

_CHECKS = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "checks")
ENTRY = ".gitlab-ci.yml"


def _listed(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


def _pattern(value: str) -> str:
    try:
        compiled(value)
    except PatternError as error:
        raise ValueError(str(error)) from None
    return value


_ONE_OR_MORE = {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}
Texts = Annotated[list[str], BeforeValidator(_listed), WithJsonSchema(_ONE_OR_MORE)]
Pattern = Annotated[str, AfterValidator(_pattern)]
Id = Annotated[str, Field(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$")]
Severity = Literal["error", "warning", "info"]


class Inside(ValueError):
    """A fault of one value inside an entry. at: the way from the entry to the value."""

    def __init__(self, message: str, at: tuple[str | int, ...]) -> None:
        super().__init__(message)
        self.at = at


@contextmanager
def _inside(*at: str | int) -> Iterator[None]:
    try:
        yield
    except ValueError as error:
        raise Inside(str(error), at) from None


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class Example(_Strict):
    """An example: a file's text, or several files with the parameters under which it holds."""

    files: dict[str, str]
    parameters: dict[str, Any] = {}
    title: str = ""

    @model_validator(mode="before")
    @classmethod
    def _text(cls, value: Any) -> Any:
        return {"files": {ENTRY: value}} if isinstance(value, str) else value

    @classmethod
    def __get_pydantic_json_schema__(cls, core: Any, handler: Any) -> dict[str, Any]:
        """For editors: a text is an example, too."""
        return {"anyOf": [{"type": "string"}, handler.resolve_ref_schema(handler(core))]}

    @model_validator(mode="after")
    def _entry(self) -> Example:
        if ENTRY not in self.files:
            raise ValueError(f"files must hold {ENTRY}")
        return self


class Examples(_Strict):
    """What the rule finds (`# finding` at the end of each line where it must stand) and what it lets pass."""

    bad: list[Example] = []
    good: list[Example] = []


class Where(_Strict):
    """Which of the selected things are meant."""

    role: Texts = Field(default=[], description="only in jobs that have one of these roles")
    name: Texts = Field(default=[], description="only things of these names; * stands for anything")
    text: Texts = Field(
        default=[], description="for a check: only where one of these words, or of a {parameter}, stands in the files"
    )


class Mend(_Strict):
    """How `--fix` mends what a rule in data finds, where it is written: one of set, sub and put.

    A text `{name}` stands for the parameter of that name.
    """

    set: str | bool | int | None = Field(default=None, description="the value is replaced by this one")
    sub: dict[Pattern, str] = Field(
        default={},
        description="the first of these RE2 patterns that the text has is replaced by the text behind it, in which "
        "\\1 is what its first bracket found",
    )
    put: dict[str, str | bool | int] = Field(
        default={}, max_length=1, description="the map gets this entry, which it has not"
    )
    safe: bool = Field(
        default=True,
        description="the pipeline then does just what the rule asks for, so that nobody needs to choose; what is not "
        "safe takes --unsafe-fixes",
    )

    @model_validator(mode="after")
    def _one(self) -> Mend:
        if [self.set is not None, bool(self.sub), bool(self.put)].count(True) != 1:
            raise ValueError("one of set, sub and put")
        return self


class RuleEntry(_Strict):
    """One rule."""

    id: Id
    severity: Severity
    title: str = Field(min_length=1, max_length=100)
    requirement: Texts = []
    select: Texts = []
    where: Where = Where()
    assertion: dict[str, Any] = Field(default={}, alias="assert")
    fixable: Literal["", "safe", "unsafe"] = Field(
        default="", description="what --fix mends of it: the same as its bad examples show"
    )
    edit: Mend | None = Field(default=None, description="how `--fix` mends it; for rules with select and assert")
    check: str = ""
    parameters: dict[str, Any] = {}
    message: str = ""
    why: str = Field(min_length=1)
    fix: str = Field(min_length=1)
    controls: list[Annotated[str, Field(pattern=r"^[a-z0-9-]+:\S.*$")]] = []
    required: bool = Field(
        default=False, description="nothing in the checked repository can switch it off or soften it"
    )
    preview: bool = Field(
        default=False, description="it may still change, so it is off until it is asked for: by --preview or by its id"
    )
    since: str = Field(default="", description="the version that brought the rule")
    was: Annotated[list[Id], BeforeValidator(_listed), WithJsonSchema(_ONE_OR_MORE)] = Field(
        default=[], description="ids that the rule had before, the oldest first: they go on to mean it"
    )
    examples: Examples = Examples()

    @model_validator(mode="after")
    def _whole(self) -> RuleEntry:
        if self.required and self.preview:
            raise ValueError("a rule is either required or a preview")
        if bool(self.select) == bool(self.check):
            raise ValueError("a rule has either select and assert, or check")
        if self.check:
            with _inside("check"):
                _known_check(self.check)
            if self.edit:
                raise ValueError("edit goes with select and assert: a check makes its own")
            return self
        if not self.assertion or not self.message:
            raise ValueError("select goes with assert and message")
        for index, word in enumerate(self.select):
            with _inside("select", index):
                _known_select(word)
        for word, option in self.assertion.items():
            if isinstance(option, str) and re.fullmatch(r"\{\w+\}", option):
                name = option[1:-1]
                if name not in self.parameters:
                    message = f"assert: {word} names a parameter that the rule does not have: {option}"
                    raise Inside(message, ("assert", word))
                with _inside("parameters", name):
                    self.parameters[name] = _option(word, self.parameters[name])
            else:
                with _inside("assert", word):
                    self.assertion[word] = _option(word, option)
        for text in self._mending():
            if re.fullmatch(r"\{\w+\}", text) and not isinstance(self.parameters.get(text[1:-1]), (str, bool, int)):
                raise ValueError(f"edit names a parameter that the rule does not have, or that is no scalar: {text}")
        return self

    def _mending(self) -> list[str]:
        edit = self.edit
        return [str(text) for text in (edit.set, *edit.sub.values(), *edit.put.values())] if edit else []


class Evidence(_Strict):
    """Conditions that together show a role; see `cilint/rules/evidence.py` for what each compares."""

    command: Texts = []
    argument: Texts = []
    image: Texts = []
    report: Texts = []
    environment: Texts = []
    tier: Texts = []
    action: Texts = []
    stage: Texts = []
    variable: Texts = []
    aims: Texts = Field(default=[], description="commands that choose where the others work; word looks at them, too")
    word: Texts = Field(default=[], description="a word of the commands; <prod> is any text with that word in it")
    sets: Texts = Field(default=[], description="variables that are set, to one of the values in to")
    to: Texts = []
    uses: Texts = Field(default=[], description="variables that the job reads")
    own: bool = Field(default=False, description="word and uses look at the job alone, not at files that it calls")
    manual: bool | None = None
    role: Texts = []
    without: Texts = Field(default=[], description="roles that the job must not have")
    name: Pattern = ""

    @model_validator(mode="after")
    def _whole(self) -> Evidence:
        for key, other in (("word", "command"), ("aims", "word"), ("to", "sets")):
            if getattr(self, key) and not getattr(self, other):
                raise ValueError(f"{key} says nothing without {other}")
        return self


class RoleEntry(_Strict):
    """One role: what a job does, and what shows it. Entries of several packs with one name add up."""

    role: Id
    title: str = ""
    evidence: list[Evidence] = Field(min_length=1)


class Override(_Strict):
    """Changes to a rule of a pack that was loaded before."""

    severity: Severity | None = None
    parameters: dict[str, Any] = {}


class PackFile(_Strict):
    """One file of a pack."""

    rules: list[RuleEntry] = []
    roles: list[RoleEntry] = []
    override: dict[str, Override] = {}


def _known_check(name: str) -> None:
    known = sorted(os.path.splitext(file)[0].replace("_", "-") for file in os.listdir(_CHECKS) if file[0] != "_")
    if name not in [*known, "language"]:
        raise ValueError(f"there is no check {name!r}{_near(name, known)}")


def _known_select(word: str) -> None:
    if word.startswith("$"):
        from jsonpath_ng.ext import parse

        try:
            parse(word)
        except Exception as error:  # noqa: BLE001  # the parser raises what it likes
            raise ValueError(f"not a JSONPath: {error}") from None
    elif word not in SUBJECTS:
        raise ValueError(f"there is no subject {word!r}{_near(word, list(SUBJECTS))}")


def _option(word: str, option: Any) -> Any:
    kind = OPTIONS.get(word)
    if kind is None:
        raise ValueError(f"there is no assertion {word!r}{_near(word, list(OPTIONS))}")
    if kind == "texts":
        option = _listed(option)
        right = isinstance(option, list) and all(isinstance(text, str) for text in option)
    elif kind == "values":
        right = isinstance(option, list)
    elif kind == "number":
        right = isinstance(option, (int, float)) and not isinstance(option, bool)
    elif kind == "pattern":
        right = isinstance(option, str) and bool(_pattern(option))
    elif kind == "duration":
        right = isinstance(option, str) and seconds(option) is not None
    else:
        right = kind != "type" or option in TYPES
    if not right:
        raise ValueError(f"assert: {word} takes {_TAKES[kind]}, not {option!r}")
    return option


_TAKES = {
    "texts": "a string or a list of strings",
    "values": "a list",
    "number": "a number",
    "pattern": "an RE2 pattern",
    "duration": 'a duration such as "1 week"',
    "type": f"one of {', '.join(TYPES)}",
}


def _near(word: str, known: list[str]) -> str:
    return did_you_mean(word, known) or f"; known are {', '.join(known)}"
