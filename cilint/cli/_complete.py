"""What a shell offers while a word is typed: rules, packs and files. Only called by the scripts of `completion`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from click.shell_completion import CompletionItem

from cilint import rules as rules_package
from cilint.cli import _choice
from cilint.errors import CilintError

if TYPE_CHECKING:
    import click


def rules(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The rules that begin so, with their titles: the built-in ones and those of the settings."""
    del ctx, param
    try:
        loaded = _choice.known()
    except CilintError:  # the settings are wrong, which is told elsewhere
        loaded = rules_package.load((*rules_package.EVERY, _choice.OWN_PACK))
    return [CompletionItem(rule.id, help=rule.title) for rule in loaded if rule.id.startswith(incomplete)]


def files(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Whatever file the shell itself would offer."""
    del ctx, param
    return [CompletionItem(incomplete, type="file")]


def packs(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The built-in packs that begin so, and files."""
    found = [CompletionItem(name) for name in rules_package.BUILT_IN if name.startswith(incomplete)]
    return found or files(ctx, param, incomplete)


def rules_or_packs(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The words that `--select` and `--ignore` take."""
    found = [CompletionItem(name) for name in (*rules_package.BUILT_IN, "cilint") if name.startswith(incomplete)]
    return [*found, *rules(ctx, param, incomplete)]


def rules_or_files(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The words that `explain` takes."""
    return rules(ctx, param, incomplete) or files(ctx, param, incomplete)


BY_METAVAR = {"NAME_OR_DIR": packs, "RULE": rules_or_packs, "FILE": files, "PATH": files, "FOLDER": files}
