"""Keywords that `default:` shares with jobs, `default:` itself and `inherit:` (entry/default.rb, inherit.rb)."""

from __future__ import annotations

from cilint.language.shapes import FLAG, Duration, Shape, Tiered, Words
from cilint.language.structures import SCRIPT, STRING_OR_STRINGS, STRINGS, Either, Fields, Named, Strings
from cilint.language.tables.artifacts import ARTIFACTS
from cilint.language.tables.cache import CACHES
from cilint.language.tables.image import IMAGE, SERVICES
from cilint.language.tables.retry import RETRY
from cilint.tree.node import Mapping, Scalar, Sequence

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cilint.language.faults import Faults, Way
    from cilint.tree.node import Node

ONE_MONTH = (2629746.0, "30 days 10 hours 29 minutes 6 seconds")  # Project::MAX_BUILD_TIMEOUT
TAGS_AT_MOST = 49  # entry/tags.rb: fewer than 50


class _Tags(Strings):
    """A flat list of fewer than 50 strings."""

    __slots__ = ()

    def check(self, node: Node, path: Way, faults: Faults) -> None:
        """See Shape."""
        super().check(node, path, faults)
        if isinstance(node, Sequence) and len(node.items) > TAGS_AT_MOST:
            text = f"must be less than the limit of {TAGS_AT_MOST + 1} tags, here are {len(node.items)}"
            faults.add("limit-exceeded", path, text)


class _Token(Fields):
    """An id token: a map with `aud`, be the value null."""

    __slots__ = ()

    def check(self, node: Node, path: Way, faults: Faults) -> None:
        """See Shape."""
        if isinstance(node, Scalar) and node.value is None:
            faults.missing(path, ("aud",))
        else:
            super().check(node, path, faults)


def _check_audience(node: Mapping, path: Way, faults: Faults) -> None:
    audience = node.set("aud")
    empty = isinstance(audience, Sequence) and not audience.items
    if empty or (isinstance(audience, Scalar) and isinstance(audience.value, str) and not audience.value.strip()):
        faults.add("keyword-missing", (*path, "aud"), "can't be blank")


_TOKEN = _Token(
    {"aud": STRING_OR_STRINGS},
    required=("aud",),
    checks=(_check_audience,),
    hints={"sub": "GitLab sets the other claims", "exp": "the token lives as long as the job"},
    words="a map (hash) with `aud`",
)
_TOKEN.null = True
ID_TOKENS = Named(_TOKEN)

SHARED: dict[str, Shape] = {
    "before_script": SCRIPT,
    "after_script": SCRIPT,
    "hooks": Fields({"pre_get_sources_script": SCRIPT}),
    "cache": CACHES,
    "image": IMAGE,
    "services": SERVICES,
    "interruptible": FLAG,
    "timeout": Duration(limit=ONE_MONTH),
    "retry": RETRY,
    "tags": _Tags(),
    "artifacts": ARTIFACTS,
    "id_tokens": ID_TOKENS,
}
IDENTITY = Tiered(Words("google_cloud"), "premium")
DEFAULT = Fields({**SHARED, "identity": IDENTITY}, hints={"variables": "global variables stand at the top level"})

INHERIT = Fields(
    {
        "default": Either(FLAG, Strings(item=Words(*SHARED)), words="a boolean, or a list of keywords of `default`"),
        "variables": Either(FLAG, STRINGS, words="a boolean, or a list of names of variables"),
    }
)
