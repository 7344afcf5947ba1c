"""`cache:` (lib/gitlab/ci/config/entry/caches.rb, cache.rb, key.rb, files.rb, prefix.rb)."""

from __future__ import annotations

from cilint.language.faults import shown
from cilint.language.shapes import FLAG, Shape, Words
from cilint.language.structures import STRINGS, Either, Fields, Listing, Strings
from cilint.nearest import meant
from cilint.pattern import Pattern
from cilint.tree.node import Scalar, Symbol

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cilint.language.faults import Faults, Way
    from cilint.tree.node import Node

_ENCODED_SLASH = Pattern("(?i)/|%2f")
_ENCODED_DOTS = Pattern(r"(?i)(?:\.|%2e){1,2}\Z")
# GitLab's own pattern is not anchored, so `push-pull` slips through (Cache::ALLOWED_POLICY).
_POLICY = Pattern(r"pull|push|\$")


class _Key(Shape):
    """A text that can be a file's name, after URL decoding (`KeyValidator`)."""

    __slots__ = ()

    def accepts(self, node: Node) -> bool:
        """See Shape."""
        return type(node) is Scalar and isinstance(node.value, (str, Symbol))

    def check(self, node: Node, path: Way, faults: Faults) -> None:
        """See Shape."""
        if not isinstance(node, Scalar) or not isinstance(node.value, (str, Symbol)):
            faults.type(path, node, self.words)
        elif _ENCODED_SLASH.search(node.text):
            faults.add("keyword-value", path, 'cannot contain the "/" character, nor its encoded form %2F')
        elif _ENCODED_DOTS.match(node.text):
            faults.add("keyword-value", path, 'cannot be "." or ".."')


class _Policy(Shape):
    """`pull`, `push`, `pull-push` or a variable."""

    __slots__ = ()

    def accepts(self, node: Node) -> bool:
        """See Shape."""
        return type(node) is Scalar and type(node.value) is str

    def check(self, node: Node, path: Way, faults: Faults) -> None:
        """See Shape."""
        text = node.value if isinstance(node, Scalar) else None
        if not isinstance(text, str):
            faults.type(path, node, self.words)
        elif text.strip() and not _POLICY.search(text):
            near = faults.near(text, ("pull-push", "push", "pull"))
            message = f"should be one of: pull-push, push, pull, or a variable, not {shown(text)}{meant(near)}"
            faults.add("keyword-value", path, message, right=near)


KEY_TEXT = _Key("a string")
_FILES = Strings(least=1, most=2)
KEY = Either(
    KEY_TEXT,
    Fields({"files": _FILES, "files_commits": _FILES, "prefix": KEY_TEXT}, needed_one=(("files", "files_commits"),)),
    words="a string or a map (hash) with `files`",
)
_CACHE = Fields(
    {
        "key": KEY,
        "untracked": FLAG,
        "paths": STRINGS,
        "when": Words("on_success", "on_failure", "always"),
        "policy": _Policy("a string: one of pull-push, push, pull, or a variable"),
        "unprotect": FLAG,
        "fallback_keys": Strings(most=5),
    }
)
CACHES = Either(
    _CACHE, Listing(_CACHE, "a list of caches", most=4, nested=True, holes=True), words="a map (hash) or a list of maps"
)
