"""Evidence: what the conditions of a role look at in one job, and whether they hold.

Each condition lists alternatives, `*` standing for anything; all conditions of an evidence must hold:

    command      a program that the job runs (also in script files and npm scripts), with words that follow it
    aims         commands like these, by which a job chooses where others work; `word` looks at them, too
    word         a word of one of those commands, or a value given before it, variables put in
    own          `word` and `uses` look at the job alone, not at the files that it calls
    argument     a word anywhere in the commands that the job itself holds, variables put in
    image        the repository of the image, or the last part of it
    report       a kind of `artifacts:reports`
    environment  the environment's name           tier     its tier, stated or guessed from the name as GitLab does
    action       its action (default start)       stage    the stage's name
    variable     a variable that the job itself sets
    sets, to     a variable that the job sees set in YAML or sets in its shell, and a value that it may have
    uses         a variable that the job reads, be it through others
    manual       whether somebody has to start it in some pipeline
    role         a role that it has already       without  roles that it must not have
    name         an RE2 pattern on the job's name; where nothing stands beside it, the last resort

In `word`, `to`, `uses` and `environment`, `<prod>` stands for any text with the word prod in it: `app-prod`, `ProdStack`,
`deploy@prod.example.com`, not `product`, and not `pre-prod` or `non-prod`, which mean another place.
A name, tier or value that differs from pipeline to pipeline, or within a matrix, counts with each of its values.
"""

from __future__ import annotations

from cilint.like import like, like_any
from cilint.pattern import Pattern

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, TypeAlias

    from cilint.pipeline.job import Job
    from cilint.rules.facts import Facts
    from cilint.shell.command import Command
    from cilint.span import Span
    from cilint.tree.node import Node
    from cilint.tree.site import Site

    Place: TypeAlias = Command | Node | Site | Job
    Seen: TypeAlias = tuple[str, Place] | None

_PIECE = Pattern(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_ELSEWHERE = ("pre", "non", "not", "no")


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


def says(text: str, patterns: list[str]) -> bool:
    """Whether a text fits one of the patterns, among which may be words as `<prod>`."""
    lower = text.lower()
    pieces: list[str] | None = None
    for pattern in patterns:
        if pattern[:1] != "<":
            if like(lower, pattern):
                return True
            continue
        word = pattern[1:-1]
        if word not in lower:
            continue
        if pieces is None:
            pieces = [piece.lower() for piece in _PIECE.findall(text)]
        for place, piece in enumerate(pieces):
            if piece == word and not (place and pieces[place - 1] in _ELSEWHERE):
                return True
    return False


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
    for condition, look in (("word", _word), ("sets", _sets), ("uses", _uses)):
        if condition in evidence:
            seen = look(facts, evidence)
            if seen is None:
                return None
            told.append(seen)
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
        command = facts.first(pattern)
        if command is not None:
            return f"runs {pattern.replace('*', '…')}", command
    return None


def _word(facts: Facts, evidence: dict[str, Any]) -> Seen:
    """The place of a word that counts. Only commands that fit are looked at, and few do."""
    if not any(pattern in facts.patterns for pattern in evidence["command"]):
        return None
    for command in facts.fitting({*evidence["command"], *evidence.get("aims", ())}):
        if evidence.get("own") and not command.script.nodes:
            continue
        text = next((text for text in facts.said(command) if says(text, evidence["word"])), None)
        if text is not None:
            return f"{command.name} with {text!r}", command
    return None


def _sets(facts: Facts, evidence: dict[str, Any]) -> Seen:
    for name, value in facts.given(evidence["sets"]):
        if "to" not in evidence or says(value, evidence["to"]):
            return f"{name} may be {value!r}", facts.job
    return None


def _uses(facts: Facts, evidence: dict[str, Any]) -> Seen:
    patterns = evidence["uses"]
    words = [pattern for pattern in patterns if pattern[0] == "<"]
    for name in sorted(facts.used(own=evidence.get("own", False))):
        if like_any(name, patterns) or says(name, words):
            return f"reads ${name}", facts.job
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
    for name, _ in facts.environments:
        if says(name, patterns):
            return _of_environment(facts, name, "environment")
    return None


def _tier(facts: Facts, patterns: list[str]) -> Seen:
    for _, tier in facts.environments:
        if like_any(tier, patterns):
            return _of_environment(facts, tier, "tier")
    return None


def _action(facts: Facts, patterns: list[str]) -> Seen:
    return _of_environment(facts, facts.action, "action") if like_any(facts.action, patterns) else None


def _of_environment(facts: Facts, text: str, what: str) -> Seen:
    site = facts.job.get("environment")
    return (f"{what} {text}", site.written or site) if site is not None and text else None


def _stage(facts: Facts, patterns: list[str]) -> Seen:
    stage = facts.job.stage
    return (f"stage {stage}", facts.job) if like_any(stage.lower(), patterns) else None


def _variable(facts: Facts, patterns: list[str]) -> Seen:
    for name in facts.variables:
        if like_any(name, patterns):
            return f"sets {name}", facts.job
    return None


def _name(facts: Facts, pattern: str) -> Seen:
    from cilint.notation.patterns import compiled  # only when it comes to names

    return (f"is named {facts.job.name}", facts.job) if compiled(pattern).occurs(facts.job.name) else None


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
