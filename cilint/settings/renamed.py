"""Former names of rules in the settings, put right: a rule that is called otherwise now stays chosen, ignored or required."""

from __future__ import annotations

from cilint.notes import note

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any, TypeVar

    from cilint.settings.settings import Settings

    Value = TypeVar("Value")

_LISTS = ("select", "extend_select", "ignore", "required")
_GLOBS = ("per_file_ignores", "per_job_ignores")
_MAPS = ("severity", "parameters")


def put_right(settings: Settings, former: Mapping[str, str]) -> None:
    """Name the rules in the settings as they are called now, and note each that had another name.

    former: the rule of today by the name that it had.
    """
    now = _Now(former, settings.path or "the settings")
    for key in _LISTS:
        setattr(settings, key, now.words(getattr(settings, key)))
    for key in _GLOBS:
        setattr(settings, key, {glob: now.words(words) for glob, words in getattr(settings, key).items()})
    for key in _MAPS:
        setattr(settings, key, now.keys(getattr(settings, key)))
    if "unwaivable" in settings.waivers:
        settings.waivers = {**settings.waivers, "unwaivable": now.words(settings.waivers["unwaivable"])}


class _Now:
    __slots__ = ("_former", "_place")

    def __init__(self, former: Mapping[str, str], place: str) -> None:
        self._former = former
        self._place = place

    def word(self, word: str) -> str:
        name = self._former.get(word)
        if name is None:
            return word
        note(f"{self._place}: rule {word} is called {name} now")
        return name

    def words(self, words: list[str]) -> list[str]:
        return [self.word(word) for word in words]

    def keys(self, values: dict[str, Any]) -> dict[str, Any]:
        """What stands under the name of today counts, where both are there."""
        return {
            **{self.word(key): value for key, value in values.items()},
            **{k: v for k, v in values.items() if k not in self._former},
        }
