"""Docker daemons that talk without TLS."""

from __future__ import annotations

from cilint.pattern import Pattern
from cilint.rules.select import heirs, variables
from cilint.shell.command import all_assignments
from cilint.tree.node import ruby_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from cilint.finding import Edit, Finding
    from cilint.pipeline.job import Job
    from cilint.rules.context import Context
    from cilint.rules.select import Subject

_PLAIN_PORT = Pattern(r"tcp://[^\s/]+:2375\b")
_NO_TLS = Pattern(r"--tls(?:verify)?=(?:false|0)|--host[= ]tcp://\S+:2375|-H[= ]?tcp://\S+:2375")


def check(context: Context, parameters: dict[str, Any]) -> Iterator[Finding]:
    """parameters: host and certificates, the variables of the daemon's address and of the folder of its certificates."""
    for subject in variables(context, (parameters["certificates"], parameters["host"])):
        message = _variable_fault(subject.name, subject.text, parameters)
        if message:
            edits = _edits(context, subject, parameters)
            yield context.fault(subject.site, message, job=subject.job, jobs=heirs(context, subject), edits=edits)
    for job in context.jobs:
        yield from _services(context, job, parameters)
    for command, jobs in context.each_command:
        for name, word in all_assignments(command):
            message = _variable_fault(name, word.text, parameters)
            if message:
                yield context.word_fault(command, word, jobs, message)
        if command.name in ("docker", "dockerd") and (found := _NO_TLS.search(" ".join(command.arguments))):
            yield context.command_fault(command, jobs, f"{found[0]}: the docker daemon talks without TLS")


def _edits(context: Context, subject: Subject, parameters: dict[str, Any]) -> tuple[Edit, ...]:
    """The address and the folder that GitLab's documentation gives; the daemon must be one that has certificates."""
    if subject.name == parameters["certificates"]:
        return context.replace(subject.site, "/certs", safe=False)
    return context.replace(subject.site, subject.text.replace("2375", "2376", 1), safe=False)


def _variable_fault(name: str, text: str, parameters: dict[str, Any]) -> str:
    if name == parameters["certificates"] and not text:
        return f"an empty {name} switches the TLS of docker-in-docker off"
    if name == parameters["host"] and _PLAIN_PORT.match(text):
        return f"{name} is {text}: the docker daemon talks without TLS"
    return ""


def _services(context: Context, job: Job, parameters: dict[str, Any]) -> Iterator[Finding]:
    services = job.get("services")
    for service in services.flat() if services else ():
        variables = service.set("variables")
        for _, site in variables.items() if variables else ():
            message = _variable_fault(str(site.path[-1]), ruby_text(site.value), parameters)
            if message:
                yield context.fault(site, message, job=job)
        command = service.set("command")
        for site in command.flat() if command else ():
            found = _NO_TLS.search(site.text or "")
            if found:
                yield context.fault(site, f"{found[0]}: the docker daemon talks without TLS", job=job)
