"""`cilint completion`: what makes a shell complete cilint's commands and options."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

_SHELLS = ("bash", "zsh", "fish")


@click.command("completion")
@click.argument("shell", type=click.Choice(_SHELLS))
def command(shell: str) -> int:
    """Print the completion script of a shell.

    Exit status: 0 printed, 2 there is no such shell.

    Examples:
      bash: eval "$(cilint completion bash)"    in ~/.bashrc
      zsh:  eval "$(cilint completion zsh)"     in ~/.zshrc, below compinit
      fish: cilint completion fish > ~/.config/fish/completions/cilint.fish

    """
    from cilint.cli._group import group

    kind = get_completion_class(shell)
    assert kind is not None, "the choices are click's own shells"
    script = kind(group, {}, "cilint", "_CILINT_COMPLETE").source()
    # click's script for fish would end every description at its first comma.
    click.echo(script.replace('string split ","', 'string split --max 1 ","') if shell == "fish" else script)
    return 0
