"""Connections that accept any certificate."""

from __future__ import annotations

from cilint.rules.select import heirs, variables
from cilint.shell.command import all_assignments

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from cilint.finding import Edit, Finding
    from cilint.rules.context import Context
    from cilint.shell.command import Command, Word

_OFF = ("false", "0", "no", "off", "none")
_ON = ("true", "1", "yes", "on")
# Options by program; a one-letter option also counts inside a cluster such as -sSLk.
_OPTIONS = {
    "curl": ("-k", "--insecure", "--proxy-insecure"),
    "wget": ("--no-check-certificate",),
    "aws": ("--no-verify-ssl",),
    "helm": ("--insecure-skip-tls-verify", "--kube-insecure-skip-tls-verify"),
    "kubectl": ("--insecure-skip-tls-verify",),
    "oc": ("--insecure-skip-tls-verify",),
    "argocd": ("--insecure",),
    "pip": ("--trusted-host",),
    "pip3": ("--trusted-host",),
    "crane": ("--insecure",),
    "oras": ("--insecure",),
    "trivy": ("--insecure",),
    "http": ("--verify=no",),
    "https": ("--verify=no",),
    "newman": ("-k", "--insecure"),
    "glab": ("--skip-tls-verify",),
}
_SWITCHES = ("--tls-verify", "--src-tls-verify", "--dest-tls-verify", "--insecure-skip-tls-verify", "--strict-ssl")
_CLUSTERS = ("curl",)
_CONFIG = {"http.sslverify": _OFF, "strict-ssl": _OFF, "strictssl": _OFF, "http.sslcainfo": ("/dev/null",)}


def check(context: Context, parameters: dict[str, Any]) -> Iterator[Finding]:
    """parameters: variables: {name: values that switch verification off}."""
    off: dict[str, list[str]] = parameters["variables"]
    for subject in variables(context, off):
        if subject.text.lower() in off.get(subject.name, ()):
            message = f"{subject.name} switches certificate checks off"
            yield context.fault(subject.site, message, job=subject.job, jobs=heirs(context, subject))
    for command, jobs in context.each_command:
        for word, what in _found(command, off):
            finding = context.word_fault(command, word, jobs, f"{what} switches certificate checks off")
            finding.edits = _without(context, command, word)
            yield finding


def _without(context: Context, command: Command, word: Word) -> tuple[Edit, ...]:
    """The option taken out; the house's authority must then be known."""
    alone = word.text in _OPTIONS.get(command.name, ()) and word.text != "--trusted-host"
    return context.reword(command, word, "") if alone else ()


def _found(command: Command, variables: dict[str, list[str]]) -> Iterator[tuple[Word, str]]:
    if command.assignments or (command.words and command.words[0].text == "export"):
        for variable, value in all_assignments(command):
            if value.text.lower() in variables.get(variable, ()):
                yield value, variable
    name = command.name
    words = command.argv
    options = _OPTIONS.get(name, ())
    for index, word in enumerate(words[1:], 1):
        text = word.text
        key, _, value_text = text.partition("=")
        if text in options or (key in options and value_text.lower() not in _OFF and key.startswith("--")):
            yield word, f"{name} {key}"
        elif name in _CLUSTERS and text[:1] == "-" and text[1:2] not in ("-", "") and "k" in _flags(text):
            yield word, f"{name} -k"
        elif key in _SWITCHES and value_text.lower() in (_ON if "skip" in key else _OFF):
            yield word, f"{name} {text}"
        elif name in ("git", "npm", "yarn", "pnpm") and _switches_off(text, words[index + 1 : index + 2]):
            yield word, f"{name} {key}"


def _flags(text: str) -> str:
    """The letters of a cluster up to the first that takes a value: -sSLko is s S L k, with -o's value behind."""
    letters = ""
    for letter in text[1:]:
        letters += letter
        if letter in "AbcCdDeEFHKmoPQrTuUwxXyYz":
            break
    return letters


def _switches_off(text: str, following: list[Word]) -> bool:
    key, equals, value = text.partition("=")
    bad = _CONFIG.get(key.lower().removeprefix("--"))
    if bad is None:
        return False
    return (value if equals else following[0].text if following else "").lower() in bad
