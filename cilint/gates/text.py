"""Text: one unknown text, and what it was asked."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from cilint.gates.classes import Language


class Text:
    """An unknown text.

    name: of its variable. language: what it may be, None for anything; texts of a language are never blank. hints:
    likely values.
    """

    __slots__ = ("blank", "classes", "equal", "hints", "inside", "language", "matches", "name", "same")

    def __init__(self, name: str, language: Language | None = None, hints: Iterable[str] = ()) -> None:
        self.name = name
        self.language = language
        self.hints = tuple(hints)
        # Questions, each with the variable of its answer.
        self.equal: dict[str, int] = {}
        self.matches: dict[str, int] = {}  # by the source of the pattern
        self.inside: dict[str, int] = {}
        self.blank = 0
        self.same: dict[Text, int] = {}
        self.classes: list[int] = []  # the variable of each class, when closed

    @property
    def asked(self) -> bool:
        """Whether any question was asked about it."""
        return bool(self.equal or self.matches or self.inside or self.blank or self.same)

    def __repr__(self) -> str:
        return f"Text({self.name})"
