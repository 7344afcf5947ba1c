"""A table of options that serves twice: a parser without click for the usual call, and click's command for the rest.

Both give the same `Request`, so the fast road and the slow one cannot drift apart.
"""

from __future__ import annotations

from cilint.finding import SEVERITIES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    import click


PLAIN = "Options"  # the heading of options that need none of their own


class Request:
    """What was asked for: the value of every option, by its key, and the arguments as `paths`."""

    def __init__(self, values: dict[str, Any]) -> None:
        self.__dict__.update(values)

    def __getattr__(self, key: str) -> Any:
        raise AttributeError(key)


class Option:
    """One option.

    names: as typed, the long one first. kind: "flag", "text" (one value) or "many" (may be repeated).
    choices: the allowed values; () allows any. group: the heading under which `--help` lists it.
    """

    __slots__ = ("choices", "default", "group", "help", "key", "kind", "metavar", "names")

    def __init__(
        self,
        names: str,
        help: str,
        *,
        kind: str = "flag",
        choices: tuple[str, ...] = (),
        default: str | None = None,
        metavar: str | None = None,
        group: str = PLAIN,
    ) -> None:
        self.names = tuple(names.split())
        self.key = self.names[0].lstrip("-").replace("-", "_")
        self.kind = kind
        self.choices = choices
        self.default = default
        self.metavar = metavar
        self.help = help
        self.group = group

    @property
    def initial(self) -> Any:
        """The value when the option is not given."""
        return {"flag": False, "text": self.default, "many": ()}[self.kind]


class Options:
    """All options of one command, which takes any number of paths besides."""

    __slots__ = ("_by_name", "options")

    def __init__(self, *options: Option) -> None:
        self.options = options
        self._by_name = {name: option for option in options for name in option.names}

    def parse(self, arguments: list[str]) -> Request | None:
        """The request, or None where something is unusual: click then judges it, and words the complaint."""
        values: dict[str, Any] = {option.key: option.initial for option in self.options}
        paths: list[str] = []
        rest = iter(arguments)
        for argument in rest:
            if not argument.startswith("-") or argument == "-":
                paths.append(argument)
                continue
            name, equals, value = argument.partition("=")
            option = self._by_name.get(name)
            if option is None or (equals and (option.kind == "flag" or not name.startswith("--"))):
                return None
            if option.kind == "flag":
                values[option.key] = True
                continue
            if not equals:
                value = next(rest, "-")
                if value.startswith("-"):
                    return None
            if option.choices and value not in option.choices:
                return None
            values[option.key] = value if option.kind == "text" else (*values[option.key], value)
        values["paths"] = tuple(paths)
        return Request(values)

    def command(self, name: str, run: Callable[[Request], int], help: str, paths: str = "[PATH]...") -> click.Command:
        """The click command that fills the same request."""
        import click

        from cilint.cli import _complete
        from cilint.cli._group import Command

        params: list[click.Parameter] = [
            click.Argument(["paths"], nargs=-1, metavar=paths, shell_complete=_complete.files)
        ]
        params += [_click_option(option) for option in self.options]
        groups = {option.key: option.group for option in self.options}
        return Command(name, params=params, help=help, callback=lambda **values: run(Request(values)), groups=groups)


# What several commands ask for in the same words. group: as of an Option.


def rule_options(group: str) -> tuple[Option, ...]:
    """Which rules take part."""
    return (
        Option(
            "--policy",
            "Pack of rules: a built-in name, a file or a folder. Repeatable; replaces the packs of the settings.",
            kind="many",
            metavar="NAME_OR_DIR",
            group=group,
        ),
        Option("--select", "Run only these rules or packs.", kind="many", metavar="RULE", group=group),
        Option("--extend-select", "Run these rules or packs, too.", kind="many", metavar="RULE", group=group),
        Option("--ignore", "Leave these rules or packs out.", kind="many", metavar="RULE", group=group),
        Option(
            "--preview",
            "Run rules that are still a preview, too; one of them runs when it is selected by its id.",
            group=group,
        ),
    )


def failing_options(group: str) -> tuple[Option, ...]:
    """What makes the exit status 1."""
    return (
        Option(
            "--fail-on",
            "Exit with 1 when a finding is at least this severe.",
            kind="text",
            choices=(*SEVERITIES, "never"),
            group=group,
        ),
        Option(
            "--strict",
            "Exit with 1 when something could not be assessed, or a waiver settles nothing, too.",
            group=group,
        ),
        Option("--exit-zero", "Exit with 0 whatever is found, and whatever could not be assessed.", group=group),
    )


def settings_options(group: str = PLAIN) -> tuple[Option, ...]:
    """Under which settings."""
    return (
        Option(
            "--settings",
            "Settings file; default: the nearest .cilint.yaml up to the repository's root.",
            kind="text",
            metavar="FILE",
            group=group,
        ),
        Option("--isolated", "Read no settings file.", group=group),
        Option(
            "--set",
            "One setting, over those of the file, as in --set severity.image-missing=warning. Repeatable.",
            kind="many",
            metavar="KEY=VALUE",
            group=group,
        ),
    )


def stdin_option(group: str = PLAIN) -> Option:
    """The name of a text that has none."""
    return Option(
        "--stdin-filename", "The path that standard input (-) stands for.", kind="text", metavar="PATH", group=group
    )


def color_option(group: str) -> Option:
    """Whether the text is coloured."""
    return Option(
        "--color", "Colour the output.", kind="text", choices=("auto", "always", "never"), default="auto", group=group
    )


def _click_option(option: Option) -> click.Option:
    import click

    from cilint.cli._complete import BY_METAVAR

    return click.Option(
        [*option.names, option.key],
        help=option.help,
        is_flag=option.kind == "flag",
        multiple=option.kind == "many",
        type=None if option.kind == "flag" else click.Choice(option.choices) if option.choices else str,
        default=option.initial,
        metavar=option.metavar,
        shell_complete=BY_METAVAR.get(option.metavar or ""),
        show_default=option.kind == "text" and option.default is not None,
    )
