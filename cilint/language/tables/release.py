"""`release:` (lib/gitlab/ci/config/entry/release.rb, release/assets.rb)."""

from __future__ import annotations

from cilint.language.faults import shown
from cilint.language.shapes import ANY, FILLED, TEXT, Text
from cilint.language.structures import STRING_OR_STRINGS, Fields, Listing, Named
from cilint.pattern import Pattern
from cilint.tree.node import Scalar

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cilint.language.faults import Faults, Way
    from cilint.tree.node import Node

# What git takes for the name of a branch or tag (git-check-ref-format), and what GitLab's validator adds.
_REF = Pattern(
    r"(?!-|/|refs/heads/|refs/remotes/)(?!HEAD\Z)(?!.*(?:\.\.|//|@\{|/\.|\.lock(?:/|\Z)))(?!\.|@\Z)"
    r"[^\x00-\x20\x7f~^:?*\[\\]+(?<![/.])\Z"
)
_ORDINAL_DATE = Pattern(r"\d{4}-?\d{3}(?=T|\Z)")


class _Moment(Text):
    """A date or a time as ISO 8601 has it (Ruby's `DateTime.iso8601`)."""

    __slots__ = ()

    def check(self, node: Node, path: Way, faults: Faults) -> None:
        """See Shape."""
        super().check(node, path, faults)
        text = node.value if isinstance(node, Scalar) else None
        if isinstance(text, str) and text and not _is_moment(text.strip()):
            text = f"must be a valid datetime of ISO 8601, like '2026-03-15T08:00:00Z', not {shown(text)}"
            faults.add("keyword-value", path, text)


def _is_moment(text: str) -> bool:
    from datetime import datetime  # a release's date is rare

    moment = _ORDINAL_DATE.sub("2024-01-01", text)
    try:
        datetime.fromisoformat(moment)
    except ValueError:
        return False
    return True


_ASSETS = Fields(
    # The runner wants name and url of each link; GitLab itself looks no deeper.
    {"links": Listing(Named(ANY), "a list of maps (an array of hashes)", least=1)},
    required=("links",),
)
RELEASE = Fields(
    {
        "tag_name": FILLED,
        "description": FILLED,
        "tag_message": TEXT,
        "name": TEXT,
        "ref": Text(form=(_REF, "must be a valid ref")),
        "milestones": STRING_OR_STRINGS,
        "released_at": _Moment(),
        "assets": _ASSETS,
    },
    required=("tag_name", "description"),
)
