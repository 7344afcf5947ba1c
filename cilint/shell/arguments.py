"""What functions and script files are called with, in one job."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from cilint.shell.command import Command, Word
    from cilint.shell.parameters import Reference
    from cilint.shell.script import Script

_MAX_CALLS = 16  # of one function or file
_MAX_ARGUMENTS = 64
_MAX_HANDED_ON = 4  # calls of a function that hands all its arguments on
_MAX_DEPTH = 2


class Calls:
    """The calls of one job. count: how many of files are known."""

    __slots__ = ("_files", "_functions", "_known", "_owners", "_taken", "count")

    def __init__(self) -> None:
        self._files: dict[str, list[list[Word]]] = {}
        self._functions: dict[str, list[list[Word]]] | None = None
        self._owners: dict[int, Script] = {}
        self._taken = (0, 0)
        self._known: dict[str, list[list[Word]]] = {}
        self.count = 0

    def add(self, path: str, word: Word, command: Command) -> None:
        """Take in a call of a script file, which `word` of the command names."""
        words = command.argv
        place = next((index for index, one in enumerate(words) if one is word), -1)
        if place < 0 or (command.name in ("source", ".") and place == len(words) - 1):
            return  # what it gets is what the text around it got
        calls = self._files.setdefault(f"{path}:", [])
        given = words[place + 1 :]
        if len(calls) < _MAX_CALLS and not any(_same(given, one) for one in calls):
            self._enter(calls, given, command)
            self.count += 1

    def _enter(self, calls: list[list[Word]], given: list[Word], command: Command) -> None:
        given = given[:_MAX_ARGUMENTS]
        calls.append(given)
        self._owners.update((id(word), command.script) for word in given)

    def of(self, one: Reference, texts: list[Script], within: tuple[str, ...] = ()) -> list[list[Word]]:
        """The arguments of every call that a parameter may belong to. texts: all that the job runs."""
        if self._taken != (len(texts), self.count):
            self._taken = (len(texts), self.count)
            self._functions = None
            self._known.clear()
        known = self._known.get(one.scope) if not within else None
        if known is None:
            calls = self._calls(one.scope, texts)
            known = [flat for words in calls for flat in self._flat(words, texts, (*within, one.scope))]
            if not within:
                self._known[one.scope] = known
        return known

    def _calls(self, scope: str, texts: list[Script]) -> list[list[Word]]:
        if not scope.endswith("()"):
            return self._files.get(scope, [])
        if self._functions is None:
            self._functions = {scope: [] for text in texts for scope in _functions(text)}
            for text in texts:
                for command in text.commands:
                    self._take(command)
        return self._functions.get(scope, [])

    def owner(self, words: Sequence[Word]) -> Script | None:
        """The text in which arguments stand; None where they stand in several."""
        owners = [self._owners.get(id(word)) for word in words]
        return owners[0] if owners and all(owner is owners[0] for owner in owners) else None

    def _flat(self, words: list[Word], texts: list[Script], within: tuple[str, ...]) -> list[list[Word]]:
        """A call with what `"$@"` stands for in it."""
        for place, word in enumerate(words):
            part = next((part for part in word.parts if part.key and part.text in ("@", "*")), None)
            if part is None:
                continue
            one: Reference = part  # type: ignore[assignment]  # only references have keys
            if one.scope in within or len(within) > _MAX_DEPTH:
                return [words[:place]]
            calls = self.of(one, texts, within)[:_MAX_HANDED_ON]
            return [[*words[:place], *one.of(given), *words[place + 1 :]][:_MAX_ARGUMENTS] for given in calls]
        return [words]

    def _take(self, command: Command) -> None:
        assert self._functions is not None
        words = command.words
        for behind in (words, command.argv) if command.argv is not words else (words,):
            calls = self._functions.get(f"{behind[0].text}()") if behind else None
            if calls is not None and len(calls) < _MAX_CALLS:
                self._enter(calls, behind[1:], command)

    def arguments(self, texts: list[Script]) -> dict[str, list[Word]]:
        """What every parameter in some texts stands for, by key: for some calls its default."""
        found: dict[str, list[Word]] = {}
        for text in texts:
            for key, one in text.references.items():
                words = self.words(one, texts)
                if words:
                    found[key] = words
        return found

    def words(self, one: Reference, texts: list[Script]) -> list[Word]:
        """What a parameter stands for."""
        calls = [one.of(words) for words in self.of(one, texts)]
        found = [word for words in calls for word in words]
        if one.default and not all(calls):
            from cilint.shell.command import Word  # rare

            found.append(Word(one.default, one.start, one.end))
        return found


def _functions(text: Script) -> list[str]:
    return [one.scope for one in text.references.values() if one.scope.endswith("()")]


def _same(one: list[Word], other: list[Word]) -> bool:
    return len(one) == len(other) and all(a is b for a, b in zip(one, other, strict=True))
