"""Facts: what the conditions of evidence look at in one job, each worked out when it is first asked for."""

from __future__ import annotations

from cilint.like import like_any
from cilint.pattern import Pattern
from cilint.plan.predefined import tier_of
from cilint.rules.expand import expand_word
from cilint.tree.node import Mapping, Sequence, ruby_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from cilint.pipeline.job import Job
    from cilint.rules.context import Context
    from cilint.rules.expand import Scope
    from cilint.shell.command import Command, Word
    from cilint.shell.patterns import Patterns
    from cilint.tree.site import Site

_NAME = Pattern(r"\$\{?(\w+)")
_NAMES_AT_MOST = 500


class Facts:
    """What the conditions look at, for one job, or for one instance of a job with a matrix.

    environments: name and tier, each as they may be; environment, tier: the first of them. row: the instance's place in
    the matrix, None for the job as a whole.
    """

    __slots__ = (
        "_arguments", "_called", "_context", "_fitting", "_said", "_used", "action", "environment", "environments", "image", "job", "manual",
        "patterns", "reports", "scope", "tier", "variables",
    )  # fmt: skip

    def __init__(self, job: Job, context: Context, patterns: Patterns, row: dict[str, str] | None = None) -> None:
        self.scope = scope = context.scopes.of(job) if row is None else context.scopes.of(job).at(row)
        self.job = job
        self._context = context
        self.patterns = patterns.in_job(job)
        self._fitting = patterns
        self._arguments: list[tuple[str, Command]] | None = None
        self._said: dict[int, list[str]] = {}
        self._used: dict[bool, set[str]] = {}
        self._called: set[str] | None = None
        self.image = ""
        image = job.get("image")
        name = image.short_for("name") if image is not None else None
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
        return next((one for one in others if pattern in self._fitting.of(one) and self.runs(one)), None)

    def fitting(self, patterns: set[str]) -> Iterator[Command]:
        """The commands that run and fit one of the patterns."""
        for command in self._context.commands(self.job):
            if not patterns.isdisjoint(self._fitting.of(command)) and self.runs(command):
                yield command

    def said(self, command: Command) -> list[str]:
        """All that the words of a command, and the values given before it, can be."""
        texts = self._said.get(id(command))
        if texts is None:
            texts = self._said[id(command)] = [text for word in command.all_words for text in self._values(word)]
            texts += [f"{name}=" for name, _ in command.assignments]
        return texts

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
                for word in command.all_words:
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
    for command in context.scripts.written(job):
        for word in command.words:
            text = word.text if word.static else scope.expand(word.text)[0].text
            words.append((text.lower(), command))
    return words


def environments_of(job: Job, scope: Scope) -> tuple[list[tuple[str, str]], str]:
    """Every name and tier that the job's environment may have, and its action; nothing and "" when it has none."""
    site = job.get("environment")
    if site is None:
        return [], ""
    name = site.short_for("name")
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
