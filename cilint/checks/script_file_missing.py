"""Script files that jobs call and that are not there, cannot be started, or that the house asks for and nobody calls."""

from __future__ import annotations

import os

from cilint.checks._jobs import top
from cilint.shell.calls import called_words

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from cilint.finding import Finding
    from cilint.pipeline.job import Job
    from cilint.rules.context import Context
    from cilint.shell.command import Command, Word


def check(context: Context, parameters: dict[str, Any]) -> Iterator[Finding]:
    """parameters: folder, where scripts live; required, files that must be there and be called."""
    folder: str = parameters["folder"]
    called: set[str] = set()
    for command, jobs in context.each_command:
        for word, _ in called_words(command):
            path = _path(word)
            if path.startswith(folder):
                called.add(path)
                yield from _judge_call(context, command, word, path, jobs)
    for path in parameters["required"]:
        yield from _judge_required(context, path, called)


def _path(word: Word) -> str:
    """The path from the repository's root; "" where only the shell knows it."""
    text = word.text
    for prefix in ("$CI_PROJECT_DIR/", "./"):
        text = text.removeprefix(prefix)
    return "" if "$" in text or "`" in text else text


def _judge_call(context: Context, command: Command, word: Word, path: str, jobs: list[Job]) -> Iterator[Finding]:
    place = os.path.join(context.project.root, path)
    if context.project.read_local(path) is None:
        yield context.word_fault(command, word, jobs, f"{path} is not in the repository")
    elif command.name == os.path.basename(path) and not os.access(place, os.X_OK):
        yield context.word_fault(command, word, jobs, f"{path} is not executable (chmod +x)")


def _judge_required(context: Context, path: str, called: set[str]) -> Iterator[Finding]:
    if path in called:
        return
    if context.project.read_local(path) is None:
        yield context.fault(top(context), f"{path} is not in the repository, and no job calls it")
    elif not context.pipeline.complete:
        context.unknown(f"who calls {path}", f"it may stand in {context.lost}")
    else:
        yield context.fault(top(context), f"no job calls {path}")
