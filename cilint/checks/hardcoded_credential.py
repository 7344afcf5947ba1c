"""Keys, tokens, passwords, webhook addresses and private keys written into YAML or script files."""

from __future__ import annotations

from cilint.checks._secrets import by_format, has_hints, is_literal_secret, is_secret_name, masked
from cilint.checks._texts import texts
from cilint.pattern import Pattern
from cilint.shell.command import all_assignments, tail

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from cilint.checks._texts import Text
    from cilint.finding import Finding
    from cilint.rules.context import Context
    from cilint.shell.command import Command, Word
    from cilint.span import Span

_OPTION = Pattern(r"--?(?P<name>[A-Za-z][\w-]*)(?:=(?P<value>.+))?$")
_BEARER = Pattern(
    r"(?i)(?:authorization:\s*(?:bearer|token|basic)\s+|(?:private|job|deploy|x-api|api)-(?:token|key):\s*)(?P<value>[^\s\"'$]{12,})",
)
_NETRC = Pattern(r"(?i)\blogin[ \t]+\S+[ \t]+password[ \t]+(?P<value>[^\s\"'$\\]{6,})")
# Programs whose option takes a password, mostly without a blank between: mysql -pSECRET, sshpass -p SECRET.
_PASSWORD_OPTIONS = {
    "mysql": "-p", "mysqldump": "-p", "mysqladmin": "-p", "mariadb": "-p", "sshpass": "-p", "redis-cli": "-a", "ldapsearch": "-w",
}  # fmt: skip
_APART = ("sshpass", "redis-cli", "ldapsearch")  # ... and those that take it from the next word, too
_USER_OPTIONS = ("-u", "--user")
_USER_PROGRAMS = ("curl", "wget", "http", "https", "skopeo", "buildah")
_LOGINS = ("docker", "podman", "helm", "crane", "skopeo", "buildah", "oras", "nerdctl")


def check(context: Context, parameters: dict[str, Any]) -> Iterator[Finding]:
    """parameters: allowed, values that are known to be no secret."""
    allowed = set(parameters["allowed"])
    told: dict[tuple[str, int], list[str]] = {}  # a value counts once on a line, whichever detector sees it first
    hinted = {source.path for source in context.sources if has_hints(source.text)}
    for text in texts(context):
        for kind, start, end in _found(text, hinted=text.source.path in hinted):
            value = text.text[start:end]
            finding = text.fault(context, f"{kind} {masked(value)} is written out", start, end)
            if value not in allowed and _is_new(told, finding.span, value):
                context.secrets.add(value)
                yield finding
    for command, jobs in context.each_command:
        for name, word in _in_command(command):
            span = command.script.span(word.start, word.end)
            if word.text not in allowed and _is_new(told, span, word.text):
                context.secrets.add(word.text)
                yield context.command_fault(command, jobs, f"{name} {masked(word.text)} is written out", span)


def _is_new(told: dict[tuple[str, int], list[str]], span: Span, value: str) -> bool:
    same_line = told.setdefault((span.source.path, span.line), [])
    if any(known in value or value in known for known in same_line):
        return False
    same_line.append(value)
    return True


def _found(text: Text, *, hinted: bool) -> Iterator[tuple[str, int, int]]:
    sure = False
    for secret in by_format(text.text, hinted=hinted):
        sure = True
        yield secret.kind, secret.start, secret.end
    if sure or text.node is None or not isinstance(text.node.value, str):
        return
    if is_secret_name(text.key) and _names_a_value(text) and is_literal_secret(text.text):
        yield f"the value of {text.key}", 0, len(text.text)


def _names_a_value(text: Text) -> bool:
    """Whether the key sets a value: variables, inputs and their like; not `secrets:` or `id_tokens:`, which refer."""
    keys = [part for part in text.path if isinstance(part, str)]
    return (
        "id_tokens" not in keys
        and "secrets" not in keys
        and "description" not in keys[-1:]
        and "rules" not in keys[-1:]
    )


def _in_command(command: Command) -> Iterator[tuple[str, Word]]:
    """Values of secret-named assignments and options, and what stands behind `curl -u user:`."""
    for name, word in all_assignments(command):
        if word.static and is_secret_name(name) and is_literal_secret(word.text):
            yield f"the value of {name}", word
    yield from _short(command)
    words = command.argv
    for index, word in enumerate(words):
        if index and word.static and "=" in word.text and (value := _assigned(word)) is not None:
            yield f"the value of {word.text[: len(word.text) - len(value.text) - 1]}", value
            continue
        if word.static and "password" in word.text and (login := _NETRC.search(word.text)):
            if is_literal_secret(login["value"]):
                yield "a password", tail(word, login.start("value"))
        if word.text[:1] != "-" and ":" not in word.text:
            continue
        option = _OPTION.match(word.text)
        following = words[index + 1] if index + 1 < len(words) else None
        if option and is_secret_name(option["name"]):
            value = tail(word, option.start("value")) if option["value"] else following
            if value is not None and value.static and value.text[:1] != "-" and is_literal_secret(value.text):
                yield f"the value of {word.text.partition('=')[0]}", value
        elif following is not None and following.static:
            yield from _login(command, word, following)
        if word.static and ":" in word.text and (header := _BEARER.search(word.text)):
            if is_literal_secret(header["value"]):
                yield "a credential in a header", word


def _assigned(word: Word) -> Word | None:
    """The credential behind a name inside a word: `db.password=SECRET`, `--from-literal=token=SECRET`."""
    start = 0
    while (end := word.text.find("=", start)) >= 0:
        name = word.text[start:end].rpartition(",")[2].rpartition(".")[2]
        if is_secret_name(name.lstrip("-")) and is_literal_secret(word.text[end + 1 :]):
            return tail(word, end + 1)
        start = end + 1
    return None


def _short(command: Command) -> Iterator[tuple[str, Word]]:
    """Passwords without a name: behind options of one letter, and those that a login reads from its input."""
    option = _PASSWORD_OPTIONS.get(command.name)
    words = command.argv
    for index, word in enumerate(words[1:], 1) if option else ():
        assert option is not None
        apart = word.text == option and command.name in _APART and index + 1 < len(words)
        value = words[index + 1] if apart else tail(word, len(option)) if word.text.startswith(option) else None
        if value is not None and value.static and is_literal_secret(value.text):
            yield "a password", value
    if "--password-stdin" in command.arguments:
        for one in command.earlier:
            for word in one.argv[1:] if one.name in ("echo", "printf") else ():
                if word.static and is_literal_secret(word.text):
                    yield "a password", word
    if command.name == "vault" and command.arguments[:1] == ["login"]:
        for word in words[2:]:
            if word.static and word.text[:1] != "-" and "=" not in word.text and is_literal_secret(word.text):
                yield "a token", word


def _login(command: Command, word: Word, following: Word) -> Iterator[tuple[str, Word]]:
    if word.text in _USER_OPTIONS and command.name in _USER_PROGRAMS:
        user, colon, password = following.text.partition(":")
        if colon and is_literal_secret(password):
            yield "a password", tail(following, len(user) + 1)
    elif (
        word.text == "-p"
        and command.name in _LOGINS
        and "login" in command.arguments
        and is_literal_secret(following.text)
    ):
        yield "a password", following
