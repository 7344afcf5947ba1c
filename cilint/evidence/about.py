"""Which jobs a rule is about: those that it could have found fault with. All others are no evidence that it holds.

A check looks at every job and passes over those that do not concern it; evidence must not count these as tested.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from cilint.checks._aws import talks_to_aws
from cilint.checks._references import images
from cilint.compose.include_entry import EntryFault, entries_of
from cilint.rules import load
from cilint.tree import Mapping, Reference, Sequence, plain

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from cilint.pipeline.job import Job
    from cilint.rules.context import Context
    from cilint.rules.rule import Rule
    from cilint.tree.node import Node
    from cilint.tree.site import Site

    Predicate = Callable[[Context, Rule, Job], bool]


def _aws(context: Context, rule: Rule, job: Job) -> bool:
    """The job talks to AWS."""
    known = rule.parameters if "commands" in rule.parameters else load().rules["aws-oidc-id-token"].parameters
    return bool(talks_to_aws(context, job, known["commands"]))


def _docker(context: Context, rule: Rule, job: Job) -> bool:
    """The job uses a docker daemon: a service of that name, or the command."""
    del rule
    served = any(one.job is job and "docker" in reference.tool for one, reference in images(context))
    return served or any(command.name in ("docker", "dockerd") for command in context.commands(job))


def _files(context: Context, rule: Rule, job: Job) -> bool:
    """The job calls files of the repository."""
    del rule
    return bool(context.scripts.files(job))


def _version(context: Context, rule: Rule, job: Job) -> bool:
    """The job's image is one for which the rule's parameter `versions` settles a version."""
    return any(one.job is job and reference.tool in rule.parameters["versions"] for one, reference in images(context))


def _scanner(context: Context, rule: Rule, job: Job) -> bool:
    """The job has one of the roles of the rule's parameter `scanners`."""
    return any(context.roles.has(job, role) for role in rule.parameters.get("scanners", ()))


ABOUT: dict[str, Predicate] = {
    "aws": _aws, "docker": _docker, "files": _files, "version": _version, "scanner": _scanner,
}  # fmt: skip


def holds_word(context: Context, rule: Rule, job: Job, words: list[str]) -> bool:
    """Whether one of the words stands in the job, in what it runs, or in the variables that every job has.

    `{name}` stands for the words of that parameter of the rule.
    """
    meant = [text for word in words for text in _meant(word, rule)]
    shared = context.config.site.set("variables")
    own = json.dumps([plain(job.site.node), plain(shared.node) if shared else None], default=str)
    return any(word in own for word in meant) or context.scripts.mention(job, *meant)


def _meant(word: str, rule: Rule) -> Iterator[str]:
    if word[:1] != "{":
        yield word
        return
    value: Any = rule.parameters[word[1:-1]]
    yield from map(str, value.values() if isinstance(value, dict) else value)


def kind_of_include(context: Context, site: Site) -> str:
    """What an entry of `include` names: local, project, component ...; "" for one that GitLab refuses."""
    try:
        found = entries_of(site.node, dict(context.project.variables))
    except EntryFault:
        return ""
    return found[0].kind if found else "project"


def keywords(context: Context) -> set[str]:
    """Every key that stands anywhere in the files that were read, "!reference" among them where one does."""
    found: set[str] = set()
    waiting: list[Node | None] = [node for one in context.config.readings for node in (one.header, one.body)]
    seen: set[int] = set()
    while waiting:
        node = waiting.pop()
        if node is None or id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node, Mapping):
            found.update(str(key) for key in node.values)
            waiting += node.values.values()
        elif isinstance(node, Sequence):
            waiting += node.items
        elif isinstance(node, Reference):
            found.add("!reference")
    return found
