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
from cilint.plan.predefined import tier_of
from cilint.rules.expand import expand_word
from cilint.shell.patterns import fits
from cilint.tree.node import Mapping, Sequence, ruby_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any, TypeAlias

    from cilint.pipeline.job import Job
    from cilint.rules.context import Context
    from cilint.rules.expand import Scope
    from cilint.shell.command import Command, Word
    from cilint.span import Span
    from cilint.tree.node import Node
    from cilint.tree.site import Site

    Place: TypeAlias = Command | Node | Site | Job
    Seen: TypeAlias = tuple[str, Place] | None

_PIECE = Pattern(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_ELSEWHERE = ("pre", "non", "not", "no")
_NAME = Pattern(r"\$\{?(\w+)")
_NAMES_AT_MOST = 500


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
    """What the conditions look at, for one job, or for one instance of a job with a matrix.

    environments: name and tier, each as they may be; environment, tier: the first of them. row: the instance's place in
    the matrix, None for the job as a whole.
    """

    __slots__ = (
        "_arguments", "_called", "_context", "_said", "_used", "action", "environment", "environments", "image", "job", "manual",
        "patterns", "reports", "scope", "tier", "variables",
    )  # fmt: skip

    def __init__(
        self, job: Job, context: Context, patterns: dict[str, Command], row: dict[str, str] | None = None
    ) -> None:
        self.scope = scope = context.scopes.of(job) if row is None else context.scopes.of(job).at(row)
        self.job = job
        self._context = context
        self.patterns = patterns
        self._arguments: list[tuple[str, Command]] | None = None
        self._said: list[tuple[Command, list[str]]] | None = None
        self._used: dict[bool, set[str]] = {}
        self._called: set[str] | None = None
        self.image = ""
        image = job.get("image")
        name = image.set("name") if image is not None and isinstance(image.node, Mapping) else image
        if name is not None:
            text = scope.expand(ruby_text(name.value))[0].text
            self.image = text.partition("@")[0].rpartition(":")[0] or text
        reports = job.site.dig("artifacts", "reports")
        self.reports = [str(site.path[-1]) for _, site in reports.items()] if reports else []
        self.environments, self.action = environments_of(job, scope)
        self.environment, self.tier = self.environments[0] if self.environments else ("", "")
        own = job.get("variables")
        self.variables = [str(site.path[-1]) for _, site in own.items()] if own else []
        self.manual = job.text("when") == "manual" or any(c.text("when") == "manual" for c in job.clauses or ())

    @property
    def arguments(self) -> list[tuple[str, Command]]:
        """The words of the job's own commands in lower case, variables put in."""
        if self._arguments is None:
            self._arguments = _arguments(self.job, self._context)
        return self._arguments

    def runs(self, command: Command) -> bool:
        """Whether the command runs: that of a function does only when something that runs names the function."""
        if not command.function:
            return True
        if self._called is None:
            waiting: dict[str, list[Command]] = {}
            for one in self._context.commands(self.job):
                waiting.setdefault(one.function, []).append(one)
            self._called = set()
            running = waiting.pop("", [])
            while running:
                names = {word.text for one in running for word in (*one.words, *one.argv[:1])} & waiting.keys()
                self._called |= names
                running = [one for name in names for one in waiting.pop(name)]
        return command.function in self._called

    def first(self, pattern: str) -> Command | None:
        """The first command that runs and fits a pattern."""
        command = self.patterns.get(pattern)
        if command is None or self.runs(command):
            return command
        others = self._context.commands(self.job)
        return next(
            (one for one in others if one.function != command.function and fits(one, pattern) and self.runs(one)), None
        )

    @property
    def said(self) -> list[tuple[Command, list[str]]]:
        """Every command that runs, with all that its words and the values given before it can be."""
        if self._said is None:
            self._said = []
            for command in self._context.commands(self.job):
                if not self.runs(command):
                    continue
                words = [*command.words, *(word for _, word in command.assignments)]
                texts = [text for word in words for text in self._values(word)]
                self._said.append((command, texts + [f"{name}=" for name, _ in command.assignments]))
        return self._said

    def _values(self, word: Word) -> list[str]:
        if word.static:
            return [word.text]
        assigned = self._context.assigned(self.job)
        return [expansion.text for expansion in expand_word(self.scope, word, assigned)]

    def given(self, names: list[str]) -> Iterator[tuple[str, str]]:
        """The variables of those names that YAML or the job's shell sets, each with the values that it may have."""
        for name in self.scope.names():
            if like_any(name, names):
                yield from ((name, expansion.text) for expansion in self.scope.variable(name))
        for name, words in self._context.assigned(self.job).items():
            if like_any(name, names):
                yield from ((name, text) for word in words for text in self._values(word))

    def used(self, *, own: bool) -> set[str]:
        """The names of variables that the job reads: in its keywords and commands, and in the values of those.

        own: in the job alone, not in the files that it calls.
        """
        found = self._used.get(own)
        if found is None:
            waiting = list(_mentioned(self.job.site))
            for command in () if own else self._context.commands(self.job):
                for word in (*command.words, *(word for _, word in command.assignments)):
                    waiting += word.variables
            found = self._used[own] = set()
            while waiting and len(found) < _NAMES_AT_MOST:
                name = waiting.pop()
                if name not in found:
                    found.add(name)
                    waiting += [n for v in self.scope.values(name) for n in _NAME.findall(ruby_text(v.site.value))]
        return found


def _arguments(job: Job, context: Context) -> list[tuple[str, Command]]:
    scope = context.scopes.of(job)
    words: list[tuple[str, Command]] = []
    for section in ("before_script", "script", "after_script"):
        for command in context.scripts.written(job, section):
            for word in command.words:
                text = word.text if word.static else scope.expand(word.text)[0].text
                words.append((text.lower(), command))
    return words


def environments_of(job: Job, scope: Scope) -> tuple[list[tuple[str, str]], str]:
    """Every name and tier that the job's environment may have, and its action; nothing and "" when it has none."""
    site = job.get("environment")
    if site is None:
        return [], ""
    name = site.set("name") if isinstance(site.node, Mapping) else site
    names = [found.text for found in scope.expand(ruby_text(name.value))] if name is not None else [""]
    action, tier = site.set("action"), site.set("deployment_tier")
    stated = [found.text for found in scope.expand(tier.text)] if tier is not None and tier.text else [""]
    pairs = [(text, one or tier_of(text)) for text in names for one in stated]
    return list(dict.fromkeys(pairs)), (action.text if action is not None else None) or "start"


def _mentioned(site: Site) -> Iterator[str]:
    """The names of variables that stand anywhere in a job."""
    waiting = [site]
    while waiting:
        current = waiting.pop()
        if current.text is not None:
            yield from _NAME.findall(current.text)
        elif isinstance(current.node, Mapping):
            waiting += [child for _, child in current.items()]  # a site's items are no dict's
        elif isinstance(current.node, Sequence):
            waiting += list(current)


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
    patterns = [*evidence["command"], *evidence.get("aims", ())]
    for command, texts in facts.said:
        if evidence.get("own") and not command.script.nodes:
            continue
        text = next((text for text in texts if says(text, evidence["word"])), None)
        if text is not None and any(fits(command, pattern) for pattern in patterns):
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
