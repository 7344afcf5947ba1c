"""Which settings and which rules hold for a file: packs, then the settings, then the options of the call."""

from __future__ import annotations

import os

from cilint import rules as rules_package
from cilint import settings as settings_package
from cilint.errors import PackError, UsageError
from cilint.notes import note
from cilint.settings import Settings
from cilint.settings.names import elsewhere

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from cilint.cli._options import Request
    from cilint.rules import RuleSet

OWN_PACK = "cilint"  # rules about cilint's own comments and baselines; loaded beside every choice of packs
_UNUSED = "waiver-unused"  # under --strict, no waiver waits for the next fault of its kind


def settings_for(place: str, request: Request) -> Settings:
    """The settings that a file is checked under."""
    if request.settings:
        settings = settings_package.load(request.settings)
    else:
        path = None if request.isolated else settings_package.find(place)
        settings = settings_package.load(path) if path else Settings()
    if request.set:
        from cilint.settings.given import over

        return over(settings, request.set)
    return settings


def rules_for(settings: Settings, request: Request) -> RuleSet:
    """The rules of a run. Raises CilintError for words that mean nothing, and for what is not allowed."""
    rules = _loaded(settings, request)
    if rules.former:
        from cilint.settings.renamed import put_right

        put_right(settings, rules.former)
    passed = (
        elsewhere(settings, rules, lambda: _everything(settings)) if settings.path or settings.given else frozenset()
    )
    if settings.given:
        _refuse_softening(settings, rules, request)
    changes = {rule: change for rule, change in settings.changes().items() if rule not in passed}
    if changes:
        rules = rules.configured(changes)
    select, ignore, extend_select = (
        [called(rules, word) for word in words(option)]
        for option in (request.select, request.ignore, request.extend_select)
    )
    refused = sorted(required_of(rules, settings) & set(ignore))
    if refused:
        by = settings.path if refused[0] in settings.required else f"pack {rules.rules[refused[0]].pack}"
        raise UsageError(f"{refused[0]} is required by {by} and cannot be ignored")
    # What the call asks for by name is wanted, whatever the settings choose and ignore.
    asked = {*select, *extend_select}
    if not select:
        select = [word for word in settings.select if word not in passed]
        extend_select += [word for word in settings.extend_select if word not in passed]
    ignore += [word for word in settings.ignore if word not in passed and word not in asked]
    narrowed = _narrowed(rules, settings, select, ignore, extend_select)
    if (getattr(request, "strict", False) or settings.strict) and _UNUSED in narrowed:
        narrowed = narrowed.configured({_UNUSED: {"severity": "error"}})
    if request.preview or settings.preview:
        return narrowed
    named = {*asked, *settings.select, *settings.extend_select, *settings.required}
    previews = [rule.id for rule in narrowed if rule.preview and rule.id not in named]
    return narrowed.narrow(ignore=previews) if previews else narrowed


def demand(settings: Settings, request: Request) -> tuple[str, bool]:
    """What fails the run: the severity from which findings do, or "never", and whether what is not assessed does."""
    if request.exit_zero:
        return "never", False
    return request.fail_on or settings.fail_on, request.strict or settings.strict


def packs_of(settings: Settings, request: Request) -> tuple[str, ...]:
    """The packs that a run is asked for: by the call, else by the settings, else those that are always there."""
    return tuple(request.policy) or tuple(settings.pack_names) or rules_package.BUILT_IN


def known(policy: Iterable[str] = ()) -> RuleSet:
    """Every rule that can be spoken of here: those of the packs of a call, else the built-in ones and the settings'."""
    if policy:
        return rules_package.load((*policy, OWN_PACK))
    path = settings_package.find(os.curdir)
    return _everything(settings_package.load(path) if path else Settings())


def _refuse_softening(settings: Settings, rules: RuleSet, request: Request) -> None:
    """Raises UsageError for a `--set` that leaves out, or changes, what the packs or the file of settings require."""
    file = settings.beneath or settings
    before = _loaded(file, request)
    required = required_of(rules, file) | required_of(before, file)
    for way, said in settings.given.items():
        named = (way[1:2] or getattr(settings, way[0])) if way[0] in _DONE else ()
        gone = [rule for rule in required if rule not in rules] if way[0] == "packs" else []
        for rule in sorted({*(required & {rules.now(str(one)) for one in named}), *gone}):
            known = before.get(rule) or rules.rules[rule]
            by = f"pack {known.pack}" if known.required else file.path
            raise UsageError(f"{said}: {rule} is required by {by} and cannot be {_DONE[way[0]]}")


_DONE = {"ignore": "ignored", "packs": "left out", "severity": "changed", "parameters": "changed"}


def required_of(rules: RuleSet, settings: Settings) -> frozenset[str]:
    """The ids of the rules that nothing can switch off: their pack says so, or the settings (by id or by pack)."""
    named = set(settings.required)
    return frozenset(rule.id for rule in rules if rule.required or rule.id in named or rule.pack in named)


def words(options: Iterable[str]) -> list[str]:
    """The words of a repeatable option that takes commas, too."""
    return [word.strip() for option in options for word in option.split(",") if word.strip()]


def called(rules: RuleSet, word: str, place: str = "") -> str:
    """The name of a rule as it is now; that it was another is noted. place: where the word stands; "" for an option."""
    name = rules.now(word)
    if name != word:
        note(f"{place}{': ' if place else ''}rule {word} is called {name} now")
    return name


def _narrowed(
    rules: RuleSet, settings: Settings, select: list[str], ignore: list[str], extend_select: list[str]
) -> RuleSet:
    """Some of the rules, and those that are required in any case."""
    if not (select or ignore or extend_select):
        return rules
    narrowed = rules.narrow(select, ignore, extend_select)
    narrowed.rules.update({name: rules.rules[name] for name in sorted(required_of(rules, settings))})
    return narrowed


def _loaded(settings: Settings, request: Request) -> RuleSet:
    packs = packs_of(settings, request)
    try:
        return rules_package.load((*packs, *_optional(settings, request), OWN_PACK))
    except PackError as error:
        named = () if request.policy else settings.pack_names
        for number, name in enumerate(named):
            if error.span is None and f" {name} " in f" {error.message} ":
                from cilint.settings.fault import fault

                raise fault(settings, ("packs", number), error.message, help=error.help) from None
        raise


def _optional(settings: Settings, request: Request) -> Iterator[str]:
    """The optional packs that a selection names, themselves or a rule of theirs."""
    asked = {*words(request.select), *words(request.extend_select), *settings.select, *settings.extend_select}
    for pack in rules_package.OPTIONAL if asked else ():
        rules = rules_package.load((pack,))
        if pack in asked or not asked.isdisjoint({*rules.rules, *rules.former}):
            yield pack


def _everything(settings: Settings) -> RuleSet:
    """All rules that the settings may speak of."""
    file = settings.beneath.pack_names if settings.beneath else ()
    return rules_package.load((*rules_package.EVERY, *file, *settings.pack_names, OWN_PACK))
