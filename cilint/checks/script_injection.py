"""Values that outsiders control, read again as code: by eval, `sh -c`, an interpreter's input, another shell."""

from __future__ import annotations

from cilint.checks._download import code_word, interprets_input
from cilint.pattern import Pattern
from cilint.shell.command import OF_TEXT, nested
from cilint.tree.node import ruby_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from cilint.finding import Finding
    from cilint.pipeline.job import Job
    from cilint.rules.context import Context
    from cilint.shell.command import Command, Word

_NAMES = Pattern(r"(?a)\$\{?([A-Za-z_]\w*)")
_REMOTE = (
    "ssh",
    "su",
    "runuser",
    "chroot",
    "script",
    "watch",
    "parallel",
    "docker",
    "podman",
    "kubectl",
    "lxc",
    "gcloud",
)
_SHELL_IN_ARGUMENTS = ("sh", "bash", "zsh", "dash", "ash", "ksh")
# Programs whose output is made of digits or letters only, whatever they read.
_CLEANING = ("sha256sum", "sha1sum", "md5sum", "wc", "base64", "xxd", "cksum", "shasum", "jq")


def check(context: Context, parameters: dict[str, Any]) -> Iterator[Finding]:
    """parameters: variables, those whose content outsiders choose."""
    hostile = set(parameters["variables"])
    tainted: dict[str, _Tainted] = {}
    for command, jobs in context.each_command:
        for word, how in _reread(command):
            if word.static:
                continue
            for job in jobs:
                if job.name not in tainted:
                    tainted[job.name] = _Tainted(context, job, hostile)
                name = tainted[job.name].name_in(word)
                if name:
                    message = f"{how} runs the content of {name} as code, and outsiders choose it"
                    yield context.word_fault(command, word, [job], message)


class _Tainted:
    """Which variables of a job hold what outsiders write, themselves or through other variables."""

    __slots__ = ("_assigned", "_hostile", "_origins", "_scope")

    def __init__(self, context: Context, job: Job, hostile: set[str]) -> None:
        self._scope = context.scopes.of(job)
        self._assigned = context.assigned(job)
        self._hostile = hostile
        self._origins: dict[str, str] = {}

    def _origin(self, name: str) -> str:
        """The variable with what it comes from, when it is tainted; "" when it is not."""
        known = self._origins.get(name)
        if known is None:
            self._origins[name] = ""  # a circle taints nothing
            known = self._origins[name] = self._find(name)
        return known

    def _find(self, name: str) -> str:
        values = self._scope.values(name)
        if name in self._hostile and not values:
            return f"${name}"
        for value in values:
            text = ruby_text(value.site.value)
            for other in _NAMES.findall(text) if "$" in text else ():
                if origin := self._origin(other):
                    return f"${name} (from {origin.partition(' (')[0]})"
        for word in self._assigned.get(name, ()):
            if origin := self.name_in(word):
                return f"${name} (from {origin.partition(' (')[0]})"
        return ""

    def name_in(self, word: Word) -> str:
        """The tainted variable that the shell puts into a word, be it through a substitution; "" for none."""
        for part in word.parts:
            if part.kind == "variable" and not part.commands and (origin := self._origin(part.key or part.text)):
                return origin.replace(part.key, part.text, 1) if part.key else origin
            if part.commands and not _cleans(part.commands):
                for command in nested(part.commands):
                    for inner in command.words:
                        if inner is not word and (origin := self.name_in(inner)):
                            return origin
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
    elif (
        any(part.kind == "process" for word in command.argv[1:] for part in word.parts) and name in _SHELL_IN_ARGUMENTS
    ):
        for word in command.argv[1:]:
            yield word, name
    if name in ("xargs", *_REMOTE):
        yield from _handed_on(command, name)


def _option_before(command: Command, code: Word) -> str:
    words = command.argv
    return words[words.index(code) - 1].text


def _input_of(command: Command, name: str) -> Iterator[tuple[Word, str]]:
    for redirect in command.redirects:
        if redirect.op in OF_TEXT:
            yield redirect.word, f"{name} {redirect.op}"
    for one in nested(command.earlier):
        if one.name in ("echo", "printf", "cat"):
            for word in one.words[1:]:
                yield word, f"| {name}"
        for word in one.redirected(OF_TEXT):
            yield word, f"| {name}"


def _handed_on(command: Command, name: str) -> Iterator[tuple[Word, str]]:
    """`ssh host "..."`, `docker exec x sh -c "..."`, `echo $X | xargs -I{} sh -c "... {}"`."""
    words = command.argv
    texts = [word.text for word in words]
    shell = next(
        (index for index, text in enumerate(texts) if index and text.rpartition("/")[2] in _SHELL_IN_ARGUMENTS), 0
    )
    if name == "ssh":
        for word in words[2:]:
            if " " in word.text or word is words[-1]:
                yield word, "ssh"
        for word in command.redirected(OF_TEXT):
            yield word, "ssh"
    elif name == "su" and "-c" in texts[:-1]:
        yield words[texts.index("-c") + 1], "su -c"
    elif shell and "-c" in texts[shell:-1]:
        if name == "xargs":
            for earlier in command.earlier:
                for word in earlier.words[1:]:
                    yield word, "xargs sh -c"
        yield words[texts.index("-c", shell) + 1], f"{name} … {texts[shell]} -c"
    elif name == "xargs" and shell:
        for earlier in command.earlier:
            for word in earlier.words[1:]:
                yield word, f"xargs {texts[shell]}"
