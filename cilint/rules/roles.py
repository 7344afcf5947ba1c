"""Roles: what a job does, recognised by evidence that a pack lists.

An evidence is a set of conditions that must all hold; each condition lists alternatives, `*` standing for anything:

    command      a program that the job runs (also in script files and npm scripts), with words that follow it
    argument     a word anywhere in the commands that the job itself holds, variables put in
    image        the repository of the image, or the last part of it
    report       a kind of `artifacts:reports`
    environment  the environment's name           tier     its tier, stated or guessed from the name as GitLab does
    action       its action (default start)       stage    the stage's name
    variable     a variable that the job itself sets
    manual       whether somebody has to start it in some pipeline
    role         a role that it has already       without  roles that it must not have
    name         an RE2 pattern on the job's name; where nothing stands beside it, the last resort: it only counts
                 for jobs that no other evidence gave a role
"""

from __future__ import annotations

from cilint.like import like, like_any
from cilint.plan.predefined import tier_of
from cilint.shell.patterns import Patterns
from cilint.tree.node import Mapping, ruby_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from cilint.pipeline.job import Job
    from cilint.rules.context import Context
    from cilint.shell.command import Command
    from cilint.span import Span


class Proof:
    """Why a job has a role: what was seen, in words, and where. weak: nothing but names speaks for it."""

    __slots__ = ("span", "text", "weak")

    def __init__(self, text: str, span: Span, *, weak: bool = False) -> None:
        self.text = text
        self.span = span
        self.weak = weak

    def __repr__(self) -> str:
        return f"Proof({self.text})"


class Facts:
    """What the conditions look at, for one job."""

    __slots__ = (
        "_arguments", "_context", "action", "environment", "image", "job", "manual", "patterns", "reports", "tier",
        "variables",
    )  # fmt: skip

    def __init__(self, job: Job, context: Context, patterns: dict[str, Command]) -> None:
        scope = context.scopes.of(job)
        self.job = job
        self._context = context
        self.patterns = patterns
        self._arguments: list[tuple[str, Command]] | None = None
        self.image = ""
        image = job.get("image")
        name = image.set("name") if image is not None and isinstance(image.node, Mapping) else image
        if name is not None:
            text = scope.expand(ruby_text(name.value))[0].text
            self.image = text.partition("@")[0].rpartition(":")[0] or text
        reports = job.site.dig("artifacts", "reports")
        self.reports = [str(site.path[-1]) for _, site in reports.items()] if reports else []
        self.environment, self.tier, self.action = environment_of(job, context)
        own = job.get("variables")
        self.variables = [str(site.path[-1]) for _, site in own.items()] if own else []
        self.manual = job.text("when") == "manual" or any(c.text("when") == "manual" for c in job.clauses or ())

    @property
    def arguments(self) -> list[tuple[str, Command]]:
        """The words of the job's own commands in lower case, variables put in."""
        if self._arguments is None:
            self._arguments = _arguments(self.job, self._context)
        return self._arguments


def _arguments(job: Job, context: Context) -> list[tuple[str, Command]]:
    scope = context.scopes.of(job)
    words: list[tuple[str, Command]] = []
    for section in ("before_script", "script", "after_script"):
        for command in context.scripts.written(job, section):
            for word in command.words:
                text = word.text if word.static else scope.expand(word.text)[0].text
                words.append((text.lower(), command))
    return words


def environment_of(job: Job, context: Context) -> tuple[str, str, str]:
    """Name, tier and action of the job's environment; three empty texts when it has none."""
    site = job.get("environment")
    if site is None:
        return "", "", ""
    name = site.set("name") if isinstance(site.node, Mapping) else site
    text = context.scopes.of(job).expand(ruby_text(name.value))[0].text if name is not None else ""
    action = site.set("action")
    tier = site.set("deployment_tier")
    stated = tier.text if tier is not None else None
    return text, stated or tier_of(text), (action.text if action is not None else None) or "start"


