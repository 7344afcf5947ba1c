"""AWS access keys that are set in YAML, or read from the project's variables, in place of an hour's STS credentials."""

from __future__ import annotations

from cilint.checks._reach import Reach
from cilint.pattern import Pattern
from cilint.pipeline.variables import references
from cilint.rules.select import subjects
from cilint.shell.command import OF_TEXT, TO_FILE, all_assignments, tail
from cilint.shell.script import in_file
from cilint.tree.node import ruby_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from cilint.finding import Finding
    from cilint.pipeline.job import Job
    from cilint.rules.context import Context
    from cilint.rules.select import Subject
    from cilint.shell.command import Command, Word

_STORED = "a stored AWS credential"
_CONFIGURE = ("aws_access_key_id", "aws_secret_access_key", "aws_session_token")
# Calls of STS whose answer holds credentials; get-caller-identity and its like give none.
_GIVING = Pattern(r"assume-role|get-session-token|get-federation-token")
_GIVING_IN_CODE = Pattern(r"(?i)assume_?role|fromWebToken|fromTokenFile|get_?session_?token")
_FILE = Pattern(r"\.aws/credentials\b|\$\{?AWS_SHARED_CREDENTIALS_FILE\b")
_PLACED = ("cp", "mv", "ln", "install", "rsync", "tee")
_WRITERS = ("echo", "printf", "cat", "tee")
_READ_IN_CODE = (
    r"(?:environ(?:\.get)?|getenv|env\.get|process\.env|ENV(?:\.fetch)?)\s*[\[(.]\s*[\"']?(%s)\b(?![\"'\])]*\s*=[^=])"
)


def check(context: Context, parameters: dict[str, Any]) -> Iterator[Finding]:
    """parameters: variables, the names that hold static credentials; file, the variable that names the file of them."""
    names = set(parameters["variables"])
    yield from _in_yaml(context, names, parameters["file"])
    words = (*names, *_CONFIGURE, ".aws/credentials", parameters["file"], "configure import")
    for job in context.jobs:
        if context.scripts.mention(job, *words):
            yield from _InScript(context, job, names).findings()
        yield from _in_code(context, job, names)


def _in_yaml(context: Context, names: set[str], file: str) -> Iterator[Finding]:
    """Variables of those names, secrets of those names, and values that read them."""
    reach = Reach(context)
    for subject in subjects(context, "variable"):
        message = _fault_of_variable(context, subject, names, file)
        if message:
            jobs = [subject.job.name] if subject.job else reach.of_variable(subject.name)
            yield context.fault(subject.site, f"{message}: {_STORED}", jobs=jobs)
    for job in context.pipeline.jobs.values():
        for site in context.scalars.of(job):
            text = ruby_text(site.value)
            if "$" not in text and "%" not in text and (site.written is None or site.written.value not in names):
                continue
            keyword, key = str(site.path[1]) if len(site.path) > 1 else "", str(site.path[-1])
            if keyword in ("services", "image") and key in names and text:
                yield context.fault(site, f"{key} is set in YAML: {_STORED}", job=job)
            elif keyword not in ("variables", "run", "hooks") and "script" not in keyword:
                name = _read_in(text, names)
                if name and "variables" not in site.path[1:-1]:
                    yield context.fault(site, f"reads ${name} of the project's settings: {_STORED}", job=job)
        secrets = job.get("secrets")
        for _, site in secrets.items() if secrets else ():
            if site.path[-1] in names:
                yield context.fault(site.key_span, f"{site.path[-1]} comes from a vault: {_STORED}", job=job, site=site)


def _fault_of_variable(context: Context, subject: Subject, names: set[str], file: str) -> str:
    """What is wrong with a variable of YAML; "" for nothing."""
    if subject.name in names:
        return f"{subject.name} is set in YAML" if subject.text else ""
    if name := _read_in(subject.text, names):
        return f"reads ${name} of the project's settings"
    scope = context.scopes.of(subject.job) if subject.job else context.scopes.shared
    if subject.name == file and any(one.missing and not one.known for one in scope.expand(subject.text)):
        return f"{file} is a file that the project's settings hold"
    return ""


def _read_in(text: str, names: set[str]) -> str:
    return next((name for name in references(text) if name in names), "")


def _in_code(context: Context, job: Job, names: set[str]) -> Iterator[Finding]:
    """Called files in other languages than shell that read the names, and ask STS for nothing."""
    for source in context.scripts.programs(job):
        if not any(name in source.text for name in names) or _GIVING_IN_CODE.search(source.text):
            continue

        import re  # rare, and slow to import

        for found in re.finditer(_READ_IN_CODE % "|".join(sorted(names)), source.text):
            message = f"reads ${found[1]} of the project's settings: {_STORED}"
            yield context.fault(in_file(source, source.text, found.start(1), found.end(1)), message, job=job)


