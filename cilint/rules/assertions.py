"""The vocabulary of `assert:`: one small function a word.

Each takes a subject and its option and answers True (holds), False (does not) or None: what it would take to know
cannot be known here, as with an image whose variable is set in the project's settings. `OPTIONS` says what each word
takes; the schema of packs and the docs read it.
"""

from __future__ import annotations

from cilint.notation.durations import seconds
from cilint.tree.node import Mapping, Scalar, Sequence, is_null, plain, ruby_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from cilint.rules.select import Subject


def starts_with(subject: Subject, option: list[str]) -> bool | None:
    """The text begins with one of these; variables stay as `$NAME`, the way `${NAME}` is read too."""
    text, known = subject.text, subject.known
    if any(text.startswith(word) and len(word) <= known for word in option):
        return True
    return None if any(word.startswith(text[:known]) for word in option if known < len(text)) else False


def ends_with(subject: Subject, option: list[str]) -> bool | None:
    """The text ends with one of these."""
    return _known(subject, any(subject.text.endswith(word) for word in option))


def contains(subject: Subject, option: list[str]) -> bool | None:
    """The text holds one of these; a list holds one of these as an item; a map holds one of these as a key."""
    node = subject.site.node
    if isinstance(node, Sequence):
        items = {ruby_text(item.value) for item in node.items if isinstance(item, Scalar)}
        return any(word in items for word in option)
    if isinstance(node, Mapping):
        return any(word in node for word in option)
    return _known(subject, any(word in subject.text for word in option))


def equals(subject: Subject, option: Any) -> bool | None:
    """The value is exactly this, of the same type."""
    if subject.expanded and isinstance(option, str):
        return _known(subject, subject.text == option)
    value = plain(subject.site.node)
    return value == option and isinstance(value, bool) == isinstance(option, bool)


def one_of(subject: Subject, option: list[Any]) -> bool | None:
    """The value is one of these; numbers and booleans count as their text."""
    return _known(subject, subject.text in [_text(word) for word in option])


def none_of(subject: Subject, option: list[Any]) -> bool | None:
    """The value is none of these; numbers and booleans count as their text."""
    return _known(subject, subject.text not in [_text(word) for word in option])


def matches(subject: Subject, option: str) -> bool | None:
    """The text matches this RE2 pattern somewhere; anchor it with ^ and $ for the whole text."""
    return _known(subject, _search(option, subject.text))


def not_matches(subject: Subject, option: str) -> bool | None:
    """The text matches this RE2 pattern nowhere."""
    return _known(subject, not _search(option, subject.text))


def present(subject: Subject, option: list[str]) -> bool | None:
    """Each of these keys (dotted for keys of keys) is there and not null."""
    if all(subject.site.dig(*path.split(".")) is not None for path in option):
        return True
    return None if subject.open else False


def absent(subject: Subject, option: list[str]) -> bool | None:
    """None of these keys (dotted for keys of keys) is there; null counts as not there."""
    return all(subject.site.dig(*path.split(".")) is None for path in option)


def at_most(subject: Subject, option: float) -> bool | None:
    """A number no higher than this, or a list or map with no more entries."""
    size = _size(subject)
    return size is not None and size <= option


def at_least(subject: Subject, option: float) -> bool | None:
    """A number no lower than this, or a list or map with no fewer entries."""
    size = _size(subject)
    return size is not None and size >= option


def duration(subject: Subject, option: str) -> bool | None:
    """A duration that is exactly as long, however it is spelt ("1 week", "7 days", "168h")."""
    return _known(subject, seconds(subject.text) == seconds(option))


def duration_at_most(subject: Subject, option: str) -> bool | None:
    """A duration no longer than this; "never" is longer than any."""
    length, limit = seconds(subject.text), seconds(option)
    never = subject.text.strip().lower() == "never"
    return _known(subject, not never and length is not None and limit is not None and length <= limit)


def is_type(subject: Subject, option: str) -> bool | None:
    """The value is of this type: string, number, boolean, list, map or null."""
    node = subject.site.node
    if isinstance(node, (Sequence, Mapping)):
        return option == ("list" if isinstance(node, Sequence) else "map")
    if is_null(node):
        return option == "null"
    value = subject.site.value
    kind = "boolean" if isinstance(value, bool) else "string" if isinstance(value, str) else "number"
    return option == kind


WORDS: dict[str, Callable[[Subject, Any], bool | None]] = {
    "starts_with": starts_with,
    "ends_with": ends_with,
    "contains": contains,
    "equals": equals,
    "one_of": one_of,
    "none_of": none_of,
    "matches": matches,
    "not_matches": not_matches,
    "present": present,
    "absent": absent,
    "at_most": at_most,
    "at_least": at_least,
    "duration": duration,
    "duration_at_most": duration_at_most,
    "type": is_type,
}

# What each word takes: "texts" (one or a list), "values" (a list), "value", "pattern", "number", "duration", "type".
OPTIONS = {
    "starts_with": "texts",
    "ends_with": "texts",
    "contains": "texts",
    "equals": "value",
    "one_of": "values",
    "none_of": "values",
    "matches": "pattern",
    "not_matches": "pattern",
    "present": "texts",
    "absent": "texts",
    "at_most": "number",
    "at_least": "number",
    "duration": "duration",
    "duration_at_most": "duration",
    "type": "type",
}
TYPES = ("string", "number", "boolean", "list", "map", "null")


def holds(assertion: dict[str, Any], subject: Subject) -> bool | None:
    """Whether all words of an assertion hold; None when none fails and one cannot be known."""
    verdict: bool | None = True
    for word, option in assertion.items():
        answer = WORDS[word](subject, option)
        if answer is False:
            return False
        if answer is None:
            verdict = None
    return verdict


def _search(pattern: str, text: str) -> bool:
    from cilint.notation.patterns import compiled  # only when a rule has a pattern

    return compiled(pattern).occurs(text)


def _known(subject: Subject, answer: bool) -> bool | None:  # noqa: FBT001  # a verdict, not a switch
    return answer if subject.known >= len(subject.text) else None


def _size(subject: Subject) -> float | None:
    node = subject.site.node
    if isinstance(node, (Sequence, Mapping)):
        return len(node)
    value = subject.site.value
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return value
    try:
        return float(subject.text)
    except ValueError:
        return None


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ruby_text(value)
