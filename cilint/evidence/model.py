"""The evidence of one run as data: everything that a format prints, so that a report reloads from its own JSON.

Results are `fail`, `not-assessed`, `waived`, `pass` and `not-applicable`. A result for several things is the first of
these that one of them has: what failed, could not be looked at or was waived is never a pass. `pass` says that the
tests found nothing; it *supports* a control and is never the control itself.
"""

from __future__ import annotations

import json
from hashlib import sha256
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from cilint.evidence.parts import Gate, JobFacts, Picture, Place, Result, Supply, worst

SCHEMA_VERSION = 1
_TIMES = ("as_of", "ended", "clock")


class _Data(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Item(_Data):
    """One thing that a rule was held against.

    subject: what it is, in words. role: which role it is about, where the rule speaks of roles. job: whose it is, "" for what no job owns. value: what stands there, secrets masked.
    trail: how the value came there, innermost step first. note: what is wrong, or why it could not be assessed.
    status: of the finding behind it (open, waived, suppressed, baselined), "" without one. first_seen: the time of the
    earliest report of the chain (`--since`) that has the finding; "" where that is this one.
    """

    subject: str
    role: str = ""
    job: str = ""
    value: str = ""
    place: Place | None = None
    trail: list[str] = []
    result: Result
    note: str = ""
    status: str = ""
    reason: str = ""
    fingerprint: str = ""
    waiver: str = ""
    first_seen: str = ""


class Tested(_Data):
    """One rule held against one target.

    severity: what the settings of this target make of the rule. changed: what else they made of it, in words.
    """

    rule: str
    target: str
    severity: str
    changed: list[str] = []
    result: Result
    items: list[Item]

    def about(self, roles: list[str]) -> list[Item]:
        """The items about some roles, and those that are about none in particular; all of them without roles."""
        return [item for item in self.items if not roles or not item.role or item.role in roles]


class RuleFacts(_Data):
    """A rule that took part."""

    id: str
    pack: str
    severity: str
    title: str
    why: str
    fix: str
    controls: list[str]


class Support(_Data):
    """A rule behind a control. present: whether it took part in the run. roles: of which it counts; all without.

    changed: what settings made of the rule for any of the targets, in words.
    """

    rule: str
    roles: list[str] = []
    strength: str
    present: bool
    changed: list[str] = []
    result: Result


class Counts(_Data):
    """How many items had which result."""

    tested: int = 0
    passed: int = 0
    failed: int = 0
    waived: int = 0
    not_assessed: int = 0


class ControlResult(_Data):
    """One control. result: over all targets; by_target: for each of them. ask: (where, what) still to be asked for."""

    id: str
    title: str
    link: str
    result: Result
    claim: str
    strengths: list[str]
    supports: list[Support]
    against: list[tuple[str, str]]
    ask: list[tuple[str, str]]
    counts: Counts
    by_target: dict[str, Result]
    counts_by_target: dict[str, Counts]


class FrameworkResult(_Data):
    """One framework with its controls."""

    framework: str
    title: str
    version: str
    link: str
    note: str
    file: str
    sha256: str
    controls: list[ControlResult]


class FileFacts(_Data):
    """A file that was read. committed: whether it is as in the commit; None where that is not known."""

    path: str
    sha256: str
    bytes: int
    reached: str
    committed: bool | None = None


class NotAssessedFacts(_Data):
    """Something that could not be looked at, with the rules that are open because of it."""

    target: str
    what: str
    why: str
    place: Place | None
    rules: list[str]


class Target(_Data):
    """One entry of the population.

    status: checked; unresolved (parts of it could not be read); unreadable (no configuration came of it);
    no-pipeline (a project without one); missing (named, but not there). ref: the branch that git stands on, "" for none.
    """

    path: str
    status: Literal["checked", "unresolved", "unreadable", "no-pipeline", "missing"]
    why: str = ""
    commit: str = ""
    ref: str = ""
    merged_sha256: str = ""
    files: list[FileFacts] = []
    jobs: list[JobFacts] = []
    supplies: list[Supply] = []
    scenarios: dict[str, int] = {}
    picture: Picture | None = None
    gates: list[Gate] = []
    gates_note: str = ""
    assumptions: list[str] = []


class WaiverFacts(_Data):
    """One entry of a register.

    targets: for which it was judged; another register may have an entry of the same id. state: applied, unused,
    expired, unapproved, self-granted, unknown, refused or closed; applied where it is for any of the targets.
    """

    id: str
    targets: list[str]
    rules: list[str]
    scope: dict[str, str | list[str]]
    reason: str
    compensating: str
    requested_by: str
    approved_by: list[str]
    ticket: str
    created: str
    expires: str
    days_left: int
    state: str
    why: str
    covers: int
    place: Place


class Digest(_Data):
    """A file that decided what was tested."""

    path: str
    sha256: str


class Provenance(_Data):
    """Where the evidence comes from.

    as_of: the time at which the run started, in UTC; waivers are judged by its day. ended: when everything was judged.
    clock: who says so: "clock", or "SOURCE_DATE_EPOCH". tool_sha256: of the files of the program itself, see
    `program_digest`. exit_status: of the run that made it. project: what GitLab says of the job, and what the options
    say of the organisation and the system.
    """

    tool: str
    version: str
    tool_sha256: str = ""
    exit_status: int = 0
    python: str
    as_of: str
    ended: str
    clock: Literal["clock", "SOURCE_DATE_EPOCH"]
    command: list[str]
    packs: list[Digest]
    settings: list[Digest]
    registers: list[Digest]
    overrides: list[str]
    project: dict[str, str]

    @property
    def policy_sha256(self) -> str:
        """One digest for all packs of the run: of what `sha256sum` would print for their files."""
        return sha256("".join(f"{one.sha256}  {one.path}\n" for one in self.packs).encode()).hexdigest()


class Change(_Data):
    """A finding whose state is another than in the earlier report.

    kind: new; reopened (an earlier report had it fixed); lapsed (it was waived, and counts again); accepted (it is
    waived now); fixed (its rule looked again and found it no more); unknown (it is not found, but its rule could not
    look at everything).
    """

    kind: Literal["new", "reopened", "lapsed", "accepted", "fixed", "unknown"]
    target: str
    rule: str
    job: str
    subject: str
    note: str
    place: Place | None
    fingerprint: str
    waiver: str


class ControlChange(_Data):
    """A control whose result is another than in the earlier report."""

    framework: str
    control: str
    before: Result
    now: Result


class TargetChange(_Data):
    """A target whose place in the population is another: its status in both reports, "" where it is not in one."""

    target: str
    before: str
    now: str


class Point(_Data):
    """One report of the chain. counts: tests by result."""

    as_of: str
    digest: str
    counts: dict[Result, int]


class Since(_Data):
    """What has changed since an earlier report, which is named by its digest.

    closed: findings that a report of the chain had fixed, as "target rule fingerprint job". trend: the earlier reports
    of the chain, the oldest first. policy: what else decided the results then, in words: the program, packs,
    frameworks, settings, registers, rules that were switched off.
    """

    as_of: str
    digest: str
    version: str
    changes: list[Change]
    controls: list[ControlChange]
    closed: list[str]
    trend: list[Point]
    population: list[TargetChange] = []
    policy: list[str] = []


class Evidence(_Data):
    """Everything. digest: sha256 of what was tested and by what, without the time."""

    schema_version: Literal[1] = 1
    provenance: Provenance
    targets: list[Target]
    rules: list[RuleFacts]
    tested: list[Tested]
    frameworks: list[FrameworkResult]
    waivers: list[WaiverFacts]
    not_assessed: list[NotAssessedFacts]
    limits: list[str]
    since: Since | None = None
    digest: str = ""

    def waiver(self, target: str, id: str) -> WaiverFacts | None:
        """The entry of an id in the register of a target."""
        return next((one for one in self.waivers if one.id == id and target in one.targets), None)

    @property
    def result(self) -> Result:
        """The result over every rule and target, what is no file that could be checked among them.

        Where no rule was held against anything, nothing was assessed.
        """
        if not self.tested:
            return "not-assessed"
        results = [tested.result for tested in self.tested]
        lost: list[Result] = [
            "not-assessed" for target in self.targets if target.status in ("unreadable", "missing", "unresolved")
        ]
        return worst([*results, *lost])

    def count(self, result: Result) -> int:
        """How many tests (a rule held against a target) had a result."""
        return sum(tested.result == result for tested in self.tested)


def digest_of(data: dict[str, Any]) -> str:
    """sha256 of all that was tested and found, as the JSON of evidence has it; the time of the run is not in it."""
    kept = {key: value for key, value in data.items() if key != "digest"}
    kept["provenance"] = {key: value for key, value in data["provenance"].items() if key not in _TIMES}
    kept["waivers"] = [{key: value for key, value in one.items() if key != "days_left"} for one in data["waivers"]]
    return sha256(json.dumps(kept, sort_keys=True).encode()).hexdigest()
