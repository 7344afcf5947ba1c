"""`cilint test`: run the examples that rule files carry."""

from __future__ import annotations

import click

from cilint.cli import _complete
from cilint.report.words import plural
from cilint.rules import load
from cilint.rules.packs import prose
from cilint.settle import examples
from cilint.testing import Outcome, outcomes


@click.command("test")
@click.argument("packs", nargs=-1, metavar="[PACK_OR_DIR]...", shell_complete=_complete.packs)
@click.option(
    "--rule",
    "wanted",
    multiple=True,
    metavar="RULE",
    shell_complete=_complete.rules,
    help="Only the examples of this rule. Repeatable.",
)
@click.option("-v", "--verbose", is_flag=True, help="Name the examples that hold, too.")
def command(packs: tuple[str, ...], wanted: tuple[str, ...], *, verbose: bool) -> int:
    """Run the examples of rules (default: of the built-in packs).

    The findings of a rule must stand exactly on the lines that end in `# finding`, and good examples must have none.

    Exit status: 0 all hold, 1 some do not, 2 a pack is wrong.

    Examples:
      cilint test ./policy
      cilint test --rule image-missing --verbose

    """
    rules = load(packs)
    chosen = rules.narrow(select=wanted) if wanted else rules
    by_rule: dict[str, list[Outcome]] = {rule.id: [] for rule in chosen}
    told = prose(rules)
    for outcome in outcomes(chosen, told, {examples.PACK: examples.about_comments}):
        by_rule[outcome.rule].append(outcome)
    failed = 0
    for rule, results in by_rule.items():
        broken = [outcome for outcome in results if not outcome.holds]
        failed += len(broken)
        for outcome in broken:
            place = f"{told[rule]['file']}:{told[rule]['line']}"
            click.echo(f"{place}: {outcome.name}: {outcome.complaint}")
        if verbose and not broken:
            click.echo(f"{rule}: {plural(len(results), 'example')} as marked")
        if not results:
            click.echo(f"{rule}: no examples", err=True)
    count = f"{plural(sum(map(len, by_rule.values())), 'example')} of {plural(len(by_rule), 'rule')}"
    click.echo(f"{count}: {f'{failed} not as marked' if failed else 'as marked'}")
    return 1 if failed else 0
