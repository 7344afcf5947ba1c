"""`only:` and `except:` (lib/gitlab/ci/config/entry/policy.rb)."""

from __future__ import annotations

from cilint.language.faults import shown
from cilint.language.shapes import CONDITION, Text, Words
from cilint.language.structures import STRINGS, Either, Fields, Strings
from cilint.notation.patterns import PatternError, compile_pattern, is_pattern
from cilint.tree.node import Scalar

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cilint.language.faults import Faults, Way
    from cilint.tree.node import Node


class _Ref(Text):
    """A name of a ref, a kind of pipeline, or a pattern between slashes."""

    __slots__ = ()

    def check(self, node: Node, path: Way, faults: Faults) -> None:
        """See Shape."""
        text = node.value if isinstance(node, Scalar) else None
        if not isinstance(text, str) or not is_pattern(text):
            return
        try:
            compile_pattern(text, unescape=False)
        except PatternError as error:
            wanted = "should be an array of strings or regular expressions using re2 syntax"
            faults.add("pattern-invalid", path, f"{wanted}, and {shown(text)} is none: {error}")


_REFS = Strings(item=_Ref())
POLICY = Either(
    _REFS,
    Fields(
        {"refs": _REFS, "variables": Strings(item=CONDITION), "changes": STRINGS, "kubernetes": Words("active")},
        filled=True,
        hints={
            "branches": "write it as a ref: `refs: [branches]`",
            "tags": "write it as a ref: `refs: [tags]`",
            "if": "`only` and `except` have `variables`; `if` belongs in `rules`",
        },
    ),
    words="a list of strings or regular expressions, or a map (hash) with `refs`, `variables`, `changes`",
)
