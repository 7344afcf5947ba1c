"""Variables that GitLab knows before it reads any YAML, and their place in text (lib/expand_variables.rb)."""

from __future__ import annotations

from cilint.pattern import Pattern

TYPE_CHECKING = False
if TYPE_CHECKING:
    import re
    from collections.abc import Mapping

_REFERENCE = Pattern(r"\$([a-zA-Z_][a-zA-Z0-9_]*)|\$\{([a-zA-Z_][a-zA-Z0-9_]*)\}|%([a-zA-Z_][a-zA-Z0-9_]*)%")

# A push to the default branch: what GitLab's own lint assumes (lib/gitlab/ci/lint.rb). None: known not to be there.
PUSH_TO_MAIN: dict[str, str | None] = {
    "CI": "true",
    "GITLAB_CI": "true",
    "CI_PIPELINE_SOURCE": "push",
    "CI_COMMIT_BRANCH": "main",
    "CI_COMMIT_REF_NAME": "main",
    "CI_COMMIT_REF_SLUG": "main",
    "CI_DEFAULT_BRANCH": "main",
    "CI_COMMIT_TAG": None,
    "CI_COMMIT_TAG_MESSAGE": None,
    "CI_MERGE_REQUEST_ID": None,
    "CI_MERGE_REQUEST_IID": None,
    "CI_MERGE_REQUEST_EVENT_TYPE": None,
    "CI_MERGE_REQUEST_LABELS": None,
    "CI_MERGE_REQUEST_SOURCE_BRANCH_NAME": None,
    "CI_MERGE_REQUEST_TARGET_BRANCH_NAME": None,
    "CI_EXTERNAL_PULL_REQUEST_IID": None,
    "CI_PIPELINE_SCHEDULE_DESCRIPTION": None,
    "CI_PIPELINE_TRIGGERED": None,
}


def expand(text: str, variables: Mapping[str, str | None], *, keep_unknown: bool = False) -> tuple[str, list[str]]:
    """The text with `$X`, `${X}` and `%X%` replaced, and the names whose values are not known.

    Unknown ones become nothing, or stay as they are with `keep_unknown`.
    """
    if "$" not in text and "%" not in text:
        return text, []
    unknown: list[str] = []

    def value(found: re.Match[str]) -> str:
        name = found[1] or found[2] or found[3]
        if name not in variables:
            unknown.append(name)
        known = variables.get(name)
        return known if known is not None else found[0] if keep_unknown else ""

    return _REFERENCE.sub(value, text), unknown


def names_in(text: str) -> list[str]:
    """The names of the variables that a text refers to."""
    return [found[1] or found[2] or found[3] for found in _REFERENCE.finditer(text)]
