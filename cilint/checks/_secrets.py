"""Detectors of credentials: formats that are sure, and values of variables that are named like secrets."""

from __future__ import annotations

from cilint.pattern import Pattern

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

# One alternative a vendor, in formats that nothing else has. The name of the group tells what it is.
FORMATS = Pattern(
    r"""(?x)(?<![A-Za-z0-9])(?:
      (?P<AWS_access_key>(?:AKIA|ASIA)[A-Z2-7]{16}(?![A-Za-z0-9]))
    | (?P<GitLab_token>gl(?:pat|dt|rt|rtr|cbt|ptt|soat|ft|imt|agent|oas|ffct|wt)-[0-9A-Za-z_=.-]{20,})
    | (?P<GitLab_runner_token>GR1348941[0-9A-Za-z_-]{20,})
    | (?P<GitHub_token>gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{30,})
    | (?P<Slack_token>xox[abeoprs]-[0-9A-Za-z-]{10,}|xapp-[0-9]-[0-9A-Za-z-]{10,})
    | (?P<npm_token>npm_[A-Za-z0-9]{36})
    | (?P<PyPI_token>pypi-AgEI[A-Za-z0-9_-]{40,})
    | (?P<Docker_token>dckr_(?:pat|oat)_[A-Za-z0-9_-]{20,})
    | (?P<Google_key>AIza[0-9A-Za-z_-]{35})
    | (?P<Stripe_key>[rs]k_live_[0-9A-Za-z]{20,})
    | (?P<SendGrid_key>SG\.[\w-]{20,}\.[\w-]{40,})
    | (?P<Sentry_token>sntry[su]_[A-Za-z0-9_=+/-]{30,})
    | (?P<Vault_token>hv[sbr]\.[A-Za-z0-9_-]{24,})
    | (?P<OpenAI_key>sk-(?:proj-|svcacct-)?[A-Za-z0-9_-]{20,}T3BlbkFJ[A-Za-z0-9_-]{20,})
    | (?P<Databricks_token>dapi[0-9a-f]{32})
    | (?P<DigitalOcean_token>do[opr]_v1_[0-9a-f]{64})
    | (?P<JSON_web_token>eyJ[A-Za-z0-9_-]{15,}\.eyJ[A-Za-z0-9_-]{15,}\.[A-Za-z0-9_-]{20,})
    )
    | (?P<private_key>-----BEGIN\ (?:[A-Z0-9]+\ )*PRIVATE\ KEY(?:\ BLOCK)?-----)
    | (?P<Slack_webhook>https?://hooks\.slack\.com/(?:services|workflows|triggers)/[A-Za-z0-9]{6,}/[A-Za-z0-9]{6,}/[A-Za-z0-9]{16,})
    | (?P<Discord_webhook>https?://(?:\w+\.)?discord(?:app)?\.com/api/webhooks/\d{15,}/[\w-]{40,})
    | (?P<Teams_webhook>https?://[\w.-]+\.webhook\.office\.com/webhookb2/[\w@-]{30,}/\S{20,})
    | (?P<Azure_storage_key>AccountKey=[A-Za-z0-9+/]{80,}={0,2})
    """,
)
# A text without any of these holds none of the formats; looking for words is cheap, and most files have none.
HINTS = (
    "AKIA", "ASIA", "glpat-", "gldt-", "glrt-", "glrtr-", "glcbt-", "glptt-", "glsoat-", "glft-", "glimt-", "glagent-",
    "gloas-", "glffct-", "glwt-", "GR1348941", "ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_", "xoxa-", "xoxb-",
    "xoxe-", "xoxo-", "xoxp-", "xoxr-", "xoxs-", "xapp-", "npm_", "pypi-AgEI", "dckr_", "AIza", "k_live_", "SG.", "sntrys_",
    "sntryu_", "hvs.", "hvb.", "hvr.", "T3BlbkFJ", "dapi", "dop_v1_", "doo_v1_", "dor_v1_", "eyJ", "PRIVATE KEY",
    "hooks.slack.com", "/api/webhooks/", "webhook.office.com", "AccountKey=",
)  # fmt: skip
_SECRET_WORDS = ("pass", "pwd", "secret", "token", "key", "cred", "webhook", "dsn")
# A password between user and host. Variables, and what is plainly a place to fill in, are no password. The scheme is
# bounded: from every letter of a long word the search would read the whole word again.
URL_PASSWORD = Pattern(r"[a-z][a-z0-9+.-]{0,31}://[^\s:/@\"'<>{}]*:(?P<value>[^\s/@\"'<>{}$%*]{3,})@[\w.-]")
SECRET_NAME = Pattern(
    r"(?i)(?:^|[_.-])(?:[a-z0-9]{0,8}passw(?:or)?d|pass(?:phrase)?|pwd|secrets?|tokens?|api_?keys?|access_?keys?|private_?keys?|secret_?keys?"
    r"|auth_?keys?|signing_?keys?|encryption_?keys?|routing_?keys?|integration_?keys?|app_?keys?|license_?keys?"
    r"|client_?secrets?|credentials?|creds|webhook(?:_?url)?|dsn)(?:$|[_.-](?:[a-z]{1,12}|[0-9]+)$)",
)
# ... but what such a name holds is then not the secret itself.
_NO_SECRET_NAME = Pattern(
    r"(?i)(?:file|path|dir|name|names|id|ids|url|uri|host|header|type|ttl|age|length|count|enabled|required|policy|prefix|suffix"
    r"|version|duration|expiry|expires(?:_in)?|timeout|manager|store|backend|engine|provider|scope|scopes|user|username"
    r"|detection|scanner|scan|disabled|image|arn|region|public|format|env|var|variable|key_?name|audience|aud|server|service"
    r"|excluded_paths|method|mode|role|group|mount|field|jq|query|regex|pattern|template|strategy)$",
)
_PLACEHOLDER = Pattern(
    r"(?i)change[-_ ]?me|replace|your[-_ ]|example|dummy|fake|sample|placeholder|redacted|todo|xxx|\*\*\*|\.\.\.|<[^>]*>"
    r"|^(?:none|null|true|false|yes|no|on|off|test|tests|testing|password|passwd|pass|secret|token|admin|root|user"
    r"|postgres|mysql|default|guest|masked|hidden|empty|unset|never|always|auto|ci|local|dev|required|optional)$",
)
_REFERENCE = Pattern(
    r"^(?:[a-z]+://|/|\./|~/|\w:\\|@|vault:|secret/|kv/|arn:|projects/|op://|ssm:|sm://)|[\s]|^\w+\([^)]*\)$|\{\{"
)
_FILE = Pattern(r"(?i)\.(?:json|ya?ml|txt|pem|key|crt|env|sh|py|toml|ini|cfg|conf|p12|jks|gpg|asc|dsn|xml)$")
_CASE_CHANGE = Pattern(r"[a-z][A-Z]")
_WORDS = Pattern(r"[A-Za-z]+(?:[-_./ :][A-Za-z]+)*$")  # a name made of words, such as db-password


