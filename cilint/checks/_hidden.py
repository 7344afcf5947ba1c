"""What no output may show: the stretches of any text that are secrets, by their form or by the name before them.

One definition for all outputs: what the rule on credentials finds by its form, and the values behind names and options
that say what they are (`DB_PASSWORD=`, `--token`, `curl -u user:`, `Authorization:`). A name that surely means a
password hides whatever literal stands behind it; behind other names a value has to look like a secret. References
such as `$TOKEN` are no secrets, and neither are ordinary words.

Every search begins with words that must be there, so that a text without them costs next to nothing.
"""

from __future__ import annotations

from cilint.checks._hidden_values import SHORTEST, WORDS, is_concealed, is_password, is_rare, is_secret, looks_random
from cilint.checks._secrets import by_format, is_literal_secret
from cilint.pattern import Pattern
from cilint.tree.node import Mapping, Scalar, Sequence

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from cilint.compose.config import Config
    from cilint.tree.node import Node

_NAME = 40  # characters that a name may have on either side of the word that betrays it
_QUOTE = r"(?:\\{0,4}[\"']|&\#3[49];|&quot;|&apos;)"
_BARE = r"[^\s\"'`;&|<>()\\]"
# From the betraying word on: the rest of the name, what joins it to its value, and the value.
_BEHIND = Pattern(
    rf"""(?x)(?P<rest>[\w.-]{{0,{_NAME}}}){_QUOTE}?(?P<join>\s{{0,8}}(?:=>|:=|[=!]=|=~|[:=>])[ \t]{{0,80}}(?:\n\s{{1,200}})?|[ \t]{{1,80}})
    (?:\\{{1,4}}"(?P<escaped>[^"\\\n]{{1,4096}})\\{{1,4}}"|"(?P<double>(?:[^"\\\n]|\\[^\n]){{1,4096}})"|'(?P<single>[^'\n]{{1,4096}})'|{_QUOTE}?(?P<bare>{_BARE}{{1,4096}}))""",
)
_HEADER = Pattern(
    rf"{_QUOTE}?\s{{0,8}}[:=]\s{{0,8}}{_QUOTE}?(?:[A-Za-z][\w-]{{1,30}} +)?(?P<value>(?:(?!&#){_BARE}){{8,4096}})"
)
_SCHEME = Pattern(r" +(?P<value>[\w.~+/=-]{12,4096})")
_URL_USER = Pattern(r"://(?P<user>[^\s/:@\"'<>]{0,256})(?P<colon>:(?P<value>[^\s/@\"'<>]{1,512}))?@")
_HOST = Pattern(r"[\w-]{1,63}\.[\w.-]{1,190}[/:]")
_LOGIN = Pattern(r"(?<![\w/@.-])[\w.-]{1,64}:(?P<value>[^\s:/@\"'$<>]{6,512})$")
_QUERY = Pattern(r"[?&;](?P<name>[\w.%-]{1,40})=(?P<value>[^\s&\"'<>#;\\]{8,4096})")
_QUERY_NAMES = (
    "sig", "signature", "auth", "key", "code", "sas", "apikey", "x-amz-signature", "x-goog-signature",
    "x-amz-security-token", "x-amz-credential",
)  # fmt: skip
_HOOK = Pattern(r"https?://[^\s\"'<>\\]{8,2048}")
_HOOK_WORDS = ("hook", "pagerduty", "opsgenie", "/integration", "chat.googleapis")
_PIECE = Pattern(r"[^/?&=]{8,}")
_USER = Pattern(r"(?:\s{1,8}|=)?[\"']?(?P<user>[^\s:\"'=-][^\s:\"'=]{0,64}):(?P<value>[^\s\"'\\]{1,512})")
_USER_OPTIONS = ("-u", "-U", "--user", "--proxy-user", "creds", "--credential", "--credentials")
_FETCHES = Pattern(r"\b(?:curl|wget|httpie|https?|skopeo|buildah|podman|crane|lftp|ncftp\w*)\b")
# The letters that take a password, with the programs to which they mean that.
_LETTERS = {
    " -p": Pattern(r"\b(?:sshpass|login|mysql\w*|mariadb\w*|mongo\w*|7z|snowsql)\b"),
    " -P": Pattern(r"\b(?:zip|unzip|sqlcmd)\b"),
    " -a": Pattern(r"\bredis-cli\b"),
    " -w": Pattern(r"\bldap\w+\b"),
}
_GIVEN = Pattern(r"[ \t=]{0,4}[\"']?(?P<value>[^\s\"';|&-][^\s\"';|&]{2,512})")
_RANDOM = Pattern(r"[ =][\"']?(?P<value>[^\s\"';|&/:,.-][^\s\"';|&/:,]{7,512})")
_COMMAND = 200  # characters before an option in which its program is looked for
_KEY_BLOCK = Pattern(
    r"(?s)-----BEGIN (?:[A-Z0-9]+ ){0,4}PRIVATE KEY(?: BLOCK)?-----"
    r"(?P<value>(?:(?!-----END).){1,20000}(?=-----END)|(?:\s|\\n|[\w+/=]){1,20000})",
)
_BLIND = Pattern(r"\S")
_LINE_END = Pattern(r"\n|\\n")
_LOGIN_BEFORE = Pattern(r"\blogin[ \t]+\S{1,100}[ \t]+$")
_COMMAND_END = Pattern(r"[\n;|&]")


