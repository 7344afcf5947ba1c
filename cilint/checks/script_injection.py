"""Values that outsiders control, read again as code: by eval, `sh -c`, an interpreter's input, another shell."""

from __future__ import annotations

import re

from cilint.checks._download import code_word, interprets_input
from cilint.shell.command import assignments, nested
from cilint.tree.node import ruby_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any

    from cilint.finding import Finding
    from cilint.pipeline.job import Job
    from cilint.rules.context import Context
    from cilint.shell.command import Command, Word

_NAMES = re.compile(r"\$\{?([A-Za-z_]\w*)", re.A)
_REMOTE = ("ssh", "su", "runuser", "chroot", "script", "watch", "parallel", "docker", "podman", "kubectl", "lxc", "gcloud")
_SHELL_IN_ARGUMENTS = ("sh", "bash", "zsh", "dash", "ash", "ksh")
# Programs whose output is made of digits or letters only, whatever they read.
_CLEANING = ("sha256sum", "sha1sum", "md5sum", "wc", "base64", "xxd", "cksum", "shasum", "jq")


def check(context: Context, parameters: dict[str, Any]) -> Iterator[Finding]:
    """parameters: variables, those whose content outsiders choose."""
    hostile = set(parameters["variables"])
    for job in context.jobs:
        tainted = _Tainted(context, job, hostile)
        for command in context.commands(job):
            for word, how in _reread(command):
                name = tainted.name_in(word)
                if name:
                    message = f"{how} runs the content of {name} as code, and outsiders choose it"
                    span = command.script.span(word.start, word.end)
                    yield context.fault(span, message, job=job, site=context.line(job, command))


class _Tainted:
    """Which variables of a job hold what outsiders write, themselves or through other variables."""

    __slots__ = ("_origins",)

    def __init__(self, context: Context, job: Job, hostile: set[str]) -> None:
        scope = context.scopes.of(job)
        self._origins = {name: f"${name}" for name in hostile if not scope.values(name)}
        assigned = context.assigned(job)
        for _ in range(3):  # aliases of aliases
            for name in scope.names():
                for value in scope.values(name):
                    text = ruby_text(value.site.value)
                    self._alias(name, _NAMES.findall(text) if "$" in text else ())
            for name, words in assigned.items():
                for word in words:
                    self._alias(name, word.variables)
                    if origin := self.name_in(word):
                        self._origins.setdefault(name, f"${name} (from {origin})")

    def _alias(self, name: str, used: Iterable[str]) -> None:
        for other in used:
            if other in self._origins and name != other:
                self._origins.setdefault(name, f"${name} (from {self._origins[other].partition(' (')[0]})")

    def name_in(self, word: Word) -> str:
        """The tainted variable that the shell puts into a word, be it through a substitution; "" for none."""
        for part in word.parts:
            if part.kind == "variable" and part.text in self._origins and not part.commands:
                return self._origins[part.text]
            if part.commands and not _cleans(part.commands):
                for command in nested(part.commands):
                    for inner in command.words:
                        if inner is not word and (found := self.name_in(inner)):
                            return found
        return ""


def _cleans(commands: list[Command]) -> bool:
    last = commands[-1].pipe[-1]
    return last.name in _CLEANING or (last.name == "tr" and any("c" in word.text for word in last.argv[1:2]))


def _reread(command: Command) -> Iterator[tuple[Word, str]]:
    """The words of a command whose content becomes code after the shell has put variables in."""
    name = command.name
    if name == "eval":
        for word in command.argv[1:]:
            yield word, "eval"
        return
    code = code_word(command)
    if code is not None:
        yield code, f"{name} {_option_before(command, code)}"
    if interprets_input(command):
        yield from _input_of(command, name)
    if name in ("source", "."):
        for word in command.argv[1:2]:
            if any(part.kind == "process" for part in word.parts):
                yield word, name
    elif any(part.kind == "process" for word in command.argv[1:] for part in word.parts) and name in _SHELL_IN_ARGUMENTS:
        for word in command.argv[1:]:
            yield word, name
    if name in ("xargs", *_REMOTE):
        yield from _handed_on(command, name)


def _option_before(command: Command, code: Word) -> str:
    words = command.argv
    return words[words.index(code) - 1].text


def _input_of(command: Command, name: str) -> Iterator[tuple[Word, str]]:
    for redirect in command.redirects:
        if redirect.op in ("<<<", "<<"):
            yield redirect.word, f"{name} {redirect.op}"
    place = command.pipe.index(command)
    for earlier in command.pipe[:place]:
        for one in nested([earlier]):
            if one.name in ("echo", "printf", "cat"):
                for word in one.words[1:]:
                    yield word, f"| {name}"
            for redirect in one.redirects:
                if redirect.op in ("<<<", "<<"):
                    yield redirect.word, f"| {name}"


def _handed_on(command: Command, name: str) -> Iterator[tuple[Word, str]]:
    """`ssh host "..."`, `docker exec x sh -c "..."`, `echo $X | xargs -I{} sh -c "... {}"`."""
    words = command.argv
    texts = [word.text for word in words]
    shell = next((index for index, text in enumerate(texts) if index and text.rpartition("/")[2] in _SHELL_IN_ARGUMENTS), 0)
    if name == "ssh":
        for word in words[2:]:
            if " " in word.text or word is words[-1]:
                yield word, "ssh"
        for redirect in command.redirects:
            if redirect.op in ("<<<", "<<"):
                yield redirect.word, "ssh"
    elif name == "su" and "-c" in texts[:-1]:
        yield words[texts.index("-c") + 1], "su -c"
    elif shell and "-c" in texts[shell:-1]:
        if name == "xargs":
            place = command.pipe.index(command)
            for earlier in command.pipe[:place]:
                for word in earlier.words[1:]:
                    yield word, "xargs sh -c"
        yield words[texts.index("-c", shell) + 1], f"{name} … {texts[shell]} -c"
    elif name == "xargs" and shell:
        place = command.pipe.index(command)
        for earlier in command.pipe[:place]:
            for word in earlier.words[1:]:
                yield word, f"xargs {texts[shell]}"
