"""Roles: what a job does, recognised by evidence that a pack lists (see `evidence.py` for the conditions).

Packs list hundreds of evidences, and most say nothing about most jobs. So they are looked up by what is rarest in them:
a command, an image, a report, an environment; names come last, and only for jobs without any other evidence.
"""

from __future__ import annotations

from cilint.rules.evidence import Proof, prove
from cilint.rules.facts import Facts
from cilint.shell.patterns import Patterns

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from cilint.notation.re2 import Regexp
    from cilint.pipeline.job import Job
    from cilint.rules.context import Context
    from cilint.shell.command import Command


class Roles:
    """The roles of the jobs of one pipeline, by the evidence of the packs."""

    __slots__ = (
        "_always",
        "_by",
        "_context",
        "_data",
        "_evidence",
        "_facts",
        "_found",
        "_jobs",
        "_names",
        "_patterns",
        "_weak",
    )

    def __init__(self, data: list[dict[str, Any]], context: Context) -> None:
        self._data = data
        self._context = context
        self._found: dict[str, dict[str, list[Proof]]] = {}
        self._facts: dict[str, Facts] = {}
        self._jobs: dict[tuple[str, ...], list[Job]] = {}
        self._evidence = [(entry["role"], one) for entry in data for one in entry["evidence"]]
        listed = (p for _, one in self._evidence for key in ("command", "aims") for p in one.get(key, ()))
        self._patterns = Patterns(listed, context.scripts)
        self._by: dict[tuple[str, str], list[int]] = {}  # (condition, alternative) -> places in _evidence
        self._always: list[int] = []
        self._weak: list[int] = []
        self._names: Regexp | None = None
        for place, (_, one) in enumerate(self._evidence):
            self._enter(place, one)

    def _enter(self, place: int, evidence: dict[str, Any]) -> None:
        if evidence.keys() <= {"name", "without", "stage"}:
            self._weak.append(place)
            return
        for condition in ("command", "image", "report"):
            if condition in evidence:
                for alternative in evidence[condition]:
                    plain = alternative if condition == "command" or not set("*/") & set(alternative) else "*"
                    self._by.setdefault((condition, plain), []).append(place)
                return
        if evidence.keys() & {"environment", "tier", "action"}:
            self._by.setdefault(("environment", "*"), []).append(place)
        elif evidence.get("manual"):
            self._by.setdefault(("manual", "*"), []).append(place)
        else:
            self._always.append(place)

    @property
    def names(self) -> list[str]:
        """Every role that the packs know."""
        return list(dict.fromkeys(entry["role"] for entry in self._data))

    def title(self, role: str) -> str:
        """What the role is, in words."""
        return next((entry["title"] for entry in self._data if entry["role"] == role and entry["title"]), role)

    def of(self, job: Job) -> dict[str, list[Proof]]:
        """The roles of a job, each with what shows it."""
        found = self._found.get(job.name)
        if found is None:
            found = self._found[job.name] = self._recognise(job, self.facts(job))
        return found

    def has(self, job: Job, role: str, *, sure: bool = False) -> bool:
        """Whether the job has the role; `sure`: by more than its name."""
        proofs = self.of(job).get(role)
        return proofs is not None and not (sure and all(proof.weak for proof in proofs))

    def shown_by(self, job: Job, command: Command) -> bool:
        """Whether a command is of those that show a role of the job: its scanner, its test, its deployment."""
        found = self.of(job)
        return any(
            self._evidence[place][0] in found and "argument" not in self._evidence[place][1]  # `npx`, `curl`: anything
            for pattern in self._patterns.of(command)
            for place in self._by.get(("command", pattern), ())
        )

    def jobs(self, *roles: str) -> list[Job]:
        """The jobs that have one of the roles, in the order of the file."""
        found = self._jobs.get(roles)
        if found is None:
            everyone = self._context.pipeline.jobs.values()
            found = self._jobs[roles] = [job for job in everyone if not self.of(job).keys().isdisjoint(roles)]
        return list(found)

    def at(self, job: Job, row: dict[str, str]) -> dict[str, list[Proof]]:
        """The roles of one instance of a job with a matrix, by its place there."""
        return self._recognise(job, Facts(job, self._context, self._patterns, row))

    def facts(self, job: Job) -> Facts:
        """What the conditions look at, for one job."""
        facts = self._facts.get(job.name)
        if facts is None:
            facts = self._facts[job.name] = Facts(job, self._context, self._patterns)
        return facts

    def _recognise(self, job: Job, facts: Facts) -> dict[str, list[Proof]]:
        found: dict[str, list[Proof]] = {}
        self._prove(self._likely(facts), facts, found, weak=False)
        if not found and self._may_be_named(job.name):
            self._prove(sorted((*self._weak, *self._always)), facts, found, weak=True)
        return found

    def _prove(self, places: list[int], facts: Facts, found: dict[str, list[Proof]], *, weak: bool) -> None:
        for place in places:
            role, evidence = self._evidence[place]
            proof = prove(evidence, facts, found)
            if proof is not None:
                proof.weak = weak
                found.setdefault(role, []).append(proof)

    def _likely(self, facts: Facts) -> list[int]:
        """The places of the evidence that may hold for a job, in the order of the packs."""
        by = self._by
        places = set(self._always)
        for pattern in facts.patterns:
            places.update(by.get(("command", pattern), ()))
        if facts.image:
            last = facts.image.lower().rpartition("/")[2]
            places.update(by.get(("image", last), ()), by.get(("image", "*"), ()))
        for kind in facts.reports:
            places.update(by.get(("report", kind), ()), by.get(("report", "*"), ()))
        if facts.environment:
            places.update(by.get(("environment", "*"), ()))
        if facts.manual:
            places.update(by.get(("manual", "*"), ()))
        return sorted(places)

    def _may_be_named(self, name: str) -> bool:
        """Whether one of the patterns on names fits; all are asked at once."""
        if not self._weak:
            return False
        if self._names is None:
            from cilint.notation.patterns import compiled

            patterns = [evidence.get("name", "") for _, evidence in (self._evidence[place] for place in self._weak)]
            self._names = compiled("|".join(f"(?:{pattern})" for pattern in patterns))
        return self._names.occurs(name)
