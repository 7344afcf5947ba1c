"""Unknown texts: values that a pipeline's conditions ask about, each known only by its answers.

Encoding a condition asks questions; every question becomes a solver variable at once. Only when all have been asked
are the texts closed: their string classes are worked out and tie the answers together.
"""

from __future__ import annotations

from cilint.gates.budget import Budget, Limits
from cilint.gates.classes import HINTS, find, partition
from cilint.gates.pairs import Pairs
from cilint.gates.regex import Regex, Unsupported, parse
from cilint.gates.slug import Slugged
from cilint.gates.solver import FALSE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from cilint.gates.classes import Language, Partition
    from cilint.gates.solver import Model, Solver
    from cilint.gates.text import Text
    from cilint.notation.patterns import Pattern

_ENDINGS = ("", "1.0", "1", "x", "0.0", "2")  # what makes a name of the least that a pattern asks for
_PATTERNS_AT_MOST = 8  # unanchored patterns multiply classes: beyond so many, models are checked one by one


class Texts:
    """All unknown texts of one pipeline. open: answers that nobody can work out, with the reason for each."""

    __slots__ = ("_groups", "_limits", "_pairs", "_patterns", "_regexes", "_solver", "open")

    def __init__(self, solver: Solver, limits: Limits) -> None:
        self._solver = solver
        self._limits = limits
        self._regexes: dict[str, Regex] = {}
        self._patterns: dict[str, Pattern] = {}
        self._pairs = Pairs(limits)
        self._groups: list[tuple[list[Text], Partition | None]] = []
        self.open: dict[int, str] = {}

    # -- questions

    def equals(self, text: Text, literal: str) -> int:
        """Whether the text is this literal."""
        term = text.equal.get(literal)
        if term is None:
            term = text.equal[literal] = self._solver.new_var(f"{text.name} == {literal!r}")
        return term

    def matches(self, text: Text, pattern: Pattern) -> int:
        """Whether the pattern is found in the text."""
        term = text.matches.get(pattern.source)
        if term is None:
            term = text.matches[pattern.source] = self._solver.new_var(f"{text.name} =~ {pattern.text}")
            self._patterns[pattern.source] = pattern
            try:
                if pattern.source not in self._regexes:
                    self._regexes[pattern.source] = (
                        pattern.regex(self._limits) if isinstance(pattern, Slugged) else parse(pattern.source)
                    )
            except Unsupported as reason:
                del text.matches[pattern.source]
                self.open[term] = f"the pattern {pattern.text}: {reason}"
        return term

    def patterns_of(self, text: Text) -> list[tuple[Pattern, int]]:
        """The patterns that were looked for in a text, each with its answer."""
        return [(self._patterns[source], term) for source, term in text.matches.items()]

    def occurs_in(self, text: Text, other: str) -> int:
        """Whether the text occurs inside a literal."""
        term = text.inside.get(other)
        if term is None:
            term = text.inside[other] = self._solver.new_var(f"{text.name} in {other!r}")
        return term

    def is_blank(self, text: Text) -> int:
        """Whether the text is nothing but white space."""
        if text.language is not None:
            return FALSE
        if not text.blank:
            text.blank = self._solver.new_var(f"{text.name} is blank")
        return text.blank

    def alike(self, left: Text, right: Text) -> int:
        """Whether two texts are equal."""
        term = left.same.get(right)
        if term is None:
            term = left.same[right] = right.same[left] = self._solver.new_var(f"{left.name} == {right.name}")
        return term

    # -- closing

    def close(self, texts: Iterable[Text]) -> None:
        """Tie the answers of all texts together. Raises Budget."""
        left = [text for text in texts if text.asked]
        while left:
            group = [left.pop()]
            for text in group:
                group += [other for other in text.same if other not in group]
            left = [text for text in left if text not in group]
            self._close(group)

    def _close(self, group: list[Text]) -> None:
        literals = list(dict.fromkeys(literal for text in group for literal in text.equal))
        sources = list(dict.fromkeys(source for text in group for source in text.matches))
        insides = list(dict.fromkeys(other for text in group for other in text.inside))
        languages = {id(text.language): text.language for text in group}
        language = group[0].language if len(languages) == 1 else None
        # Texts of different languages in one group: whether a text is of a language becomes one more question.
        fences = [] if language or len(languages) == 1 else [one for one in languages.values() if one]
        patterns = [self._regexes[source] for source in sources]
        patterns += [regex for fence in fences for regex in (*fence.inside, *fence.outside)]
        hints = [hint for text in group for hint in text.hints]
        limits = Limits(min(self._limits.seconds, 1.0), 60_000)
        parts: Partition | None = None
        if len(patterns) <= _PATTERNS_AT_MOST or len(group) > 1:
            try:
                parts = partition(literals, patterns, language, limits, inside=insides, hints=_ordered(hints))
            except Budget:
                self._limits.check()
        if parts is None and self._let_go_of_slugs(group):
            self._close(group)
            return
        self._groups.append((group, parts))
        if parts is None:
            if len(group) > 1:
                raise Budget(f"the patterns on ${group[0].name} have too many combinations")
            self._loosely(group[0])
            return
        for text in group:
            self._classify(text, parts, sources, insides)
            self._fence(text, parts, len(sources), fences)
        self._tie(group, parts)

    def _let_go_of_slugs(self, group: list[Text]) -> bool:
        """Leave open what is asked of slugs, the dearest of all questions; whether there was any."""
        asked = [(text, pattern) for text in group for pattern, _ in self.patterns_of(text)]
        slugs = [(text, pattern.source) for text, pattern in asked if isinstance(pattern, Slugged)]
        for text, source in slugs:
            self.open[text.matches.pop(source)] = f"what is asked of ${text.name} has too many combinations"
        return bool(slugs)

    def _classify(self, text: Text, parts: Partition, sources: list[str], insides: list[str]) -> None:
        solver = self._solver
        text.classes = [solver.new_var(f"{text.name} like {one.witness!r}") for one in parts]
        solver.add(*text.classes)
        solver.add(solver.at_most_one(text.classes))
        only = {one.equal: variable for variable, one in zip(text.classes, parts, strict=True) if one.equal is not None}
        for literal, term in text.equal.items():
            self._limits.check()
            solver.add(solver.iff(term, only.get(literal, FALSE)))
        columns = {source: number for number, source in enumerate(sources)}
        for variable, one in zip(text.classes, parts, strict=True):
            if one.blank and text.language is not None:
                solver.add(-variable)
            for source, term in text.matches.items():
                solver.add(-variable, term if one.matches[columns[source]] else -term)
            for other, term in text.inside.items():
                solver.add(-variable, term if one.inside[insides.index(other)] else -term)
            if text.blank:
                solver.add(-variable, text.blank if one.blank else -text.blank)

    def _fence(self, text: Text, parts: Partition, start: int, fences: list[Language]) -> None:
        for fence in fences:
            if fence is text.language:
                inside = range(start, start + len(fence.inside))
                outside = range(inside.stop, inside.stop + len(fence.outside))
                for variable, one in zip(text.classes, parts, strict=True):
                    if not all(one.matches[i] for i in inside) or any(one.matches[i] for i in outside):
                        self._solver.add(-variable)
            start += len(fence.inside) + len(fence.outside)

    def _tie(self, group: list[Text], parts: Partition) -> None:
        """Equal texts share a class; two texts of a class that holds but one text are equal."""
        solver = self._solver
        if len(group) < 2:
            return
        for number, left in enumerate(group):
            for right in group[:number]:
                term = self.alike(left, right)
                for one, of_left, of_right in zip(parts, left.classes, right.classes, strict=True):
                    solver.add(-term, -of_left, of_right)
                    solver.add(-term, -of_right, of_left)
                    if one.singleton:
                        solver.add(-of_left, -of_right, term)
        for a in group:
            for b in group:
                for c in group:
                    if a is not b and b is not c and a is not c:
                        solver.add(-a.same[b], -b.same[c], a.same[c])

    def _loosely(self, text: Text) -> None:
        """Too many patterns for all their combinations: say what literals answer, and check models afterwards."""
        solver = self._solver
        terms = list(text.equal.items())
        for number, (literal, term) in enumerate(terms):
            self._limits.check()
            for source, other in text.matches.items():
                solver.add(-term, other if self._patterns[source].search(literal) else -other)
            for whole, other in text.inside.items():
                solver.add(-term, other if literal in whole else -other)
            for _, earlier in terms[:number]:
                solver.add(-term, -earlier)
            if text.blank:
                solver.add(-term, -text.blank if literal.strip() else text.blank)

    def answers(self, text: Text, value: str) -> list[int]:
        """What this value would answer to everything that the text was asked alone, as terms that hold then."""
        held = [(term, value == literal) for literal, term in text.equal.items()]
        held += [(term, self._patterns[source].search(value)) for source, term in text.matches.items()]
        held += [(term, value in whole) for whole, term in text.inside.items()]
        if text.blank:
            held.append((text.blank, not value.strip()))
        return [term if holds else -term for term, holds in held]

    def likeness(self, text: Text, value: str) -> int:
        """Whether the text answers everything as this value would."""
        for group, parts in self._groups:
            if text in group and parts is not None:
                one = parts.of(value)
                return FALSE if one is None else text.classes[parts.index(one)]
        return self._solver.all_of(self.answers(text, value))

    # -- witnesses

    def alternatives(self, model: Model, text: Text, count: int) -> list[str]:
        """Some texts that answer everything as the model has it; none where classes are not listed."""
        for group, parts in self._groups:
            if text in group and parts is not None:
                index = next(place for place, variable in enumerate(text.classes) if model.holds(variable))
                return parts[index].texts(count)
        return []

    def witness(self, model: Model, wanted: set[Text], usual: Mapping[Text, Sequence[str]]) -> dict[Text, str] | None:
        """A value for each of the texts that answers everything as the model does.

        usual: for some texts, what they had best be, the best first; they choose before all others. None when there is
        none after all; the solver has then been told so. Raises Budget.
        """
        found: dict[Text, str] = {}
        ranks = {text: rank for rank, text in enumerate(usual)}
        for group, parts in self._groups:
            members = sorted((text for text in group if text in wanted), key=lambda text: ranks.get(text, len(ranks)))
            if parts is None:
                for text in members:
                    value = self._search(model, text, usual.get(text, ()))
                    if value is None:
                        return None
                    found[text] = value
            elif members and not self._choose(model, members, parts, found, usual):
                return None
        for text in wanted:
            if text not in found:
                found[text] = next(iter(usual.get(text, text.hints)), "x")
        return found

    def _choose(
        self,
        model: Model,
        members: list[Text],
        parts: Partition,
        found: dict[Text, str],
        usual: Mapping[Text, Sequence[str]],
    ) -> bool:
        for number, text in enumerate(members):
            index = next(place for place, variable in enumerate(text.classes) if model.holds(variable))
            twin = next((other for other in members[:number] if model.holds(text.same[other])), None)
            if twin is not None:
                found[text] = found[twin]
                continue
            taken = [found[other] for other in members[:number]]
            least = parts[index].witness
            hints = [*usual.get(text, ()), *text.hints, *HINTS, *(least + ending for ending in _ENDINGS[1:])]
            if least[-1:].isalnum():
                hints.insert(len(hints) - len(_ENDINGS) + 1, least)
            candidates = [hint for hint in hints if parts.of(hint) is parts[index]]
            candidates += parts[index].texts(len(members) + 1) if taken else [least]
            value = next((one for one in candidates if one not in taken), None)
            if value is None:
                pairs = [text.same[other] for other in members[:number]]
                self._solver.add(
                    -text.classes[index], *(-self._class_of(model, other) for other in members[:number]), *pairs
                )
                return False
            found[text] = value
        return True

    def _class_of(self, model: Model, text: Text) -> int:
        return next(variable for variable in text.classes if model.holds(variable))

    def _search(self, model: Model, text: Text, usual: Sequence[str]) -> str | None:
        """A text for the answers of a model, where classes were too many to be listed."""
        literal = next((literal for literal, term in text.equal.items() if model.holds(term)), None)
        value = literal
        if literal is None:
            yes = [self._regexes[source] for source, term in text.matches.items() if model.holds(term)]
            no = [self._regexes[source] for source, term in text.matches.items() if not model.holds(term)]
            hints = _ordered([*usual, *text.hints])
            value = find(yes, no, text.language, self._limits, unequal=list(text.equal), hints=hints)
        if value is not None and all(model.holds(term) == (value in whole) for whole, term in text.inside.items()):
            if not text.blank or model.holds(text.blank) == (not value.strip()):
                return value
        if literal is None and self._learn(model, text):
            return None
        answers = [*text.equal.values(), *text.matches.values(), *text.inside.values(), text.blank]
        self._solver.add(*(-term if model.holds(term) else term for term in answers if term))
        return None

    def _learn(self, model: Model, text: Text) -> bool:
        """Tell the solver which two answers of a model do not go together; whether there are any such."""
        yes = [(source, term) for source, term in text.matches.items() if model.holds(term)]
        no = [(source, term) for source, term in text.matches.items() if not model.holds(term)]
        learned = False
        for number, (source, term) in enumerate(yes):
            for other, another in yes[:number]:
                if not self._pairs.go(text.language, self._regexes[source], self._regexes[other]):
                    self._solver.add(-term, -another)
                    learned = True
            for other, another in no:
                if not self._pairs.part(text.language, self._regexes[source], self._regexes[other]):
                    self._solver.add(-term, another)
                    learned = True
        return learned


def _ordered(hints: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*hints, *HINTS)))