def conceal(text: str) -> str:
    """The text with a star for every character of a secret in it, so that columns stay where they are."""
    found = stretches(text)
    if not found:
        return text
    parts: list[str] = []
    last = 0
    for start, end in sorted(found):
        if end > last:
            start = max(start, last)
            parts += [text[last:start], blind(text[start:end])]
            last = end
    return "".join([*parts, text[last:]])


def blind(text: str) -> str:
    """A text of which nothing may be shown but where its lines end."""
    return _BLIND.sub("*", text)


def stretches(text: str) -> list[tuple[int, int]]:
    """Where secrets stand in a text, in no order; some may overlap."""
    if len(text) < SHORTEST:
        return []
    found = [(secret.start, secret.end) for secret in by_format(text)]
    low = _lower(text)
    for word in WORDS:
        for at in _each(low, word):
            found += _behind_name(text, at, len(word))
    if "PRIVATE KEY" in text:
        found += [match.span("value") for match in _KEY_BLOCK.finditer(text)]
    if "@" in text:
        found += _users(text)
    if "://" in text:
        found += _in_addresses(text, low)
    found += _in_options(text, low)
    return found


def values(text: str) -> Iterator[str]:
    """The secrets in a text that are hidden wherever else they occur: those that no innocent text holds by chance."""
    for start, end in stretches(text):
        for line in _LINE_END.split(text[start:end]):
            if is_rare(value := line.strip()):
                yield value


def of_config(config: Config, called: Iterable[str] = ()) -> set[str]:
    """The secrets in the files of a configuration, and in the scripts that its jobs call, to be hidden everywhere.

    called: the texts of those scripts.
    """
    found: set[str] = set()
    for text in called:
        found.update(values(text))
    for reading in config.readings:
        found.update(values(reading.source.text))
        # The text shows how it is written; only the values show what it is once YAML has unquoted and unfolded it.
        if _is_suspect(reading.source.text):
            for document in (reading.header, reading.body):
                if document is not None:
                    found.update(_in_node(document, "", set()))
    for source in config.sources:
        if not any(reading.source is source for reading in config.readings):
            found.update(values(source.text))
    return found


def _is_suspect(text: str) -> bool:
    low = _lower(text)
    return any(word in low for word in WORDS)


def _in_node(node: Node, name: str, seen: set[int]) -> Iterator[str]:
    if isinstance(node, Scalar):
        if name and isinstance(node.value, (str, int)) and not isinstance(node.value, bool):
            text = str(node.text)
            if is_concealed(name, text) and is_rare(text):
                yield from (line for line in map(str.strip, text.split("\n")) if is_rare(line))
            elif "auth" in name.lower() or "\\" in text:
                yield from values(f"{name}: {text}")
        return
    if id(node) in seen:  # an alias
        return
    seen.add(id(node))
    if isinstance(node, Mapping):
        for key, value in node.values.items():
            inner = str(key)
            if "\\" in inner:
                yield from values(inner)
            yield from _in_node(value, name if inner in ("value", "default", "options") and name else inner, seen)
    elif isinstance(node, Sequence):
        for item in node.items:
            yield from _in_node(item, name, seen)


