"""The names in the settings: every one that is no rule, no pack or no parameter is refused where it is written."""

from __future__ import annotations

from cilint.nearest import nearest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import TypeAlias

    from cilint.errors import SettingsError
    from cilint.rules import Rule, RuleSet
    from cilint.settings.settings import Settings

    Way: TypeAlias = tuple[str | int, ...]

_LISTS = ("select", "extend-select", "ignore", "required")
_LISTED = "`cilint rules` lists them"
_GLOBS = ("per-file-ignores", "per-job-ignores")


def elsewhere(settings: Settings, rules: RuleSet, everything: Callable[[], RuleSet]) -> frozenset[str]:
    """The names of the settings that exist, though this run has neither such a rule nor such a pack.

    everything: loads all rules that the settings may speak of. Raises SettingsError for the names that are wrong.
    """
    packs = {rule.pack for rule in rules}
    missing = [(way, word) for way, word in _words(settings) if word not in rules and word not in packs]
    strangers = [name for _, name in _rules(settings) if name not in rules]
    known = everything() if missing or strangers else rules
    known_packs = packs | {rule.pack for rule in known}
    faults: list[SettingsError] = []
    for way, word in missing:
        if known.now(word) not in known and word not in known_packs:
            message, others = f"no such rule or pack: {word or repr(word)}", [*known.rules, *rules.rules, *known_packs]
            faults.append(_wrong(settings, way, message, word, others))
    for way, name in _rules(settings):
        rule = rules.get(name) or known.get(name)
        if rule is None:
            hint = f"{name} is a pack: name its rules" if name in known_packs else _LISTED
            faults.append(_wrong(settings, way, f"no such rule: {name}", name, [*known.rules, *rules.rules], hint=hint))
        elif way[0] != "waivers":
            faults += _unchangeable(settings, (str(way[0]), name), rule, rules)
    if faults:
        from cilint.settings.schema import together

        raise together(faults)
    return frozenset([*(word for _, word in missing), *strangers])


def _unchangeable(settings: Settings, way: tuple[str, str], rule: Rule, rules: RuleSet) -> Iterator[SettingsError]:
    """What the settings say of a rule, under a key and its name, and may not."""
    if rule.required and rule.id in rules:
        message = f"{rule.id} is required by pack {rule.pack}, which alone sets its severity and parameters"
        yield _wrong(settings, way, message, hint="")
        return
    for name in settings.parameters[way[1]] if way[0] == "parameters" else ():
        if name not in rule.parameters:
            hint = f"its parameters: {', '.join(rule.parameters) or 'none'}"
            message = f"rule {rule.id} has no parameter {name!r}"
            yield _wrong(settings, (*way, name), message, name, rule.parameters, hint=hint)


def _words(settings: Settings) -> Iterator[tuple[Way, str]]:
    """Every word that names a rule or a pack, and the way to it."""
    for key in _LISTS:
        for number, word in enumerate(getattr(settings, key.replace("-", "_"))):
            yield (key, number), word
    for key in _GLOBS:
        for glob, words in getattr(settings, key.replace("-", "_")).items():
            for number, word in enumerate(words):
                yield (key, glob, number), word


def _rules(settings: Settings) -> Iterator[tuple[Way, str]]:
    """Every word that names a rule, and the way to it."""
    for key in ("severity", "parameters"):
        for name in getattr(settings, key):
            yield (key, name), name
    for number, name in enumerate(settings.waivers.get("unwaivable", ())):
        yield ("waivers", "unwaivable", number), name


def _wrong(
    settings: Settings, way: Way, message: str, word: str = "", known: Iterable[str] = (), *, hint: str = _LISTED
) -> SettingsError:
    from cilint.settings.fault import fault

    near = nearest(word, known)
    return fault(settings, way, message, help=f"did you mean {near}?" if near else hint, key=isinstance(way[-1], str))
