"""The last few answers of a function, kept: `functools.lru_cache` in little.

Importing functools brings collections, operator and more, a twentieth of a cold check.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeVar

    Asked = TypeVar("Asked")
    Answer = TypeVar("Answer")


def recent(limit: int) -> Callable[[Callable[[Asked], Answer]], Callable[[Asked], Answer]]:
    """Keep up to `limit` answers of a function of one hashable argument."""

    def keep(function: Callable[[Asked], Answer]) -> Callable[[Asked], Answer]:
        answers: dict[Asked, Answer] = {}

        def asked(question: Asked) -> Answer:
            try:
                return answers[question]
            except KeyError:
                answer = function(question)
            while len(answers) >= limit:
                del answers[next(iter(answers))]
            answers[question] = answer
            return answer

        return asked

    return keep
