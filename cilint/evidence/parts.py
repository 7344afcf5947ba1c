"""The parts of evidence that stand for themselves: results, places, jobs, the picture of a pipeline and its gates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, ConfigDict

if TYPE_CHECKING:
    from collections.abc import Iterable

Result = Literal["fail", "not-assessed", "waived", "pass", "not-applicable"]
RESULTS: tuple[Result, ...] = ("fail", "not-assessed", "waived", "pass", "not-applicable")


# How fast the name of a supply holds, the fastest first.
Fixed = Literal["digest", "commit", "repository", "version", "moves", "unknown"]


def worst(results: Iterable[Result]) -> Result:
    """The result for several things, by the fixed order of RESULTS; `not-applicable` for none."""
    found = set(results)
    return next((result for result in RESULTS if result in found), "not-applicable")


class _Data(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Place(_Data):
    """Where something is written. Lines and columns count from 1, ends are exclusive."""

    file: str
    line: int
    column: int
    end_line: int
    end_column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


class JobFacts(_Data):
    """A job of the inventory."""

    name: str
    stage: str
    image: str
    roles: list[str]
    environment: str
    tier: str
    when: str
    may_fail: bool
    scenarios: list[str]
    place: Place


class Supply(_Data):
    """Something that a pipeline is made of besides its own file.

    kind: what it is; pipeline: one that a trigger job starts. ref: tag, digest, commit or branch, as it is written, ""
    for none. fixed: how fast that holds; see FIXED. sha256: of the text that was read for an include, "" where none was.
    place: where it is written first.
    """

    kind: Literal["include", "image", "service", "pipeline"]
    name: str
    ref: str
    fixed: Fixed
    sha256: str = ""
    note: str = ""
    jobs: list[str]
    place: Place


class BoxFacts(_Data):
    """A job of the picture; see `cilint.plan.graph.Box`."""

    name: str
    count: int
    gate: bool
    optional: bool
    delayed: bool
    may_fail: bool
    dag: bool
    trigger: bool
    absent: bool
    environment: str
    passes: list[str]


class Picture(_Data):
    """The pipeline as a picture: stages with their boxes, and what needs what."""

    title: str
    stages: list[tuple[str, list[BoxFacts]]]
    edges: list[tuple[str, str]]


class Gate(_Data):
    """One gate and what `cilint prove` says of it. verdict: proven, refuted or unknown."""

    rule: str = ""
    guarded: str
    by: list[str]
    kind: str
    verdict: str
    why: str
    counterexample: str
