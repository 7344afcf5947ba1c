"""What an explicit tag on a list or a map does in GitLab's loader (ruby/psych lib/psych/visitors/to_ruby.rb).

`!reference` is GitLab's own (lib/gitlab/ci/config/yaml/tags/reference.rb). Tags that name a Ruby class are refused,
for the loader permits none (lib/gitlab/config/loader/yaml.rb). All others are dropped silently.
"""

from __future__ import annotations

from cilint.pattern import Pattern

REFERENCE_TAG = "!reference"
STRING_TAG = "tag:yaml.org,2002:str"

_LIST = Pattern(r"!(?:seq|ruby/array):(?P<name>.*)")
_MAP = Pattern(
    r"!ruby/(?P<kind>object|struct|exception|range):?(?P<name>.*)"
    r"|!(?:ruby/array|ruby/hash|ruby/marshalable|ruby/hash-with-ivars|map):(?P<other>.*)"
    r"|(?:!|tag:yaml\.org,2002:)(?P<collection>set|omap)"
    r"|!(?P<text>str|ruby/string)(?::.*)?|tag:yaml\.org,2002:str"
)


def refusal_of(tag: str, *, is_map: bool) -> str:
    """GitLab's message on a tag of a collection; empty where the tag is accepted."""
    found = (_MAP if is_map else _LIST).fullmatch(tag)
    if not found:
        return ""
    parts = found.groupdict()
    if parts.get("collection"):
        return f"Tried to load unspecified class: Psych::{parts['collection'].capitalize()}"
    name = parts.get("name") or parts.get("other") or (parts.get("kind") or "").capitalize()
    if name == "Hash" and parts.get("kind") == "object":
        return ""
    return f"Tried to load unspecified class: {name}" if name else f"the tag {tag} does not fit {_WHAT[is_map]}"


_WHAT = {True: "a map", False: "a list"}
