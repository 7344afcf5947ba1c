"""Answer: what people and other tools are told about one gate, put together from the verdicts on its claims."""

from __future__ import annotations

from cilint.gates.claim import ORDINARY, OUTSIDE, OVERRIDE, PROVEN, REFUTED, UNKNOWN

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from cilint.gates.claim import Assumptions, Claim, Counterexample, Verdict
    from cilint.gates.prove import Prover

LEVELS = {
    ORDINARY: "nobody passes variables, and the project's settings hold none but those given",
    OUTSIDE: "variables that GitLab does not predefine may be set from outside to anything",
    OVERRIDE: "any variable, predefined ones too, may be set from outside",
}
_WORDS = {ORDINARY: "no-outside-variables", OUTSIDE: "outside-variables", OVERRIDE: "predefined-override"}
# What every proof takes for granted; where it is known, and by whom.
ALWAYS = (
    "the files as they are here are what runs: who may push to the ref can run others",
    "an approval means that somebody who may push or merge to the ref pressed play; one person may press both",
    "a finished deployment can be retried, and an unlocked one played, without a new approval",
    "the project runs this file, and no security policy adds jobs; none of its variables is limited to an environment",
    "jobs do what their names say; other ways to deploy (other projects, other pipelines, the API) are out of view",
    "nobody lets ChatOps run a job alone, which leaves out what it waits for by its stage, not by needs",
    "fewer files change than GitLab compares with globs (50,000 comparisons), refs have visible names",
)


class Answer:
    """One gate as it is reported.

    rule: of the policy that asks, "" for a question of the command line. guarded, by: names of jobs; kind: see
    claim.OWN_KINDS. status: the worst of the claims. broken: the gates that fail. holds_up_to: the most that outsiders may
    do without breaking it, where that was asked. by_type: "proven", "refuted", "unknown" or "absent" by pipeline type.
    triggers: the jobs that start the child pipeline of the guarded job, the first first; none for this pipeline.
    """

    __slots__ = (
        "assumptions", "broken", "by", "by_type", "command", "counterexample", "guarded", "holds_up_to", "kind", "reason",
        "rule", "status", "triggers", "vacuous", "why",
    )  # fmt: skip

    def __init__(self, guarded: str, by: Sequence[str], kind: str, *, rule: str = "") -> None:
        self.rule = rule
        self.guarded = guarded
        self.by = tuple(by)
        self.kind = kind
        self.status = PROVEN
        self.vacuous = False
        self.broken: tuple[str, ...] = ()
        self.why = ""
        self.reason = ""
        self.counterexample: Counterexample | None = None
        self.command = ""
        self.holds_up_to = ""
        self.by_type: dict[str, str] = {}
        self.assumptions: tuple[str, ...] = ()
        self.triggers: tuple[str, ...] = ()

    @property
    def proven(self) -> bool:
        """Whether the gate holds in every pipeline."""
        return self.status == PROVEN

    def __repr__(self) -> str:
        told = self.why or self.reason
        return f"Answer({self.guarded} by {', '.join(self.by)}: {self.status}{f' ({told})' if told else ''})"

    def take(self, verdicts: Sequence[Verdict]) -> None:
        """Put together the verdicts on all claims of the gate."""
        refuted = [verdict for verdict in verdicts if verdict.status == REFUTED]
        unknown = [verdict for verdict in verdicts if verdict.status == UNKNOWN]
        self.vacuous = bool(verdicts) and all(verdict.vacuous for verdict in verdicts)
        self.broken = tuple(dict.fromkeys(name for verdict in refuted for name in verdict.claim.gates))
        if refuted:
            self.status = REFUTED
            self.why = refuted[0].why
            self.counterexample = refuted[0].counterexample
        elif unknown:
            self.status = UNKNOWN
            self.reason = unknown[0].reason


def assumptions_of(assume: Assumptions) -> tuple[str, ...]:
    """What a verdict takes for granted, in words."""
    given = [
        f"{name} is {value}" if value is not None else f"{name} is not set" for name, value in assume.variables.items()
    ]
    return (*given, LEVELS[assume.level], *ALWAYS)


def holds_up_to(prover: Prover, claims: Sequence[Claim]) -> str:
    """The most that outsiders may do while the claims hold; "" when they do not hold at all."""
    for level in (OVERRIDE, OUTSIDE, ORDINARY):
        if prover.all_hold(claims, level):
            return _WORDS[level]
    return ""
