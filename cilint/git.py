"""Asking git what a repository holds, be that repository hostile: nothing of it is run, and nothing is fetched.

No file system monitor, prompt or lazy fetch; callers ask for objects and names only, which start no hook or filter.
"""

from __future__ import annotations

import os
import subprocess


class GitFault(Exception):
    """git is not there, took too long, or refused; the message is its own, for people."""


def ask(folder: str, *arguments: str, seconds: float = 30) -> bytes:
    """What git prints for a subcommand in a folder. Raises GitFault.

    A name that comes from outside stands behind `--` or `--end-of-options` in the arguments.
    """
    command = ["git", "-C", folder, "--no-optional-locks", "-c", "core.fsmonitor=false", *arguments]
    environment = {**os.environ, "GIT_TERMINAL_PROMPT": "0", "GIT_NO_LAZY_FETCH": "1", "LC_ALL": "C"}
    try:
        done = subprocess.run(command, capture_output=True, timeout=seconds, env=environment, check=False)  # noqa: S603  # words of ours, and names behind --
    except (OSError, ValueError, subprocess.TimeoutExpired) as error:
        raise GitFault(f"cannot ask git: {error}") from None
    if done.returncode:
        raise GitFault(done.stderr.decode("utf-8", "replace").strip().removeprefix("fatal: "))
    return done.stdout


def answer(folder: str, *arguments: str) -> str:
    """What git prints, as text without the last line break; "" where it knows nothing."""
    try:
        return ask(folder, *arguments).decode("utf-8", "replace").removesuffix("\n")
    except GitFault:
        return ""