class Secret:
    """One credential in a text: what kind, and from where to where."""

    __slots__ = ("end", "kind", "start")

    def __init__(self, kind: str, start: int, end: int) -> None:
        self.kind = kind
        self.start = start
        self.end = end


def has_hints(text: str) -> bool:
    """Whether a file may hold a credential of a known form at all, but for passwords in addresses."""
    return any(map(text.__contains__, HINTS))


def by_format(text: str, *, hinted: bool = True) -> Iterator[Secret]:
    """Credentials that their own form betrays. hinted: whether the file of the text `has_hints`."""
    if hinted and has_hints(text):
        for found in FORMATS.finditer(text):
            kind = found.lastgroup or ""
            if not _is_filler(found[kind]):
                yield Secret(kind.replace("_", " "), found.start(kind), found.end(kind))
    if "://" in text:
        for found in URL_PASSWORD.finditer(text):
            value = found["value"]
            if not _PLACEHOLDER.search(value) and not _is_filler(value):
                yield Secret("password in a URL", found.start("value"), found.end("value"))


def is_secret_name(name: str) -> bool:
    """Whether a variable, key or option of that name holds a secret itself."""
    lower = name.lower()
    if lower == "key" or not any(map(lower.__contains__, _SECRET_WORDS)) or SECRET_NAME.search(name) is None:
        return False
    # Whoever knows the address of a webhook may use it: it is no mere URL.
    return _NO_SECRET_NAME.search(name) is None or name.lower().endswith(("webhook_url", "webhook-url"))


def is_literal_secret(value: str) -> bool:
    """Whether the value of something that is named like a secret is one, rather than a reference or a place to fill in."""
    if not 6 <= len(value) <= 4096 or "$" in value or "%" in value[:1]:
        return False
    if _PLACEHOLDER.search(value) or _REFERENCE.search(value) or _FILE.search(value) or _WORDS.match(value):
        return _is_passphrase(value)
    if value.replace(".", "").replace("-", "").isdigit():
        return len(value) >= 8 and len(set(value)) > 3
    return entropy(value) >= 2.5 and not _is_filler(value)


def _is_passphrase(value: str) -> bool:
    """A long run of mixed letters without a break is no word: `wJalrXUtnFEMIKMDENGbPxRfiCY`."""
    return (
        value.isalpha()
        and len(value) >= 16
        and entropy(value) >= 3.5
        and not _PLACEHOLDER.search(value)
        and len(_CASE_CHANGE.findall(value)) >= 3
    )


def entropy(text: str) -> float:
    """Shannon's entropy in bits a character."""
    from math import log2  # a library of its own to load, for the few texts that come so far

    size = len(text)
    return -sum(n / size * log2(n / size) for n in (text.count(char) for char in set(text)))


def _is_filler(value: str) -> bool:
    """`glpat-xxxxxxxxxxxxxxxxxxxx`, `00000000`: the form without a secret."""
    tail = value.rpartition("-")[2] if "-" in value else value.rpartition("_")[2]
    return len(set(tail.lower())) <= 3 and len(tail) > 3


def masked(value: str) -> str:
    """Enough to find it, too little to use it."""
    return f"{value[:4]}…" if len(value) >= 12 else "…"


def tokens(text: str) -> set[str]:
    """The credentials in a text that their own form betrays: what no output may show."""
    return {text[secret.start : secret.end] for secret in by_format(text)}