def _behind_name(text: str, at: int, size: int) -> Iterator[tuple[int, int]]:
    """What stands behind a name that holds a betraying word at `at`."""
    match = _BEHIND.match(text, at + size)
    if match is None:
        return
    start = at
    while start > max(0, at - _NAME) and (text[start - 1].isalnum() or text[start - 1] in "_.-"):
        start -= 1
    if start and text[start - 1] == "\\" and text[start] in "nrt":  # the line break of a JSON text
        start += 1
    name = text[start : at + size] + match["rest"]
    if name.lower().endswith("authorization"):
        header = _HEADER.match(text, start + len(name))
        if header is not None and is_secret(_trimmed(header["value"])):
            yield header.start("value"), header.start("value") + len(_trimmed(header["value"]))
        return
    join = match["join"]
    if not join.strip() and not (name.startswith("-") or _is_netrc(text, start)):
        return
    if join[-1:] == ">" and join.strip() == ">" and text[start - 1 : start] != "<":
        return  # the end of a tag; only <password> holds its value
    group = next(group for group in ("escaped", "double", "single", "bare") if match[group])
    value = match[group] if group != "bare" else _trimmed(match["bare"])
    if (value[:1] == "-" and not join.strip()) or value[-1:] == ":":  # the next option, the next key
        return
    alone = name.isalpha() and text[text.rfind("\n", 0, start) + 1 : start].strip(" \t-") != ""  # "Password: required"
    prose = alone and join[-1:].isspace() and join.strip() == ":" and group == "bare"
    if is_concealed(name, value) and not (prose and not is_secret(value)):
        yield match.start(group), match.start(group) + len(value)


def _is_netrc(text: str, start: int) -> bool:
    """Whether a bare `password` follows `login NAME`, as in a .netrc."""
    return bool(_LOGIN_BEFORE.search(text[max(0, start - 120) : start]))


def _users(text: str) -> Iterator[tuple[int, int]]:
    for match in _URL_USER.finditer(text) if "://" in text else ():
        if match["value"] and is_password(match["value"]):
            yield match.span("value")
        if len(match["user"]) >= 16 and looks_random(match["user"]):
            yield match.span("user")
    for at in _each(text, "@"):
        before = text[max(0, at - 600) : at]
        if _HOST.match(text, at + 1) and (login := _LOGIN.search(before)) and is_literal_secret(login["value"]):
            yield at - len(login["value"]), at


def _in_addresses(text: str, low: str) -> Iterator[tuple[int, int]]:
    for match in _QUERY.finditer(text) if "=" in text and "?" in text else ():
        if match["name"].lower() in _QUERY_NAMES and looks_random(match["value"]):
            yield match.span("value")
    if not any(word in low for word in _HOOK_WORDS):
        return
    for match in _HOOK.finditer(text):
        if any(word in match[0].lower() for word in _HOOK_WORDS):
            for part in _PIECE.finditer(match[0]):
                if looks_random(part[0]):
                    yield match.start() + part.start(), match.start() + part.end()


def _in_options(text: str, low: str) -> Iterator[tuple[int, int]]:
    for option in _USER_OPTIONS:
        for at in _each(text, option):
            match = _USER.match(text, at + len(option))
            if match is None or (at and option[0] == "-" and not text[at - 1].isspace()):
                continue
            value = _trimmed(match["value"])
            if is_literal_secret(value) or (_FETCHES.search(_command(text, at)) and is_password(value)):
                yield match.start("value"), match.start("value") + len(value)
    for option, programs in _LETTERS.items():
        for at in _each(text, option):
            end = at + len(option)
            given = _GIVEN.match(text, end)
            if given is None:
                continue
            loose = _RANDOM.match(text, end) if option == " -p" else None
            if loose and looks_random(loose["value"]):
                yield loose.span("value")
            elif is_password(given["value"]) and programs.search(_command(text, at)):
                yield given.span("value")
    for word in ("bearer", "basic", "geniekey"):
        for at in _each(low, word):
            match = _SCHEME.match(text, at + len(word))
            if match and is_secret(match["value"]):
                yield match.span("value")


def _each(text: str, word: str) -> Iterator[int]:
    at = text.find(word)
    while at >= 0:
        yield at
        at = text.find(word, at + len(word))


def _command(text: str, at: int) -> str:
    """The command to which an option at `at` belongs, as far as it stands before it on its line."""
    before = text[max(0, at - _COMMAND) : at]
    return _COMMAND_END.split(before)[-1]


def _trimmed(value: str) -> str:
    return value.rstrip(",}].")


def _lower(text: str) -> str:
    """In lower case, every character at its own place."""
    low = text.lower()
    if len(low) == len(text):
        return low
    return "".join(char.lower() if len(char.lower()) == 1 else char for char in text)
