"""`cilint explain`: one rule in full, or the roles of a job and what shows them."""

from __future__ import annotations

import json
import textwrap
from typing import Any

import click

from cilint.check import check
from cilint.compose.fetch import open_project
from cilint.errors import UsageError
from cilint.nearest import did_you_mean
from cilint.rules import BUILT_IN, Rule, RuleSet, load
from cilint.rules.packs import prose

ENTRY = ".gitlab-ci.yml"
_WIDTH = 100


@click.command("explain")
@click.argument("words", nargs=-1, metavar="RULE | --job NAME [FILE]")
@click.option("--job", default=None, metavar="NAME", help="Tell the roles of this job, and what shows them.")
@click.option("--policy", multiple=True, metavar="NAME_OR_DIR", help="Packs to look in; default: the built-in ones.")
def command(words: tuple[str, ...], job: str | None, policy: tuple[str, ...]) -> int:
    """Tell one rule in full: why, how to fix it, its parameters, the controls that it evidences, and examples.

    With --job: what cilint takes a job of FILE (default .gitlab-ci.yml) to be, and why.
    """
    rules = load((*(policy or BUILT_IN), "cilint"))
    if job is not None:
        click.echo(_roles(rules, job, words[0] if words else ENTRY))
        return 0
    if not words:
        raise UsageError("which rule?", help="`cilint rules` lists them; as in: cilint explain image-private-registry")
    told = prose(rules)
    texts = []
    for word in words:
        rule = rules.get(word)
        if rule is None:
            raise UsageError(f"no such rule: {word}{did_you_mean(word, rules.rules)}", help="`cilint rules` lists them")
        texts.append(_rule(rule, told[rule.id]))
    click.echo("\n\n".join(texts))
    return 0


def _rule(rule: Rule, told: dict[str, Any]) -> str:
    lines = [f"{rule.id}  ({rule.severity}, pack {rule.pack})", rule.title, ""]
    lines += _paragraph("why", told["why"]) + _paragraph("fix", told["fix"])
    if told["requirement"]:
        lines += _paragraph("requirement", ", ".join(told["requirement"]))
    if rule.controls:
        lines += _paragraph("controls", ", ".join(rule.controls))
    if rule.parameters:
        lines += ["parameters (yours to change in the settings or a pack of your own)"]
        lines += [f"  {name}: {json.dumps(value, ensure_ascii=False)}" for name, value in rule.parameters.items()]
        lines.append("")
    for kind, title in (("bad", "found: each line that ends in # finding"), ("good", "not found")):
        for example in told["examples"][kind]:
            lines += [title, *_files(example), ""]
    lines.append(f"defined in {told['file']}:{told['line']}")
    return "\n".join(lines)


def _paragraph(name: str, text: str) -> list[str]:
    return [*textwrap.wrap(text, _WIDTH, initial_indent=f"{name}: ", subsequent_indent=" " * (len(name) + 2)), ""]


def _files(example: dict[str, Any]) -> list[str]:
    lines: list[str] = []
    if example["parameters"]:
        lines.append(f"  with {json.dumps(example['parameters'], ensure_ascii=False)}")
    for path, text in example["files"].items():
        if len(example["files"]) > 1:
            lines.append(f"  --- {path}")
        lines += [f"    {line}".rstrip() for line in text.rstrip("\n").split("\n")]
    return lines


def _roles(rules: RuleSet, name: str, path: str) -> str:
    project, entry = open_project(path)
    checked = check(entry, project, rules)
    if checked.pipeline is None or checked.context is None:
        raise UsageError(f"{path} cannot be read", help=f"`cilint check {path}` tells why")
    job = checked.pipeline.jobs.get(name)
    if job is None:
        raise UsageError(f"{path} has no job {name!r}{did_you_mean(name, checked.pipeline.jobs)}")
    found = checked.context.roles.of(job)
    lines = [f"{job.span}: job {name}"]
    if not found:
        lines.append("  no role: nothing that it runs, reports or deploys is known to the packs")
    for role, proofs in found.items():
        lines.append(f"  {role}: {checked.context.roles.title(role)}")
        lines += [f"    {proof.span}: {proof.text}{' (by name only)' if proof.weak else ''}" for proof in proofs]
    told = [finding for finding in checked.findings if name in finding.jobs]
    lines += [f"  {finding.span}: {finding.severity}: {finding.rule}: {finding.message}" for finding in told]
    return "\n".join(lines)