class Roles:
    """The roles of the jobs of one pipeline, by the evidence of the packs."""

    __slots__ = ("_context", "_data", "_facts", "_found", "_patterns")

    def __init__(self, data: list[dict[str, Any]], context: Context) -> None:
        self._data = data
        self._context = context
        self._found: dict[str, dict[str, list[Proof]]] = {}
        self._facts: dict[str, Facts] = {}
        evidence = [one for entry in data for one in entry["evidence"]]
        self._patterns = Patterns((p for one in evidence for p in one.get("command", ())), context.scripts)

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
            found = self._found[job.name] = self._recognise(job)
        return found

    def has(self, job: Job, role: str, *, sure: bool = False) -> bool:
        """Whether the job has the role; `sure`: by more than its name."""
        proofs = self.of(job).get(role)
        return proofs is not None and not (sure and all(proof.weak for proof in proofs))

    def jobs(self, *roles: str) -> list[Job]:
        """The jobs that have one of the roles, in the order of the file."""
        return [job for job in self._context.pipeline.jobs.values() if any(role in self.of(job) for role in roles)]

    def facts(self, job: Job) -> Facts:
        """What the conditions look at, for one job."""
        facts = self._facts.get(job.name)
        if facts is None:
            facts = self._facts[job.name] = Facts(job, self._context, self._patterns.in_job(job))
        return facts

    def _recognise(self, job: Job) -> dict[str, list[Proof]]:
        facts = self.facts(job)
        found: dict[str, list[Proof]] = {}
        for weak in (False, True):
            if weak and found:
                break
            for entry in self._data:
                for evidence in entry["evidence"]:
                    if (_is_weak(evidence) is weak or "role" in evidence) and (proof := _proof(evidence, facts, found)):
                        proof.weak = weak
                        found.setdefault(entry["role"], []).append(proof)
        return found


def _is_weak(evidence: dict[str, Any]) -> bool:
    return evidence.keys() <= {"name", "without", "stage"}


def _proof(evidence: dict[str, Any], facts: Facts, found: dict[str, list[Proof]]) -> Proof | None:
    """The proof when all conditions hold; it tells of the condition that says most."""
    job = facts.job
    if "without" in evidence and any(role in found for role in evidence["without"]):
        return None
    if "role" in evidence and not any(role in found for role in evidence["role"]):
        return None
    if "manual" in evidence and evidence["manual"] is not facts.manual:
        return None
    told: list[tuple[str, Span]] = []
    if "role" in evidence:
        told.append((f"is {' or '.join(role for role in evidence['role'] if role in found)}", job.span))
    for condition, test in _CONDITIONS:
        if condition in evidence:
            seen = test(facts, evidence[condition])
            if seen is None:
                return None
            told.append(seen)
    if "manual" in evidence:
        told.append(("is manual" if facts.manual else "starts by itself", job.span))
    if not told:
        return None
    return Proof(", ".join(text for text, _ in told), told[0][1])


def _command(facts: Facts, patterns: list[str]) -> tuple[str, Span] | None:
    for pattern in patterns:
        command = facts.patterns.get(pattern)
        if command is not None:
            return f"runs {pattern.replace('*', '…')}", command.span
    return None


def _argument(facts: Facts, patterns: list[str]) -> tuple[str, Span] | None:
    for text, command in facts.arguments:
        if like_any(text, patterns):
            return f"with {text!r}", command.span
    return None


def _image(facts: Facts, patterns: list[str]) -> tuple[str, Span] | None:
    repository = facts.image.lower()
    last = repository.rpartition("/")[2]
    if repository and any(like(repository if "/" in pattern else last, pattern) for pattern in patterns):
        site = facts.job.get("image")
        return f"image {last}", (site.span if site else facts.job.span)
    return None


def _report(facts: Facts, patterns: list[str]) -> tuple[str, Span] | None:
    for kind in facts.reports:
        if like_any(kind, patterns):
            site = facts.job.site.dig("artifacts", "reports", kind)
            return f"report {kind}", (site.key_span if site else facts.job.span)
    return None


def _environment(facts: Facts, patterns: list[str]) -> tuple[str, Span] | None:
    return _of_environment(facts, patterns, facts.environment.lower(), "environment")


def _tier(facts: Facts, patterns: list[str]) -> tuple[str, Span] | None:
    return _of_environment(facts, patterns, facts.tier, "tier")


def _action(facts: Facts, patterns: list[str]) -> tuple[str, Span] | None:
    return _of_environment(facts, patterns, facts.action, "action")


def _of_environment(facts: Facts, patterns: list[str], text: str, what: str) -> tuple[str, Span] | None:
    site = facts.job.get("environment")
    return (f"{what} {text}", site.key_span) if site is not None and text and like_any(text, patterns) else None


def _stage(facts: Facts, patterns: list[str]) -> tuple[str, Span] | None:
    stage = facts.job.stage
    return (f"stage {stage}", facts.job.span) if like_any(stage.lower(), patterns) else None


def _variable(facts: Facts, patterns: list[str]) -> tuple[str, Span] | None:
    for name in facts.variables:
        if like_any(name, patterns):
            return f"sets {name}", facts.job.span
    return None


def _name(facts: Facts, pattern: str) -> tuple[str, Span] | None:
    import re2  # only when it comes to names

    return (f"is named {facts.job.name}", facts.job.span) if re2.search(pattern, facts.job.name) else None


_CONDITIONS = (
    ("command", _command),
    ("image", _image),
    ("report", _report),
    ("environment", _environment),
    ("tier", _tier),
    ("action", _action),
    ("argument", _argument),
    ("stage", _stage),
    ("variable", _variable),
    ("name", _name),
)
