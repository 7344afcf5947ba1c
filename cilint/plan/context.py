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

    own: the predefined ones of the job. yaml: global ones after `workflow`, and the job's.
    """

    __slots__ = ("_expanded", "_values", "own", "situation", "yaml")

    def __init__(self, situation: Situation, yaml: Definitions, own: dict[str, str]) -> None:
        self.situation = situation
        self.yaml = yaml
        self.own = own
        self._values: dict[str, str] | None = None
        self._expanded: Expanded | None = None

    @property
    def values(self) -> dict[str, str]:
        """Unexpanded values, as `if` sees them."""
        if self._values is None:
            situation = self.situation
            yaml = {name: variable.value for name, variable in self.yaml.items()}
            self._values = {**self.own, **situation.weak, **yaml, **situation.strong}
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
        if not self.situation.has_references:
            referring = {name: variable.refers for name, variable in self.yaml.items() if variable.refers}
            if not _may_circle(referring):
                return []
        return self.expanded.cycles


def _may_circle(referring: dict[str, list[str]]) -> bool:
    """Whether names that refer to others do so in a circle. A name that refers to itself means a weaker layer."""
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
