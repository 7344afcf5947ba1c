"""Whether the value behind a name, or where a password belongs, is a secret: never a reference, a place or a stand-in."""

from __future__ import annotations

from cilint.checks._secrets import entropy, is_literal_secret, is_secret_name
from cilint.pattern import Pattern

SHORTEST = 6  # what is shorter stands in too many innocent places to be hidden wherever it occurs
WORDS = ("pass", "pwd", "secret", "token", "key", "cred", "webhook", "dsn", "auth", "signature", "cookie")
_NAME_WORDS = (*WORDS, "pat", "sas")  # one of them is in every name that is concealed
_HUMP = Pattern(r"(?<=[a-z0-9])(?=[A-Z])")
_PASSWORD = Pattern(r"(?i)(?:pass(?:word|wd|phrase)?|pwd)(?:[_.-]?\d{1,3})?$")
_MORE_NAMES = Pattern(
    r"(?i)(?:^|[_.-])(?:(?:pg|ssh|db|my|root|store|key|trust)pass(?:word)?|auth|pat|cookie|signature|service_?key|registration_?token"
    r"|auth_?token|oauth_?token|pgpassword|sas)$",
)
_REFERENCE = Pattern(r"\$[\[({]?[A-Za-z_\[]|\$\(|%[A-Za-z_]\w*%|\{\{|\*\*\*")
_POINTER = Pattern(
    r"(?:[a-z][a-z0-9+.-]*://|\.{0,2}/|~/|\w:\\|@|<|vault:|secret/|kv/|arn:|projects/|op:|ssm:|sm:|env:|file:)"
)
_FILE = Pattern(r"(?i)\.(?:json|ya?ml|txt|pem|key|crt|env|sh|py|toml|ini|cfg|conf|p12|jks|gpg|asc|xml)$")
# What stands behind the name of a password and is none: the usual stand-ins, and words of a sentence about passwords.
_STAND_IN = Pattern(
    r"(?i)(?:change|replace|your|example|dummy|fake|sample|placeholder|redacted|todo|xxx|\.\.\.).*|(?:none|null|nil|true|false|yes|no|on|off"
    r"|test|tests|testing|password|passwd|pass|secret|token|key|admin|root|user|postgres|mysql|default|guest|masked|hidden"
    r"|empty|unset|never|always|auto|local|required|optional|string|stdin|prompt|env|variable|file|value)[.!?,:]?",
)  # fmt: skip


def is_rare(value: str) -> bool:
    """Whether a secret may be hidden wherever it occurs: an ordinary word or number may not."""
    if len(value) < SHORTEST or "***" in value:
        return False
    return is_literal_secret(value) or looks_random(value) or (len(value) >= 16 and " " not in value)


def is_concealed(name: str, value: str) -> bool:
    """Whether the value of a key, variable or option of that name must not be shown."""
    if not any(map(name.lower().__contains__, _NAME_WORDS)):
        return False
    name = _HUMP.sub("_", name.lstrip("-")).replace("-", "_")
    named = is_secret_name(name)
    if not named and _MORE_NAMES.search(name) is None:
        return False
    if named and _PASSWORD.search(name):
        return is_password(value)
    return is_secret(value)


def is_password(value: str) -> bool:
    """Whether what stands where a password belongs is one: any literal but the usual stand-ins."""
    if len(value) < 4 or _REFERENCE.search(value) or _STAND_IN.fullmatch(value):
        return False
    if value.isdigit() and len(value) < SHORTEST:
        return False
    if _POINTER.match(value):
        return value[:1] == "/" and looks_random(value)
    return _FILE.search(value) is None


def is_secret(value: str) -> bool:
    """Whether what stands where a token or key belongs is one, rather than its name, its place or a stand-in."""
    if _REFERENCE.search(value) or (value[:1] != "/" and _POINTER.match(value)):
        return False
    return is_literal_secret(value) or looks_random(value)


def looks_random(value: str) -> bool:
    """A long run of letters and digits that nobody would make up: `wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY`."""
    if len(value) < 12 or _REFERENCE.search(value) or any(character.isspace() for character in value):
        return False
    digits = sum(character.isdigit() for character in value)
    letters = sum(character.isalpha() for character in value)
    if not digits or not letters or value.count("/") > 3 or "://" in value or value.count(".") > 2:
        return False
    mixed = value.lower() != value and value.upper() != value
    return entropy(value) >= (3.2 if mixed or digits >= 4 else 3.6) and _FILE.search(value) is None
