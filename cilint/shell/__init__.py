"""Shell as jobs use it: script lines and script files read into commands, each word knowing where it is written."""

from __future__ import annotations

from cilint.shell.command import Command, Part, Redirect, Word
from cilint.shell.scripts import Scripts

__all__ = ["Command", "Part", "Redirect", "Scripts", "Word"]