class _InScript:
    """The shell of one job. What it reads that nothing in the job has made comes from the project's variables."""

    __slots__ = ("_assigned", "_commands", "_context", "_job", "_made_here", "_names", "_sts")

    def __init__(self, context: Context, job: Job, names: set[str]) -> None:
        self._context = context
        self._job = job
        self._names = names
        self._commands = context.commands(job)
        self._assigned = _made(context, job, self._commands)
        self._sts = any(_asks_sts(command) for command in self._commands)
        # What eval, read or a file that is not in the repository sets cannot be seen; with STS at work it comes from there.
        self._made_here = self._sts and any(_is_opaque(context, job, command) for command in self._commands)

    def findings(self) -> Iterator[Finding]:
        """Every command by itself; a word is told once."""
        for command in self._commands:
            told: set[int] = set()
            for word, message in (*self._set(command), *self._configured(command), *self._read(command)):
                if word.end not in told:
                    told.add(word.end)
                    span = command.script.span(word.start, word.end)
                    site = self._context.line(self._job, command)
                    yield self._context.fault(span, f"{message}: {_STORED}", job=self._job, site=site)

    def _set(self, command: Command) -> Iterator[tuple[Word, str]]:
        """`export NAME=value`, `NAME=value command`, and `NAME=value` handed on: `env`, `docker run -e`, build arguments."""
        pairs = list(all_assignments(command))
        for word in command.words[1:] if command.name not in _WRITERS else ():
            head, equals, _ = word.text.partition("=")
            while equals and head not in self._names and "=" in word.text[len(head) + 1 :]:
                head += "=" + word.text[len(head) + 1 :].partition("=")[0]  # --env=NAME=value
            name = head.rpartition("=")[2]
            if equals and name in self._names and not any(tail(word, len(head) + 1).start == w.start for _, w in pairs):
                pairs.append((name, tail(word, len(head) + 1)))
        for name, word in pairs:
            if name in self._names and self._from_outside(word):
                yield word, f"{name} is set from {'a literal' if word.static else word.text}"

    def _read(self, command: Command) -> Iterator[tuple[Word, str]]:
        if self._sts:
            return
        for word in (*command.words, *command.redirected()):
            read = next((name for name in word.variables if name in self._names and name not in self._assigned), None)
            if read is not None:
                yield word, f"reads ${read}, which the job does not get from STS"
        passed = [word for word in command.words if word.text.removeprefix("--env=") in self._names]
        if passed and command.name in ("docker", "podman", "nerdctl") and not self._assigned & self._names:
            yield passed[0], f"hands on {passed[0].text}, which the job does not get from STS"
        elif passed and command.name == "printenv":
            yield passed[0], f"reads ${passed[0].text}, which the job does not get from STS"

    def _configured(self, command: Command) -> Iterator[tuple[Word, str]]:
        """`aws configure set aws_access_key_id VALUE`, and what is written to the file of credentials."""
        words = command.operands
        texts = [word.text for word in words]
        if command.name == "aws" and "configure" in texts:
            at = next((index for index, text in enumerate(texts) if text in _CONFIGURE), -1)
            if "set" in texts and 0 <= at < len(words) - 1 and self._from_outside(words[at + 1]):
                yield words[at + 1], f"configures {texts[at]}"
            elif "import" in texts and not self._sts:
                yield words[texts.index("import")], "imports a file of access keys"
        if self._sts:
            return
        targets = command.redirected(TO_FILE)
        targets += command.operands[-1:] if command.name in _PLACED else []
        for target in targets:
            if _FILE.search(target.text) and (source := self._source(command, target)) is not None:
                yield source, f"writes {target.text} from the project's settings"

    def _source(self, command: Command, target: Word) -> Word | None:
        """The word that brings what is written from outside the job; None where the job has made it all."""
        bodies = command.redirected((*OF_TEXT, "<"))
        for one in (*command.earlier, command):
            bodies += [word for word in one.argv[1:] if word is not target]
            bodies += one.redirected((*OF_TEXT, "<"))
        for word in bodies:
            foreign = [name for name in word.variables if name not in self._assigned and name not in ("HOME", "PWD")]
            if any(not name.startswith(("CI_", "AWS_REGION", "AWS_DEFAULT_REGION")) for name in foreign):
                return word
        return None

    def _from_outside(self, word: Word) -> bool:
        """Whether a value is written out, or read from variables that nothing in the job has made."""
        if not word.text:
            return False
        if word.static:
            return True
        if any(part.kind not in ("text", "variable") for part in word.parts) or self._made_here:
            return False
        return not any(name in self._assigned for name in word.variables)


def _made(context: Context, job: Job, commands: list[Command]) -> set[str]:
    """The variables that the job's shell sets itself, those that it reads, and arguments of its functions among them."""
    read = {word.text for one in commands if one.name in ("read", "mapfile", "readarray") for word in one.argv[1:]}
    return {*context.assigned(job), *read, *"123456789"}


def _asks_sts(command: Command) -> bool:
    return command.name == "aws" and "sts" in command.arguments and any(map(_GIVING.match, command.arguments))


def _is_opaque(context: Context, job: Job, command: Command) -> bool:
    """Whether the command may set variables that nobody can read off."""
    if command.name == "eval":
        return True
    if command.name in ("source", "."):
        name = command.argv[1].text.rpartition("/")[2] if len(command.argv) > 1 else ""
        return not any(source.path.rpartition("/")[2] == name for source in context.scripts.files(job))
    return command.name in ("export", "declare") and any(word.commands for word in command.argv[1:])
