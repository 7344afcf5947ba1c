"""Image references taken apart: what the image rules share."""

from __future__ import annotations

from cilint.pattern import Pattern
from cilint.rules.select import subjects

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from cilint.rules.context import Context
    from cilint.rules.select import Subject

REGISTRY = "$CI_REGISTRY/"
_DIGEST = Pattern(r"[a-z0-9]+(?:[+._-][a-z0-9]+)*:[0-9a-fA-F]{32,}")  # OCI's image specification, descriptor.md


class Reference:
    """`repository:tag@digest`; `tag_at`: where in the text the tag begins."""

    __slots__ = ("digest", "repository", "tag", "tag_at", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        name, _, self.digest = text.partition("@")
        last = name.rfind("/") + 1
        colon = name.find(":", last)
        self.repository = name if colon < 0 else name[:colon]
        self.tag = "" if colon < 0 else name[colon + 1 :]
        self.tag_at = len(self.repository) + 1

    @property
    def is_pinned(self) -> bool:
        """Whether a digest says which image it is. What a variable holds behind the @ is taken for one."""
        return bool(self.digest) and ("$" in self.digest or _DIGEST.fullmatch(self.digest) is not None)

    @property
    def tool(self) -> str:
        """The last part of the repository."""
        return self.repository.rpartition("/")[2]


def images(context: Context) -> Iterator[tuple[Subject, Reference]]:
    """Every image and service of every job, by each value that it can take."""
    for select in ("image", "service"):
        for subject in subjects(context, select):
            yield subject, Reference(subject.text)


def say_unknown(context: Context, subject: Subject) -> None:
    """The part of the reference that the rule is about depends on a variable that the files do not set."""
    context.unknown(f"image {subject.text}", subject.expansion.gap, subject.site.span)
