"""What is known when one job's rules are read: its variables, the diff, the files of the commit."""

from __future__ import annotations

from cilint.finding import NotAssessed
from cilint.pipeline.variables import Variable, expand, expand_all, references
from cilint.plan.predefined import USER
from cilint.plan.tree import fits

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cilint.notation.expression import Expression
    from cilint.pipeline.variables import Definitions, Expanded
    from cilint.plan.scenario import Scenario
    from cilint.span import Span


class Situation:
    """A scenario made ready for many jobs: its variables by strength, and answers that jobs share.

    weak: below YAML variables; strong: above them. not_assessed: what the scenario leaves open. answers: whether an
    expression holds, by its text and the values of its variables.
    """

    __slots__ = ("_fits", "answers", "has_references", "not_assessed", "scenario", "strong", "weak")

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self.weak = {name: value for name, value in scenario.variables.items() if not name.startswith(USER)}
        users = {name: value for name, value in scenario.variables.items() if name.startswith(USER)}
        self.strong = {**users, **scenario.outside}
        self.has_references = any("$" in value or "%" in value for value in scenario.outside.values())
        self.not_assessed: list[NotAssessed] = []
        self.answers: dict[tuple[str | None, ...], bool] = {}
        self._fits: dict[tuple[str, ...], bool] = {}

    def changed(self, globs: tuple[str, ...]) -> bool:
        """Whether one of the globs fits a changed file. Only for a scenario with a diff."""
        answer = self._fits.get(globs)
        if answer is None:
            answer = self._fits[globs] = fits(globs, self.scenario.changed or ())
        return answer

    def leave_open(self, what: str, why: str, span: Span) -> None:
        """Note once that something could not be decided in this scenario."""
        if not any(item.what == what and item.span == span for item in self.not_assessed):
            self.not_assessed.append(NotAssessed(what, why, span))


class Context:
    """The variables of one job (or of `workflow`) in a situation.

    own: the predefined ones of the job. yaml: global ones after `workflow`, and the job's; plain: their unexpanded
    values.
    """

    __slots__ = ("_expanded", "_values", "own", "plain", "situation", "yaml")

    def __init__(
        self, situation: Situation, yaml: Definitions, own: dict[str, str], plain: dict[str, str] | None = None
    ) -> None:
        self.situation = situation
        self.yaml = yaml
        self.plain = plain_values(yaml) if plain is None else plain
        self.own = own
        self._values: dict[str, str] | None = None
        self._expanded: Expanded | None = None

    def surround(self, more: dict[str, str]) -> None:
        """Add predefined variables of the job that are known only now."""
        self.own = {**self.own, **more}
        self._expanded = None
        if self._values is not None:
            self._values = {**more, **self._values}  # everything else is stronger

    @property
    def values(self) -> dict[str, str]:
        """Unexpanded values, as `if` sees them."""
        if self._values is None:
            situation = self.situation
            self._values = {**self.own, **situation.weak, **self.plain, **situation.strong}
        return self._values

    def holds(self, expression: Expression) -> bool:
        """Whether the expression holds here; jobs ask the same of the same values over and over."""
        values, answers = self.values, self.situation.answers
        key = (expression.text, *map(values.get, expression.variables))
        answer = answers.get(key)
        if answer is None:
            answer = answers[key] = expression.matches(values)
        return answer

    @property
    def expanded(self) -> Expanded:
        """Expanded values, and circles of references."""
        if self._expanded is None:
            weak, strong = self.situation.weak, self.situation.strong
            self._expanded = expand_all(
                (
                    [Variable(name, value) for name, value in {**self.own, **weak}.items()],
                    self.yaml.values(),
                    [Variable(name, value) for name, value in strong.items()],
                )
            )
        return self._expanded

    def resolve(self, text: str, *, keep_unknown: bool) -> str:
        """The text with references replaced by expanded values."""
        if "$" not in text and "%" not in text:
            return text
        values = self.values
        for name in references(text):
            value = values.get(name, "")
            if "$" in value or "%" in value:
                return expand(text, self.expanded.values, keep_unknown=keep_unknown)
        return expand(text, values, keep_unknown=keep_unknown)

    def cycles(self) -> list[list[str]]:
        """The circles of references among the variables; usually seen to be none at a glance."""
        return self.expanded.cycles if self.situation.has_references or may_circle(self.yaml) else []


def plain_values(yaml: Definitions) -> dict[str, str]:
    """The unexpanded values by name."""
    return {name: variable.value for name, variable in yaml.items()}


def may_circle(yaml: Definitions) -> bool:
    """Whether variables may refer to each other in a circle. One that refers to itself means a weaker layer."""
    referring = {name: variable.refers for name, variable in yaml.items() if variable.refers}
    waiting = {
        name: others
        for name, all_ in referring.items()
        if (others := [other for other in all_ if other != name and other in referring])
    }
    while waiting:  # take off those that lead out of the rest; what remains leads round
        rest = {name: left for name, all_ in waiting.items() if (left := [one for one in all_ if one in waiting])}
        if len(rest) == len(waiting):
            return True
        waiting = rest
    return False
