"""Rule and RuleSet: what judging needs of the packs, as plain data that a cache can hold."""

from __future__ import annotations

from cilint.errors import PackError, UsageError
from cilint.nearest import nearest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any

# `check: language` marks a rule whose findings come from reading, composing, language tables or pipeline logic.
LANGUAGE = "language"


class Parameters(dict[str, "Any"]):
    """The parameters of a rule; one that a check asks for and that the pack does not give is the pack's fault."""

    __slots__ = ("_rule",)

    def __init__(self, rule: str, values: dict[str, Any]) -> None:
        super().__init__(values)
        self._rule = rule

    def __missing__(self, name: str) -> Any:
        raise PackError(
            f"rule {self._rule}: its check needs the parameter {name}",
            help="`cilint explain` of the built-in rule with this check shows all its parameters",
        )


class Rule:
    """One requirement on pipelines.

    id: kebab-case, a public contract. pack: the pack that it came from. severity: "error", "warning" or "info".
    select: names of subjects, or JSONPaths, each value of which must satisfy `assertion`; () for a rule in code.
    edit: how `--fix` mends what a rule in data finds: set, sub or put, and safe; {} where there is no way.
    where: which of the selected things are meant. check: name of a module of cilint/checks; "" for a rule in data.
    parameters: what a house may change. message: for rules in data, with {value} and {name}.
    required: whether nothing in the checked repository can switch it off or soften it. preview: whether it is off
    until somebody asks for previews, or for it by its id. was: the ids that it had before, the oldest first.
    """

    __slots__ = (
        "assertion", "check", "controls", "edit", "fix", "id", "message", "pack", "parameters", "preview", "required", "select",
        "severity", "title", "was", "where",
    )  # fmt: skip

    def __init__(self, data: dict[str, Any]) -> None:
        self.id: str = data["id"]
        self.pack: str = data["pack"]
        self.severity: str = data["severity"]
        self.title: str = data["title"]
        self.select: tuple[str, ...] = tuple(data["select"])
        self.where: dict[str, Any] = data["where"]
        self.assertion: dict[str, Any] = data["assert"]
        self.edit: dict[str, Any] = data["edit"]
        self.check: str = data["check"]
        self.parameters = Parameters(self.id, data["parameters"])
        self.message: str = data["message"]
        self.fix: str = data["fix"]
        self.controls: tuple[str, ...] = tuple(data["controls"])
        self.required: bool = data["required"]
        self.preview: bool = data["preview"]
        self.was: tuple[str, ...] = tuple(data["was"])

    @property
    def language(self) -> bool:
        """Whether its findings are made on the way to the pipeline, so that there is nothing to run."""
        return self.check == LANGUAGE

    @property
    def refuses(self) -> bool:
        """Whether GitLab makes no pipeline of what it finds, so that no other verdict on the files counts."""
        return self.language and self.severity == "error"

    def __repr__(self) -> str:
        return f"Rule({self.id})"


class RuleSet:
    """The rules of one run, by id, and the roles by which they know jobs.

    sources: the files of each pack, for what is read later (prose and examples).
    silenced: ids that were left out on purpose, so that findings made on the way are dropped too.
    passed_over: rules that were not among those chosen; for what GitLab refuses, they are heard all the same.
    former: for ids that rules had before, those that they have now.
    """

    __slots__ = ("former", "passed_over", "roles", "rules", "silenced", "sources")

    def __init__(self) -> None:
        self.rules: dict[str, Rule] = {}
        self.roles: list[dict[str, Any]] = []
        self.sources: list[tuple[str, list[str]]] = []
        self.silenced: frozenset[str] = frozenset()
        self.passed_over: dict[str, Rule] = {}
        self.former: dict[str, str] = {}

    def __iter__(self) -> Iterator[Rule]:
        return iter(self.rules.values())

    def __len__(self) -> int:
        return len(self.rules)

    def __contains__(self, id: object) -> bool:
        return id in self.rules

    def get(self, id: str) -> Rule | None:
        """The rule that has or had that id, if the packs have it."""
        return self.rules.get(self.now(id))

    def now(self, id: str) -> str:
        """What a rule of that id is called now."""
        return self.former.get(id, id)

    @property
    def origins(self) -> dict[str, str]:
        """For each rule that had another id, its first: by this its findings are known in baselines and reports."""
        return {self.former[rule.was[0]]: rule.was[0] for rule in self if rule.was and rule.was[0] in self.former}

    def narrow(
        self, select: Iterable[str] = (), ignore: Iterable[str] = (), extend_select: Iterable[str] = ()
    ) -> RuleSet:
        """Only some of the rules; each word is a rule's id or a pack's name. Raises UsageError for other words."""
        chosen, dropped = self._ids(select), self._ids(ignore)
        narrowed = self._like()
        kept = (chosen | self._ids(extend_select)) - dropped if chosen else set(self.rules) - dropped
        narrowed.rules = {name: rule for name, rule in self.rules.items() if name in kept}
        narrowed.silenced = self.silenced | (set(self.rules) - kept)
        narrowed.passed_over = {
            name: rule for name, rule in {**self.passed_over, **self.rules}.items() if name not in kept | dropped
        }
        return narrowed

    def configured(self, changes: dict[str, dict[str, Any]]) -> RuleSet:
        """The rules with other severities and parameters: {id: {severity: ..., parameters: {...}}}.

        A parameter replaces the pack's whole value of that name. Raises UsageError for rules and parameters that do
        not exist.
        """
        result = self._like()
        result.rules = dict(self.rules)
        for said, change in changes.items():
            name = self.now(said)
            old = self.rules.get(name)
            if old is None:
                raise UsageError(f"no such rule: {name}", help=self._near(name))
            rule = Rule.__new__(Rule)
            for slot in Rule.__slots__:
                setattr(rule, slot, getattr(old, slot))
            rule.severity = change.get("severity") or old.severity
            parameters = change.get("parameters") or {}
            for parameter in parameters:
                if parameter not in old.parameters:
                    known = ", ".join(old.parameters) or "none"
                    raise UsageError(f"rule {name} has no parameter {parameter!r}", help=f"its parameters: {known}")
            rule.parameters = Parameters(name, {**old.parameters, **parameters})
            result.rules[name] = rule
        return result

    def _like(self) -> RuleSet:
        other = RuleSet()
        other.rules, other.roles, other.sources = self.rules, self.roles, self.sources
        other.silenced, other.passed_over, other.former = self.silenced, self.passed_over, self.former
        return other

    def _ids(self, words: Iterable[str]) -> set[str]:
        packs = {rule.pack for rule in self}
        ids: set[str] = set()
        for said in words:
            word = self.now(said)
            if word in self.rules:
                ids.add(word)
            elif word in packs:
                ids.update(rule.id for rule in self if rule.pack == word)
            else:
                raise UsageError(f"no such rule or pack: {word}", help=self._near(word))
        return ids

    def _near(self, word: str) -> str:
        near = nearest(word, [*self.rules, *{rule.pack for rule in self}])
        return f"did you mean {near}? " if near else "`cilint rules` lists them"
