"""Role ARNs that are not the settled one, be they put together from variables."""

from __future__ import annotations

from cilint.checks._reach import Reach
from cilint.checks._texts import texts
from cilint.finding import Related
from cilint.pattern import Pattern
from cilint.pipeline.variables import references
from cilint.rules.expand import expand_word
from cilint.rules.scalars import below
from cilint.rules.select import subjects
from cilint.tree.node import ruby_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    import re
    from collections.abc import Iterator
    from typing import Any

    from cilint.finding import Finding
    from cilint.pipeline.job import Job
    from cilint.rules.context import Context
    from cilint.rules.expand import Expansion
    from cilint.shell.command import Command, Word
    from cilint.tree.site import Site

_ROLE = Pattern(r"arn:(?:aws[\w-]*|\$\w+|\$\{\w+\}):iam::([^:\s\"'`]*):role/([\w+=,.@/$%{}-]+)")
# An account that is a pattern or a place to fill in is no ARN that anybody could assume.
_REAL_ACCOUNT = Pattern(r"[0-9]+|\$\w+|\$\{\w+\}|\$\(.*\)")
# ... but what a format puts in makes one: of such an ARN the role is known.
_ACCOUNT = Pattern("[0-9]{12}")
_FORMAT = Pattern(r"%s|\{\w*\}")
_BRACES = Pattern(r"\$\{(\w+)\}")
_PARAMETER = Pattern(r"\$\{?[0-9@*]")  # what a script is called with
_PIECES = ("arn:", ":iam:", ":role/", "role/", "aws:iam")  # what a text must hold to be a part of an ARN
_CALL = "assume-role-with-web-identity"


def check(context: Context, parameters: dict[str, Any]) -> Iterator[Finding]:
    """parameters: arn, the pattern as the house writes it; other_roles: role names that are allowed besides."""
    arns = _Arns(parameters)
    for text in texts(context, "arn:aws"):
        for found in _ROLE.finditer(text.text):
            fault = arns.fault(text.text, found)
            if fault and not arns.has_others(fault) and not text.text.startswith("[[", found.end()):
                yield text.fault(context, arns.message(fault), found.start(), found.start() + len(fault))
    yield from _Composed(context, arns).findings()


class _Arns:
    """What role ARNs may be. account: the variable that holds the account in the settled one."""

    __slots__ = ("_others", "_shown", "_wanted", "account")

    def __init__(self, parameters: dict[str, Any]) -> None:
        self._shown: str = parameters["arn"]
        self._wanted = _plain(self._shown)
        self._others = set(parameters["other_roles"])
        self.account = references(self._shown)

    def fault(self, text: str, found: re.Match[str]) -> str:
        """The ARN where it is not the settled one; "" where it is, or is none that anybody assumes."""
        role = found[2].rstrip(".,;")
        if text[: found.start()].endswith("/") or role in self._others:
            return ""  # part of a longer path, such as a vault's: a name, no role to assume
        arn = f"{found[0][: found.start(2) - found.start()]}{role}"
        if _FORMAT.fullmatch(found[1]):
            return "" if self._wanted.endswith(f":role/{_plain(role)}") or _FORMAT.search(role) else arn
        return "" if not _REAL_ACCOUNT.fullmatch(found[1]) or _plain(arn) == self._wanted else arn

    def has_others(self, arn: str) -> bool:
        """Whether variables besides the account's decide what the ARN is, so that it must be judged job by job."""
        return any(name not in self.account for name in references(arn)) or _PARAMETER.search(arn) is not None

    def message(self, arn: str) -> str:
        """What is wrong with an ARN, account ids hidden."""
        return f"role {_ACCOUNT.sub('************', arn)} is not {self._shown}"


