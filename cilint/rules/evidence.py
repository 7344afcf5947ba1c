"""Evidence: what the conditions of a role look at in one job, and whether they hold.

Each condition lists alternatives, `*` standing for anything; all conditions of an evidence must hold:

    command      a program that the job runs (also in script files and npm scripts), with words that follow it
    argument     a word anywhere in the commands that the job itself holds, variables put in
    image        the repository of the image, or the last part of it
    report       a kind of `artifacts:reports`
    environment  the environment's name           tier     its tier, stated or guessed from the name as GitLab does
    action       its action (default start)       stage    the stage's name
    variable     a variable that the job itself sets
    manual       whether somebody has to start it in some pipeline
    role         a role that it has already       without  roles that it must not have
    name         an RE2 pattern on the job's name; where nothing stands beside it, the last resort
"""

from __future__ import annotations

from cilint.like import like, like_any
from cilint.plan.predefined import tier_of
from cilint.tree.node import Mapping, ruby_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, TypeAlias

    from cilint.pipeline.job import Job
    from cilint.rules.context import Context
    from cilint.shell.command import Command
    from cilint.span import Span
    from cilint.tree.node import Node
    from cilint.tree.site import Site

    Place: TypeAlias = Command | Node | Site | Job
    Seen: TypeAlias = tuple[str, Place] | None


class Proof:
    """Why a job has a role: what was seen, in words, and where. weak: nothing but names speaks for it."""

    __slots__ = ("_place", "text", "weak")

    def __init__(self, text: str, place: Place, *, weak: bool = False) -> None:
        self.text = text
        self._place = place
        self.weak = weak

    @property
    def span(self) -> Span:
        """Where it was seen."""
        return self._place.span

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


def prove(evidence: dict[str, Any], facts: Facts, found: dict[str, list[Proof]]) -> Proof | None:
    """The proof when all conditions hold; it tells of the condition that says most."""
    job = facts.job
    if "without" in evidence and any(role in found for role in evidence["without"]):
        return None
    if "role" in evidence and not any(role in found for role in evidence["role"]):
        return None
    if "manual" in evidence and evidence["manual"] is not facts.manual:
        return None
    told: list[tuple[str, Place]] = []
    if "role" in evidence:
        told.append((f"is {' or '.join(role for role in evidence['role'] if role in found)}", job))
    for condition, test in _CONDITIONS:
        if condition in evidence:
            seen = test(facts, evidence[condition])
            if seen is None:
                return None
            told.append(seen)
    if "manual" in evidence:
        told.append(("is manual" if facts.manual else "starts by itself", job))
    if not told:
        return None
    return Proof(", ".join(text for text, _ in told), told[0][1])


def _command(facts: Facts, patterns: list[str]) -> Seen:
    for pattern in patterns:
        command = facts.patterns.get(pattern)
        if command is not None:
            return f"runs {pattern.replace('*', '…')}", command
    return None


def _argument(facts: Facts, patterns: list[str]) -> Seen:
    for text, command in facts.arguments:
        if like_any(text, patterns):
            return f"with {text!r}", command
    return None


def _image(facts: Facts, patterns: list[str]) -> Seen:
    repository = facts.image.lower()
    last = repository.rpartition("/")[2]
    if repository and any(like(repository if "/" in pattern else last, pattern) for pattern in patterns):
        site = facts.job.get("image")
        return f"image {last}", site or facts.job
    return None


def _report(facts: Facts, patterns: list[str]) -> Seen:
    for kind in facts.reports:
        if like_any(kind, patterns):
            site = facts.job.site.dig("artifacts", "reports", kind)
            return f"report {kind}", (site.written if site else None) or facts.job
    return None


def _environment(facts: Facts, patterns: list[str]) -> Seen:
    return _of_environment(facts, patterns, facts.environment.lower(), "environment")


def _tier(facts: Facts, patterns: list[str]) -> Seen:
    return _of_environment(facts, patterns, facts.tier, "tier")


def _action(facts: Facts, patterns: list[str]) -> Seen:
    return _of_environment(facts, patterns, facts.action, "action")


def _of_environment(facts: Facts, patterns: list[str], text: str, what: str) -> Seen:
    site = facts.job.get("environment")
    return (f"{what} {text}", site.written or site) if site is not None and text and like_any(text, patterns) else None


def _stage(facts: Facts, patterns: list[str]) -> Seen:
    stage = facts.job.stage
    return (f"stage {stage}", facts.job) if like_any(stage.lower(), patterns) else None


def _variable(facts: Facts, patterns: list[str]) -> Seen:
    for name in facts.variables:
        if like_any(name, patterns):
            return f"sets {name}", facts.job
    return None


def _name(facts: Facts, pattern: str) -> Seen:
    import re2  # only when it comes to names

    return (f"is named {facts.job.name}", facts.job) if re2.search(pattern, facts.job.name) else None


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
