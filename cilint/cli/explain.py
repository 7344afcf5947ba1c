"""`cilint explain`: one rule in full; what a line means once all is composed; what a job is taken for, and why."""

from __future__ import annotations

import json
import os
import re
import sys
from typing import TYPE_CHECKING, Any

import click

from cilint.cli import _choice, _complete, _lint
from cilint.cli._lint import prefix_of
from cilint.cli._options import Request
from cilint.cli.check import OPTIONS
from cilint.errors import UsageError
from cilint.nearest import did_you_mean
from cilint.report.escape import printable
from cilint.report.report import Report
from cilint.report.secret import hidden
from cilint.report.terminal import terminal_of
from cilint.report.wrap import wrap
from cilint.rules.packs import prose

if TYPE_CHECKING:
    from cilint.report.terminal import Terminal
    from cilint.rules import Rule

_EXAMPLE = ".gitlab-ci.yml:12"
_WIDTH = 100  # of prose; lines that are longer are hard to read
_PLACE = re.compile(r".*[^:]:\d+(:\d+)?")


@click.command("explain")
@click.argument("words", nargs=-1, metavar="[RULE | FILE:LINE]... | --job NAME [FILE]",
                shell_complete=_complete.rules_or_files)  # fmt: skip
@click.option("--job", default=None, metavar="NAME", help="Tell the roles of this job, and what shows them.")
@click.option("--in", "entry", default=None, metavar="FILE", help="The configuration that the line belongs to; default: "
              ".gitlab-ci.yml of the repository, or else the file itself.")  # fmt: skip
@click.option(
    "--policy",
    multiple=True,
    metavar="NAME_OR_DIR",
    help="Packs to look in; default: the built-in ones, and those of the settings.",
)
def command(words: tuple[str, ...], job: str | None, entry: str | None, policy: tuple[str, ...]) -> int:
    """Tell one rule in full: why, how to fix it, its parameters, the controls that it evidences, and examples.

    With FILE:LINE: where the line goes (which jobs have it, by which way), what was found there, and which rules look
    at it. With --job: what cilint takes a job of FILE (default .gitlab-ci.yml) to be, and why.

    Exit status: 0 told, 2 there is no such rule, line or job.

    Examples:
      cilint explain image-missing
      cilint explain .gitlab-ci.yml:12
      cilint explain --job deploy

    """
    terminal = terminal_of(sys.stdout, "never", os.environ)
    if job is not None:
        roles = _roles(_opened(words[0] if words else "", policy), job)
        _say([hidden(line) for line in roles], terminal)
        return 0
    if not words:
        raise UsageError(
            "what is to be explained?",
            help="a rule (`cilint rules` lists them), a line as in .gitlab-ci.yml:12, or --job NAME",
        )
    rules = _choice.known(policy)
    told = prose(rules)
    for number, word in enumerate(words):
        if _PLACE.fullmatch(word):
            from cilint.cli import _line

            lines = [hidden(line) for line in _line.told(word, lambda path: _opened(path, policy), entry)]
        else:
            rule = rules.get(word)
            if rule is None:
                if os.path.isfile(word.rpartition(":")[0] or word):
                    raise UsageError(f"{word} is neither a rule nor a line", help=f"a line is named as {_EXAMPLE}")
                raise UsageError(
                    f"no such rule: {word}{did_you_mean(word, rules.rules)}", help="`cilint rules` lists them"
                )
            _choice.called(rules, word)
            lines = _rule(rule, told[rule.id])
        _say(["", *lines] if number else lines, terminal)
    return 0


def _say(lines: list[str], terminal: Terminal) -> None:
    """Print; on a terminal, long lines are broken below where they begin, but not those of examples."""
    for line in lines:
        line = printable(line, ascii=terminal.ascii)
        indent = len(line) - len(line.lstrip()) + 2
        room = min(terminal.wrapped, _WIDTH)
        if line.startswith(_CODE) or not room:
            click.echo(line)
            continue
        lead = line[: indent - 2]
        first, *more = wrap(line.lstrip(), room - len(lead), room - indent)
        click.echo("\n".join([lead + first, *(" " * indent + part for part in more)]))


_CODE = "      "  # what stands so far to the right is an example, and left as it is


def _rule(rule: Rule, told: dict[str, Any]) -> list[str]:
    lines = [f"{rule.id}: {rule.title}", f"{rule.severity}, pack {rule.pack}", ""]
    if rule.was:
        lines[1] += f", formerly {', '.join(rule.was)}"
    if rule.preview:
        lines += [f"preview: it may still change, and runs only with --preview or --extend-select {rule.id}", ""]
    lines += [f"why: {told['why']}", "", f"fix: {told['fix']}", ""]
    if told["requirement"]:
        lines += [f"requirement: {', '.join(told['requirement'])}", ""]
    if rule.controls:
        lines += [f"controls: {', '.join(rule.controls)}", ""]
    if rule.parameters:
        lines += ["parameters (change them in .cilint.yaml: `parameters: {" + rule.id + ": {...}}`)"]
        lines += [f"  {name}: {json.dumps(value, ensure_ascii=False)}" for name, value in rule.parameters.items()]
        lines.append("")
    for kind, title in (("bad", "wrong: there is a finding on each line that ends in # finding"), ("good", "right")):
        examples = told["examples"][kind]
        for number, example in enumerate(examples, 1):
            lines += [f"{title} ({number} of {len(examples)})" if len(examples) > 1 else title, *_files(example), ""]
    lines.append(f"defined in {told['file']}:{told['line']}")
    return lines


def _files(example: dict[str, Any]) -> list[str]:
    lines: list[str] = []
    if example["parameters"]:
        lines.append(f"  with {json.dumps(example['parameters'], ensure_ascii=False)}")
    for path, text in example["files"].items():
        if len(example["files"]) > 1:
            lines.append(f"  --- {path}")
        lines += [f"{_CODE}{line}".rstrip() for line in text.rstrip("\n").split("\n")]
    return lines


def _opened(path: str, policy: tuple[str, ...]) -> _lint.Entry:
    """A configuration under its settings, as `check` sees it; without a path the one that it takes."""
    initial = {option.key: option.initial for option in OPTIONS.options}
    [entry] = _lint.entries(Request({**initial, "policy": policy, "paths": (path,) if path else ()}))
    return entry


def _roles(entry: _lint.Entry, name: str) -> list[str]:
    checked, path = _lint.judged(entry), entry.source.path
    report = Report()
    report.prefix = prefix_of({entry.project.root})
    if checked.pipeline is None or checked.context is None:
        raise UsageError(f"{path} cannot be read", help=f"`cilint check {path}` tells why")
    job = checked.pipeline.jobs.get(name)
    if job is None:
        raise UsageError(f"{path} has no job {name!r}{did_you_mean(name, checked.pipeline.jobs)}")
    found = checked.context.roles.of(job)
    place = report.place
    lines = [f"{place(job.span)}: job {name}"]
    if not found:
        lines.append("  no role: nothing that it runs, reports or deploys is known to the packs")
    for role, proofs in found.items():
        lines.append(f"  {role}: {checked.context.roles.title(role)}")
        lines += [f"    {place(proof.span)}: {proof.text}{' (by name only)' if proof.weak else ''}" for proof in proofs]
    told = [finding for finding in checked.findings if name in finding.jobs]
    lines += [f"  found: {place(one.span)}: {one.severity}[{one.rule}]: {one.message}" for one in told]
    return lines