class _Composed:
    """ARNs that variables have a part in, judged in every job with the values that the variables have there."""

    __slots__ = ("_arns", "_context", "_pieces", "_users")

    def __init__(self, context: Context, arns: _Arns) -> None:
        self._context = context
        self._arns = arns
        self._pieces: set[str] = set()
        self._pieces = self._variables()
        # Variables of no job, with the jobs that use them.
        reach = Reach(context)
        shared = {one.name for one in subjects(context, "variable") if one.job is None and self._may_be(one.text)}
        self._users = {name: set(reach.of_variable(name)) for name in shared}

    def _variables(self) -> set[str]:
        """The variables that hold a part of an ARN, themselves or through others."""
        inner: dict[str, set[str]] = {}
        pieces: set[str] = set()
        for name, text in self._assignments():
            inner.setdefault(name, set()).update(references(text))
            if any(piece in text for piece in _PIECES):
                pieces.add(name)
        size = -1
        while size != len(pieces):
            size = len(pieces)
            pieces |= {name for name, names in inner.items() if not pieces.isdisjoint(names)}
        return pieces

    def _assignments(self) -> Iterator[tuple[str, str]]:
        """Every variable that YAML or the shell sets, with each of its values."""
        for subject in subjects(self._context, "variable"):
            yield subject.name, subject.text
        for job in self._context.jobs:
            parallel = job.get("parallel")
            for site in below(parallel) if parallel else ():
                yield next(str(key) for key in reversed(site.path) if isinstance(key, str)), ruby_text(site.value)
            for name, words in self._context.assigned(job).items():
                for word in words:
                    yield name, word.text

    def findings(self) -> Iterator[Finding]:
        """Every job's values, then the words of its shell."""
        for job in self._context.pipeline.jobs.values():
            scope = self._context.scopes.of(job).without(*self._arns.account)
            for site in self._values(job):
                for expansion in scope.expand(ruby_text(site.value)):
                    yield from self._judge(job, site, ruby_text(site.value), expansion)
            yield from self._filled_in(job)
        for command, jobs in self._context.each_command:
            for word in self._words(command):
                for job in jobs:
                    scope = self._context.scopes.of(job).without(*self._arns.account)
                    assigned = self._context.assigned(job)
                    if len(word.parts) == 1 and word.variables and word.variables[0] in assigned:
                        continue  # judged where it is assigned
                    known = {name: words for name, words in assigned.items() if name not in self._arns.account}
                    for expansion in expand_word(scope, word, known):
                        yield from self._judge(job, (command, word), word.text, expansion)
            self._note_unknown(command, jobs)

    def _filled_in(self, job: Job) -> Iterator[Finding]:
        """ARNs in texts into which an input was put: what is written there is not yet what the job gets."""
        for site in self._context.scalars.of(job):
            text = ruby_text(site.value)
            if ":role/" in text and any(step.kind == "input" for step in site.trail) and "$[[" in site.span.text:
                for found in _ROLE.finditer(text):
                    arn = self._arns.fault(text, found)
                    if arn and not self._arns.has_others(arn):
                        yield self._context.fault(site, self._arns.message(arn), job=job)

    def _values(self, job: Job) -> Iterator[Site]:
        """The values of a job outside its scripts, and of the variables that it has from elsewhere and uses."""
        for site in self._context.scalars.of(job):
            if isinstance(site.value, str) and "script" not in str(site.path[1:2]) and self._may_be(site.value):
                yield site
        for name, users in self._users.items():
            for value in self._context.scopes.of(job).values(name) if job.name in users else ():
                if value.site.path[:1] in (("variables",), ("workflow",)) and not value.raw:
                    yield value.site

    def _may_be(self, text: str) -> bool:
        if "$" not in text:
            return False
        return any(piece in text for piece in _PIECES) or not self._pieces.isdisjoint(references(text))

    def _words(self, command: Command) -> Iterator[Word]:
        for word in (*command.all_words, *command.redirected()):
            if not word.static and (
                any(piece in word.text for piece in _PIECES) or not self._pieces.isdisjoint(word.variables)
            ):
                yield word

    def _judge(
        self, job: Job, place: Site | tuple[Command, Word], written: str, expansion: Expansion
    ) -> Iterator[Finding]:
        raw = list(_ROLE.finditer(written))
        for found in _ROLE.finditer(expansion.text):
            arn = self._arns.fault(expansion.text, found)
            if not arn or any(self._arns.fault(written, one) and not self._arns.has_others(one[0]) for one in raw):
                continue  # what the text alone says is judged by itself
            role = found.start() + arn.rfind(":role/") + 1
            end = found.start() + len(arn)
            origin = expansion.origin(found.start(), end) or expansion.origin(role + len("role/"), end)
            message = self._arns.message(arn)
            if isinstance(place, tuple):
                command, word = place
                span = command.script.span(word.start, word.end)
                if origin is None:
                    yield self._context.word_fault(command, word, [job], message)
                    continue
            else:
                span = place.span
            related = [Related("used here", span)] if origin is not None and span.key != origin.span.key else []
            target = origin or place
            assert not isinstance(target, tuple)
            yield self._context.fault(target, message, job=job, related=related)

    def _note_unknown(self, command: Command, jobs: list[Job]) -> None:
        """Note the jobs that assume a role which no file names."""
        role = command.option("--role-arn") if _CALL in command.arguments else None
        for job in jobs if role is not None else ():
            assert role is not None
            for expansion in self._context.expand(job, role):
                if expansion.missing and not _ROLE.search(expansion.text):
                    self._context.unknown(f"the role that job {job.name} assumes", expansion.gap, command.span)


def _plain(arn: str) -> str:
    """`${NAME}` and `$NAME` are one."""
    return _BRACES.sub(lambda found: f"${found[1]}", arn)
