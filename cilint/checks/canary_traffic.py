"""Canaries that get another share of the traffic than the house has settled, or of which nothing says what they get."""

from __future__ import annotations

from cilint.like import like_any
from cilint.pattern import Pattern
from cilint.shell.command import Word, all_assignments, tail
from cilint.shell.script import in_file
from cilint.tree.node import ruby_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from cilint.finding import Finding
    from cilint.pipeline.job import Job
    from cilint.rules.context import Context
    from cilint.shell.command import Command
    from cilint.span import Span
    from cilint.tree.site import Site

_NUMBER = Pattern(r"([0-9]{1,3})(?:\.0+)?%?")
# A weight in a manifest: `weight: 10`, `setWeight: 10`, nginx.ingress.kubernetes.io/canary-weight: "10".
_IN_FILE = Pattern(
    r"(?im)^[^#\n]*?(?:weight|percent(?:age)?|traffic)[\"']?[ \t]*[:=][ \t]*[\"']?([0-9]{1,3})%?[\"']?[ \t,}]*$"
)
# ... and in a word that is a structure of its own: '{"canary":{"weight":10}}', TargetGroups=[{Weight=90},{Weight=10}].
_IN_WORD = Pattern(r"(?i)[{,\[][^{,\[]*?(?:weight|percent(?:age)?)[\"']?[ \t]*[:=][ \t]*[\"']?([0-9]{1,3})\b")
_FILE_OPTIONS = ("-f", "--filename", "--values", "--patch-file", "-k", "--kustomize")
_NONE, _ALL = 0, 100  # what resets the canary, or counts the whole: no share of it


class _Share:
    """A share that something states. percent: None where only the run can tell."""

    __slots__ = ("percent", "place")

    def __init__(self, percent: int | None, place: Site | Span) -> None:
        self.percent = percent
        self.place = place


def check(context: Context, parameters: dict[str, Any]) -> Iterator[Finding]:
    """parameters: role, that of canary deployments; percent, the canary's share; names, of options, variables and keys
    that state a share (* stands for anything).
    """
    wanted: int = parameters["percent"]
    for job in context.roles.jobs(parameters["role"]):
        if job.trigger:
            context.unknown(f"the canary's share of job {job.name}", "it runs in another pipeline", job.span)
            continue
        shares = list(_shares(context, job, parameters["names"]))
        stated = {share.percent for share in shares}
        for share in shares:
            # With the canary's share, the rest is that of the stable version.
            if share.percent is not None and share.percent not in (_NONE, _ALL, wanted, _ALL - wanted):
                message = f"the canary gets {share.percent} % of the traffic, not {wanted} %"
                yield context.fault(share.place, message, job=job)
        if wanted in stated or stated - {None, _NONE, _ALL, _ALL - wanted}:
            continue
        if None in stated or job.open:
            context.unknown(f"the canary's share of job {job.name}", "only the run can tell", job.span)
        else:
            message = f"nothing says that the canary gets {wanted} % of the traffic"
            yield context.fault(job.span, message, job=job, site=job.site)


def _shares(context: Context, job: Job, names: list[str]) -> Iterator[_Share]:
    """What the job's own variables, its commands and the manifests that they apply state."""
    variables = job.get("variables")
    for _, site in variables.items() if variables else ():
        value = site.set("value") or site
        if like_any(str(site.path[-1]).lower(), names):
            for expansion in context.scopes.of(job).expand(ruby_text(value.value)):
                yield _Share(_percent(expansion.text), expansion.origin(0, 1) or value)
    for command in context.commands(job):
        for word in _stating(command, names):
            for expansion in context.expand(job, word):
                percent = _percent(expansion.text)
                # What a script takes as an argument is stated by whoever calls it.
                if percent is not None or any(name.isidentifier() for name in expansion.missing):
                    span = command.script.span(word.start, word.end)
                    yield _Share(percent, expansion.origin(0, 1) or span)
        yield from _manifests(context, command)


def _percent(text: str) -> int | None:
    found = _NUMBER.fullmatch(text.strip("\"' "))
    return int(found[1]) if found else None


def _stating(command: Command, names: list[str]) -> Iterator[Word]:
    """The words of a command that a name of a share stands before: `--weight 10`, `WEIGHT=10`, `--set canary.weight=10`."""
    for name, word in all_assignments(command):
        if like_any(name.lower(), names):
            yield word
    words = command.argv
    for index, word in enumerate(words[1:], 1):
        key, equals, _ = word.text.rpartition("=")
        if word.static and "{" in word.text:
            for found in _IN_WORD.finditer(word.text):
                yield Word(found[1], word.start, word.end)
        elif equals and like_any(key.lower().rpartition("/")[2].lstrip("-"), names):
            yield tail(word, len(key) + 1)
        elif word.text.startswith("--") and not equals and like_any(word.text[2:].lower(), names):
            yield from words[index + 1 : index + 2]
        elif word.text in ("set-weight", "set-traffic"):
            yield from [one for one in words[index + 1 :] if _percent(one.text) is not None][:1]


def _manifests(context: Context, command: Command) -> Iterator[_Share]:
    """The weights in files of the repository that the command applies."""
    if command.name not in ("kubectl", "helm", "kustomize", "istioctl", "aws"):
        return
    words = command.argv
    for index, word in enumerate(words[:-1]):
        if word.text not in _FILE_OPTIONS or not words[index + 1].static:
            continue
        path = words[index + 1].text.removeprefix("./")
        source = context.project.read_local(path, "applied by a job")
        if source is not None:
            for found in _IN_FILE.finditer(source.text):
                yield _Share(int(found[1]), in_file(source, source.text, found.start(1), found.end(1)))
