"""What is asked of the prover, what it may assume, and what it answers."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from cilint.finding import Related
    from cilint.plan import Plan
    from cilint.span import Span

# approval: the gate must be a manual job there; scan: it must have run and succeeded; order: it must have come before;
# manual: the guarded job itself must wait for a person; check: where the gate exists at all, it must have succeeded;
# end: the gate, a trigger job, must have ended as a pipeline does that succeeded, or in which everything was skipped.
KINDS = ("approval", "scan", "order")
OWN_KINDS = (*KINDS, "manual", "check", "end")
# How much outsiders may do, from the most ordinary: nobody passes variables; anybody may; predefined ones, too.
ORDINARY, OUTSIDE, OVERRIDE = range(3)
PROVEN, REFUTED, UNKNOWN = "proven", "refuted", "unknown"
# Why a gate does not hold: it is not in the pipeline, it starts by itself, the guarded job does not wait for it.
ABSENT, NOT_MANUAL, NOT_BLOCKING = "absent", "not_manual", "not_blocking"


class Claim:
    """ "No pipeline starts `guarded` before one of `gates` has succeeded in it."

    guarded, gates: names of jobs as GitLab creates them, so instances of `parallel`. Several gates are alternatives.
    kind: see OWN_KINDS; for "manual" there are no gates.
    """

    __slots__ = ("gates", "guarded", "kind")

    def __init__(self, guarded: str, gates: Sequence[str], kind: str) -> None:
        self.guarded = guarded
        self.gates = tuple(gates)
        self.kind = kind

    def __repr__(self) -> str:
        return f"Claim({self.guarded} by {' | '.join(self.gates)}: {self.kind})"


class Assumptions:
    """What is taken for granted.

    variables: values that the asker asserts; None as value: not set. given: variables of the project's settings that
    hold unless somebody overrides them; settings: all variables that the settings give, predefined ones too, which
    `cilint simulate` knows by itself. level: ORDINARY, OUTSIDE or OVERRIDE. sources: the only values of
    CI_PIPELINE_SOURCE to look at, all when empty; kinds: the same for "branch", "tag" and "merge_request". handed:
    predefined variables that a trigger job sets anew, so that they may be passed like any other.
    """

    __slots__ = ("given", "handed", "kinds", "level", "settings", "sources", "variables")

    def __init__(
        self,
        *,
        variables: Mapping[str, str | None] | None = None,
        given: Mapping[str, str] | None = None,
        settings: Mapping[str, str] | None = None,
        level: int = OUTSIDE,
        sources: Iterable[str] = (),
        kinds: Iterable[str] = (),
        handed: Iterable[str] = (),
    ) -> None:
        self.variables = dict(variables or {})
        self.given = dict(given or {})
        self.settings = dict(settings or {})
        self.level = level
        self.sources = tuple(sources)
        self.kinds = tuple(kinds)
        self.handed = frozenset(handed)


class Counterexample:
    """A pipeline that breaks a claim, replayed by planning and running it.

    variables: the predefined ones that it hangs on; outside: those set by a person or in settings. changed: the
    changed files, None without a diff. events: what has to happen, as "action:job". plan: the pipeline.
    settings: see Assumptions. options: of `cilint simulate`, that describe the pipeline; notable: the predefined
    variables that they do not say; is_first: whether GitLab has no diff because the push creates the branch.
    span: where the cause is written; related: what else to look at. story: what happens, in words.
    """

    __slots__ = (
        "changed", "events", "is_first", "notable", "options", "outside", "plan", "related", "settings", "span", "story",
        "variables",
    )  # fmt: skip

    def __init__(
        self,
        plan: Plan,
        *,
        variables: Mapping[str, str],
        outside: Mapping[str, str],
        changed: Sequence[str] | None,
        events: Sequence[str],
        settings: Mapping[str, str],
    ) -> None:
        self.plan = plan
        self.variables = dict(variables)
        self.outside = dict(outside)
        self.changed = None if changed is None else tuple(changed)
        self.events = tuple(events)
        self.settings = dict(settings)
        self.options: tuple[str, ...] = ()
        self.notable: dict[str, str] = {}
        self.is_first = False
        self.span: Span | None = None
        self.related: tuple[Related, ...] = ()
        self.story: tuple[str, ...] = ()


class Verdict:
    """The answer to one claim.

    status: "proven", "refuted" or "unknown". why: of a refuted one. vacuous: no pipeline has the guarded job.
    reason: of an unknown one. level: what was assumed of outsiders when it was decided.
    """

    __slots__ = ("claim", "counterexample", "level", "reason", "status", "vacuous", "why")

    def __init__(self, claim: Claim, status: str, *, level: int, reason: str = "", vacuous: bool = False) -> None:
        self.claim = claim
        self.status = status
        self.level = level
        self.reason = reason
        self.vacuous = vacuous
        self.why = ""
        self.counterexample: Counterexample | None = None

    @property
    def proven(self) -> bool:
        """Whether the claim holds in every pipeline."""
        return self.status == PROVEN

    def __repr__(self) -> str:
        return f"Verdict({self.claim}: {self.status}{' ' + self.why if self.why else ''})"
