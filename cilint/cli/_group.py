"""The click side of the command line: the group that finds its commands by file name, and help in groups."""

from __future__ import annotations

import ast
import difflib
import importlib
import inspect
import os
import re
from typing import Any

import click
from click.shell_completion import CompletionItem

from cilint import __version__
from cilint.errors import UsageError
from cilint.nearest import did_you_mean

_FOLDER = os.path.dirname(__file__)
# The order in which a newcomer needs them; commands that are not named here follow in alphabetical order.
_ORDER = ("check", "explain", "rules", "resolve", "simulate", "prove", "graph", "report", "baseline", "waive", "test")


class Group(click.Group):
    """Commands are the modules of this package; one is imported when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names of all commands, the important ones first."""
        del ctx
        names = [name[:-3].replace("_", "-") for name in os.listdir(_FOLDER) if name.endswith(".py") and name[0] != "_"]
        return sorted(names, key=lambda name: (_ORDER.index(name) if name in _ORDER else len(_ORDER), name))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command object of one module; None when there is no such module."""
        if cmd_name not in self.list_commands(ctx):
            return None
        command: click.Command = importlib.import_module(f"cilint.cli.{cmd_name.replace('-', '_')}").command
        _keep_examples(command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The commands, each with the sentence that its module begins with; none of them is imported for it."""
        names = self.list_commands(ctx)
        with formatter.section("Commands"):
            formatter.write_dl([(name, _sentence(name)) for name in names])

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """The commands that begin so, each with its sentence; none of them is imported for it."""
        names = [name for name in self.list_commands(ctx) if name.startswith(incomplete)]
        options = click.Command.shell_complete(self, ctx, incomplete)
        return [*(CompletionItem(name, help=_sentence(name)) for name in names), *options]

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As click has it, with the nearest right word when there is no such command."""
        name = args[0]
        if name not in self.list_commands(ctx) and not name.startswith("-"):
            near = difflib.get_close_matches(name, self.list_commands(ctx), 1)
            hint = f"did you mean `cilint {near[0]}`? " if near else ""
            if os.path.exists(name):
                hint = f"did you mean `cilint check {name}`? "
            raise UsageError(f"no such command: {name}", help=f"{hint}`cilint --help` lists the commands")
        return super().resolve_command(ctx, args)


def _keep_examples(command: click.Command) -> None:
    """Leave the lines of examples as they are; click joins those of every paragraph that has no mark of its own."""
    command.help = inspect.cleandoc(command.help or "").replace("\n\nExamples:\n", "\n\n\b\nExamples:\n")
    for inner in command.commands.values() if isinstance(command, click.Group) else ():
        _keep_examples(inner)


def _sentence(name: str) -> str:
    """What a command does: the first sentence of its module, "`cilint name`: does this." without the name."""
    with open(os.path.join(_FOLDER, f"{name.replace('-', '_')}.py"), encoding="utf-8") as file:
        text = ast.get_docstring(ast.parse(file.read())) or ""
    sentence = " ".join(text.split("\n\n")[0].split())
    sentence = sentence.removeprefix(f"`cilint {name}`: ")
    return sentence[:1].upper() + sentence[1:]


class Command(click.Command):
    """A command whose options stand under headings in `--help`. groups: the heading of each option, by its key."""

    def __init__(self, *args: Any, groups: dict[str, str] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.groups = groups or {}

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Options under their headings, in the order of the table."""
        sections: dict[str, list[tuple[str, str]]] = {}
        for param in self.get_params(ctx):
            record = param.get_help_record(ctx)
            if record is not None and not isinstance(param, click.Argument):
                sections.setdefault(self.groups.get(param.name or "", "Options"), []).append(record)
        for heading, records in sections.items():
            with formatter.section(heading):
                formatter.write_dl(records)


@click.group(
    name="cilint",
    cls=Group,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, "-V", "--version", message="cilint %(version)s")
@click.pass_context
def group(ctx: click.Context) -> None:
    """Policy-as-code linter for GitLab CI.

    Exact offline resolution with the line where every value is written, policy packs in plain YAML, proven gates,
    audit evidence. `cilint check` is where to start.
    """
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())


def _near(error: click.UsageError) -> str:
    """The nearest of the words that an option takes; click knows it for options, but not for their values."""
    kind = error.param.type if isinstance(error, click.BadParameter) and error.param else None
    word = re.search(r"'([^']*)' is not one of", error.format_message())
    return did_you_mean(word[1], kind.choices) if isinstance(kind, click.Choice) and word else ""


def run(arguments: list[str]) -> int:
    """Run a command line through click; the exit status. Raises UsageError where click refuses it."""
    try:
        status = group.main(arguments, prog_name="cilint", standalone_mode=False)
    except click.exceptions.Exit as stop:
        return stop.exit_code
    except click.exceptions.Abort:
        raise KeyboardInterrupt from None
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message())
        return 0
    except click.UsageError as error:
        path = error.ctx.command_path if error.ctx else "cilint"
        message = " ".join(error.format_message().split()).rstrip(".") + _near(error)
        raise UsageError(message, help=f"`{path} --help` lists what it takes") from None
    except click.ClickException as error:
        raise UsageError(error.format_message().rstrip(".")) from None
    return status if isinstance(status, int) else 0
