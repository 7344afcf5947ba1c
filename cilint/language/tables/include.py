"""Entries of `include:` and `trigger:include:` (lib/gitlab/ci/config/entry/include.rb, concerns/base_include.rb)."""

from __future__ import annotations

from cilint.language.shapes import ANY, Shape, Text
from cilint.language.structures import Either, Fields, Listing, Named
from cilint.language.tables.rules import INCLUDE_RULES
from cilint.pattern import Pattern
from cilint.tree.node import Mapping, Scalar, Sequence

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cilint.language.faults import Faults, Way

_BASE64 = Pattern(r"(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?\Z")


def _blank(node: Mapping, key: str) -> bool:
    child = node.set(key)
    if isinstance(child, Scalar):
        return child.value is False or (isinstance(child.value, str) and not child.value.strip())
    return child is None or (isinstance(child, (Mapping, Sequence)) and not len(child))


def _check_entry(node: Mapping, path: Way, faults: Faults) -> None:
    if node.set("project") is not None and _blank(node, "file"):
        faults.missing(path, ("file",), "must specify the `file` where to fetch the config from, beside `project`")
    if node.set("artifact") is not None and _blank(node, "job"):
        faults.missing(path, ("job",), "must specify the `job` where to fetch the artifact from")
    integrity = node.set("integrity")
    if integrity is None:
        return
    text = integrity.value if isinstance(integrity, Scalar) else None
    if _blank(node, "remote"):
        faults.add("keyword-conflict", (*path, "integrity"), "can only be specified for remote includes", at_key=True)
    if not isinstance(text, str) or not text.startswith("sha256-"):
        faults.add("keyword-value", (*path, "integrity"), "hash must start with 'sha256-'")
    elif not _BASE64.match(text[7:]):
        faults.add("keyword-value", (*path, "integrity"), "hash must be base64 encoded after 'sha256-'")


_KEYS = ("local", "file", "remote", "project", "ref", "integrity", "cache", "template", "artifact", "job", "component")
ENTRY: Shape = Either(
    Text(),
    Fields({**dict.fromkeys(_KEYS, ANY), "inputs": Named(ANY), "rules": INCLUDE_RULES}, checks=(_check_entry,)),
    words="a string or a map (hash)",
)
INCLUDES = Either(
    Text(), ENTRY, Listing(ENTRY, "a list of includes", holes=True), words="a string, a map or a list of these"
)
CHILD_INCLUDES = Either(
    Text(),
    ENTRY,
    Listing(ENTRY, "a list of includes", most=3, holes=True),
    words="a string, a map or a list of at most three of these",
)
